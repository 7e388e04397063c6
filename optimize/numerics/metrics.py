"""The figures of a dashboard, from sums that can be added up.

Rollups keep a count, a sum and a sum of squares per channel, program or month. Those add, so any
slice of the workspace gets its figures and intervals without going back to the deals. A figure
that cannot be known says why; it is never a zero or an infinity.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy import special

from ipeo.numerics.estimates import LEVEL, Estimate, from_error, mean_from_sums, rate

NO_SPEND = "no spend recorded"
NO_COST = "no cost known"


@dataclass(frozen=True, slots=True)
class Sums:
    """How many values there were, their sum and the sum of their squares."""

    n: int = 0
    total: float = 0.0
    squares: float = 0.0

    @classmethod
    def of(cls, values: Iterable[float]) -> Sums:
        """The sums of a list of values."""
        array = np.fromiter(values, dtype=np.float64)
        return cls(array.size, float(array.sum()), float((array**2).sum()))

    def __add__(self, other: Sums) -> Sums:
        return Sums(self.n + other.n, self.total + other.total, self.squares + other.squares)


def win_rate(won: float, lost: float) -> Estimate:
    """won / (won + lost), with the Jeffreys interval; no decision is no loss."""
    return rate(won, won + lost, reason="no deals won or lost yet")


def sales_velocity(open_deals: int, won: int, lost: int, sizes: Sums, cycle_days: Sums) -> Estimate:
    """Money a day: open opportunities x win rate x mean deal size / mean cycle length in days.

    `sizes` and `cycle_days` are of won deals. The interval is the delta method's on the logarithm,
    the three parts taken as independent; without two deals of each there is none.
    """
    chance = win_rate(won, lost)
    if chance.value is None:
        return chance
    size = mean_from_sums(sizes.n, sizes.total, sizes.squares)
    cycle = mean_from_sums(cycle_days.n, cycle_days.total, cycle_days.squares)
    n = won + lost
    if size.value is None or cycle.value is None:
        return Estimate.unknown("no deals won yet", n)
    if cycle.value <= 0:
        return Estimate.unknown(
            "the deals have no cycle length because they closed on the day they were created", n
        )
    value = open_deals * chance.value * size.value / cycle.value
    if value <= 0 or not size.has_interval or not cycle.has_interval:
        return Estimate(value, None, None, n, "too few deals for an interval")
    variance = (1 - chance.value) / won + _squared_error(sizes) + _squared_error(cycle_days)
    reach = _reach() * math.sqrt(variance)
    return Estimate(value, value * math.exp(-reach), value * math.exp(reach), n)


def attributed(sums: Sums) -> Estimate:
    """An attributed total as an estimate of what such a period brings.

    Deals arrive as a compound Poisson process, so the variance of their total is the sum of the
    squares. Positive totals take a gamma of that mean and variance, with half a (typical) deal
    added to the shape as in the Jeffreys interval of a Poisson count; totals with losses among
    them that outweigh it take the normal. Counted totals are exact as a record; the interval says
    how far chance alone could have moved them. Fewer than two deals give no interval.
    """
    if sums.n < 2 or sums.squares <= 0:
        why = "no won deals credited yet" if sums.n == 0 else "a single deal has no interval"
        return Estimate(sums.total, None, None, sums.n, why)
    effective = sums.total**2 / sums.squares
    if sums.total <= 0 or effective < 1:
        return from_error(sums.total, math.sqrt(sums.squares), sums.n)
    scale = sums.squares / sums.total
    low, high = _gamma_interval(effective + 0.5, scale)
    return Estimate(sums.total, min(low, sums.total), max(high, sums.total), sums.n)


def roas(net: Sums, spend: float | None) -> Estimate:
    """Attributed net revenue / spend; `net` sums the attributed net amounts of won deals."""
    if spend is None or spend <= 0:
        return Estimate.unknown(NO_SPEND, net.n)
    return attributed(net).scaled(1 / spend)


def romi(margin: Sums, spend: float | None) -> Estimate:
    """(attributed contribution margin - spend) / spend.

    Attributed margin stands in for the incremental one until an experiment has measured that.
    """
    if spend is None or spend <= 0:
        return Estimate.unknown(NO_SPEND, margin.n)
    return attributed(margin).scaled(1 / spend, -1.0)


def cac(cost: float | None, customers: float) -> Estimate:
    """Marketing and sales cost / new customers, the interval from the count's (Poisson, Jeffreys).

    `customers` may be attributed, and then need not be whole.
    """
    n = round(customers)
    if cost is None or cost <= 0:
        return Estimate.unknown(NO_COST, n)
    if customers <= 0:
        return Estimate.unknown("no customers won yet")
    low, high = _gamma_interval(customers + 0.5, 1.0)
    value = cost / customers
    return Estimate(value, min(cost / high, value), max(cost / low, value), n)


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan's money, the part of it planned to date, and what was spent under it (or None)."""

    amount: float
    to_date: float
    actual: float | None


def pacing(actual: float | None, planned: float | None) -> Estimate:
    """Actual to date / planned to date: a count against a plan, so exact."""
    if actual is None:
        return Estimate.unknown("nothing recorded yet")
    if planned is None or planned <= 0:
        return Estimate.unknown("nothing was planned to date")
    return Estimate.exact(actual / planned)


def price_realization(net_amount: float, list_amount: float, n: int = 0) -> Estimate:
    """Net / list over the deals counted: exact."""
    if list_amount <= 0:
        return Estimate.unknown("no list price is known", n)
    return Estimate.exact(net_amount / list_amount, n)


def discount_share(net_amount: float, list_amount: float, n: int = 0) -> Estimate:
    """(list - net) / list over the deals counted: exact, negative where sold above list."""
    if list_amount <= 0:
        return Estimate.unknown("no list price is known", n)
    return Estimate.exact((list_amount - net_amount) / list_amount, n)


def _squared_error(sums: Sums) -> float:
    """The squared relative standard error of a mean."""
    centre = sums.total / sums.n
    variance = max(sums.squares - sums.n * centre * centre, 0.0) / (sums.n - 1)
    return variance / sums.n / centre**2


def _reach() -> float:
    return float(special.ndtri((1 + LEVEL) / 2))


def _gamma_interval(shape: float, scale: float) -> tuple[float, float]:
    ends = special.gammaincinv(shape, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]) * scale
    return float(ends[0]), float(ends[1])
