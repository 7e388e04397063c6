"""What happened about a program, on one axis of time: rivals' moves and new material."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from execute.models import MaterialVersion
from insight.models import CompetitorMove
from ipeo import tenancy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plan.models import Program

MOST = 12
"""So many moments of each kind are shown, the latest."""


@dataclass(frozen=True)
class Moment:
    """Something that may have moved a program's efficacy; `mark` names it on the drawing."""

    on: date
    what: str
    text: str
    is_ours: bool
    mark: str = ""


def moments_of(program: Program, first: date, last: date) -> list[Moment]:
    """Return rivals' moves and approved versions of a program's materials, in their order.

    Two queries, however many there are.
    """
    zone = tenancy.current_workspace().zone
    begins = datetime.combine(first, time(), tzinfo=zone)
    ends = datetime.combine(last + timedelta(days=1), time(), tzinfo=zone)
    moves = (
        CompetitorMove.objects.filter(happened_on__range=(first, last))
        .select_related("competitor")
        .order_by("-happened_on", "-pk")[:MOST]
    )
    versions = (
        MaterialVersion.objects.filter(
            material__program=program,
            state=MaterialVersion.State.APPROVED,
            decided_at__gte=begins,
            decided_at__lt=ends,
        )
        .select_related("material")
        .order_by("-decided_at", "-pk")[:MOST]
    )
    found = [
        Moment(
            move.happened_on,
            f"{move.competitor.name}: {move.get_kind_display().lower()}",
            move.description,
            False,
        )
        for move in moves
    ]
    for version in versions:
        assert version.decided_at is not None
        found.append(
            Moment(
                version.decided_at.astimezone(zone).date(),
                f"{version.material.name}, version {version.number}",
                version.change_note or "Approved",
                True,
            )
        )
    return _marked(sorted(found, key=lambda one: (one.on, one.what)))


def _marked(found: Sequence[Moment]) -> list[Moment]:
    return [
        Moment(one.on, one.what, one.text, one.is_ours, mark=str(number))
        for number, one in enumerate(found, 1)
    ]
