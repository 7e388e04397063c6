"""Ranges of days that a page tells of, and the days that they are held against.

A range that is still running is held against as many days of the time before as have gone by in
it, so that a month begun ten days ago is not called worse than a whole one.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

BEFORE, YEAR = "before", "year"
AGAINST = {BEFORE: "previous period", YEAR: "same period last year"}
TWELVE = "twelve"
CUSTOM = "custom"
LENGTHS = {"month": 1, "quarter": 3, "year": 12}
"""Months in each kind of period."""
PERIODS = {
    "month": "This month",
    "last_month": "Last month",
    "quarter": "This quarter",
    "last_quarter": "Last quarter",
    "year": "This year",
    "last_year": "Last year",
    TWELVE: "Last 12 months",
}
"""The ranges that the calendar alone gives, and what people call them."""


@dataclass(frozen=True)
class Days:
    """Some days, both ends included."""

    first: date
    last: date

    @property
    def count(self) -> int:
        """How many days these are."""
        return (self.last - self.first).days + 1


def month_after(month: date, places: int) -> date:
    """Return the first day of the month so many months later (earlier, where negative)."""
    count = month.year * 12 + month.month - 1 + places
    return date(count // 12, count % 12 + 1, 1)


def months_apart(first: date, last: date) -> int:
    """Return how many months later one day's month is than another's."""
    return (last.year - first.year) * 12 + last.month - first.month


def months_between(first: date, last: date) -> list[date]:
    """Return the first day of every month from one day's month to another's, both included."""
    return [month_after(first, place) for place in range(months_apart(first, last) + 1)]


def months_later(day: date, places: int) -> date:
    """Return the same day so many months later; where there is none, the month's last."""
    month = month_after(day, places)
    return month.replace(day=min(day.day, monthrange(month.year, month.month)[1]))


def month_end(day: date) -> date:
    """Return the last day of a day's month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def moved(day: date, places: int) -> date:
    """Return a day so many months later; a month's end stays one."""
    there = months_later(day, places)
    return month_end(there) if day == month_end(day) else there


def period(key: str, today: date, fiscal_year_start: int = 1) -> Days:
    """Return the days of one of `PERIODS`; quarters and years are those of the fiscal year.

    Raises `KeyError` for another key.
    """
    if key == TWELVE:
        return Days(month_after(today, -11), month_end(today))
    months = LENGTHS[key.removeprefix("last_")]
    since = (today.month - fiscal_year_start) % months
    first = month_after(today, -since - (months if key.startswith("last_") else 0))
    return Days(first, month_end(month_after(first, months - 1)))


def before(days: Days, today: date, *, months: int | None = None) -> Days:
    """Return the days to hold a range against: its own length earlier, cut to what has gone by.

    With `months` they lie so many months earlier, else as many days as the range has.
    """
    running = days.first <= today < days.last
    if months is None:
        first = days.first - timedelta(days=days.count)
        last = days.first - timedelta(days=1)
        gone = first + (today - days.first)
    else:
        first = months_later(days.first, -months)
        last = moved(days.last, -months)
        gone = months_later(today, -months)
    return Days(first, min(last, gone) if running else last)


def whole_months(days: Days) -> int | None:
    """Return how many whole months a range is, None where it is not."""
    if days.first.day != 1 or days.last != month_end(days.last):
        return None
    return months_apart(days.first, days.last) + 1


def like(days: Days, other: Days, today: date) -> Days:
    """Return `other`, cut to as many days as have gone by in `days` while it is running."""
    if not days.first <= today < days.last:
        return other
    gone = other.first + (today - days.first)
    return Days(other.first, min(other.last, gone))
