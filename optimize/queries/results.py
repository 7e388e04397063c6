"""What a cycle came to, for the objectives of the next one."""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone

from ipeo.models import Cycle
from ipeo.numerics.estimates import Estimate
from optimize.numerics.figures import Figures
from optimize.queries.freshness import measured
from optimize.queries.measures import Slice, key_figures
from optimize.queries.pacing import ACTUALS
from plan.models import Objective
from plan.queries.evidence import Results

_SHARES: dict[str, Callable[[Figures], Estimate]] = {
    Objective.Metric.WIN_RATE: lambda held: held.win_rate,
    Objective.Metric.VALUE_SHARE: lambda held: held.price_dependence.scaled(-1.0, 1.0),
}


def results_of(cycle: Cycle) -> Results | None:
    """Return what a cycle came to by its last measured day; None where nothing was measured.

    The figures are those that its pacing shows and its forecasts are scored by.
    """
    at = measured().measured_at
    if at is None:
        return None
    figures = key_figures(Slice(cycle=cycle))
    return Results(
        first=cycle.starts_on,
        last=min(cycle.ends_on, max(timezone.localdate(at), cycle.starts_on)),
        by_metric={metric: _result(metric, figures) for metric in Objective.Metric.values},
    )


def _result(metric: str, figures: Figures) -> Estimate:
    if metric in _SHARES:
        return _SHARES[metric](figures)
    found = ACTUALS[metric](figures)
    if found is None:
        return Estimate.unknown("not enough is recorded on its deals")
    many = figures.sourced_deals if metric == Objective.Metric.PIPELINE else figures.deals_won
    return Estimate.exact(float(found), round(many or 0))
