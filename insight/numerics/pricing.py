"""Price sensitivity from four questions (Van Westendorp 1976), and what trial it promises.

Each person says at what price the product is too cheap to be good, a bargain, getting expensive
and too expensive. Four curves over the prices named cross where a range begins and ends:

- lower bound: where more find it no bargain than too cheap;
- upper bound: where more find it too expensive than not yet expensive;
- indifference: where more find it expensive than a bargain;
- optimum: where more find it too expensive than too cheap.

Where a likelihood to buy at the bargain and at the expensive price was asked too, each person's
chance to buy runs straight through the four prices (Newton, Miller and Smith 1993): nothing at
the outer two, the likelihoods at the inner two. Its mean is the share that would try, and its
product with the price is the revenue per person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LEVEL = 0.8
RESAMPLES = 400
GROUPS = 1_000
"""Of more people than these, so many groups are drawn for the intervals."""
STEPS = 500
"""The most prices at which the curves are told."""
FEWEST = 10
"""Fewer people than these, drawn again and again, look far more alike than people are."""
_WARN = 0.2
LIKELIHOODS = {
    "very unlikely": 0.0,
    "unlikely": 0.1,
    "neither likely nor unlikely": 0.3,
    "likely": 0.5,
    "very likely": 0.7,
}
"""How likely a purchase is that was called so (Newton, Miller and Smith 1993, as practised)."""


@dataclass(frozen=True, slots=True)
class Point:
    """A price with its interval; NaN where it is not known, the ends of too few people too."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class PriceSensitivity:
    """The answers read.

    `prices`, `too_cheap`, `bargain`, `expensive`, `too_expensive`: float64 (prices,), the curves
    as shares of people, at the prices that people named; of more than `STEPS`, at so many of
    them. The points are found among all. `trial`, `revenue`: float64 (prices,), empty where no
    likelihoods were asked; `most_trial` and `most_revenue` are the prices of their peaks.
    """

    valid: int
    invalid: int
    lower: Point
    upper: Point
    indifference: Point
    optimum: Point
    prices: Floats
    too_cheap: Floats
    bargain: Floats
    expensive: Floats
    too_expensive: Floats
    trial: Floats
    revenue: Floats
    most_trial: Point
    most_revenue: Point
    warning: str = ""


def price_sensitivity(
    answers: npt.ArrayLike,
    *,
    likelihoods: npt.ArrayLike | None = None,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> PriceSensitivity:
    """Read four prices of each person.

    `answers`: float (people, 4): too cheap, bargain, expensive, too expensive; people whose four
    do not rise, or who left one out, are counted and set aside. `likelihoods`: float (people, 2),
    the chance to buy at the bargain and at the expensive price, 0 to 1; people without are left
    out of trial alone. Intervals come from drawing people with replacement, where there are
    `FEWEST` or more.

    Raises ValueError where shapes differ, or nobody's four prices rise; the message says so where
    the columns look swapped.
    """
    given = np.asarray(answers, dtype=np.float64)
    if given.ndim != 2 or given.shape[1] != 4:
        raise ValueError("each person gives four prices")
    rises = np.all(np.diff(given, axis=1) > 0, axis=1) & (given[:, 0] >= 0)
    valid = given[rises]
    warning = _swapped(given, int(rises.sum()))
    if not valid.size:
        raise ValueError(warning or "no one gave four prices in rising order")
    chances = None
    if likelihoods is not None:
        chances = np.asarray(likelihoods, dtype=np.float64)
        if chances.shape != (given.shape[0], 2):
            raise ValueError("each person gives two likelihoods")
        chances = chances[rises]
    prices = np.unique(valid)
    curves, trial = _shares(valid, chances, prices)
    found, peaks = _crossings(prices, curves), _peaks(prices, trial)
    shown = _thinned(prices, valid, (*found, *peaks))
    ends = np.full((2, 6), np.nan)
    if len(valid) >= FEWEST:
        drawn = _drawn(valid, chances, prices[shown], resamples, seed)
        ends = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0)
    points = [Point(*map(float, one)) for one in zip((*found, *peaks), *ends, strict=True)]
    trial = trial[shown] if trial.size else trial
    return PriceSensitivity(
        valid=len(valid),
        invalid=len(given) - len(valid),
        lower=points[0],
        upper=points[1],
        indifference=points[2],
        optimum=points[3],
        prices=prices[shown],
        too_cheap=curves[0][shown],
        bargain=curves[1][shown],
        expensive=curves[2][shown],
        too_expensive=curves[3][shown],
        trial=trial,
        revenue=prices[shown] * trial if trial.size else trial,
        most_trial=points[4],
        most_revenue=points[5],
        warning=warning,
    )


def _thinned(prices: Floats, valid: Floats, points: Sequence[float]) -> Ints:
    """Return the places of up to `STEPS` of the prices, evenly by people, and of the points."""
    if prices.size <= STEPS:
        return np.arange(prices.size)
    even = np.quantile(valid, np.linspace(0, 1, STEPS - len(points)), method="nearest")
    return np.unique(np.searchsorted(prices, [*even, *(one for one in points if one == one)]))


