"""Who calls the API: a token of one workspace, or a signed-in person who names the workspace."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, NotFound, ValidationError
from rest_framework.request import Request

from ipeo import tenancy
from ipeo.models import ApiToken, Membership
from ipeo.queries import membership_of, memberships_of
from ipeo.tokens import digest_of

WORKSPACE_HEADER = "IPEO-Workspace"


def enter_workspace(request: Request, membership: Membership) -> None:
    """Let the rest of the request run inside the member's workspace."""
    inner: Any = request._request
    inner.workspace = membership.workspace
    inner.membership = membership
    inner.scopes.enter_context(tenancy.scope(membership.workspace, membership=membership))


def _mark_used(token: ApiToken, now: datetime) -> None:
    """Keep when the token was last used, to the minute: not every read should write."""
    if token.last_used_at is None or now - token.last_used_at > timedelta(minutes=1):
        ApiToken._base_manager.filter(pk=token.pk).update(last_used_at=now)


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer TOKEN`; the token knows its workspace."""

    def authenticate(self, request: Request) -> tuple[Any, ApiToken] | None:
        """Return the token's person, or None where no token is sent."""
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        with tenancy.system():
            token = (
                ApiToken._base_manager.select_related("membership__workspace", "membership__user")
                .filter(digest=digest_of(secret.strip()), revoked_at=None)
                .first()
            )
            if token is None or token.expires_at <= timezone.now():
                raise AuthenticationFailed("This token is not valid or has expired.")
            membership = token.membership
            user = membership.user
            if user is None or not membership.is_active or not user.is_active:
                raise AuthenticationFailed("The member of this token is no longer active.")
            _mark_used(token, timezone.now())
        enter_workspace(request, membership)
        return user, token

    def authenticate_header(self, request: Request) -> str:
        """Say how to authenticate."""
        return "Bearer"


class WorkspaceSessionAuthentication(SessionAuthentication):
    """The browser's own session; the header `IPEO-Workspace` names the workspace's slug."""

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        """Return the signed-in person, inside the workspace they name."""
        result = super().authenticate(request)
        if result is None:
            return None
        user = result[0]
        slug = request.headers.get(WORKSPACE_HEADER, "")
        if "\0" in slug:
            told = "A workspace's address cannot contain null characters."
            raise ValidationError({WORKSPACE_HEADER: [told]})
        if slug:
            membership = membership_of(user=user, slug=slug)
        else:
            memberships = memberships_of(user=user)
            membership = memberships[0] if len(memberships) == 1 else None
        if membership is None:
            raise NotFound(f"Name one of your workspaces in the header {WORKSPACE_HEADER}.")
        enter_workspace(request, membership)
        return user, None
