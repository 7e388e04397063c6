"""Each objective's pacing, the chance to reach it, and how the frozen forecasts came out."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from ipeo.models import Cycle
from ipeo.numerics.estimates import Estimate, rate
from ipeo.templatetags.figures import percent
from optimize.numerics.figures import Figures
from optimize.numerics.metrics import pacing
from optimize.numerics.pacing import Outlook, interval_score, outlook_of_share, outlook_of_sum
from optimize.queries.measures import Slice, key_figures
from optimize.queries.slices import Days, deal_sums
from plan.models import Forecast, Objective
from plan.numerics.forecast import PERCENTILES, score
from plan.queries.budget import approved_scenario, planned_by_month
from plan.queries.forecasts import estimate_of
from plan.queries.objectives import RATES, kind_of, objectives_of

Metric = Objective.Metric

ACTUALS: dict[str, Callable[[Figures], Decimal | float | None]] = {
    Metric.WON_MARGIN: lambda held: held.margin_amount,
    Metric.NET_AMOUNT: lambda held: held.net_amount,
    Metric.NEW_CUSTOMERS: lambda held: held.new_customers,
    Metric.WIN_RATE: lambda held: held.win_rate.value,
    Metric.PIPELINE: lambda held: held.sourced_pipeline_amount,
    Metric.VALUE_SHARE: lambda held: (
        None if held.price_dependence.value is None else 1 - held.price_dependence.value
    ),
}
"""What became of each metric."""
_AMOUNTS = {
    Metric.WON_MARGIN: "margin",
    Metric.NET_AMOUNT: "net",
    Metric.PIPELINE: "net",
}
_SIZED = timedelta(days=730)


@dataclass(frozen=True)
class Score:
    """How a frozen forecast came out; `crps` and `interval_score` are in the metric's own unit."""

    metric: str
    label: str
    expected: Estimate
    actual: float
    inside: bool
    interval_score: float
    crps: float | None

    @property
    def kind(self) -> str:
        """How its figures are written."""
        return kind_of(self.metric)

    @property
    def score_kind(self) -> str:
        """How its scores are written: a share's are points."""
        return "points" if self.metric in RATES else self.kind.removesuffix(":0")

    @property
    def says(self) -> str:
        """Where the actual lies, in words."""
        if self.inside:
            return "inside its interval"
        high = self.expected.high
        side = "above" if high is not None and self.actual > high else "below"
        return f"{side} its interval"


@dataclass(frozen=True)
class Pace:
    """An objective on a day: `planned` is what the plan wanted to have by then."""

    objective: Objective
    actual: float | None
    planned: float | None
    gone: float
    pacing: Estimate
    outlook: Outlook
    forecast: Estimate
    score: Score | None

    @property
    def kind(self) -> str:
        """How its figures are written."""
        return kind_of(self.objective.metric)

    @property
    def chance(self) -> str:
        """The chance to reach it; an extreme one is not called certain."""
        held = self.outlook.chance
        if held is None:
            return ""
        if self.gone >= 1:
            return "reached" if held else "not reached"
        return "under 1%" if held < 0.01 else "over 99%" if held > 0.99 else str(percent(held))

    @property
    def is_behind(self) -> bool:
        """Whether it is less likely than not to be reached."""
        return self.outlook.chance is not None and self.outlook.chance < 0.5


def paces_of(cycle: Cycle, on: date | None = None) -> list[Pace]:
    """Return each objective of a cycle as it comes along, in the order they were set."""
    objectives = objectives_of(cycle)
    if not objectives:
        return []
    on = on or timezone.localdate()
    figures = key_figures(Slice(cycle=cycle))
    planned = planned_by_month(cycle)
    frozen = {row.objective_id: row for row in _frozen(cycle)}
    sizes = _sizes(cycle, {one.metric for one in objectives})
    return [
        _pace(one, cycle, on, figures, planned, frozen.get(one.pk), sizes.get(one.metric, 1.0))
        for one in objectives
    ]


def share_gone(cycle: Cycle, planned: dict[date, Decimal], on: date, until: date) -> float:
    """Return how much of a cycle's plan should have come by the end of a day, from 0 to 1.

    Where money is planned, as much as of the money up to the day `until`; else of the days.
    """
    weights = {month: float(amount) for month, amount in planned.items()}
    if sum(weights.values()) <= 0:
        weights = dict.fromkeys(planned, 1.0)
    gone = whole = 0.0
    for month, weight in weights.items():
        last = month.replace(day=calendar.monthrange(month.year, month.month)[1])
        first, end = max(month, cycle.starts_on), min(last, until)
        days = (end - first).days + 1
        if days <= 0:
            continue
        # A month that the cycle cuts holds its money on the days inside.
        whole += weight
        gone += weight * min(max((min(on, end) - first).days + 1, 0) / days, 1.0)
    return min(gone / whole, 1.0) if whole > 0 else 0.0


