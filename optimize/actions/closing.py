"""A cycle's books are closed, and what it taught is told to the next one."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from ipeo.models import Cycle, Membership
from optimize.models import Period
from optimize.queries.measures import measured
from optimize.queries.periods import figures_of


class AlreadyClosed(Exception):
    """Somebody else has closed the period meanwhile; `period` is what they closed."""

    def __init__(self, period: Period) -> None:
        super().__init__(f"{period.closed_by or 'Somebody'} has closed this period already.")
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
    held = Cycle.objects.select_for_update(of=("self",)).select_related("campaign").get(pk=cycle.pk)
    earlier = Period.objects.select_related("closed_by__user").filter(cycle=held).first()
    if earlier is not None:
        raise AlreadyClosed(earlier)
    if held.stage != Cycle.Stage.OPTIMIZE:
        raise NotInOptimize(
            f"A period is closed in Optimize; {held} is in {held.get_stage_display()}."
        )
    at = measured()
    if at.measured_at is None or at.is_stale:
        raise MeasureFirst("Measure first: facts have come in since the last measurement.")
    made: Period = Period.objects.create(
        cycle=held, closed_by=by, closed_at=now or timezone.now(), figures=figures_of(held)
    )
    return made
