"""The stored fits: how each program wears, what discounts bought, why nothing is advised."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime, timedelta
from typing import Any

from ipeo.models import Cycle
from ipeo.numerics.estimates import Estimate
from ipeo.numerics.ranges import month_after
from ipeo.templatetags.figures import points, short_day
from optimize.models import Fit
from optimize.numerics.dips import Dip, dip
from optimize.numerics.efficacy import Wear
from optimize.numerics.metrics import Sums, romi
from optimize.numerics.price import DiscountEffect
from optimize.numerics.settling import POWER
from plan.models import Program

WORKSPACE = "workspace"
PROGRAMS = "programs"
DAYS_OF_MONTH = 30.4375
AHEAD = 6
"""Months that a forecast of efficacy reaches ahead, where break-even is not further away."""
MONTHS_AHEAD = 24
"""Months ahead that a break-even is still forecast."""


@dataclass(frozen=True)
class Judged:
    """A wear with the periods it was judged by, weeks or months by their first days.

    `seen` are touches and `brought` deals opened in each. The half-life is in months.
    """

    wear: Wear
    periods: tuple[date, ...]
    weekly: bool
    seen: tuple[float, ...]
    brought: tuple[float, ...]
    break_even: float | None
    plan: SettlingTest | None
    fitted_at: datetime
    season: tuple[float, ...] = field(default=(), kw_only=True)

    @property
    def dip(self) -> Dip | None:
        """What its last three months brought against those before; None for too little."""
        if len(self.season) != len(self.seen):
            return None
        latest = 13 if self.weekly else 3
        brought = [
            opened if touches else 0.0
            for opened, touches in zip(self.brought, self.seen, strict=True)
        ]
        return dip(self.seen, brought, self.season, latest=latest)

    @property
    def observed(self) -> list[float | None]:
        """Deals opened per touch in each period."""
        return [
            opened / touches if touches else None
            for opened, touches in zip(self.brought, self.seen, strict=True)
        ]

    @property
    def scale(self) -> float:
        """What makes of deals per touch the figure shown: margin per money spent, or deals
        opened by a hundred touches where that is not known."""
        return 1 / self.break_even if self.break_even else 100.0

    @property
    def days(self) -> float:
        """How many days a period has."""
        return 7.0 if self.weekly else DAYS_OF_MONTH

    def day_at(self, place: float) -> date:
        """Return the day at a place among the periods: 0 is the middle of the first."""
        return self.periods[0] + timedelta(days=(place + 0.5) * self.days)

    @property
    def changed_on(self) -> date | None:
        """The day about which the decline began."""
        at = self.wear.changed.value
        return None if at is None else self.day_at(at)

    @property
    def changed_between(self) -> tuple[date, date] | None:
        """The 80 % interval of that day."""
        return self._between(self.wear.changed)

    @property
    def changed_between_wide(self) -> tuple[date, date] | None:
        """The 90 % interval of that day."""
        return self._between(self.wear.changed_wide)

    @property
    def break_even_on(self) -> date | None:
        """When efficacy passes what pays; it may lie behind or ahead."""
        at = self.wear.break_even_at.value
        return None if at is None else self.day_at(at)

    @property
    def break_even_between(self) -> tuple[date, date] | None:
        """The 80 % interval of that date."""
        return self._between(self.wear.break_even_at)

    @property
    def break_even_between_wide(self) -> tuple[date, date] | None:
        """The 90 % interval of that date."""
        return self._between(self.wear.break_even_wide)

    def _between(self, held: Estimate) -> tuple[date, date] | None:
        """The days of an interval of places: by months, from a month's first to another's last."""
        if held.low is None or held.high is None:
            return None
        first, last = self.day_at(held.low), self.day_at(held.high)
        if self.weekly:
            return first, last
        return first.replace(day=1), month_after(last.replace(day=1), 1) - timedelta(days=1)

    def ahead(self) -> list[tuple[date, float, float, float]]:
        """Return days to come with efficacy, low and high, if it goes on as it went."""
        wear, last = self.wear, len(self.periods) - 1
        if not wear.tiring or not wear.ahead:
            return []
        meets, month = wear.break_even_at.value, DAYS_OF_MONTH / self.days
        reach = AHEAD * month
        if meets is not None and meets > last:
            reach = min(meets - last + 2 * month, MONTHS_AHEAD * month)
        lines = zip(wear.ahead, wear.ahead_low, wear.ahead_high, strict=True)
        return [
            (self.day_at(last + place), *line)
            for place, line in enumerate(lines, 1)
            if place <= max(reach, 2)
        ]


@dataclass(frozen=True)
class SettlingTest:
    """The test that would tell wear from saturation, as it was proposed: dates and spend."""

    steps: tuple[SettlingStep, ...]
    power: float
    power_of_exposure: float

    @property
    def settles(self) -> bool:
        """Whether it is likely enough to tell."""
        return self.power >= POWER

    @property
    def says(self) -> str:
        """The test in words."""
        steps = " and then ".join(
            f"{step.level:.0%} of today's level from {short_day(step.first)} to "
            f"{short_day(step.last)}"
            for step in self.steps
        )
        return (
            f"Buy {steps}: this would tell wear-out from saturation in {self.power:.0%} of cases."
        )


@dataclass(frozen=True)
class SettlingStep:
    """One period of a test: its days, its spend a week, and the deals it opens either way."""

    first: date
    last: date
    level: float
    spend: float | None
    touches: float
    if_worn: float
    if_saturated: float


@dataclass(frozen=True)
class WearFit(Judged):
    """How a program's efficacy went.

    `months`, with touches, deals opened and spend of each, are there for returns; `won` sums the
    margins of deals won in a month. `break_even` is the deals per touch at which margin equals
    spend, None where spend or margin is not known.
    """

    program_id: int
    months: tuple[date, ...]
    touches: tuple[float, ...]
    opened: tuple[float, ...]
    spend: tuple[float, ...]
    won: tuple[Sums, ...]

    def own_return(self, first: date, last: date) -> Estimate:
        """Return the return on investment of the deals that the program itself opened.

        Attribution shares a deal out over a journey, and so toward programs that touch everybody
        often; this gives it to one program whole. Deals count in the month they closed.
        """
        inside = [place for place, month in enumerate(self.months) if first <= month <= last]
        margin = sum((self.won[place] for place in inside), Sums())
        return romi(margin, sum(self.spend[place] for place in inside))


@dataclass(frozen=True)
class CellFit(Judged):
    """How an audience tires of a message in a channel; `programs` are those that spoke to it."""

    key: str
    audience: str
    message: str
    channel: str
    programs: tuple[int, ...]


@dataclass(frozen=True)
class DiscountFit:
    """What a step of discount bought and cost, over all closed deals with known prices."""

    effect: DiscountEffect
    fitted_at: datetime

    @property
    def points(self) -> int:
        """The step in points of discount."""
        return round(self.effect.step * 100)

    @property
    def bought(self) -> Estimate:
        """The step's change of the chance to win, as a share."""
        return self.effect.uplift

    @property
    def says(self) -> str:
        """What the step bought, in words that chance cannot turn round."""
        value, low, high = self.bought.value, self.bought.low, self.bought.high
        if value is None or low is None or high is None:
            return "What five points of discount bought is not known"
        if low <= 0 <= high:
            return (
                "Five points of discount did not raise win rate beyond chance "
                f"({points(value)} of win rate)"
            )
        if value < 0:
            return f"Five points of discount came with fewer wins ({points(value)} of win rate)"
        return f"Five points of discount bought {points(value)} of win rate"

    @property
    def cost(self) -> Estimate:
        """Margin given away by the step, over all deals that were won."""
        return self.effect.margin_cost.scaled(float(self.effect.n))


