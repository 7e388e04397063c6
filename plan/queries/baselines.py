"""What an objective's metric stood at before the cycle, as measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ipeo.models import Cycle
from ipeo.numerics.estimates import Estimate, rate
from ipeo.numerics.ranges import month_after
from ipeo.queries.campaigns import cycle_before
from ipeo.templatetags.figures import day, interval, month
from plan.models import Objective, Program
from plan.queries.budget import months_of
from plan.queries.evidence import History, history_of, results_of
from plan.queries.objectives import RATES, in_metric, kind_of

_SERIES = {
    Objective.Metric.WON_MARGIN: "margin",
    Objective.Metric.NET_AMOUNT: "net_amount",
    Objective.Metric.NEW_CUSTOMERS: "new_customers",
    Objective.Metric.PIPELINE: "pipeline",
}


@dataclass(frozen=True)
class Baseline:
    """A metric as measured: its estimate, and what that covers in words."""

    metric: str
    estimate: Estimate
    covers: str = ""

    @property
    def label(self) -> str:
        """The metric's name."""
        return str(Objective.Metric(self.metric).label)

    @property
    def value(self) -> Decimal | None:
        """The value as an objective holds it: a share in tenths of a percent, else whole."""
        if self.estimate.value is None:
            return None
        held = Decimal(str(self.estimate.value))
        return held.quantize(Decimal("0.001") if self.metric in RATES else Decimal(1))

    @property
    def text(self) -> str:
        """The value as a form takes it; empty where it is not known."""
        return in_metric(self.metric, self.value, "")

    @property
    def known_by(self) -> str:
        """What it covers with its interval and sample, or why it is not known."""
        return ", ".join(filter(None, (self.covers, interval(self.estimate, kind_of(self.metric)))))


def baselines_of(cycle: Cycle) -> dict[str, Baseline]:
    """Return what each metric came to in the cycle before; one not known says why.

    What that cycle does not tell, and all in a campaign's first one, is what the campaign's
    programs brought in as many months as the cycle has, the last ones before it that are over; a
    rate is then over all decided deals so far.
    """
    last = cycle_before(cycle)
    results = None if last is None else results_of(last)
    found: dict[str, Baseline] = {}
    if last is not None and results is not None:
        so_far = "" if results.last == last.ends_on else " so far"
        covers = f"cycle {last.number}{so_far}, {day(results.first)} to {day(results.last)}"
        found = {
            metric: Baseline(metric, estimate, covers)
            for metric, estimate in results.by_metric.items()
            if estimate.known
        }
    missing = [metric for metric in Objective.Metric if metric.value not in found]
    found |= _by_months(cycle, missing) if missing else {}
    return {metric: found[metric] for metric in Objective.Metric.values}


def _by_months(cycle: Cycle, metrics: Sequence[Objective.Metric]) -> dict[str, Baseline]:
    ids = list(Program.objects.filter(campaign=cycle.campaign_id).values_list("pk", flat=True))
    histories = list(history_of(ids).values())
    length = len(months_of(cycle))
    last = cycle.starts_on.replace(day=1)
    known = [month for held in histories for month in held.months]
    if known:
        last = min(last, month_after(max(known), 1))
    first = month_after(last, -length)
    return {metric.value: _measured(metric, histories, first, last) for metric in metrics}


def _measured(
    metric: Objective.Metric, histories: list[History], first: date, last: date
) -> Baseline:
    if metric in RATES:
        if metric == Objective.Metric.WIN_RATE:
            part, whole = (sum(one.won for one in histories), sum(one.decided for one in histories))
        else:
            part, whole = (
                sum(one.won_at_value for one in histories),
                sum(one.won for one in histories),
            )
        share = rate(part, whole, reason="no deals of this campaign's programs are decided yet")
        return Baseline(metric.value, share, "all deals so far" if whole else "")
    name = _SERIES[metric]
    values = [
        amount
        for held in histories
        for held_month, amount in zip(held.months, getattr(held, name), strict=False)
        if first <= held_month < last
    ]
    if not values:
        reason = "nothing of it was measured before this cycle"
        return Baseline(metric.value, Estimate.unknown(reason))
    covers = f"{month(first)} to {month(month_after(last, -1))}"
    return Baseline(metric.value, Estimate.exact(sum(values)), covers)
