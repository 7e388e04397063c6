"""Each request inside a workspace runs in its scope; a stranger finds nothing there."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase

from ipeo import tenancy
from ipeo.database.holding import RowGone
from ipeo.models import User
from ipeo.queries import membership_of


class PublicAddressesMiddleware:
    """Under a public prefix nobody is signed in, whatever cookie their browser sends.

    A click is nobody's business but the link's, and such an address must answer without the
    server that keeps sessions.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request without its session where the address is public."""
        if request.path_info.startswith(settings.PUBLIC_PREFIXES):
            request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)
        return self.get_response(request)


BACKGROUND = "IPEO-Background"


class BackgroundMiddleware:
    """What a phone asks by itself leaves the cookies alone that it came with.

    Its answer may arrive after the person has signed in anew, and would then put the cookie of
    before in the place of the new one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        response = self.get_response(request)
        if BACKGROUND in request.headers:
            for name in request.COOKIES:
                response.cookies.pop(name, None)
        return response


class TenancyMiddleware:
    """Enter the scope of the workspace that the address names, for its members alone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request, leaving any scope it entered behind."""
        with ExitStack() as stack:
            request.scopes = stack  # type: ignore[attr-defined]
            user = request.user
            stack.enter_context(
                tenancy.person(user) if isinstance(user, User) else tenancy.nobody()
            )
            return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        """Enter the workspace named in the address; 404 where the person is no member of it."""
        slug = kwargs.get("workspace")
        if slug is None:
            return None
        if not isinstance(request.user, User):
            return redirect_to_login(request.get_full_path())
        membership = membership_of(user=request.user, slug=slug)
        if membership is None:
            raise Http404("You have no workspace at this address.")
        request.workspace = membership.workspace  # type: ignore[attr-defined]
        request.membership = membership  # type: ignore[attr-defined]
        scopes: ExitStack = request.scopes  # type: ignore[attr-defined]
        scopes.enter_context(tenancy.scope(membership.workspace, membership=membership))
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> None:
        """Raise `Http404` for a row that was deleted after it was read, and before its lock."""
        if isinstance(error, RowGone):
            raise Http404(str(error)) from error
