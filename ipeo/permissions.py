"""Who may do what: one table, applied by one declaration on pages (`page`) and in the API.

A stranger to a workspace gets 404 from the tenancy middleware before anything here is asked;
a member whose role lacks the permission gets 403.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from ipeo.models import Membership, Role, Workspace

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

O, M, K, S, V = Role.OWNER, Role.MANAGER, Role.MARKETER, Role.SALES_REP, Role.VIEWER  # noqa: E741

PERMISSIONS: dict[str, tuple[Role, ...]] = {
    #                     owner, manager, marketer, sales rep, viewer
    "workspace.view":      (O, M, K, S, V),
    "workspace.manage":    (O,),
    "members.view":        (O, M, K, S, V),
    "members.manage":      (O, M),
    "audit.view":          (O, M),
    "tokens.manage":       (O, M, K, S),
    "webhooks.view":       (O, M),
    "webhooks.manage":     (O, M),
    "campaigns.view":      (O, M, K, S, V),
    "campaigns.edit":      (O, M, K),
    "cycle.advance":       (O, M, K),
    "cycle.override":      (O, M),
    "insight.view":        (O, M, K, S, V),
    "insight.edit":        (O, M, K),
    "plan.view":           (O, M, K, V),
    "plan.edit":           (O, M, K),
    "plan.approve":        (O, M),
    "deals.view":          (O, M, K, S, V),
    "deals.edit":          (O, M, S),
    "deals.manage":        (O, M),
    "discounts.view":      (O, M, K, S, V),
    "discounts.approve":   (O, M),
    "reviews.view":        (O, M, K, S, V),
    "reviews.make":        (O, M, K, S),
    "touches.view":        (O, M, K, S, V),
    "touches.edit":        (O, M, K, S),
    "links.view":          (O, M, K, S, V),
    "links.edit":          (O, M, K),
    "tasks.view":          (O, M, K, S, V),
    "tasks.edit":          (O, M, K, S),
    "programs.launch":     (O, M, K),
    "materials.view":      (O, M, K, S, V),
    "materials.edit":      (O, M, K),
    "materials.approve":   (O, M),
    "expenses.view":       (O, M, K, V),
    "expenses.edit":       (O, M, K),
    "imports.view":        (O, M, K),
    "imports.run":         (O, M, K),
    "optimize.view":       (O, M, K, S, V),
    "optimize.measure":    (O, M, K),
    "optimize.decide":     (O, M),
    "experiments.edit":    (O, M, K),
    "optimize.close":      (O, M),
    "digest.view":         (O, M),
}  # fmt: skip

IN_SHORT: dict[Role, str] = {
    O: "Owners do everything, settings and other owners included.",
    M: "Managers approve, decide and invite people, and do what marketers and sales reps do.",
    K: "Marketers research, plan and run campaigns.",
    S: "Sales reps log deals, touches and tasks.",
    V: "Viewers read campaigns, plans and results, and change nothing.",
}


def with_article(role: Role) -> str:
    """Return what somebody of a role is, in a sentence: `an owner`."""
    return f"{'an' if role == Role.OWNER else 'a'} {role.label.lower()}"


def may_give(by: Membership, role: str) -> bool:
    """Return whether a member may give a role, or change who has it: an owner's only an owner."""
    return role != Role.OWNER or by.role == Role.OWNER


class WorkspaceRequest(HttpRequest):
    """A request inside a workspace, as the tenancy middleware hands it on."""

    workspace: Workspace
    membership: Membership
    htmx: HtmxDetails


def may(membership: Membership | None, permission: str) -> bool:
    """Return whether a member's role has a permission; raises `KeyError` for an unknown one."""
    roles = PERMISSIONS[permission]
    return membership is not None and membership.is_active and membership.role in roles


def demand(membership: Membership | None, permission: str) -> None:
    """Raise `PermissionDenied` unless the member's role has the permission."""
    if not may(membership, permission):
        raise PermissionDenied("Ask a manager of this workspace if you need access.")


type_of_view = Callable[Concatenate[WorkspaceRequest, ...], HttpResponseBase]


def page(view_permission: str, *, change: str | None = None) -> Callable[[type_of_view], Any]:
    """Declare who may open a page, and who may send it something.

    `change` is asked for every method but GET and HEAD; without it, such methods need the same
    permission as viewing. The view is called without the workspace's slug: it has
    `request.workspace` and `request.membership`.
    """
    permissions = {"view": view_permission, "change": change or view_permission}
    for name in permissions.values():
        PERMISSIONS[name]

    def declare(view: type_of_view) -> Any:
        @wraps(view)
        def guarded(request: WorkspaceRequest, workspace: str, **kwargs: Any) -> HttpResponseBase:
            reading = request.method in {"GET", "HEAD"}
            demand(request.membership, permissions["view" if reading else "change"])
            return view(request, **kwargs)

        guarded.permissions = permissions  # type: ignore[attr-defined]
        return guarded

    return declare
