"""The pages of a calendar: a timeline's months in weeks, with the flights across them."""

from __future__ import annotations

from calendar import Calendar
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from ipeo.numerics.ranges import month_after, months_apart
from plan.queries.timeline import Flight, Timeline


@dataclass(frozen=True)
class Day:
    """One day of a month's page: what begins, ends or flies on it."""

    on: date
    in_month: bool
    begins: list[Flight]
    ends: list[Flight]
    flying: int


@dataclass(frozen=True)
class Bar:
    """A flight within one week: its place across the seven days, in percent of them."""

    flight: Flight
    left: float
    width: float


@dataclass(frozen=True)
class MonthWeek:
    """A week of a month's page: its days, and the flights on those that belong to the month."""

    days: list[Day]
    bars: list[Bar]


@dataclass(frozen=True)
class MonthPage:
    """One month in whole weeks, Monday first."""

    month: date
    weeks: list[MonthWeek]


@dataclass(frozen=True)
class MonthPages:
    """Months side by side: one, or a quarter's three, and where to turn from them."""

    pages: list[MonthPage]
    before: str
    after: str


def months_page(
    held: Timeline, wished: str, count: int = 1, *, today: date | None = None
) -> MonthPages:
    """Return the page of a month of the cycle (`2026-07`).

    Where none is named it is the page that holds today, counted in pages from the cycle's first
    month, or the first where today lies outside the cycle.
    """
    today = today or timezone.localdate()
    first = held.first.replace(day=1)
    try:
        month = date.fromisoformat(f"{wished}-01")
    except ValueError:
        month = first
        if held.first <= today <= held.last:
            month = month_after(first, months_apart(first, today) // count * count)
    month = min(max(month, first), held.last.replace(day=1))
    months = [month_after(month, place) for place in range(count)]
    earlier, later = month_after(month, -count), month_after(month, count)
    return MonthPages(
        pages=[_month_page(held, one) for one in months],
        before=f"{earlier:%Y-%m}" if month > first else "",
        after=f"{later:%Y-%m}" if later <= held.last else "",
    )


def _month_page(held: Timeline, month: date) -> MonthPage:
    weeks = Calendar().monthdatescalendar(month.year, month.month)
    return MonthPage(month, [_week(held, week, month) for week in weeks])


def _week(held: Timeline, week: list[date], month: date) -> MonthWeek:
    days = [_day(held, day, month) for day in week]
    bars = []
    for flight in held.flights:
        places = [
            place
            for place, day in enumerate(days)
            if day.in_month and flight.starts_on <= day.on <= flight.ends_on
        ]
        if places:
            share = 100 / len(days)
            bars.append(Bar(flight, share * places[0], share * len(places)))
    return MonthWeek(days, bars)


def _day(held: Timeline, day: date, month: date) -> Day:
    here = [one for one in held.flights if one.starts_on <= day <= one.ends_on]
    return Day(
        on=day,
        in_month=day.month == month.month,
        begins=[one for one in here if one.starts_on == day],
        ends=[one for one in here if one.ends_on == day],
        flying=len(here),
    )
