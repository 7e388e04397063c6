"""Which days a page tells of, as its address says, and which it holds them against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import urlencode

from django.utils import timezone

from ipeo import tenancy
from ipeo.models import Cycle
from ipeo.numerics import ranges
from ipeo.numerics.ranges import AGAINST, BEFORE, CUSTOM, PERIODS, TWELVE, YEAR, Days
from ipeo.queries.campaigns import cycle_before
from ipeo.queries.named import row_named
from ipeo.templatetags.figures import day

NAMES = ("range", "against", "date_from", "date_to")
"""What an address says of its range."""
CYCLE = "cycle"
SHOWN_CYCLES = 8
LONGEST = timedelta(days=366 * 20)


@dataclass(frozen=True)
class Range:
    """Some days, what they are called, and the days that they are held against (if any)."""

    key: str
    label: str
    days: Days
    before: Days | None
    against: str
    problem: str = ""
    typed: tuple[str, str] = ("", "")
    cycle: Cycle | None = None
    cycle_before: Cycle | None = None

    @property
    def first(self) -> date:
        """The first day."""
        return self.days.first

    @property
    def last(self) -> date:
        """The last day."""
        return self.days.last

    @property
    def text(self) -> str:
        """The days in words: `1 Jun 2026 to 30 Jun 2026`."""
        return f"{day(self.first)} to {day(self.last)}"

    @property
    def before_text(self) -> str:
        """The days that it is held against, in words."""
        if self.before is None:
            return "no earlier period"
        return f"{day(self.before.first)} to {day(self.before.last)}"

    @property
    def query(self) -> str:
        """The range as it stands behind an address."""
        return urlencode(self.parameters)

    @property
    def parameters(self) -> dict[str, str]:
        """The range as an address says it, by name."""
        given = {"range": self.key, "against": self.against}
        if self.key == CUSTOM:
            given |= {"date_from": self.first.isoformat(), "date_to": self.last.isoformat()}
        return given


@dataclass(frozen=True)
class Choice:
    """One range that a person can choose."""

    key: str
    label: str
    current: bool


def range_of(
    given: Mapping[str, str],
    *,
    cycle: Cycle | None = None,
    on: date | None = None,
) -> Range:
    """Return the range that an address asks for; what makes no sense falls back, with a word.

    Pages of a cycle begin with its own days, others with the last twelve months. Dates alone,
    without a named range, are a range of their own.
    """
    now = on or timezone.localdate()
    typed = (given.get("date_from", ""), given.get("date_to", ""))
    usual = CYCLE if cycle is not None else TWELVE
    key = given.get("range") or (CUSTOM if any(typed) else usual)
    against = given.get("against") if given.get("against") in AGAINST else BEFORE
    assert against is not None
    problem = ""
    if key == CUSTOM:
        chosen, problem = _typed(typed, now)
        if chosen is not None:
            return _custom(chosen, against, now, typed)
        key = usual
    elif key not in PERIODS:
        wanted = cycle if key == CYCLE else _cycle(key)
        if wanted is not None:
            return _of_cycle(wanted, key, against, now)
        key = usual
    if key == CYCLE:
        assert cycle is not None
        found = _of_cycle(cycle, key, against, now)
    else:
        found = _named(key, against, now)
    return replace(found, problem=problem, typed=typed) if problem else found


def choices_of(chosen: Range, *, cycle: Cycle | None = None) -> list[Choice]:
    """Return the ranges that can be chosen: of the calendar, of cycles, and typed days."""
    offered = dict(PERIODS)
    if cycle is not None:
        offered = {CYCLE: "This cycle"} | offered
    else:
        cycles = (
            Cycle.objects.filter(closed_at=None)
            .select_related("campaign")
            .order_by("-starts_on", "-pk")[:SHOWN_CYCLES]
        )
        offered |= {f"{CYCLE}-{one.pk}": str(one) for one in cycles}
    if chosen.key not in offered and chosen.key != CUSTOM:
        offered[chosen.key] = chosen.label
    offered[CUSTOM] = "Custom dates"
    return [Choice(key, label, key == chosen.key) for key, label in offered.items()]


def _named(key: str, against: str, now: date) -> Range:
    fiscal = tenancy.current_workspace().fiscal_year_start
    days = ranges.period(key, now, fiscal)
    months = 12 if against == YEAR else ranges.whole_months(days)
    return Range(key, PERIODS[key], days, ranges.before(days, now, months=months), against)


def _custom(days: Days, against: str, now: date, typed: tuple[str, str]) -> Range:
    months = 12 if against == YEAR else ranges.whole_months(days)
    earlier = ranges.before(days, now, months=months)
    return Range(CUSTOM, "Custom dates", days, earlier, against, typed=typed)


def _of_cycle(cycle: Cycle, key: str, against: str, now: date) -> Range:
    days = Days(cycle.starts_on, cycle.ends_on)
    former = cycle_before(cycle)
    if against == YEAR:
        earlier: Days | None = ranges.before(days, now, months=12)
    elif former is None:
        earlier = None
    else:
        earlier = ranges.like(days, Days(former.starts_on, former.ends_on), now)
    label = "This cycle" if key == CYCLE else str(cycle)
    return Range(key, label, days, earlier, against, cycle=cycle, cycle_before=former)


def _cycle(key: str) -> Cycle | None:
    name, _, pk = key.partition("-")
    if name != CYCLE:
        return None
    return row_named(Cycle.objects.select_related("campaign"), pk)


def _typed(typed: tuple[str, str], now: date) -> tuple[Days | None, str]:
    try:
        ends = [date.fromisoformat(text) if text else None for text in typed]
    except ValueError:
        return None, "Enter both days as dates."
    first, last = ends
    if any(one is not None and not 1900 <= one.year <= 2200 for one in ends):
        return None, "Choose days between 1900 and 2200."
    last = last or (now if first is None or first <= now else first)
    first = first or ranges.month_after(last, -11)
    if first > last:
        return None, "The last day must not be before the first."
    if last - first > LONGEST:
        return None, "Choose twenty years at most."
    return Days(first, last), ""
