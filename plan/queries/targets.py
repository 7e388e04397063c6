"""What a target may be held against: nobody's word, but what was aimed at and is expected."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from plan.models import Objective
from plan.queries.forecasts import shown_forecast
from plan.queries.handoff import leading_scenario
from plan.queries.objectives import RATES, in_metric

_DIGITS = 3
"""How many digits of an expected sum are known well enough to aim at."""


@dataclass(frozen=True)
class Hint:
    """A figure that a target could be, as a form takes it, and what it rests on."""

    text: str
    rests_on: str


def hints_for(objective: Objective) -> list[Hint]:
    """Return the campaign's last target for the metric, and what the leading scenario expects."""
    found = []
    last = (
        Objective.objects.filter(
            cycle__campaign=objective.cycle.campaign_id,
            cycle__number__lt=objective.cycle.number,
            metric=objective.metric,
            target__isnull=False,
        )
        .select_related("cycle")
        .order_by("-cycle__number")
        .first()
    )
    if last is not None:
        text = in_metric(last.metric, last.target)
        found.append(Hint(text, f"the target of cycle {last.cycle.number}"))
    leading = leading_scenario(objective.cycle)
    if leading is None:
        return found
    for one in shown_forecast(leading).objectives:
        if one.objective.pk == objective.pk and one.expected.value is not None:
            text = in_metric(objective.metric, _rounded(objective.metric, one.expected.value))
            interval = f", {one.interval_alone}" if one.interval_alone else ""
            found.append(Hint(text, f"expected of “{leading}”{interval}"))
    return found


def _rounded(metric: str, value: float) -> Decimal:
    exact = Decimal(str(value))
    if metric in RATES:
        return exact.quantize(Decimal("0.01"))
    places = max(exact.adjusted() - _DIGITS + 1, 0)
    return exact.quantize(Decimal(1).scaleb(places)).quantize(Decimal(1))
