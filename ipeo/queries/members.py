"""Which workspaces there are, and whose."""

from dataclasses import dataclass

from django.db.models import F, QuerySet
from django.db.models.lookups import IsNull
from django.utils import timezone

from ipeo import tenancy
from ipeo.models import ApiToken, Membership, User, Workspace
from ipeo.tokens import in_words


@dataclass(frozen=True)
class TokenLine:
    """A token as its owner sees it."""

    token: ApiToken
    may: str
    is_over: bool


def membership_of(*, user: User, slug: str) -> Membership | None:
    """Return the person's active membership of a workspace, with the workspace; None if none."""
    return (
        Membership.objects.select_related("workspace", "user")
        .filter(user=user, workspace__slug=slug, is_active=True)
        .first()
    )


def memberships_of(*, user: User) -> list[Membership]:
    """Return the person's active memberships by the workspaces' names."""
    return list(
        Membership.objects.select_related("workspace")
        .filter(user=user, is_active=True)
        .order_by("workspace__name")
    )


def find_workspace(slug: str) -> Workspace:
    """Return a workspace for work of the system; raises `Workspace.DoesNotExist`."""
    with tenancy.system():
        return Workspace.objects.get(slug=slug)


def workspace_ids() -> list[int]:
    """Return the ids of all workspaces, for work of the system."""
    with tenancy.system():
        return list(Workspace.objects.order_by("pk").values_list("pk", flat=True))


def members_of(workspace: Workspace) -> QuerySet[Membership]:
    """Return a workspace's members, people first, then placeholders, by name."""
    return (
        Membership.objects.filter(workspace=workspace)
        .select_related("user")
        .order_by(IsNull(F("user"), True), "-is_active", "user__name", "name", "pk")
    )


def tokens_of(membership: Membership) -> list[TokenLine]:
    """Return a member's tokens, the latest first."""
    now = timezone.now()
    found = ApiToken.objects.filter(membership=membership).order_by("-pk")
    return [TokenLine(token, in_words(token.scopes), token.expires_at <= now) for token in found]
