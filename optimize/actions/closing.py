"""A cycle's books are closed; what comes to light afterwards stands on lines of its own."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from ipeo.database.holding import hold
from ipeo.models import Cycle, Membership
from optimize.models import Period, Restatement
from optimize.queries.measures import measured
from optimize.queries.periods import added, amounts_now, amounts_of, as_text, books_of, figures_of


class AlreadyClosed(Exception):
    """Somebody else has closed the period meanwhile; `period` is what they closed."""

    def __init__(self, period: Period) -> None:
        super().__init__(f"{period.closed_by or 'Someone'} has already closed this period.")
        self.period = period


class NotInOptimize(Exception):
    """A period is closed while its cycle is in Optimize, neither before nor after."""


class MeasureFirst(Exception):
    """The figures are older than the facts; frozen now, they would be wrong for ever."""


@transaction.atomic
def close_period(*, cycle: Cycle, by: Membership | None, now: datetime | None = None) -> Period:
    """Freeze a cycle's figures as they are now measured.

    Raises `AlreadyClosed`, `NotInOptimize`, or `MeasureFirst` while facts wait to be measured.
    """
    held = hold(Cycle, cycle.pk, "campaign")
    earlier = Period.objects.select_related("closed_by__user").filter(cycle=held).first()
    if earlier is not None:
        raise AlreadyClosed(earlier)
    if held.stage != Cycle.Stage.OPTIMIZE:
        raise NotInOptimize(
            f"A period can be closed only in Optimize; {held} is in {held.get_stage_display()}."
        )
    at = measured()
    if at.measured_at is None:
        raise MeasureFirst("Measure first: nothing has been measured yet.")
    if at.is_stale:
        raise MeasureFirst("Measure again first: new data has arrived since the last measurement.")
    amounts = amounts_of(held.campaign_id, held.starts_on, held.ends_on)
    return Period.objects.create(
        cycle=held,
        closed_by=by,
        closed_at=now or timezone.now(),
        figures=figures_of(held),
        amounts=as_text(amounts),
    )


@transaction.atomic
def restate_closed_books(*, now: datetime | None = None) -> list[Restatement]:
    """Give every closed period whose facts have changed a line that says by how much.

    The period as closed and its restatements then add up to what is measured now, exactly. Where
    nothing has changed no line is made.
    """
    made = []
    for period in Period.objects.select_related("cycle").select_for_update(of=("self",)):
        books = books_of(period)
        less = {name: -value for name, value in books.now.items()}
        changes = added(amounts_now(period), less)
        if changes:
            made.append(
                Restatement.objects.create(
                    period=period,
                    number=len(books.restatements) + 1,
                    made_at=now or timezone.now(),
                    changes=as_text(changes),
                )
            )
    return made
