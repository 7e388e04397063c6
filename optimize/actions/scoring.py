"""Forecasts and decisions are scored by what came of them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from ipeo.models import Cycle
from optimize.models import Recommendation
from optimize.queries.aftermath import MONTHS, came_after
from optimize.queries.measures import Slice, by_program, key_figures
from optimize.queries.pacing import ACTUALS
from plan.actions.forecasts import score_forecast
from plan.models import Forecast, Scenario
from plan.queries.budget import approved_scenario

SETTLED = timedelta(days=31 * (MONTHS + 2))
"""The months that are compared after a decision, its own, and one for facts that come in late."""

SCORE = ("after", "after_low", "after_high", "after_n", "after_reason", "scored_at")


def score_forecasts(*, cycle: Cycle, now: datetime | None = None) -> list[Forecast]:
    """Score a cycle's frozen forecasts by the figures as measured; each is scored once.

    What was not measured, and what was not forecast, stays without a score.
    """
    scenario = approved_scenario(cycle)
    if scenario is None:
        return []
    whole = key_figures(Slice(cycle=cycle))
    programs = {one.program.pk: one.figures for one in by_program(Slice(cycle=cycle))}
    scored = []
    for row in (
        Forecast.objects.filter(scenario=scenario)
        .select_related("program", "scenario__cycle")
        .order_by("pk")
    ):
        held = whole if row.program_id is None else programs.get(row.program_id)
        actual = None if held is None else ACTUALS[row.metric](held)
        if actual is not None and row.expected is not None:
            scored.append(score_forecast(forecast=row, actual=actual, now=now))
    return scored


def score_closed_cycles(*, now: datetime | None = None) -> int:
    """Score the forecasts of closed cycles that have none scored; return how many cycles."""
    waiting = (
        Scenario.objects.filter(
            status=Scenario.Status.APPROVED,
            cycle__closed_at__isnull=False,
            forecasts__isnull=False,
        )
        .exclude(forecasts__scored_at__isnull=False)
        .select_related("cycle")
        .distinct()
    )
    cycles = [scenario.cycle for scenario in waiting]
    for cycle in cycles:
        score_forecasts(cycle=cycle, now=now)
    return len(cycles)


@transaction.atomic
def score_decisions(*, now: datetime | None = None, on: date | None = None) -> int:
    """Say of each decision what came after it; return how many were looked at.

    A score follows each measurement until `SETTLED` after the decision, and then stays.
    """
    now, on = now or timezone.now(), on or timezone.localdate(now)
    rows = list(
        Recommendation.objects.exclude(decided_at=None)
        .exclude(scored_at__gt=F("decided_at") + SETTLED)
        .select_related("cycle")
        .order_by("pk")
    )
    # Nobody waits for the figures: the rows are locked when these are known. What somebody
    # decided anew by then is looked at with the next measurement.
    found = dict(zip(rows, came_after(rows, on), strict=True))
    held = Recommendation.objects.filter(pk__in=[row.pk for row in rows]).order_by("pk")
    decided = dict(held.select_for_update().values_list("pk", "decided_at"))
    scored = [row for row in rows if decided.get(row.pk) == row.decided_at]
    for row in scored:
        after = found[row]
        row.after, row.after_low, row.after_high = after.value, after.low, after.high
        row.after_n, row.after_reason, row.scored_at = after.n, after.reason, now
    Recommendation.objects.bulk_update(scored, SCORE, batch_size=500)
    return len(scored)
