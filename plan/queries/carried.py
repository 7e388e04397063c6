"""What a cycle's plan may take over from the campaign's last one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from ipeo.models import Cycle
from ipeo.numerics.ranges import months_apart, moved
from plan.models import Objective
from plan.queries.baselines import Baseline, baselines_of
from plan.queries.objectives import in_metric


@dataclass(frozen=True)
class Offer:
    """An objective of an earlier cycle: what it would begin from in this one, and by when."""

    objective: Objective
    baseline: Baseline
    due_date: date | None

    @property
    def target(self) -> str:
        """What was aimed at, as its metric is written."""
        return in_metric(self.objective.metric, self.objective.target, "Not set")


def moved_day(day: date | None, source: Cycle, cycle: Cycle) -> date | None:
    """Return a day of one cycle at its place in another of the campaign.

    It moves by the months between the cycles' starts; a month's end stays one, and a day that
    the other cycle does not have becomes its nearest.
    """
    if day is None:
        return None
    there = moved(day, months_apart(source.starts_on, cycle.starts_on))
    return min(max(there, cycle.starts_on), cycle.ends_on)


def offers_of(cycle: Cycle, measured: Mapping[str, Baseline] | None = None) -> list[Offer]:
    """Return the objectives that the campaign had last and an open cycle lacks, with baselines.

    `measured` is what `baselines_of` says of the cycle, where it is known already.
    """
    if cycle.closed_at is not None:
        return []
    earlier = Cycle.objects.filter(
        campaign=cycle.campaign_id, number__lt=cycle.number, objectives__isnull=False
    )
    last = earlier.order_by("-number").first()
    if last is None:
        return []
    held = Objective.objects.filter(cycle=cycle).values("metric")
    lacking = list(
        Objective.objects.filter(cycle=last)
        .exclude(metric__in=held)
        .select_related("audience")
        .order_by("pk")
    )
    for objective in lacking:
        objective.cycle = last
    if measured is None:
        measured = baselines_of(cycle) if lacking else {}
    return [
        Offer(one, measured[one.metric], moved_day(one.due_date, last, cycle)) for one in lacking
    ]
