"""Programs that bring next to nothing below a threshold, and the best split found cell by cell."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from plan.numerics.allocation import Candidate

Floats = npt.NDArray[np.float64]


def steep(
    seed: int, programs: int = 40, months: int = 12, draws: int = 200
) -> tuple[list[Candidate], float]:
    """Return programs of which two in three have a threshold, with limits, and a total for them.

    The total pays for about half of them, so that which ones get nothing is the question.
    """
    rng = np.random.default_rng(seed)
    made = []
    usual = rng.uniform(2000, 9000, programs)
    for place in range(programs):
        level = rng.lognormal(0.3, 0.3, draws) * rng.lognormal(0, 0.35)
        bend = rng.lognormal(0.1, 0.4, draws)
        foot = 1.0 if place % 3 == 0 else rng.uniform(1.5, 4.5)

        def curve(
            x: Floats,
            level: Floats = level,
            bend: Floats = bend,
            foot: float = foot,
            at: float = float(usual[place]),
        ) -> Floats:
            rising = np.expm1(-bend[:, None] * (x[None, :] / at) ** foot) / np.expm1(-bend)[:, None]
            return np.asarray((level * at)[:, None] * rising)

        flight = np.ones(months)
        flight[: place % 4] = 0
        if place % 5 == 1:
            flight[-1] = 0.5
        locked = ((months // 2, float(usual[place]) / 2),) if place % 7 == 0 else ()
        ceiling = 6.5 * float(usual[place]) if place % 4 == 0 else None
        floor = 1.5 * float(usual[place]) if place % 6 == 1 else 0.0
        made.append(Candidate(f"p{place}", curve, tuple(flight), floor, ceiling, locked))
    return made, float(usual.sum()) * months * 0.45


def searched(candidates: list[Candidate], total: float, steps: int = 4000) -> float:
    """Return the highest mean margin of any split on a grid of cells, limits kept.

    Dynamic programming over every cell of every program, at the curves themselves: nothing is
    taken for granted of their shape.
    """
    fixed = sum(amount for one in candidates for _, amount in one.locked)
    unit = (total - fixed) / steps
    best = np.full(steps + 1, -np.inf)
    best[0] = 0.0
    for one in candidates:
        locked = dict(one.locked)
        held = sum(locked.values())
        room = total if one.ceiling is None else one.ceiling
        parts = [p for m, p in enumerate(one.months) if p > 0 and m not in locked]
        widest = min(int((room - held) / unit + 1e-9), steps)
        least = int(np.ceil(max(one.floor - held, 0) / unit - 1e-9))
        knots = np.arange(widest + 1, dtype=np.float64) * unit
        tables = {p: p * one.curve(knots / p).mean(axis=0) for p in set(parts)}
        value = np.full(widest + 1, -np.inf)
        value[0] = 0.0
        for part in parts:
            value = _together(value, np.asarray(tables[part], dtype=np.float64))
        value[:least] = -np.inf
        best = _together(best, value)
        for month, amount in locked.items():
            part = one.months[month] or 1.0
            best += part * float(one.curve(np.asarray([amount / part])).mean())
    return float(best.max())


def _together(left: Floats, right: Floats) -> Floats:
    """The most that two may bring together, for every amount that the left one may take."""
    found = np.full(left.size, -np.inf)
    for taken in range(min(right.size, left.size)):
        if np.isfinite(right[taken]):
            rest = left[: left.size - taken] + right[taken]
            np.maximum(found[taken:], rest, out=found[taken:])
    return found
