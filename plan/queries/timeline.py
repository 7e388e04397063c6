"""A scenario's flights in time: who is reached when, whether sales can take it, what is ready."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from ipeo import tenancy
from ipeo.navigation import link
from ipeo.numerics.ranges import month_after
from ipeo.templatetags.figures import count, number, short_day
from plan.models import ProgramPlan
from plan.queries.later import Capacity, LaunchState, capacity, launches_of
from plan.queries.ready import Ready, readiness_of
from plan.queries.sheet import Sheet, quarters_of

CROWDED = 2
"""From how many programs in one week on one audience their pressure is flagged."""
_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Flight:
    """One program's flight; `left` and `width` place its bar on the cycle, in percent of it."""

    plan: ProgramPlan
    starts_on: date
    ends_on: date
    left: float
    width: float
    ready: Ready
    crowded: list[str]
    day: int
    launch: LaunchState | None = None

    @property
    def end(self) -> float:
        """Where its bar ends."""
        return round(self.left + self.width, 3)


@dataclass(frozen=True)
class Pressure:
    """An audience that several programs reach in one week."""

    audience: str
    week: date
    until: date
    programs: list[str]

    @property
    def says(self) -> str:
        """The pressure in a sentence."""
        when = f"the week of {short_day(self.week)}"
        if self.until > self.week:
            when = f"the weeks of {short_day(self.week)} to {short_day(self.until)}"
        return f"{self.audience}: {count(len(self.programs))} programs at once in {when}."


@dataclass(frozen=True)
class Week:
    """One week: programs in flight, the buyers expected to be handed to sales, and its room."""

    begins: date
    programs: int
    leads: float | None
    room: float | None

    @property
    def is_over(self) -> bool:
        """Whether more buyers are expected than sales can take."""
        return self.leads is not None and self.room is not None and self.leads > self.room

    @property
    def share(self) -> float:
        """The expected buyers as a share of the room, at most 1.5."""
        if self.leads is None or not self.room:
            return 0.0
        return min(self.leads / self.room, 1.5)

    @property
    def top(self) -> float:
        """Where its bar begins from the top, the room being 1 of 1.5."""
        return 1.5 - self.share


@dataclass(frozen=True)
class Span:
    """A month or quarter on the timeline: its name, and its place in percent."""

    label: str
    left: float
    width: float


@dataclass(frozen=True)
class Timeline:
    """All of it."""

    first: date
    last: date
    months: list[Span]
    quarters: list[Span]
    flights: list[Flight]
    pressures: list[Pressure]
    weeks: list[Week]
    capacity: Capacity

    @property
    def days(self) -> int:
        """How many days the cycle has."""
        return (self.last - self.first).days + 1

    @property
    def peak(self) -> Week | None:
        """The week with the most buyers handed to sales; None where that is not known."""
        known = [week for week in self.weeks if week.leads is not None]
        return max(known, key=lambda week: week.leads or 0.0, default=None)

    @property
    def capacity_says(self) -> str:
        """What sales can take against what the plan asks, in a sentence."""
        held, peak = self.capacity, self.peak
        if held.weekly is None:
            return "Sales capacity is not known: no handoffs have been contacted yet."
        room = f"Reps handled up to {number(held.weekly, 0)} handoffs per week"
        if peak is None or peak.leads is None:
            return f"{room}. What this plan needs is not known: no spend has led to a handoff yet."
        return f"{room}; this plan needs {number(peak.leads, 0)} in its busiest week."

    @property
    def is_over(self) -> bool:
        """Whether some week asks more of sales than it can take."""
        return any(week.is_over for week in self.weeks)


@dataclass(frozen=True)
class Note:
    """A remark beside one program's curve; `tone` is warn where something should change."""

    title: str
    text: str
    tone: str = ""
    href: str = ""


@dataclass
class _Weekly:
    flying: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    count: int = 0
    leads: float = 0.0
    known: bool = False


