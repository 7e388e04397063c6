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

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

LEVEL = 0.8
RESAMPLES = 400
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
    """A price with its interval; NaN where it is not known."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class PriceSensitivity:
    """The answers read.

    `prices`, `too_cheap`, `bargain`, `expensive`, `too_expensive`: float64 (prices,), the curves
    as shares of people. `trial`, `revenue`: float64 (prices,), empty where no likelihoods were
    asked; `most_trial` and `most_revenue` are the prices of their peaks.
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
    out of trial alone. Intervals come from drawing people with replacement.

    Raises ValueError where shapes differ, or nobody's four prices rise; the message says so where
    the columns look swapped.
    """
    given = np.asarray(answers, dtype=np.float64)
    if given.ndim != 2 or given.shape[1] != 4:
        raise ValueError("each person gives four prices")
    rises = np.all(np.diff(given, axis=1) > 0, axis=1)
    valid = given[rises]
    warning = _swapped(given, int(rises.sum()))
    if not valid.size:
        raise ValueError(warning or "nobody's four prices rise")
    chances = None
    if likelihoods is not None:
        chances = np.asarray(likelihoods, dtype=np.float64)
        if chances.shape != (given.shape[0], 2):
            raise ValueError("each person gives two likelihoods")
        chances = chances[rises]
    prices = np.unique(valid)
    said = _said(valid, chances, prices)
    curves = [one.mean(axis=0) for one in said[:4]]
    trial = np.nanmean(said[4], axis=0) if chances is not None else np.zeros(0)
    found, peaks = _crossings(prices, curves), _peaks(prices, trial)
    random = np.random.default_rng(seed)
    drawn = np.full((resamples, 6), np.nan)
    weights = np.array(
        [
            np.bincount(random.integers(0, len(valid), len(valid)), minlength=len(valid))
            for _ in range(resamples)
        ],
        dtype=np.float64,
    ).reshape(resamples, len(valid))
    shares = [weights @ one / len(valid) for one in said[:4]]
    trials = weights @ np.nan_to_num(said[4]) if trial.size else np.zeros((resamples, 0))
    for draw in range(resamples):
        drawn[draw, :4] = _crossings(prices, [one[draw] for one in shares])
        drawn[draw, 4:] = _peaks(prices, trials[draw])
    ends = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0)
    points = [Point(*map(float, one)) for one in zip((*found, *peaks), *ends, strict=True)]
    return PriceSensitivity(
        valid=len(valid),
        invalid=len(given) - len(valid),
        lower=points[0],
        upper=points[1],
        indifference=points[2],
        optimum=points[3],
        prices=prices,
        too_cheap=curves[0],
        bargain=curves[1],
        expensive=curves[2],
        too_expensive=curves[3],
        trial=trial,
        revenue=prices * trial if trial.size else trial,
        most_trial=points[4],
        most_revenue=points[5],
        warning=warning,
    )


def _said(valid: Floats, chances: Floats | None, prices: Floats) -> list[Floats]:
    """Whether each person finds each price too cheap, a bargain, expensive, too expensive.

    Each float64 (people, prices); then, where likelihoods were asked, the chance to buy, NaN in
    the rows of people who gave none.
    """
    said = [
        (valid[:, :1] > prices).astype(np.float64),
        (valid[:, 1:2] > prices).astype(np.float64),
        (valid[:, 2:3] <= prices).astype(np.float64),
        (valid[:, 3:] <= prices).astype(np.float64),
    ]
    if chances is not None:
        said.append(_chances(valid, chances, prices))
    return said


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


def _chances(valid: Floats, chances: Floats, prices: Floats) -> Floats:
    """Each person's chance to buy at each price, straight between the prices that they named."""
    height = np.column_stack([np.zeros(len(valid)), chances, np.zeros(len(valid))])
    found = np.zeros((len(valid), prices.size))
    for side in range(3):
        left, right = valid[:, side : side + 1], valid[:, side + 1 : side + 2]
        within = (prices >= left) & (prices < right)
        rise = (height[:, side + 1 : side + 2] - height[:, side : side + 1]) / (right - left)
        found += np.where(within, height[:, side : side + 1] + rise * (prices - left), 0.0)
    found[~np.isfinite(chances).all(axis=1)] = np.nan
    return found


def _peaks(prices: Floats, trial: Floats) -> tuple[float, float]:
    if not trial.size:
        return float("nan"), float("nan")
    return float(prices[np.argmax(trial)]), float(prices[np.argmax(prices * trial)])


def _swapped(given: Floats, valid: int) -> str:
    """Say where another order of the columns would let many more people's prices rise."""
    if valid >= len(given) * (1 - _WARN):
        return ""
    order = np.argsort(np.nanmedian(given, axis=0), kind="stable")
    if list(order) == [0, 1, 2, 3]:
        return f"Only {valid:,} of {len(given):,} people named four prices that rise."
    return (
        f"Only {valid:,} of {len(given):,} people named four prices that rise; the columns look "
        "swapped: by their medians they come in another order."
    )
