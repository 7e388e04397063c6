"""Price acceptance by a ladder of prices (Gabor and Granger 1966).

Each person climbs down or up a ladder of prices and says the highest at which they would buy.
The share that would buy at a price, over the ladder, is the demand; the price that earns most
per person asked is where price times share peaks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ipeo.numerics.estimates import Estimate, rate

Floats = npt.NDArray[np.float64]

LEVEL = 0.8
RESAMPLES = 400


@dataclass(frozen=True, slots=True)
class PriceAcceptance:
    """The ladder read.

    `prices`: float64 (steps,), rising. `shares`: one Estimate a step, of people who would buy at
    that price. `revenue`: float64 (steps,), earned per person asked. `best`: the price that earns
    most, its interval by drawing people with replacement.
    """

    n: int
    prices: Floats
    shares: tuple[Estimate, ...]
    revenue: Floats
    best: Estimate


def price_acceptance(
    most: npt.ArrayLike,
    *,
    prices: npt.ArrayLike | None = None,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> PriceAcceptance:
    """Read the highest price at which each person would buy.

    `most`: float (people,), 0 for a person who would buy at none. `prices`: the ladder that was
    asked; without it, the prices that people named. Raises ValueError where nobody answered, a
    price is below 0, or there is no step above 0.
    """
    given = np.asarray(most, dtype=np.float64)
    if given.ndim != 1 or not given.size or not np.isfinite(given).all() or (given < 0).any():
        raise ValueError("each person names one price, 0 or above")
    steps = np.unique(given if prices is None else np.asarray(prices, dtype=np.float64))
    steps = steps[steps > 0]
    if not steps.size:
        raise ValueError("nobody would buy at any price")
    buys = given[:, None] >= steps
    revenue = steps * buys.mean(axis=0)
    random = np.random.default_rng(seed)
    best = np.empty(resamples)
    for draw in range(resamples):
        weight = np.bincount(random.integers(0, given.size, given.size), minlength=given.size)
        best[draw] = steps[np.argmax(steps * (weight @ buys))]
    low, high = np.quantile(best, [(1 - level) / 2, (1 + level) / 2])
    peak = float(steps[np.argmax(revenue)])
    return PriceAcceptance(
        n=int(given.size),
        prices=steps,
        shares=tuple(rate(float(one), given.size, level) for one in buys.sum(axis=0)),
        revenue=revenue,
        best=Estimate(peak, min(float(low), peak), max(float(high), peak), int(given.size)),
    )
