"""The stored fits: how each program wears, what discounts bought, why nothing is advised."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

from ipeo.models import Cycle
from ipeo.numerics.estimates import Estimate
from optimize.models import Fit
from optimize.numerics.efficacy import Wear
from optimize.numerics.metrics import Sums, romi
from optimize.numerics.price import DiscountEffect
from plan.models import Program
from plan.queries.budget import month_after

WORKSPACE = "workspace"
DAYS_OF_MONTH = 30.4375
AHEAD = 6
"""Months that a forecast of efficacy reaches ahead at most."""


@dataclass(frozen=True)
class WearFit:
    """How a program's efficacy went, month by month.

    `won` sums the margins of deals won in a month. `break_even` is the deals per
    touch at which margin equals spend, None where spend or margin is not known.
    """

    program_id: int
    wear: Wear
    months: tuple[date, ...]
    touches: tuple[float, ...]
    opened: tuple[float, ...]
    break_even: float | None
    spend: tuple[float, ...]
    won: tuple[Sums, ...]
    fitted_at: datetime

    def own_return(self, first: date, last: date) -> Estimate:
        """Return the return on investment of the deals that the program itself opened.

        Attribution shares a deal out over a journey, and so toward programs that touch everybody
        often; this gives it to one program whole. Deals count in the month they closed.
        """
        inside = [place for place, month in enumerate(self.months) if first <= month <= last]
        margin = sum((self.won[place] for place in inside), Sums())
        return romi(margin, sum(self.spend[place] for place in inside))

    @property
    def observed(self) -> list[float | None]:
        """Deals opened per touch in each month."""
        return [
            opened / touches if touches else None
            for opened, touches in zip(self.opened, self.touches, strict=True)
        ]

    @property
    def scale(self) -> float:
        """What makes of deals per touch the figure shown: margin per money spent, or deals
        opened by a hundred touches where that is not known."""
        return 1 / self.break_even if self.break_even else 100.0

    def day_at(self, place: float) -> date:
        """Return the day at a place among the months: 0 is the middle of the first."""
        return self.months[0] + timedelta(days=(place + 0.5) * DAYS_OF_MONTH)

    @property
    def changed_on(self) -> date | None:
        """The month in which the decline began."""
        at = self.wear.changed.value
        return None if at is None else self.day_at(at)

    @property
    def changed_between(self) -> tuple[date, date] | None:
        """The interval of that date: from a month's first day to another's last."""
        low, high = self.wear.changed.low, self.wear.changed.high
        if low is None or high is None:
            return None
        first, last = self.day_at(low), self.day_at(high)
        return first.replace(day=1), month_after(last.replace(day=1), 1) - timedelta(days=1)

    @property
    def break_even_on(self) -> date | None:
        """When efficacy passes what pays; it may lie behind or ahead."""
        at = self.wear.break_even_at.value
        return None if at is None else self.day_at(at)

    @property
    def break_even_between(self) -> tuple[date, date] | None:
        """The interval of that date."""
        low, high = self.wear.break_even_at.low, self.wear.break_even_at.high
        return None if low is None or high is None else (self.day_at(low), self.day_at(high))

    def ahead(self) -> list[tuple[date, float, float, float]]:
        """Return months to come with efficacy, low and high, if the decline goes on."""
        half = self.wear.half_life
        if not self.wear.tiring or half.value is None or half.low is None or half.high is None:
            return []
        last = len(self.months) - 1
        meets = self.wear.break_even_at.value
        reach = AHEAD if meets is None or meets <= last else min(int(meets - last) + 2, AHEAD)
        return [
            (
                self.day_at(last + place),
                self.wear.fitted[-1] * 0.5 ** (place / half.value),
                self.wear.fitted_low[-1] * 0.5 ** (place / half.low),
                self.wear.fitted_high[-1] * 0.5 ** (place / half.high),
            )
            for place in range(1, max(reach, 2) + 1)
        ]


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


def wear_of(program: Program) -> WearFit | None:
    """Return the wear of one program, None where it was not judged yet."""
    return wears([program.pk]).get(program.pk)


def discount_fit() -> DiscountFit | None:
    """Return what discounts bought, None where it was not fitted yet."""
    row = Fit.objects.filter(kind=Fit.Kind.DISCOUNT, subject_key=WORKSPACE).first()
    if row is None:
        return None
    return DiscountFit(DiscountEffect(**_estimates(row.result)), row.fitted_at)


def holding_of(cycle: Cycle) -> str:
    """Return why nothing is advised in a cycle; empty where something is, or nothing was asked."""
    row = Fit.objects.filter(kind=Fit.Kind.HOLDING, subject_key=str(cycle.pk)).first()
    return str(row.result.get("says", "")) if row else ""


def _wear(row: Fit) -> WearFit:
    held = row.result
    known = {field.name for field in fields(Wear)}
    values = {name: value for name, value in _estimates(held["wear"]).items() if name in known}
    for name in ("fitted", "fitted_low", "fitted_high"):
        values[name] = tuple(values[name])
    return WearFit(
        program_id=int(row.subject_key),
        wear=Wear(**values),
        months=tuple(date.fromisoformat(month) for month in held["months"]),
        touches=tuple(held["touches"]),
        opened=tuple(held["opened"]),
        break_even=held["break_even"],
        spend=tuple(held["spend"]),
        won=tuple(Sums(*sums) for sums in held["won"]),
        fitted_at=row.fitted_at,
    )


def _estimates(held: dict[str, Any]) -> dict[str, Any]:
    return {
        name: Estimate(**value) if isinstance(value, dict) else value
        for name, value in held.items()
    }
