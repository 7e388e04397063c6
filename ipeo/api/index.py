"""The API's first address, and every address at which there is nothing."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView


@extend_schema(exclude=True)
class IndexView(APIView):
    """Where a program begins: the description of all that is here."""

    authentication_classes = ()
    permission_classes = ()

    def get(self, request: Request) -> Response:
        """Return the addresses of the description and of the caller's workspace."""
        return Response(
            {
                "schema": reverse("api-schema", request=request),
                "workspace": reverse("api-workspace-list", request=request),
            }
        )


@extend_schema(exclude=True)
class NothingView(APIView):
    """No resource: a program gets a problem document, not a page."""

    authentication_classes = ()
    permission_classes = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Raise `NotFound`, whatever the method.

        An address without its last slash is not redirected: a POST would arrive as a GET.
        """
        if request.path.endswith("/"):
            raise NotFound("There is nothing at this address.")
        raise NotFound("There is nothing at this address. Addresses here end with a slash.")