def as_json(result: Wear | DiscountEffect) -> dict[str, Any]:
    """Return a fit's result as JSON."""
    return asdict(result)


def wears(program_ids: Iterable[int] | None = None) -> dict[int, WearFit]:
    """Return the wear of programs by id, of all that were judged where none are named."""
    rows = Fit.objects.filter(kind=Fit.Kind.WEAR)
    if program_ids is not None:
        rows = rows.filter(subject_key__in=[str(pk) for pk in program_ids])
    return {int(row.subject_key): _wear(row) for row in rows.order_by("pk")}


def worn_programs(campaign_id: int) -> list[tuple[Program, WearFit]]:
    """Return the programs of a campaign whose wear was judged; those that tire stand first."""
    rows = Program.objects.filter(campaign=campaign_id).select_related("channel")
    programs = {one.pk: one for one in rows.order_by("name")}
    fits = wears(programs)
    worn = [(one, fits[pk]) for pk, one in programs.items() if pk in fits]
    return sorted(worn, key=lambda pair: not pair[1].wear.tiring)


def cells(program_id: int | None = None) -> list[CellFit]:
    """Return the wear of every audience, message and channel, of one program's where it is named.

    Those that tire stand first, the most worn before the others.
    """
    rows = Fit.objects.filter(kind=Fit.Kind.CELL)
    if program_id is not None:
        rows = rows.filter(result__programs__contains=[program_id])
    found = []
    for row in rows.order_by("pk"):
        held = row.result
        found.append(
            CellFit(
                **_judged(row),
                key=row.subject_key,
                audience=held["cell"]["audience_name"],
                message=held["cell"]["message"],
                channel=held["cell"]["channel_name"],
                programs=tuple(held["programs"]),
            )
        )
    return sorted(found, key=by_wear)


