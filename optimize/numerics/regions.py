"""Regions as an experiment: those that were treated against a weighted mean of the others.

Synthetic control (Abadie and others 2010) on each region as an index of its own mean before the
start: regions of unequal size share a trend or a season by its share, which no mean of others can
give to the largest or the smallest of them in its own unit. The others get weights, none negative
and one in all, that follow the treated ones' index best before the start, and the effect is turned
back into the treated ones' unit by their mean.

What chance does is learned from placebos: sets of as many untreated regions, followed by the rest
in the same way, and their effects measured in their own errors. An error is that of weeks left out
of the fit, a quarter of the past in turn, as a fit promises more than it keeps. It is larger where
over whole quarters a set strayed further than others with such weeks do, and smaller where less:
one that has no like strays slowly, and its weeks do not show it. The p-value is the rank of the
treated ones among the placebos; the interval is as wide as the placebos' effects reach, and a
little wider where these are of few regions.

Chosen by simulated regions of unequal size with common trends and seasons, as the reading of
running tests was (`regional_looks`, `make bench`).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy
from scipy import special

from optimize.numerics.impact import Interval

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

LEVEL = 0.9
PLACEBOS = 80
_HEAVY = 1e4
_STRETCHES = 4
_PRIOR = 4.0
"""How many stretches all placebos count for beside a set's own."""
_FOLLOWED = 1e-9