def _drawn(
    valid: Floats, chances: Floats | None, prices: Floats, resamples: int, seed: int
) -> Floats:
    """Return the six points of people drawn with replacement: float64 (resamples, 6).

    Past `GROUPS` people, groups of them put together at random are drawn instead: as a mean of
    people is the mean of its groups, it spreads as much, at a cost that no longer grows.
    """
    random = np.random.default_rng(seed)
    groups = min(len(valid), GROUPS)
    group = np.arange(len(valid))
    if len(valid) > GROUPS:
        group = random.permutation(len(valid)) % GROUPS
    counts, tries, asked = _counts(valid, chances, prices, group, groups)
    sizes = np.bincount(group, minlength=groups).astype(np.float64)
    weights = np.array(
        [
            np.bincount(random.integers(0, groups, groups), minlength=groups)
            for _ in range(resamples)
        ],
        dtype=np.float64,
    ).reshape(resamples, groups)
    people = (weights @ sizes)[:, None]
    shares = [weights @ one / people for one in counts]
    trials = weights @ tries / np.maximum(weights @ asked, 1)[:, None] if tries.size else None
    drawn = np.full((resamples, 6), np.nan)
    for draw in range(resamples):
        drawn[draw, :4] = _crossings(prices, [one[draw] for one in shares])
        if trials is not None:
            drawn[draw, 4:] = _peaks(prices, trials[draw])
    return drawn


def _shares(valid: Floats, chances: Floats | None, prices: Floats) -> tuple[list[Floats], Floats]:
    """Return the four curves and, where likelihoods were asked, the share that would try."""
    everybody = np.zeros(len(valid), dtype=np.int64)
    counts, tries, asked = _counts(valid, chances, prices, everybody, 1)
    trial = tries[0] / asked[0] if tries.size else np.zeros(0)
    return [one[0] / len(valid) for one in counts], trial


def _counts(
    valid: Floats,
    chances: Floats | None,
    prices: Floats,
    group: Ints,
    groups: int,
) -> tuple[list[Floats], Floats, Floats]:
    """Count, in each group of people, who finds each price too cheap, a bargain, and so on.

    Returns the four counts, each float64 (groups, prices); the sums of the chances to buy, of
    the same shape, empty where no likelihoods were asked; and how many gave them, (groups,).
    One pass over the people: each adds 1 from the place of a price on that they named.
    """
    places = [np.searchsorted(prices, valid[:, question]) for question in range(4)]

    def summed(place: Ints, weight: Floats | None, of: Ints) -> Floats:
        width = prices.size + 1
        table = np.bincount(of * width + place, weight, minlength=groups * width)
        return table.reshape(groups, width)[:, :-1].cumsum(axis=1).astype(np.float64)

    sizes = np.bincount(group, minlength=groups)[:, None]
    reached = [summed(place, None, group) for place in places]
    counts = [sizes - reached[0], sizes - reached[1], reached[2], reached[3]]
    told = np.isfinite(chances).all(axis=1) if chances is not None else np.zeros(0, dtype=bool)
    if chances is None or not told.any():
        return counts, np.zeros(0), np.zeros(groups)
    height = np.column_stack([np.zeros(len(valid)), chances, np.zeros(len(valid))])[told]
    named, of = valid[told], group[told]
    at = [place[told] for place in places]
    # Straight between two prices is a + b p: a and b are added at the one and taken off at the
    # other, so that a running sum holds, at each price, those who are between theirs.
    level = slope = np.zeros((groups, prices.size))
    for side in range(3):
        rise = (height[:, side + 1] - height[:, side]) / (named[:, side + 1] - named[:, side])
        start = height[:, side] - rise * named[:, side]
        level = level + summed(at[side], start, of) - summed(at[side + 1], start, of)
        slope = slope + summed(at[side], rise, of) - summed(at[side + 1], rise, of)
    tries = np.maximum(level + slope * prices, 0.0)
    return counts, tries, np.bincount(of, minlength=groups).astype(np.float64)


def _crossings(prices: Floats, curves: list[Floats]) -> tuple[float, float, float, float]:
    too_cheap, bargain, expensive, too_expensive = curves

    def first(rising: Floats, falling: Floats) -> float:
        met = np.flatnonzero(rising > falling + 1e-12)
        return float(prices[met[0]]) if met.size else float("nan")

    return (
        first(1 - bargain, too_cheap),
        first(too_expensive, 1 - expensive),
        first(expensive, bargain),
        first(too_expensive, too_cheap),
    )


def _peaks(prices: Floats, trial: Floats) -> tuple[float, float]:
    if not trial.size:
        return float("nan"), float("nan")
    return float(prices[np.argmax(trial)]), float(prices[np.argmax(prices * trial)])


def _swapped(given: Floats, valid: int) -> str:
    """Say where another order of the columns would let many more people's prices rise."""
    if valid >= len(given) * (1 - _WARN):
        return ""
    if not np.isfinite(given).any(axis=0).all():
        return "One of the four columns has no prices."
    order = np.argsort(np.nanmedian(given, axis=0), kind="stable")
    if list(order) == [0, 1, 2, 3]:
        return f"Only {valid:,} of {len(given):,} people named four prices that rise."
    return (
        f"Only {valid:,} of {len(given):,} people named four prices that rise; the columns look "
        "swapped: by their medians they come in another order."
    )