def by_wear(fit: Judged) -> tuple[int, float]:
    """The order of wear: tiring, unclear, steady, not known; the most lost first."""
    wear = fit.wear
    place = 0 if wear.tiring else 1 if wear.unclear else 2 if wear.known else 3
    return place, -(wear.decline.value or 0.0)


def discount_fit() -> DiscountFit | None:
    """Return what discounts bought, None where it was not fitted yet."""
    row = Fit.objects.filter(kind=Fit.Kind.DISCOUNT, subject_key=WORKSPACE).first()
    if row is None:
        return None
    return DiscountFit(DiscountEffect(**_estimates(row.result)), row.fitted_at)


def own_dependence() -> dict[int, Estimate]:
    """Return each program's price dependence over the won deals that it opened itself."""
    row = Fit.objects.filter(kind=Fit.Kind.DISCOUNT, subject_key=PROGRAMS).first()
    return {int(pk): Estimate(**held) for pk, held in row.result.items()} if row else {}


def holding_of(cycle: Cycle) -> str:
    """Return why nothing is advised in a cycle; empty where something is, or nothing was asked."""
    row = Fit.objects.filter(kind=Fit.Kind.HOLDING, subject_key=str(cycle.pk)).first()
    return str(row.result.get("says", "")) if row else ""


def _wear(row: Fit) -> WearFit:
    held = row.result
    return WearFit(
        **_judged(row),
        program_id=int(row.subject_key),
        months=tuple(date.fromisoformat(month) for month in held["months"]),
        touches=tuple(held["touches"]),
        opened=tuple(held["opened"]),
        spend=tuple(held["spend"]),
        won=tuple(Sums(*sums) for sums in held["won"]),
    )


def _judged(row: Fit) -> dict[str, Any]:
    held = row.result
    known = {one.name for one in fields(Wear)}
    values = {name: value for name, value in _estimates(held["wear"]).items() if name in known}
    for name in _LINES:
        values[name] = tuple(values.get(name, ()))
    return {
        "wear": Wear(**values),
        "periods": tuple(date.fromisoformat(day) for day in held["periods"]),
        "weekly": held["weekly"],
        "seen": tuple(held["seen"]),
        "brought": tuple(held["brought"]),
        "season": tuple(held.get("season", ())),
        "break_even": held.get("break_even"),
        "plan": _plan(held.get("plan"), held["weekly"], row.fitted_at),
        "fitted_at": row.fitted_at,
    }


_LINES = ("fitted", "fitted_low", "fitted_high", "ahead", "ahead_low", "ahead_high")


def _plan(held: dict[str, Any] | None, weekly: bool, fitted_at: datetime) -> SettlingTest | None:
    if held is None:
        return None
    days = 7.0 if weekly else DAYS_OF_MONTH
    begins = fitted_at.date() + timedelta(days=21)
    begins -= timedelta(days=begins.weekday())
    steps = []
    for period in held["periods"]:
        ends = begins + timedelta(days=round(period["length"] * days) - 1)
        week = 7.0 / days
        spend = held["spend_now"] * period["level"] * week
        steps.append(
            SettlingStep(
                begins,
                ends,
                period["level"],
                spend or None,
                held["touches_now"] * period["level"] * week,
                period["if_worn"],
                period["if_saturated"],
            )
        )
        begins = ends + timedelta(days=1)
    return SettlingTest(tuple(steps), held["power"], held["power_of_exposure"])


def _estimates(held: dict[str, Any]) -> dict[str, Any]:
    return {
        name: Estimate(**value) if isinstance(value, dict) else value
        for name, value in held.items()
    }
