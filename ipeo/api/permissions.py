"""The one permission table, asked by the API."""

from typing import Any

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from ipeo.models import ApiToken
from ipeo.permissions import may
from ipeo.tokens import token_allows


class RolePermission(BasePermission):
    """Asks for the view's `permission`, or `change_permission` where something is sent.

    An action of a viewset may ask for another: `permissions_by_action = {"approve": "..."}`.
    """

    message = "Your role, or this token, does not include this."

    def has_permission(self, request: Request, view: Any) -> bool:
        """Return whether the member, and the token where one is used, may do this."""
        membership = getattr(request._request, "membership", None)
        reading = request.method in SAFE_METHODS
        by_action = getattr(view, "permissions_by_action", {})
        name = by_action.get(getattr(view, "action", None))
        if name is None:
            name = view.permission if reading else (view.change_permission or view.permission)
        token = request.auth
        if isinstance(token, ApiToken) and not token_allows(token.scopes, name, reading=reading):
            return False
        return may(membership, name)