@dataclass(frozen=True, slots=True)
class RegionalImpact:
    """What the treatment did: per period and region, over all of both, and as a share.

    `weights`: float64 (others,), of the synthetic region; `expected`: float64 (periods,), the
    treated regions' mean as it would have been; `fit_error`: the root mean square error before.
    `reach`: how far from nothing chance alone gets, as a share of what would have been: a lift is
    told beyond it. Where it is not known, NaN like all ends, `reason` says why.
    """

    effect: Interval
    cumulative: Interval
    relative: Interval
    p: float
    weights: Floats
    expected: Floats
    fit_error: float
    reach: float
    reason: str = ""


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
    where they are too few for the level, or the treated ones never strayed from the others before
    the start, the interval's ends are NaN. Others of which nothing came before have no weight.

    Raises ValueError where fewer than two others, four periods before or one after are there,
    lengths differ, a number is missing, or the treated regions' mean before is not above nothing.
    """
    ours = np.asarray(treated, dtype=np.float64)
    ours = ours.reshape(ours.shape[0], -1)
    rest = np.asarray(others, dtype=np.float64)
    check_panel(ours, rest, start)
    y, moving = ours.mean(axis=1), rest[:start].mean(axis=0) > 0
    base = float(y[:start].mean())
    if not base > 0:
        raise ValueError("the treated regions had no results before the start")
    if moving.sum() < 2:
        raise ValueError("two regions of which something came before are needed to compare with")
    before = np.arange(y.size) < start
    rest = rest[:, moving]
    found = gaps(y, rest, before)
    effect = float(found.apart[start:].mean())
    reached, error_of = _placebos(rest, before, ours.shape[1], seed)
    error = error_of(*_left_out(y[before], rest[before]))
    error *= _few(rest.shape[1], level)
    p, reach = _by_chance(effect, error, reached, level)
    many = (y.size - start) * ours.shape[1]
    expected = y - base * found.apart
    would = float(expected[start:].mean())
    value, reach = base * effect, base * reach
    low, high, reason = _ends(value, would, reach, error)
    weights = np.zeros(moving.size)
    weights[moving] = found.weights
    return RegionalImpact(
        effect=Interval(value, low, high),
        cumulative=Interval(*(end * many for end in (value, low, high))),
        relative=Interval(*(_share(end, would) for end in (value, low, high))),
        p=p,
        weights=weights,
        expected=expected,
        fit_error=base * float(np.sqrt(np.mean(found.apart[:start] ** 2))),
        reach=_share(reach, would),
        reason=reason,
    )


@dataclass(frozen=True, slots=True)
class Gaps:
    """How far a series stood from what the others make of it, as a share of its mean before.

    `apart`: float64 (periods,); `error`: its root mean square before, a degree of freedom off for
    each weight; `weights`: float64 (others,).
    """

    apart: Floats
    error: float
    weights: Floats


def gaps(y: Floats, others: Floats, before: Mask) -> Gaps:
    """Follow the index of a series by those of the others over the periods `before`.

    A region of which nothing came in these counts as one that never moves.
    """
    means = others[before].mean(axis=0)
    index = np.divide(others, means, out=np.ones_like(others), where=means > 0) - 1
    base = float(y[before].mean())
    own = y / base - 1 if base > 0 else np.zeros_like(y)
    weights = weights_of(index[before], own[before])
    apart = own - index @ weights
    many = int(before.sum())
    free = max(many - int(np.count_nonzero(weights > 1e-9)), many / 4)
    return Gaps(apart, float(np.sqrt(np.sum(apart[before] ** 2) / free)), weights)


def _placebos(
    others: Floats, before: Mask, size: int, seed: int
) -> tuple[Floats, Callable[[float, Floats], float]]:
    """How far untreated sets reach from nothing, in their own errors, and what an error is.

    An error is told by that of weeks left out and the mean gaps of the stretches that they form.
    """
    found = []
    for members in placebo_sets(others.shape[1], size, seed):
        one, rest = others[:, members].mean(axis=1), np.delete(others, members, axis=1)
        effect = abs(float(gaps(one, rest, before).apart[~before].mean()))
        found.append((effect, *_left_out(one[before], rest[before])))
    strays = [
        np.mean(stretches**2) / error**2 for _, error, stretches in found if error > _FOLLOWED
    ]
    usual = float(np.mean(strays)) if strays else 0.0

    def error_of(error: float, stretches: Floats) -> float:
        if not (error > _FOLLOWED and usual > 0):
            return error
        own = float(np.sum(stretches**2)) / (usual * error**2)
        return error * math.sqrt((own + _PRIOR) / (stretches.size + _PRIOR))

    reached = [
        effect / error_of(error, stretches)
        if error > _FOLLOWED
        else (math.inf if effect > _FOLLOWED else 0.0)
        for effect, error, stretches in found
    ]
    return np.array(reached), error_of


def _few(others: int, level: float) -> float:
    """How much further chance reaches than placebos among so few regions show.

    However many sets there are, they tell no more of it than the regions do (Student's t); single
    ones need it where the treated one is the largest, which chance moves as no other.
    """
    tail = (1 + level) / 2
    return float(special.stdtrit(others - 1, tail) / special.ndtri(tail))


def _by_chance(effect: float, error: float, reached: Floats, level: float) -> tuple[float, float]:
    """The p of an effect, and how far from it chance reaches at this level, or NaN."""
    # Followed to the last digit before, any gap after would look like an effect.
    if not error > _FOLLOWED:
        return 1.0, float("nan")
    p = (1 + int(np.sum(reached >= abs(effect) / error))) / (1 + reached.size)
    rank = math.ceil((1 + reached.size) * level) - 1
    reach = error * float(np.sort(reached)[rank]) if rank < reached.size else math.inf
    return p, reach if math.isfinite(reach) else float("nan")


def _ends(value: float, would: float, reach: float, error: float) -> tuple[float, float, str]:
    """The effects from which what was seen is within chance's reach, or NaN and why not.

    What chance does grows with the lift: of `would` that is raised by it, chance is too.
    """
    reason = ""
    if not error > _FOLLOWED:
        reason = "the treated regions never differed from the others before the start"
    elif math.isnan(reach):
        reason = "there are too few other regions to estimate the effect of chance"
    elif reach >= would:
        reason = "chance alone does as much as all that came"
    if reason:
        return float("nan"), float("nan"), reason
    low, high = value - reach, value + reach
    if low > 0:
        low *= would / (would + reach)
    if high > 0:
        high *= would / (would - reach)
    return low, high, reason


def _left_out(y: Floats, others: Floats) -> tuple[float, Floats]:
    """The root mean square gap of periods left out of the fit, and the mean gap of each stretch."""
    when = np.arange(y.size)
    left = []
    for stretch in np.array_split(when, _STRETCHES):
        inside = (when >= stretch[0]) & (when <= stretch[-1])
        left.append(gaps(y, others, ~inside).apart[inside])
    error = float(np.sqrt(np.mean(np.concatenate(left) ** 2)))
    return error, np.array([one.mean() for one in left])


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
    return value / of if of > 0 else float("nan")


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
