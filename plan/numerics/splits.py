"""The best split of money over programs whose value functions are tabulated, of any shape.

First on a grid of the free money, exactly, by max-plus convolution; then off the grid by SLSQP.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy

Floats = npt.NDArray[np.float64]

STEPS = 600
"""Into how many parts the grid divides the free money."""


@dataclass(frozen=True, slots=True)
class Room:
    """A program's room: weights of its free months, largest first, and what is fixed."""

    places: tuple[int, ...]
    weights: Floats
    fixed: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Table:
    """A candidate's curve at some amounts a month: the amounts, and the draws there."""

    amounts: Floats
    draws: Floats


def _means(tables: Sequence[Table], weights: Floats) -> list[scipy.interpolate.PchipInterpolator]:
    scale = weights / weights.sum()
    return [scipy.interpolate.PchipInterpolator(one.amounts, scale @ one.draws) for one in tables]


def best_split(
    tables: Sequence[Table],
    rooms: Sequence[Room],
    free: float,
    weights: Floats,
    *,
    steps: int = STEPS,
    leave_grid: bool = True,
) -> Floats:
    """Return what each program gets on top of its locked months."""
    if not tables:
        return np.zeros(0)
    means = _means(tables, weights)
    low = np.asarray([room.low for room in rooms])
    high = np.minimum(np.asarray([room.high for room in rooms]), free)
    left = min(free - low.sum(), float((high - low).sum()))
    if left <= 0:
        return low
    unit = left / steps
    best = np.full(steps + 1, -np.inf)
    best[0] = 0.0
    choices = []
    extra = np.arange(steps + 1) * unit
    for place, (mean, room) in enumerate(zip(means, rooms, strict=True)):
        width = high[place] - low[place]
        most = int(min(np.ceil(width / unit - 1e-9), steps))
        values = value_of(mean, room, np.minimum(low[place] + extra[: most + 1], high[place]))[0]
        table = np.full((most + 1, steps + 1), -np.inf)
        for j in range(most + 1):
            table[j, j:] = best[: steps + 1 - j] + values[j]
        choice = table.argmax(axis=0)
        choices.append(choice)
        best = table[choice, np.arange(steps + 1)]
    reached = steps if np.isfinite(best[steps]) else int(np.flatnonzero(np.isfinite(best)).max())
    amounts = low.copy()
    for place in range(len(rooms) - 1, -1, -1):
        taken = int(choices[place][reached])
        amounts[place] = min(low[place] + taken * unit, high[place])
        reached -= taken
    if not leave_grid:
        return exactly(amounts, low, high, low.sum() + left)
    return _polished(means, rooms, amounts, low, high, low.sum() + left)


def value_of(
    mean: scipy.interpolate.PchipInterpolator, room: Room, amounts: Floats
) -> tuple[Floats, npt.NDArray[np.int64]]:
    """What amounts bring when spread over the best number of months, and that number."""
    if not room.places:
        return np.zeros_like(amounts), np.zeros(amounts.shape, dtype=np.int64)
    sums = np.cumsum(room.weights)
    # Concave curves want all months; only an S-shaped one gains by leaving some empty.
    every = sums[-1] * mean(amounts / sums[-1])
    chosen = np.full(amounts.shape, len(sums))
    rising = np.diff(mean.c[2]) > 1e-9 * max(float(abs(mean.c[2]).max()), 1e-12)
    if not rising.any():
        return every, chosen
    top = mean.x[-1]
    for count in range(1, len(sums)):
        here = sums[count - 1] * mean(np.minimum(amounts / sums[count - 1], top))
        better = here > every
        every, chosen = np.where(better, here, every), np.where(better, count, chosen)
    return every, chosen


def _polished(
    means: Sequence[scipy.interpolate.PchipInterpolator],
    rooms: Sequence[Room],
    amounts: Floats,
    low: Floats,
    high: Floats,
    spend: float,
) -> Floats:
    """Leave the grid: SLSQP from its best split, the number of months as chosen there."""
    over = []
    for mean, room, amount in zip(means, rooms, amounts, strict=True):
        count = int(value_of(mean, room, np.asarray([amount]))[1][0])
        over.append(max(float(room.weights[:count].sum()), 1e-9))
    weeks = np.asarray(over)
    slopes = [mean.derivative() for mean in means]
    scale = max(spend, 1e-9)
    worth = max(
        abs(sum(w * float(m(a / w)) for m, w, a in zip(means, weeks, amounts, strict=True))), 1e-9
    )

    def loss(x: Floats) -> float:
        per = x * scale / weeks
        found = sum(w * float(m(b)) for m, w, b in zip(means, weeks, per, strict=True))
        return float(-found / worth)

    def gradient(x: Floats) -> Floats:
        per = x * scale / weeks
        found = [float(slope(one)) for slope, one in zip(slopes, per, strict=True)]
        return np.asarray(np.asarray(found) * (-scale / worth))

    start = amounts * (spend / amounts.sum()) if amounts.sum() > 0 else amounts
    start = np.clip(start, low, high)
    whole = scipy.optimize.LinearConstraint(np.ones((1, low.size)), spend / scale, spend / scale)
    found = scipy.optimize.minimize(
        loss,
        start / scale,
        jac=gradient,
        bounds=[(float(a), float(b)) for a, b in zip(low / scale, high / scale, strict=True)],
        constraints=whole,
        method="SLSQP",
        options={"maxiter": 60, "ftol": 1e-9},
    )
    better = np.clip(found.x * scale, low, high)
    better = exactly(better, low, high, spend)
    kept = exactly(amounts, low, high, spend)
    return better if loss(better / scale) <= loss(kept / scale) else kept


def exactly(amounts: Floats, low: Floats, high: Floats, spend: float) -> Floats:
    """Put right, where there is room, what rounding left over or took too much."""
    result = amounts.copy()
    gap = spend - result.sum()
    for place in np.argsort(-(high - low)):
        step = float(np.clip(gap, low[place] - result[place], high[place] - result[place]))
        result[place] += step
        gap -= step
    return result
