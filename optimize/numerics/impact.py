"""Before and after: what an outcome would have been, by series that the event did not touch.

A local level with a static regression (Brodersen and others 2015, the model of CausalImpact),
fitted to what was before by Gibbs sampling. All series are standardised by their past. Priors:
the level's step has sd 0.01 with the weight of 32 observations; the noise's share is 1 - 0.8 with
the weight of 50; the slopes are centred on zero with the information of a hundredth of one
observation, halfway shrunk to independence.

The level is drawn whole: its posterior has a tridiagonal precision Q, and Q^-1 (b + w) with w
drawn from N(0, Q) is a draw from it (Papandreou and Yuille 2010), at the cost of one solve.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy

Floats = npt.NDArray[np.float64]

LEVEL = 0.95
DRAWS = 1_000
_LEVEL_SD, _LEVEL_WEIGHT = 0.01, 32.0
_NOISE_SHARE, _NOISE_WEIGHT = 0.2, 50.0
_SLAB_WEIGHT, _SHRUNK = 0.01, 0.5
_LEAST = 8


@dataclass(frozen=True, slots=True)
class Interval:
    """A number between its ends."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Impact:
    """What the event did after its start.

    `effect` is per period, `cumulative` over all of them, `relative` the share of what would
    have been, NaN where that may have been nothing; `p` is the smaller tail of the draws beyond
    what was seen. `expected`, `low` and `high`, float64 (periods after), are what would have been
    in each.
    """

    effect: Interval
    cumulative: Interval
    relative: Interval
    p: float
    expected: Floats
    low: Floats
    high: Floats


def impact(
    outcome: npt.ArrayLike,
    start: int,
    *,
    series: npt.ArrayLike | None = None,
    level: float = LEVEL,
    draws: int = DRAWS,
    seed: int = 0,
) -> Impact:
    """Estimate the impact of an event before period `start` (counted from 0).

    `outcome`: float (periods,); `series`: float (periods, k), what moves along with the outcome
    and was not touched by the event. Raises ValueError where fewer than eight periods lie before
    the event or none after, the outcome did not vary before it, lengths differ, or a number is
    missing.
    """
    y = np.asarray(outcome, dtype=np.float64)
    x = np.zeros((y.size, 0)) if series is None else np.asarray(series, dtype=np.float64)
    x = x.reshape(y.size, -1) if x.shape[0] == y.size else x
    _check(y, x, start)
    centre, scale = float(y[:start].mean()), float(y[:start].std(ddof=1))
    spread = x[:start].std(axis=0, ddof=1) if x.shape[1] else np.ones(0)
    # A series that never moved before the event says nothing of it.
    x = x[:, spread > 0]
    known = (x - x[:start].mean(axis=0)) / spread[spread > 0]
    before = (y[:start] - centre) / scale
    random = np.random.default_rng(seed)
    fitted = _would_have_been(before, known, start, draws, random)
    would = centre + scale * fitted
    return _summed(y[start:], would, level)


def _would_have_been(
    y: Floats, x: Floats, start: int, draws: int, random: np.random.Generator
) -> Floats:
    """Draws of the outcome after the event had it not been, (draws, periods after)."""
    past, future = x[:start], x[start:]
    slopes = x.shape[1]
    gram = past.T @ past
    prior = _SLAB_WEIGHT / start * ((1 - _SHRUNK) * gram + _SHRUNK * np.diag(np.diag(gram)))
    precision = gram + prior
    factor = np.linalg.cholesky(np.linalg.inv(precision)) if slopes else np.zeros((0, 0))
    solve = np.linalg.inv(precision) @ past.T if slopes else np.zeros((0, start))
    warm = max(draws // 10, 50)
    noise, step = _NOISE_SHARE, _LEVEL_SD**2
    beta = solve @ y
    found = np.empty((draws, future.shape[0]))
    noise_shape = (_NOISE_WEIGHT + start) / 2
    step_shape = (_LEVEL_WEIGHT + start - 1) / 2
    noise_prior = _NOISE_WEIGHT * _NOISE_SHARE
    step_prior = _LEVEL_WEIGHT * _LEVEL_SD**2
    z = random.standard_normal((draws + warm, 2 * start + slopes))
    gammas = random.standard_gamma([noise_shape, step_shape], size=(draws + warm, 2))
    # The level's differences: each inner point has two neighbours. The first level is free, but
    # for a prior as wide as the data.
    neighbours = np.full(start, 2.0)
    neighbours[[0, -1]] = 1.0
    first = np.zeros(start)
    first[0] = 1.0
    for draw in range(-warm, draws):
        at = z[draw + warm]
        off = -np.full(start - 1, 1 / step)
        main = neighbours / step + 1 / noise + first
        shaken = (y - past @ beta) / noise + at[:start] / np.sqrt(noise)
        jump = at[start : 2 * start - 1] / np.sqrt(step)
        shaken[1:] += jump
        shaken[:-1] -= jump
        shaken[0] += at[2 * start - 1]
        _, _, mu, _ = scipy.linalg.lapack.dptsv(main, off, shaken)
        moves = np.diff(mu)
        step = min((step_prior + moves @ moves) / 2 / gammas[draw + warm, 1], 1.0)
        rest = y - mu
        mean = solve @ rest
        # The slopes are integrated out of the noise: the residual of their posterior mean.
        lost = float(rest @ rest - rest @ past @ mean) if slopes else float(rest @ rest)
        noise = (noise_prior + lost) / 2 / gammas[draw + warm, 0]
        beta = mean + np.sqrt(noise) * (factor @ at[2 * start :])
        if draw >= 0:
            walk = np.cumsum(random.standard_normal(future.shape[0])) * np.sqrt(step)
            shocks = random.standard_normal(future.shape[0]) * np.sqrt(noise)
            found[draw] = mu[-1] + walk + future @ beta + shocks
    return found


def _summed(seen: Floats, would: Floats, level: float) -> Impact:
    ends = [(1 - level) / 2, (1 + level) / 2]

    def between(draws: Floats) -> Interval:
        low, high = np.quantile(draws, ends)
        return Interval(float(draws.mean()), float(low), float(high))

    whole, sums = float(seen.sum()), would.sum(axis=1)
    relative = Interval(np.nan, np.nan, np.nan)
    if np.quantile(sums, ends[0]) > 0:
        # Of the mean, not the mean of the draws' own shares: one skewed by a few small draws may
        # have another sign than the effect.
        share = between((whole - sums) / sums)
        relative = Interval(float(whole / sums.mean()) - 1.0, share.low, share.high)
    tail = min((1 + np.sum(sums >= whole)), (1 + np.sum(sums <= whole))) / (1 + sums.size)
    low, high = np.quantile(would, ends, axis=0)
    return Impact(
        effect=between((whole - sums) / seen.size),
        cumulative=between(whole - sums),
        relative=relative,
        p=float(tail),
        expected=would.mean(axis=0),
        low=low,
        high=high,
    )


def _check(y: Floats, x: Floats, start: int) -> None:
    if y.ndim != 1 or x.shape[0] != y.size:
        raise ValueError("the outcome and each series have one number per period")
    if start < _LEAST or start >= y.size:
        raise ValueError(f"{_LEAST} periods before the event and one after are needed")
    if not (np.isfinite(y).all() and np.isfinite(x).all()):
        raise ValueError("every period has a number")
    if np.ptp(y[:start]) == 0:
        raise ValueError("the outcome did not vary before the event")