def timeline_of(sheet: Sheet, room: Capacity | None = None) -> Timeline:
    """Return a scenario's flights on the cycle's weeks; the number of queries is fixed."""
    cycle = sheet.scenario.cycle
    first, last = cycle.starts_on, cycle.ends_on
    ready = readiness_of([row.plan for row in sheet.rows])
    launches = launches_of(cycle, [row.plan.program_id for row in sheet.rows])
    held = room or capacity()
    weeks = _weeks(sheet, held)
    pressures = _pressures(weeks)
    days = (last - first).days + 1

    def place(begun: date, over: date) -> tuple[float, float]:
        begun, over = max(begun, first), min(over, last)
        width = ((over - begun).days + 1) / days
        return round(100 * (begun - first).days / days, 3), round(100 * width, 3)

    flights = []
    for row in sheet.rows:
        plan = row.plan
        starts, ends = plan.starts_on or first, plan.ends_on or last
        crowded = [
            one.says
            for one in pressures
            if plan.audience
            and one.audience == plan.audience.name
            and plan.program.name in one.programs
        ]
        flights.append(
            Flight(
                plan,
                starts,
                ends,
                *place(starts, ends),
                ready[plan.pk],
                crowded,
                (starts - first).days,
                launches.get(plan.program_id),
            )
        )
    start = tenancy.current_workspace().fiscal_year_start
    return Timeline(
        first=first,
        last=last,
        months=[
            Span(f"{month:%b}", *place(month, month_after(month, 1) - timedelta(days=1)))
            for month in sheet.months
        ],
        quarters=[
            Span(
                one.label,
                *place(
                    sheet.months[one.places[0]],
                    month_after(sheet.months[one.places[-1]], 1) - timedelta(days=1),
                ),
            )
            for one in quarters_of(sheet.months, start)
        ],
        flights=flights,
        pressures=pressures,
        weeks=[
            Week(begins, one.count, one.leads if one.known else None, held.weekly)
            for begins, one in weeks.items()
        ],
        capacity=held,
    )


def _weeks(sheet: Sheet, held: Capacity) -> dict[date, _Weekly]:
    cycle = sheet.scenario.cycle
    begins = cycle.starts_on - timedelta(days=cycle.starts_on.weekday())
    weeks: dict[date, _Weekly] = {}
    while begins <= cycle.ends_on:
        weeks[begins] = _Weekly()
        begins += _WEEK
    for row in sheet.rows:
        plan = row.plan
        if not row.total and not (plan.starts_on or plan.ends_on):
            continue
        starts, ends = plan.starts_on or cycle.starts_on, plan.ends_on or cycle.ends_on
        per_money = held.per_money.get(plan.program_id, held.overall)
        money = {cell.month: float(cell.amount) for cell in row.cells}
        for begun, week in weeks.items():
            if begun > ends or begun + _WEEK <= starts:
                continue
            week.count += 1
            if plan.audience:
                week.flying[plan.audience.name].add(plan.program.name)
            if per_money is not None:
                middle = begun + timedelta(days=3)
                month = middle.replace(day=1)
                days = (month_after(month, 1) - month).days
                week.leads += money.get(month, 0.0) * 7 / days * per_money
                week.known = True
    return weeks


def _pressures(weeks: dict[date, _Weekly]) -> list[Pressure]:
    """Return runs of weeks in which the same programs crowd the same audience."""
    found: list[Pressure] = []
    for begun, week in weeks.items():
        for audience, programs in sorted(week.flying.items()):
            if len(programs) < CROWDED:
                continue
            names = sorted(programs)
            before = next(
                (
                    place
                    for place, one in enumerate(found)
                    if one.audience == audience
                    and one.programs == names
                    and one.until == begun - _WEEK
                ),
                None,
            )
            if before is None:
                found.append(Pressure(audience, begun, begun, names))
            else:
                found[before] = Pressure(audience, found[before].week, begun, names)
    return sorted(found, key=lambda one: (-len(one.programs), one.week))


def notes_of(plan: ProgramPlan, sheet: Sheet) -> list[Note]:
    """Return what stands beside a program's curve: pressure, sales' room, what is not ready."""
    held = timeline_of(sheet)
    flight = next(one for one in held.flights if one.plan.pk == plan.pk)
    notes = [Note("Overlapping programs", one, "warn") for one in flight.crowded[:2]]
    title = "Over sales capacity" if held.is_over else "Sales capacity"
    notes.append(Note(title, held.capacity_says, "warn" if held.is_over else ""))
    missing = flight.ready.missing
    if missing and flight.launch is None:
        names = ", ".join(one.name for one in missing[:3])
        more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        notes.append(
            Note(
                "Not ready to launch",
                f"Not approved yet: {names}{more}.",
                "warn",
                link("plan:timeline", sheet.scenario.pk),
            )
        )
    return notes
