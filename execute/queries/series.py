"""Expenses that recur month by month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Max, Min

from execute.models import Expense


@dataclass(frozen=True)
class Series:
    """How many expenses recur together, and from when to when; none of them for one alone."""

    count: int
    first: date | None
    last: date | None


def series_of(expense: Expense) -> Series:
    """Return the series that an expense belongs to."""
    if expense.series is None:
        return Series(0, None, None)
    found = Expense.objects.filter(series=expense.series)
    return Series(**found.aggregate(count=Count("pk"), first=Min("date"), last=Max("date")))
