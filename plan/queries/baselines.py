"""What an objective's metric stood at before the cycle, as measured."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ipeo.models import Cycle
from ipeo.numerics.ranges import month_after
from plan.models import Objective, Program
from plan.queries.budget import months_of
from plan.queries.evidence import History, history_of
from plan.queries.objectives import RATES, in_metric

_SERIES = {
    Objective.Metric.WON_MARGIN: "margin",
    Objective.Metric.NET_AMOUNT: "net_amount",
    Objective.Metric.NEW_CUSTOMERS: "new_customers",
    Objective.Metric.PIPELINE: "pipeline",
}


@dataclass(frozen=True)
class Baseline:
    """A metric as measured: its value, the text a form takes, and what it covers in words."""

    metric: str
    label: str
    value: Decimal
    text: str
    covers: str


def baselines_of(cycle: Cycle) -> list[Baseline]:
    """Return what the campaign's programs brought in as many months as the cycle has.

    The months are the last ones before the cycle that are over. Rates are over all decided deals
    so far. A metric that nobody measured is left out.
    """
    ids = list(Program.objects.filter(campaign=cycle.campaign_id).values_list("pk", flat=True))
    histories = list(history_of(ids).values())
    length = len(months_of(cycle))
    last = cycle.starts_on.replace(day=1)
    known = [month for held in histories for month in held.months]
    if known:
        last = min(last, month_after(max(known), 1))
    first = month_after(last, -length)
    found = []
    for metric in Objective.Metric:
        value, covers = _measured(metric, histories, first, last)
        if value is not None:
            text = in_metric(metric, value)
            found.append(Baseline(metric.value, str(metric.label), value, text, covers))
    return found


def _measured(
    metric: Objective.Metric, histories: list[History], first: date, last: date
) -> tuple[Decimal | None, str]:
    if metric in RATES:
        if metric == Objective.Metric.WIN_RATE:
            part, whole = (sum(one.won for one in histories), sum(one.decided for one in histories))
        else:
            part, whole = (
                sum(one.won_at_value for one in histories),
                sum(one.won for one in histories),
            )
        share = Decimal(part) / Decimal(whole) if whole else None
        return (
            None if share is None else share.quantize(Decimal("0.001")),
            f"over {whole} deals so far",
        )
    name = _SERIES[metric]
    values = [
        amount
        for held in histories
        for month, amount in zip(held.months, getattr(held, name), strict=False)
        if first <= month < last
    ]
    if not values:
        return None, ""
    total = Decimal(str(round(sum(values))))
    return total, f"{first:%b %Y} to {month_after(last, -1):%b %Y}"
