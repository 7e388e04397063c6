"""What every view of the API stands on."""

from __future__ import annotations

from typing import Any

from rest_framework import mixins, viewsets

from ipeo.api.idempotency import IdempotentWrites
from ipeo.models import Membership, Workspace


class WorkspaceViewSet(IdempotentWrites, viewsets.GenericViewSet[Any]):
    """A viewset inside a workspace: say `permission`, and `change_permission` for writes."""

    permission: str
    change_permission: str | None = None
    permissions_by_action: dict[str, str] = {}

    @property
    def workspace(self) -> Workspace:
        """The workspace of the token, or the one the header names."""
        return self.request._request.workspace  # type: ignore[attr-defined,no-any-return]

    @property
    def membership(self) -> Membership:
        """The member who calls."""
        return self.request._request.membership  # type: ignore[attr-defined,no-any-return]


class ReadViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, WorkspaceViewSet):
    """Lists and shows; writes are added by actions."""
