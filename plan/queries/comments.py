"""Remarks on scenarios, and who is named in them."""

from __future__ import annotations

from ipeo import tenancy
from ipeo.models import Membership
from ipeo.queries.members import members_of
from plan.models import CommentMention, Scenario, ScenarioComment


def comments_of(scenario: Scenario) -> list[ScenarioComment]:
    """Return a scenario's remarks in the order in which they were made."""
    return list(
        ScenarioComment.objects.filter(scenario=scenario)
        .select_related("by__user", "settled_by__user")
        .order_by("at", "pk")
    )


def may_be_mentioned() -> list[Membership]:
    """Return the workspace's active members, by name."""
    members = members_of(tenancy.current_workspace()).filter(is_active=True)
    return sorted(members, key=lambda one: str(one).lower())


def unread_mentions(member: Membership, limit: int = 10) -> list[CommentMention]:
    """Return the remarks that name a member and that they have not read, the latest first."""
    return list(
        CommentMention.objects.filter(member=member, read_at__isnull=True)
        .select_related("comment__by__user", "comment__scenario__cycle__campaign")
        .order_by("-comment__at", "-pk")[:limit]
    )
