"""How programs wear: their touches and deals by week or month, judged against all the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, astuple, dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from execute.models import Outcome
from ipeo.numerics.ranges import month_after, months_apart
from optimize.models import Figure
from optimize.numerics.efficacy import MONTHLY_ALARM, WEEKLY_ALARM, Wear, judge
from optimize.numerics.metrics import Sums
from optimize.numerics.seasons import WINDOW, shared_season
from optimize.numerics.settling import settling_plan
from optimize.queries.fits import DAYS_OF_MONTH, MONTHS_AHEAD, as_json
from optimize.queries.openings import Activity, CellTime, OpenedDeal

Floats = npt.NDArray[np.float64]

WEEKLY = 3.0
"""Deals a week from which on a program is judged by weeks; others are judged by months."""
WEEKS = 26
"""So many weeks there must be to judge by weeks."""
RIDGE = 0.6
"""A correlation of wear with saturation above this asks for a test."""


@dataclass(frozen=True)
class Calendar:
    """Periods that are over, by their first days: weeks from Monday on, or months."""

    firsts: tuple[date, ...]
    weekly: bool

    @property
    def days(self) -> float:
        """How many days a period has on average."""
        return 7.0 if self.weekly else DAYS_OF_MONTH

    def place(self, day: date) -> int | None:
        """Return which period a day lies in."""
        if not self.firsts or day < self.firsts[0]:
            return None
        if self.weekly:
            found = (day - self.firsts[0]).days // 7
        else:
            found = months_apart(self.firsts[0], day)
        return found if found < len(self.firsts) else None


def calendar(days: Iterable[date], on: date, *, weekly: bool) -> Calendar:
    """Return the periods from the first of some days to the last one over on a day."""
    first = min(days, default=None)
    if first is None:
        return Calendar((), weekly)
    firsts: list[date] = []
    if weekly:
        day = first - timedelta(days=first.weekday())
        while day + timedelta(days=7) <= on:
            firsts.append(day)
            day += timedelta(days=7)
    else:
        while month_after(first.replace(day=1), len(firsts)) < on.replace(day=1):
            firsts.append(month_after(first.replace(day=1), len(firsts)))
    return Calendar(tuple(firsts), weekly)


@dataclass(frozen=True)
class Tables:
    """Touches, deals opened and spend: (subjects, periods)."""

    calendar: Calendar
    subjects: tuple[Any, ...]
    touches: Floats
    opened: Floats
    spend: Floats

    @cached_property
    def season(self) -> Floats:
        """How each period went for the other subjects, of each subject."""
        return shared_season(
            self.touches, self.opened, window=WINDOW if self.calendar.weekly else 1
        )


Whose = Callable[[int, date], Any]
"""Who a program's facts of a day belong to; None is nobody."""


def tables(
    deals: Sequence[OpenedDeal], acts: Sequence[Activity], times: Calendar, whose: Whose
) -> Tables:
    """Add up the facts by subject and period."""
    sums: dict[str, dict[Any, Floats]] = {
        name: defaultdict(lambda: np.zeros(len(times.firsts)))
        for name in (Figure.TOUCHES, Figure.ACTUAL, "opened")
    }
    for act in acts:
        place, subject = times.place(act.on), whose(act.program, act.on)
        if place is not None and subject is not None:
            sums[act.figure][subject][place] += act.amount
    for deal in deals:
        if deal.program is None or deal.opened_on is None:
            continue
        place, subject = times.place(deal.opened_on), whose(deal.program, deal.opened_on)
        if place is not None and subject is not None:
            sums["opened"][subject][place] += 1
    subjects = tuple(sums[Figure.TOUCHES])
    blank = np.zeros((0, len(times.firsts)))

    def table(name: str) -> Floats:
        return np.stack([sums[name][one] for one in subjects]) if subjects else blank

    return Tables(times, subjects, table(Figure.TOUCHES), table("opened"), table(Figure.ACTUAL))


def program_wears(
    deals: Sequence[OpenedDeal], acts: Sequence[Activity], on: date
) -> dict[int, dict[str, Any]]:
    """Judge every program over the time before the running period, against all the others."""
    days = _days(deals, acts)
    by_week, by_month = (
        tables(deals, acts, calendar(days, on, weekly=weekly), lambda program, _: program)
        for weekly in (True, False)
    )
    margins, done = _margins(deals), _done(acts)
    results: dict[int, dict[str, Any]] = {}
    for program in by_month.subjects:
        at = by_month.subjects.index(program)
        first = _first(by_month.touches[at])
        if first is None:
            continue
        months = by_month.calendar.firsts[first:]
        spend = by_month.spend[at]
        paid, touched = done[program, Figure.ACTUAL], done[program, Figure.TOUCHES]
        pays = _break_even(paid, touched, margins[program].margin, margins[program].decided)
        won = margins[program].won
        results[program] = {
            **_judged(by_week, by_month, program, pays),
            "months": [month.isoformat() for month in months],
            "touches": by_month.touches[at, first:].tolist(),
            "opened": by_month.opened[at, first:].tolist(),
            "break_even": pays,
            "spend": spend[first:].tolist(),
            "won": [astuple(won.get((month.year, month.month), Sums())) for month in months],
        }
    return results


