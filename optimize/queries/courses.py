"""An objective's way through its cycle: what it came to month by month, beside its plan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate

from django.utils import timezone

from ipeo.models import Cycle
from ipeo.numerics.ranges import month_end
from optimize.numerics.figures import Figures
from optimize.queries.measures import Slice, by_month
from optimize.queries.pacing import Pace, share_gone
from plan.models import Objective
from plan.queries.budget import planned_by_month

Metric = Objective.Metric

SUMS: dict[str, Callable[[Figures], Decimal | float | None]] = {
    Metric.WON_MARGIN: lambda held: held.margin_amount,
    Metric.NET_AMOUNT: lambda held: held.net_amount,
    Metric.NEW_CUSTOMERS: lambda held: held.new_customers,
}
"""The metrics that add up over the months: a share does not, nor does what is still open."""
NEAR = 0.5


@dataclass(frozen=True)
class Course:
    """A sum on its way: `actual` by the end of each of `days`, `planned` by each day to its due."""

    pace: Pace
    target: float
    days: tuple[date, ...]
    actual: tuple[float, ...]
    planned: tuple[tuple[date, float], ...]


def courses_of(cycle: Cycle, paces: Sequence[Pace], on: date | None = None) -> list[Course]:
    """Return the way of each objective that adds up, has a target and a plan, and is measured."""
    wanted = [pace for pace in paces if pace.objective.metric in SUMS and pace.actual is not None]
    last = min(on or timezone.localdate(), cycle.ends_on)
    if not wanted or last < cycle.starts_on:
        return []
    plan, found = planned_by_month(cycle), []
    if not plan:
        return []
    months = by_month(Slice(cycle=cycle))
    ends = [min(month_end(one.month), last) for one in months if one.month <= last]
    for pace in wanted:
        if pace.objective.target is None:
            continue
        target = float(pace.objective.target)
        until = min(pace.objective.due_date or cycle.ends_on, cycle.ends_on)
        came = [float(SUMS[pace.objective.metric](one.figures) or 0) for one in months]
        sums = list(accumulate(came[: len(ends)]))
        # What is counted anew in each month need not add up to the whole: then nothing is drawn.
        if not sums or abs(sums[-1] - (pace.actual or 0.0)) > NEAR:
            continue
        marks = [min(month_end(one.month), until) for one in months if one.month <= until]
        start = cycle.starts_on - timedelta(days=1)
        found.append(
            Course(
                pace=pace,
                target=target,
                days=(start, *ends),
                actual=(0.0, *sums),
                planned=(
                    (start, 0.0),
                    *((day, target * share_gone(cycle, plan, day, until)) for day in marks),
                ),
            )
        )
    return found
