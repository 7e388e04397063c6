"""The state of a market, read from the seller's own deals.

Growth is the demand that reached the seller in a year against the year before: the ratio of two
Poisson counts, its interval from the share of the later one (Przyborowski and Wilenski 1940).
The price spread is how far apart buyers settle: the middle 80 % of discounts. The share of
losses on price stands for how hard price decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ipeo.numerics.estimates import Estimate, difference, rate

LEVEL = 0.8
RESAMPLES = 400
LEAST_DEALS = 20
STILL = 0.05
"""Growth of up to so much a year either way is no growth."""
PRICE_DECIDES = 0.4
"""From this share of losses on price on, price decides."""

GROWING, MATURE, SHRINKING, PRICE_WAR, UNKNOWN = (
    "growing",
    "mature",
    "shrinking",
    "price_war",
    "unknown",
)


@dataclass(frozen=True, slots=True)
class Facts:
    """Two years of deals, the later one first: opened, won at these discounts, lost on price."""

    opened: tuple[int, int]
    discounts: tuple[Sequence[float], Sequence[float]]
    lost: tuple[int, int]
    lost_on_price: tuple[int, int]
    price_cuts: int = 0


@dataclass(frozen=True, slots=True)
class MarketHealth:
    """The figures with their intervals, what they come to, and why."""

    growth: Estimate
    spread: Estimate
    spread_before: Estimate
    on_price: Estimate
    on_price_change: Estimate
    reading: str
    reasons: tuple[str, ...]


def growth(now: int, before: int) -> Estimate:
    """Return how much a yearly count grew; not known below 20 in either year."""
    if min(now, before) < LEAST_DEALS:
        reason = f"Each year needs {LEAST_DEALS} opened deals; there are {now} and {before}."
        return Estimate.unknown(reason, now + before)
    share = rate(now, now + before, LEVEL)
    low, value, high = (
        one / (1 - one) - 1 for one in (share.low, share.value, share.high) if one is not None
    )
    return Estimate(value, low, high, now + before)


def spread(discounts: Sequence[float], *, seed: int = 0) -> Estimate:
    """Return how far apart the middle 80 % of discounts lie; not known below 20 deals."""
    given = np.asarray(discounts, dtype=np.float64)
    if given.size < LEAST_DEALS:
        reason = (
            f"At least {LEAST_DEALS} won deals with list and net price are needed; "
            f"there are {given.size}."
        )
        return Estimate.unknown(reason, int(given.size))
    random = np.random.default_rng(seed)
    drawn = given[random.integers(0, given.size, (RESAMPLES, given.size))]
    widths = np.diff(np.quantile(drawn, [0.1, 0.9], axis=1), axis=0)[0]
    value = float(np.diff(np.quantile(given, [0.1, 0.9]))[0])
    low, high = np.quantile(widths, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Estimate(value, min(float(low), value), max(float(high), value), int(given.size))


def market_health(facts: Facts) -> MarketHealth:
    """Read two years of deals: growing, mature, shrinking, in a price war, or not known."""
    grown = growth(*facts.opened)
    now, before = (spread(one) for one in facts.discounts)
    shares = [
        rate(price, lost, LEVEL, reason="No lost deals have a driver.")
        for price, lost in zip(facts.lost_on_price, facts.lost, strict=True)
    ]
    change = difference(shares[0], shares[1])
    reading, reasons = _read(grown, shares[0], change, facts)
    return MarketHealth(grown, now, before, shares[0], change, reading, reasons)


def _read(
    grown: Estimate, on_price: Estimate, change: Estimate, facts: Facts
) -> tuple[str, tuple[str, ...]]:
    decides = on_price.low is not None and on_price.low >= PRICE_DECIDES
    rising = change.low is not None and change.low > 0
    if facts.lost[0] >= LEAST_DEALS and (decides or rising) and (facts.price_cuts or decides):
        reasons = []
        if decides:
            reasons.append("Price decides a large share of the deals that are lost.")
        if rising:
            reasons.append("More deals are lost on price than a year before.")
        if facts.price_cuts:
            times = "once" if facts.price_cuts == 1 else f"{facts.price_cuts} times"
            reasons.append(f"Competitors cut prices {times} in the last year.")
        return PRICE_WAR, tuple(reasons)
    if not grown.known or grown.low is None or grown.high is None:
        return UNKNOWN, (grown.reason,)
    if grown.low > STILL:
        return GROWING, ("Demand is higher than the year before, beyond chance.",)
    if grown.high < -STILL:
        return SHRINKING, ("Demand is lower than the year before, beyond chance.",)
    if grown.low >= -0.15 and grown.high <= 0.15:
        return MATURE, ("Demand is about what it was a year ago.",)
    return UNKNOWN, ("Demand may have grown or fallen: the interval is too wide to say.",)
