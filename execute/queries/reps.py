"""Reps: members, and placeholders for names that only files know."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q

from execute.models import Deal, RepName
from execute.numerics.values import same
from ipeo import tenancy
from ipeo.models import Membership
from ipeo.queries.members import members_of


@dataclass(frozen=True)
class Placeholder:
    """A rep whom files name and nobody has claimed yet."""

    member: Membership
    deals: int
    open_deals: int


def rep_key(name: str) -> str:
    """Return a rep's name for comparison: no case, accents, or differences of space."""
    return same(name)[:250]


def known_reps(keys: Iterable[str]) -> dict[str, Membership]:
    """Return the members that names (as `rep_key` gives them) mean, those known alone.

    A name claimed or given by a file goes before a member's own name, that before the account's
    name, and that before its e-mail address. Members whose access has ended count only where no
    active one is meant.
    """
    wanted = set(keys)
    found: dict[str, tuple[tuple[int, int, int], Membership]] = {}
    members = {member.pk: member for member in members_of(tenancy.current_workspace())}
    for member in members.values():
        user = member.user
        names = (member.source_name, member.name, user.name if user else "", user and user.email)
        for place, name in enumerate(names, start=1):
            key = rep_key(name) if name else ""
            rank = (0 if member.is_active else 1, place, member.pk)
            if key in wanted and (key not in found or rank < found[key][0]):
                found[key] = (rank, member)
    claimed = RepName.objects.filter(key__in=wanted).values_list("key", "member_id")
    return {key: member for key, (_, member) in found.items()} | {
        key: members[member_id] for key, member_id in claimed if member_id in members
    }


def placeholders() -> list[Placeholder]:
    """Return the reps nobody has claimed, those with most deals first."""
    found = [
        member
        for member in members_of(tenancy.current_workspace()).filter(is_active=True)
        if member.is_placeholder
    ]
    counted = {
        line["owner"]: (line["deals"], line["open"])
        for line in Deal.objects.filter(owner__in=found)
        .order_by()
        .values("owner")
        .annotate(deals=Count("pk"), open=Count("pk", filter=Q(outcome="open")))
    }
    rows = [Placeholder(member, *counted.get(member.pk, (0, 0))) for member in found]
    return sorted(rows, key=lambda row: (-row.deals, str(row.member)))