def cell_wears(
    deals: Sequence[OpenedDeal],
    acts: Sequence[Activity],
    spoken: Sequence[CellTime],
    on: date,
) -> dict[str, dict[str, Any]]:
    """Judge every audience, message and channel that approved plans brought together."""
    held: dict[int, list[CellTime]] = defaultdict(list)
    for time in spoken:
        held[time.program].append(time)

    def whose(program: int, day: date) -> str | None:
        for time in held.get(program, ()):
            if time.first <= day <= time.last:
                return time.cell.key
        return None

    days = _days(deals, acts)
    by_week, by_month = (
        tables(deals, acts, calendar(days, on, weekly=weekly), whose) for weekly in (True, False)
    )
    cells = {time.cell.key: time.cell for time in spoken}
    programs: dict[str, list[int]] = defaultdict(list)
    for time in spoken:
        if time.program not in programs[time.cell.key]:
            programs[time.cell.key].append(time.program)
    return {
        key: {
            **_judged(by_week, by_month, key, None),
            "cell": asdict(cells[key]),
            "programs": programs[key],
        }
        for key in by_month.subjects
        if _first(by_month.touches[by_month.subjects.index(key)]) is not None
    }


def _judged(by_week: Tables, by_month: Tables, subject: Any, pays: float | None) -> dict[str, Any]:
    """Judge a subject by weeks where there are deals enough, else by months."""
    chosen = by_month
    if subject in by_week.subjects:
        at = by_week.subjects.index(subject)
        first = _first(by_week.touches[at])
        weeks = 0 if first is None else len(by_week.calendar.firsts) - first
        if weeks >= WEEKS and by_week.opened[at].sum() >= WEEKLY * weeks:
            chosen = by_week
    at = chosen.subjects.index(subject)
    first = _first(chosen.touches[at]) or 0
    if chosen.calendar.weekly and first + 1 < len(chosen.calendar.firsts):
        first += 1  # the week in which it began is seldom whole
    seen, brought = chosen.touches[at, first:], chosen.opened[at, first:]
    days = chosen.calendar.days
    # A deal opened in a period without a touch belongs to touches just before it.
    judged = np.where(seen > 0, brought, 0.0)
    season = chosen.season[at, first:]
    wear = judge(
        seen,
        judged,
        season=season,
        break_even=pays,
        horizon=round(MONTHS_AHEAD * DAYS_OF_MONTH / days),
        alarm=WEEKLY_ALARM if chosen.calendar.weekly else MONTHLY_ALARM,
    )
    return {
        "wear": as_json(_in_months(wear, days)),
        "periods": [day.isoformat() for day in chosen.calendar.firsts[first:]],
        "weekly": chosen.calendar.weekly,
        "seen": seen.tolist(),
        "brought": brought.tolist(),
        "season": season.tolist(),
        "plan": _plan(wear, seen, judged, chosen.spend[at, first:]),
    }


def _in_months(wear: Wear, days: float) -> Wear:
    """The same wear with its half-life in months, and break-even's horizon in words."""
    changes: dict[str, Any] = {"half_life": wear.half_life.scaled(days / DAYS_OF_MONTH)}
    if wear.break_even_at.reason.startswith("it still pays off"):
        still = replace(
            wear.break_even_at, reason=f"it still pays off {MONTHS_AHEAD} months from now"
        )
        changes |= {"break_even_at": still, "break_even_wide": still}
    return replace(wear, **changes)


def _plan(wear: Wear, seen: Floats, brought: Floats, spend: Floats) -> dict[str, Any] | None:
    """Return the test that would tell wear from saturation, where they cannot be told apart."""
    asks = wear.unclear or (wear.tiring and wear.ridge is not None and abs(wear.ridge) > RIDGE)
    if not asks or wear.spread is None:
        return None
    found = settling_plan(seen, brought, spread=wear.spread)
    if found is None:
        return None
    latest = [float(line[-8:].mean()) for line in (seen, spend)]
    return {**asdict(found), "touches_now": latest[0], "spend_now": latest[1]}


@dataclass
class _Margin:
    margin: float
    decided: int
    won: dict[tuple[int, int], Sums]


def _margins(deals: Sequence[OpenedDeal]) -> dict[int, _Margin]:
    found: dict[int, _Margin] = defaultdict(lambda: _Margin(0.0, 0, defaultdict(Sums)))
    for deal in deals:
        if deal.program is None or deal.opened_on is None or deal.outcome == Outcome.OPEN:
            continue
        held = found[deal.program]
        held.decided += 1
        if deal.outcome == Outcome.WON and deal.margin_amount is not None:
            held.margin += deal.margin_amount
            if deal.closed_on is not None:
                held.won[deal.closed_on.year, deal.closed_on.month] += Sums.of([deal.margin_amount])
    return found


def _done(acts: Sequence[Activity]) -> dict[tuple[int, str], float]:
    """What each program spent, and how often it touched, in all."""
    sums: dict[tuple[int, str], float] = defaultdict(float)
    for act in acts:
        sums[act.program, act.figure] += act.amount
    return sums


def _days(deals: Sequence[OpenedDeal], acts: Sequence[Activity]) -> list[date]:
    opened = [deal.opened_on for deal in deals if deal.program is not None and deal.opened_on]
    return [act.on for act in acts if act.figure == Figure.TOUCHES] + opened


def _first(touches: Floats) -> int | None:
    active = np.flatnonzero(touches)
    return int(active[0]) if active.size else None


def _break_even(spend: float, touches: float, margin: float, decided: int) -> float | None:
    """Return the deals a touch must open to pay: cost of a touch over margin of a deal opened."""
    if spend <= 0 or touches <= 0 or margin <= 0 or decided <= 0:
        return None
    return (spend / touches) / (margin / decided)
