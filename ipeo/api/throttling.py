"""How often a token, a signed-in person or an address may ask the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account.adapter import get_adapter
from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from ipeo.limits import seconds_to_wait
from ipeo.models import ApiToken

if TYPE_CHECKING:
    # REST framework imports this module while it imports its views.
    from rest_framework.views import APIView


class CallerThrottle(BaseThrottle):
    """Each token, each member without one, and each address of nobody has a minute of its own."""

    seconds = 0

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Return whether the caller may ask now."""
        self.seconds = seconds_to_wait(f"api:{_caller(request)}", settings.API_REQUESTS_A_MINUTE)
        return not self.seconds

    def wait(self) -> float:
        """Return the seconds until the caller may ask again."""
        return self.seconds


def _caller(request: Request) -> str:
    if isinstance(request.auth, ApiToken):
        return f"token:{request.auth.pk}"
    membership = getattr(request._request, "membership", None)
    if membership is not None:
        return f"member:{membership.pk}"
    return f"address:{get_adapter().get_client_ip(request._request)}"
