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
SHOWN = 24
"""The most steps that a person wants to read."""
TRIED = 500
"""The most steps at which what people drawn again would earn is compared."""


@dataclass(frozen=True, slots=True)
class PriceAcceptance:
    """The ladder read.

    `prices`: float64 (steps,), rising; of more than `SHOWN`, so many of them. `shares`: one
    Estimate a step, of people who would buy at that price. `revenue`: float64 (steps,), earned
    per person asked. `best`: the price that earns most among all, its interval by drawing people
    with replacement.
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
    ladder = np.unique(given if prices is None else np.asarray(prices, dtype=np.float64))
    ladder = ladder[ladder > 0]
    if not ladder.size:
        raise ValueError("no one would buy at any price")
    bought = _buyers(given, ladder)
    peak = int(np.argmax(ladder * bought))
    tried = _thinned(ladder, TRIED, peak)
    # As many people between two steps as chance lets: the same as drawing people one by one.
    between = np.append(-np.diff(bought[tried], prepend=given.size), bought[tried[-1]])
    random = np.random.default_rng(seed)
    drawn = random.multinomial(given.size, between / given.size, size=resamples)
    again = drawn[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:]
    best = ladder[tried][np.argmax(ladder[tried] * again, axis=1)]
    low, high = np.quantile(best, [(1 - level) / 2, (1 + level) / 2])
    value = float(ladder[peak])
    shown = _thinned(ladder, SHOWN, peak)
    return PriceAcceptance(
        n=int(given.size),
        prices=ladder[shown],
        shares=tuple(rate(float(one), given.size, level) for one in bought[shown]),
        revenue=ladder[shown] * bought[shown] / given.size,
        best=Estimate(value, min(float(low), value), max(float(high), value), int(given.size)),
    )


def _buyers(given: Floats, ladder: Floats) -> npt.NDArray[np.int64]:
    """Count the people who would buy at each step."""
    return given.size - np.searchsorted(np.sort(given), ladder, side="left")


def _thinned(ladder: Floats, most: int, peak: int) -> npt.NDArray[np.int64]:
    """Return the places of up to `most` steps, evenly by rank, the peak always among them."""
    if ladder.size <= most:
        return np.arange(ladder.size)
    even = np.linspace(0, ladder.size - 1, most - 1).round().astype(np.int64)
    return np.unique(np.append(even, peak))
