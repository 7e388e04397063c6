"""The money of approved plans and what was spent under them, by the parts of a breakdown.

As in a cycle's own pacing, the plan is the approved scenario's budget, what was spent under it is
the actual expense of the campaign's programs within the cycle, and an expense written as planned
changes neither.
"""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Hashable
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import F, Sum
from django.db.models.functions import Coalesce, TruncMonth

from execute.models import Expense
from optimize.numerics.metrics import Planned
from optimize.queries.slices import Days
from plan.models import BudgetLine, Scenario

_PLANNED_BY = {
    "channel": F("program_plan__program__channel_id"),
    "program": F("program_plan__program_id"),
    "campaign": F("program_plan__program__campaign_id"),
    "month": F("month"),
    "all": None,
}
_SPENT_BY = {
    "channel": Coalesce("channel_id", "program__channel_id"),
    "program": F("program_id"),
    "campaign": F("program__campaign_id"),
    "month": TruncMonth("date"),
    "all": None,
}


def planned_by(by: str, *, days: Days, on: date) -> dict[Hashable, Planned]:
    """Return the plan of each channel, program, campaign, month or of all, within `days`.

    A month of which a part lies within counts for that share of its days; `on` is the day up to
    which the plan is said to date. What has no approved money is left out.
    """
    to_date = Days(days.first, on if days.last is None else min(on, days.last))
    amount: dict[Hashable, Decimal] = defaultdict(Decimal)
    gone: dict[Hashable, Decimal] = defaultdict(Decimal)
    lines = BudgetLine.objects.filter(
        program_plan__scenario__status=Scenario.Status.APPROVED, amount__gt=0
    )
    key = _PLANNED_BY[by]
    if key is not None:
        lines = lines.annotate(key=key)
    names = ("month",) if key is None else ("month", "key")
    for line in lines.order_by().values(*names).annotate(total=Sum("amount")):
        here = line.get("key", by)
        amount[here] += line["total"] * _share_within(line["month"], days)
        gone[here] += line["total"] * _share_within(line["month"], to_date)
    spent = _spent_by(by, to_date)
    return {
        here: Planned(float(planned), float(gone[here]), spent.get(here))
        for here, planned in amount.items()
        if planned > 0
    }


def _spent_by(by: str, days: Days) -> dict[Hashable, float]:
    # One filter, so that the approved scenario is of the very cycle that holds the expense's day.
    found = Expense.objects.filter(
        state=Expense.State.ACTUAL,
        program__campaign__cycles__scenarios__status=Scenario.Status.APPROVED,
        program__campaign__cycles__starts_on__lte=F("date"),
        program__campaign__cycles__ends_on__gte=F("date"),
    )
    if days.first is not None:
        found = found.filter(date__gte=days.first)
    if days.last is not None:
        found = found.filter(date__lte=days.last)
    key = _SPENT_BY[by]
    if key is None:
        total = found.aggregate(total=Sum("amount"))["total"]
        return {} if total is None else {by: float(total)}
    sums = found.annotate(key=key).order_by().values("key").annotate(total=Sum("amount"))
    return {line["key"]: float(line["total"]) for line in sums}


def _share_within(month: date, days: Days) -> Decimal:
    """The share of a month's days that a range holds."""
    long = monthrange(month.year, month.month)[1]
    first, last = month, month + timedelta(days=long - 1)
    if days.first is not None:
        first = max(first, days.first)
    if days.last is not None:
        last = min(last, days.last)
    return Decimal(max((last - first).days + 1, 0)) / long
