"""What programs' money brought, month by month, for forecasts of the next plan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import F, Sum
from django.db.models.functions import TruncMonth
from django.utils import timezone

from execute.models import Outcome
from ipeo.numerics.ranges import months_between
from optimize.models import ActivityTotal, AttributionModel, CreditTotal, Figure
from plan.queries.evidence import History

MODEL = AttributionModel.FIRST
_SUMS = (
    "n", "net_amount", "priced_list_amount", "margin_amount", "new_n", "priced_n", "beyond_n"
)  # fmt: skip


def histories_of(program_ids: Sequence[int], before: date | None = None) -> Mapping[int, History]:
    """Return the measured past of programs, by id, over the months that were over on a day.

    The day is today unless `before` names one.

    Deals are credited to their first touch and counted in the month they closed, in two queries
    for any number of programs.
    """
    running = (before or timezone.localdate()).replace(day=1)
    spend: dict[int, dict[date, float]] = defaultdict(dict)
    paid = (
        ActivityTotal.objects.filter(
            figure=Figure.ACTUAL, program__in=program_ids, date__lt=running
        )
        .annotate(month=TruncMonth("date"))
        .order_by()
        .values_list("program_id", "month")
        .annotate(total=Sum("amount"))
    )
    for program_id, month, total in paid:
        spend[program_id][month] = float(total)
    credits: Any = (
        CreditTotal.objects.filter(
            model=MODEL, program__in=program_ids, month__isnull=False, month__lt=running
        )
        .exclude(outcome=Outcome.OPEN)
        .order_by()
        .values("program_id", "month", won=F("outcome"))
        .annotate(**{f"sum_{name}": Sum(name) for name in _SUMS})
    )
    rows: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in credits:
        rows[row["program_id"]].append(row)
    return {program_id: _history(months, rows[program_id]) for program_id, months in spend.items()}


def _history(spend: Mapping[date, float], rows: Sequence[dict[str, Any]]) -> History:
    months = months_between(min(spend), max([*spend, *(row["month"] for row in rows)]))
    won: dict[date, dict[str, Any]] = {}
    pipeline: dict[date, float] = defaultdict(float)
    decided = 0.0
    for row in rows:
        pipeline[row["month"]] += float(row["sum_net_amount"] or 0)
        if row["won"] == Outcome.WON:
            won[row["month"]] = row
        if row["won"] in {Outcome.WON, Outcome.LOST}:
            decided += float(row["sum_n"])

    def series(name: str) -> tuple[float, ...]:
        return tuple(float(won.get(month, {}).get(f"sum_{name}") or 0) for month in months)

    priced = sum(series("priced_n"))
    return History(
        months=tuple(months),
        spend=tuple(spend.get(month, 0.0) for month in months),
        margin=series("margin_amount"),
        net_amount=series("net_amount"),
        list_amount=series("priced_list_amount"),
        pipeline=tuple(pipeline.get(month, 0.0) for month in months),
        new_customers=series("new_n"),
        won=round(sum(series("n"))),
        decided=round(decided),
        won_at_value=round(priced - sum(series("beyond_n"))),
    )
