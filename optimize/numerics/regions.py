"""Regions as an experiment: those that were treated against a weighted mean of the others.

Synthetic control on demeaned series (Abadie and others 2010; Ferman and Pinto 2021 for the
demeaning): each region's mean before the start is taken away, and the others get weights, none
negative and one in all, that follow the treated ones best before the start. What chance does is
learned from placebos: sets of as many untreated regions, followed by the rest in the same way,
and their effects measured in their own errors before the start. The p-value is the rank of the
treated ones among them; the interval is as wide as the placebos' effects reach.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy

from optimize.numerics.impact import Interval

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]

LEVEL = 0.9
PLACEBOS = 80
_HEAVY = 1e4


@dataclass(frozen=True, slots=True)
class RegionalImpact:
    """What the treatment did: per period and region, over all of both, and as a share.

    `weights`: float64 (others,), of the synthetic region; `expected`: float64 (periods,), the
    treated regions' mean as it would have been; `fit_error`: the root mean square error before.
    """

    effect: Interval
    cumulative: Interval
    relative: Interval
    p: float
    weights: Floats
    expected: Floats
    fit_error: float


def regional_impact(
    treated: npt.ArrayLike,
    others: npt.ArrayLike,
    start: int,
    *,
    level: float = LEVEL,
    seed: int = 0,
) -> RegionalImpact:
    """Estimate what was done to some regions from period `start` on (counted from 0).

    `treated`: float (periods, regions treated); `others`: float (periods, regions not treated).
    With few others there are few placebos, and one over their number is the smallest p there is;
    where they are too few for the level the interval's ends are NaN.

    Raises ValueError where fewer than two others, four periods before or one after are there,
    lengths differ, or a number is missing.
    """
    ours = np.asarray(treated, dtype=np.float64)
    ours = ours.reshape(ours.shape[0], -1)
    rest = np.asarray(others, dtype=np.float64)
    check_panel(ours, rest, start)
    y = ours.mean(axis=1)
    expected, weights = _followed(y, rest, start)
    effect, error = _measured(y, expected, start)
    reached = _placebos(rest, start, ours.shape[1], seed)
    seen = abs(effect) / error if error > 0 else np.inf
    p = (1 + int(np.sum(reached >= seen))) / (1 + reached.size)
    rank = int(np.ceil((1 + reached.size) * level)) - 1
    width = error * float(np.sort(reached)[rank]) if rank < reached.size else float("nan")
    many = (y.size - start) * ours.shape[1]
    would = float(expected[start:].mean())
    ends = (effect, effect - width, effect + width)
    return RegionalImpact(
        effect=Interval(*ends),
        cumulative=Interval(*(end * many for end in ends)),
        relative=Interval(*(_share(end, would) for end in ends)),
        p=p,
        weights=weights,
        expected=expected,
        fit_error=error,
    )


def _followed(y: Floats, others: Floats, start: int) -> tuple[Floats, Floats]:
    """What the others make of a series, float64 (periods,), and their weights."""
    before = y[:start].mean()
    known = others - others[:start].mean(axis=0)
    weights = weights_of(known[:start], y[:start] - before)
    return before + known @ weights, weights


def _measured(y: Floats, expected: Floats, start: int) -> tuple[float, float]:
    """The mean effect after the start, and the root mean square error before it."""
    apart = y - expected
    return float(apart[start:].mean()), float(np.sqrt(np.mean(apart[:start] ** 2)))


def _placebos(others: Floats, start: int, size: int, seed: int) -> Floats:
    """How far untreated sets reach from nothing, in their own errors."""
    reached = []
    for members in placebo_sets(others.shape[1], size, seed):
        rest = np.delete(others, members, axis=1)
        y = others[:, members].mean(axis=1)
        effect, error = _measured(y, _followed(y, rest, start)[0], start)
        reached.append(abs(effect) / error if error > 0 else 0.0)
    return np.array(reached)


def placebo_sets(count: int, size: int, seed: int, many: int = PLACEBOS) -> list[Places]:
    """Sets of `size` of `count` untreated regions, by their places; two at least stay outside."""
    random = np.random.default_rng(seed)
    size = min(size, count - 2) if count > 2 else 1
    if size == 1:
        return [np.array([one]) for one in random.permutation(count)[:many]]
    return [random.choice(count, size, replace=False) for _ in range(many)]


def weights_of(others: Floats, ours: Floats) -> Floats:
    """Weights that follow best, none negative and one in all."""
    # The sum is held by one heavy row: non-negative least squares knows no equality.
    scale = float(np.abs(others).max()) or 1.0
    heavy = _HEAVY * scale
    matrix = np.vstack([others, np.full(others.shape[1], heavy)])
    found, _ = scipy.optimize.nnls(matrix, np.append(ours, heavy))
    whole = float(found.sum())
    return found / whole if whole > 0 else np.full(others.shape[1], 1 / others.shape[1])


def _share(value: float, of: float) -> float:
    return value / of if of else float("nan")


def check_panel(ours: Floats, rest: Floats, start: int) -> None:
    """Raise ValueError where regions cannot be held against others from `start` on."""
    if rest.ndim != 2 or rest.shape[0] != ours.shape[0]:
        raise ValueError("each region has one number per period")
    if rest.shape[1] < 2:
        raise ValueError("two regions to compare with are needed")
    if start < 4 or start >= ours.shape[0]:
        raise ValueError("four periods before the start and one after are needed")
    if not (np.isfinite(ours).all() and np.isfinite(rest).all()):
        raise ValueError("every region has a number in every period")