def _pace(
    objective: Objective,
    cycle: Cycle,
    on: date,
    figures: Figures,
    planned: dict[date, Decimal],
    frozen: Forecast | None,
    size: float,
) -> Pace:
    until = min(objective.due_date or cycle.ends_on, cycle.ends_on)
    gone = share_gone(cycle, planned, on, until)
    if cycle.closed_at is not None or on > until:
        gone = 1.0
    found = ACTUALS[objective.metric](figures)
    actual = None if found is None else float(found)
    target = None if objective.target is None else float(objective.target)
    forecast = (
        Estimate.unknown("no plan with a forecast has been approved")
        if frozen is None
        else estimate_of(frozen)
    )
    is_share = objective.metric in RATES
    wanted = None if target is None else target if is_share else target * gone
    if actual is None:
        pace = Estimate.unknown("not measured yet")
    elif target is None:
        pace = Estimate.unknown("no target set")
    else:
        pace = pacing(actual, wanted) if wanted else Estimate.unknown("nothing due yet")
    if actual is None:
        outlook = Outlook(Estimate.unknown("not measured yet"), None)
    elif is_share:
        held = figures.win_rate if objective.metric == Metric.WIN_RATE else figures.price_dependence
        outlook = outlook_of_share(actual * held.n, held.n, gone, forecast=forecast, target=target)
    else:
        outlook = outlook_of_sum(actual, gone, forecast=forecast, size=size, target=target)
    return Pace(
        objective=objective,
        actual=actual,
        planned=wanted,
        gone=gone,
        pacing=pace,
        outlook=outlook,
        forecast=forecast,
        score=None if frozen is None else score_of(frozen),
    )


def _frozen(cycle: Cycle) -> list[Forecast]:
    scenario = approved_scenario(cycle)
    if scenario is None:
        return []
    return list(
        Forecast.objects.filter(scenario=scenario)
        .select_related("program", "objective")
        .order_by("program_id", "pk")
    )


def _sizes(cycle: Cycle, metrics: Iterable[str]) -> dict[str, float]:
    """What one deal adds to each sum, on average weighed by size, in the two years before now."""
    wanted = {metric: _AMOUNTS[Metric(metric)] for metric in metrics if metric in _AMOUNTS}
    if not wanted:
        return {}
    days = Days(cycle.ends_on - _SIZED, cycle.ends_on)
    won = [sums for _, outcome, _, sums in deal_sums(group="1", days=days) if outcome == "won"]
    sizes = {}
    for metric, name in wanted.items():
        total = sum(sums[f"{name}_amount"] for sums in won)
        if total > 0:
            sizes[metric] = float(sum(sums[f"{name}_squares"] for sums in won)) / float(total)
    return sizes


def score_of(row: Forecast) -> Score | None:
    """Return how a frozen forecast came out, None while that is not known."""
    expected = estimate_of(row)
    if row.actual is None or expected.low is None or expected.high is None:
        return None
    actual, quantiles = float(row.actual), row.rests_on.get("quantiles") or ()
    return Score(
        metric=row.metric,
        label=str(row.program or row.get_metric_display()),
        expected=expected,
        actual=actual,
        inside=expected.low <= actual <= expected.high,
        interval_score=interval_score(expected.low, expected.high, actual),
        crps=score(quantiles, actual).crps if len(quantiles) == len(PERCENTILES) else None,
    )


@dataclass(frozen=True)
class Calibration:
    """How often frozen forecasts held what came, which should be as often as they say."""

    inside: Estimate
    cycles: int


def scores_of(cycle: Cycle) -> list[Score]:
    """Return how a cycle's frozen forecasts came out, the whole first, then by program."""
    found = [(row, score_of(row)) for row in _frozen(cycle)]
    ordered = sorted(found, key=lambda pair: (pair[0].program_id is not None, pair[0].pk))
    return [held for _, held in ordered if held is not None]


def calibration(before: Cycle | None = None) -> Calibration:
    """Return how often scored forecasts held what came, over the cycles up to one."""
    rows = Forecast.objects.exclude(scored_at=None).exclude(low=None)
    rows = rows.filter(scenario__status="approved").select_related("scenario")
    if before is not None:
        rows = rows.filter(
            scenario__cycle__campaign=before.campaign_id, scenario__cycle__number__lte=before.number
        )
    held = [
        (row.scenario.cycle_id, row.low <= row.actual <= row.high)
        for row in rows
        if row.low is not None and row.actual is not None and row.high is not None
    ]
    return Calibration(
        rate(sum(inside for _, inside in held), len(held), reason="no forecasts scored yet"),
        len({cycle_id for cycle_id, _ in held}),
    )
