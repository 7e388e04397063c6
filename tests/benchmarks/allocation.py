"""The suggested split: its time, how near it comes to the best one, and whether it helps."""

from __future__ import annotations

import statistics
import time

import numpy as np

from plan.numerics.allocation import Candidate, Split, allocate
from tests.benchmarks.measuring import Line, interleaved, median_ratio
from tests.plan.companies import tried
from tests.plan.thresholds import searched, steep

PROGRAMS, MONTHS, DRAWS = 40, 12, 1000
COMPANIES = 200
STEEP = 5


def run() -> list[Line]:
    """Split 40 programs' money, search long for something better, and try 200 companies."""
    return [*_forty(), *_steep(), *_companies()]


def _candidates() -> list[Candidate]:
    rng = np.random.default_rng(0)
    made = []
    for place in range(PROGRAMS):
        level = rng.lognormal(0.3, 0.4, DRAWS) * rng.lognormal(0, 0.4)
        bend, usual = rng.lognormal(-0.3, 0.6, DRAWS), rng.uniform(2000, 9000)

        def curve(x, level=level, bend=bend, usual=usual):  # type: ignore[no-untyped-def]
            rising = np.expm1(-bend[:, None] * x[None, :] / usual) / np.expm1(-bend)[:, None]
            return (level * usual)[:, None] * rising

        flight = np.ones(MONTHS)
        flight[: place % 4] = 0
        locked = ((5, 3000.0),) if place % 7 == 0 else ()
        ceiling = 60_000.0 if place % 3 == 0 else None
        floor = 5000.0 if place % 2 else 0.0
        made.append(Candidate(f"p{place}", curve, tuple(flight), floor, ceiling, locked))
    return made


def _forty() -> list[Line]:
    candidates, total = _candidates(), 1_900_000.0
    found: list[Split] = []
    times = interleaved(
        3,
        ours=lambda: found.append(allocate(candidates, total)),
        chance=lambda: allocate(candidates, total, target=3.4e6, raise_chance=True),
        draws=lambda: [one.curve(np.linspace(1, 9e4, 97)) for one in candidates],
    )
    split = found[-1]
    searched = _searched(candidates, split, total)
    gap = searched / float(split.margin.value or 0) - 1
    ours, chance = statistics.median(times["ours"]), statistics.median(times["chance"])
    ratio = median_ratio(times["ours"], times["draws"])
    return [
        Line("allocation: 40 programs", ours / 2, "at most 1 x 2 s", ours <= 2, f"{ours:.2f} s"),
        Line(
            "allocation: 40 programs, for an objective's chance",
            chance / 2,
            "at most 1 x 2 s",
            chance <= 2,
            f"{chance:.2f} s",
        ),
        Line(
            "allocation: against evaluating the curves at its knots",
            ratio,
            "at most 20",
            ratio <= 20,
            f"{ours * 1000:.0f} ms",
        ),
        Line(
            "allocation: how much a long search finds beyond it",
            gap,
            "at most 0.005",
            gap <= 0.005,
            f"expected margin {split.margin.value:,.0f}, the search's {searched:,.0f}",
        ),
    ]


def _steep() -> list[Line]:
    """Two in three of the programs have a threshold: which get nothing is the question."""
    gaps, times = [], []
    for seed in range(STEEP):
        candidates, total = steep(seed, PROGRAMS, MONTHS, DRAWS)
        begun = time.perf_counter()
        split = allocate(candidates, total)
        times.append(time.perf_counter() - begun)
        gaps.append(searched(candidates, total) / float(split.margin.value or 0) - 1)
    worst, usual = max(gaps), statistics.median(times)
    return [
        Line(
            "allocation: 40 programs, most with a threshold: what a search of every cell finds "
            "beyond it",
            worst,
            "at most 0.005",
            worst <= 0.005,
            f"the worst of {STEEP}; the mean {statistics.mean(gaps):+.5f}",
        ),
        Line(
            "allocation: the same in time",
            usual / 2,
            "at most 1 x 2 s",
            usual <= 2,
            f"{usual:.2f} s, the slowest {max(times):.2f} s",
        ),
    ]


def _searched(candidates: list[Candidate], split: Split, total: float) -> float:
    """Return the highest mean margin of a long random search: 200,000 moves from five starts.

    Money moves between two cells of any two programs wherever that helps, in steps that shrink.
    """
    rng = np.random.default_rng(7)
    knots = np.linspace(0, 120_000, 6001)
    means = [one.curve(knots).mean(axis=0) for one in candidates]
    best = -np.inf
    for start in range(5):
        cells, free = [], []
        for place, one in enumerate(candidates):
            locked = dict(one.locked)
            row = np.zeros(MONTHS)
            for month, amount in locked.items():
                row[month] = amount
            months = [m for m in range(MONTHS) if one.months[m] and m not in locked]
            if start == 0:
                row[: len(split.shares[place].by_month)] = split.shares[place].by_month
            else:
                least = max(one.floor - row.sum(), 0)
                row[months] += least / len(months)
            cells.append(row)
            free += [(place, m) for m in months]
        sums = np.asarray([row.sum() for row in cells])
        while start and total - sums.sum() > 1e-6:
            place, month = free[rng.integers(len(free))]
            ceiling = candidates[place].ceiling or total
            step = min(5000 * rng.random(), total - sums.sum(), ceiling - sums[place])
            cells[place][month] += step
            sums[place] += step
        for turn in range(40_000):
            (p, m), (q, n) = (free[k] for k in rng.integers(len(free), size=2))
            step = min(4000 * rng.random() * 0.99985**turn + 1, cells[p][m])
            ceiling = candidates[q].ceiling or total
            if p != q and (sums[p] - step < candidates[p].floor or sums[q] + step > ceiling):
                continue
            pairs = ((p, m, -step), (q, n, step))
            if (p, m) == (q, n):
                continue
            gain = sum(
                np.interp(cells[a][b] + d, knots, means[a])
                - np.interp(cells[a][b], knots, means[a])
                for a, b, d in pairs
            )
            if gain > 0:
                for a, b, d in pairs:
                    cells[a][b] += d
                    sums[a] += d
        value = sum(
            float(np.interp(row, knots, mean).sum()) for row, mean in zip(cells, means, strict=True)
        )
        best = max(best, value)
    return float(best)


def _companies() -> list[Line]:
    trials = [tried(seed) for seed in range(COMPANIES)]
    ours = np.asarray([one.ours for one in trials])
    lines = []
    for name, other in (("an equal split", "equal"), ("last year's split", "last_years")):
        ratios = ours / [getattr(one, other) for one in trials]
        error = ratios.std(ddof=1) / np.sqrt(ratios.size)
        low = ratios.mean() - 1.96 * error
        lines.append(
            Line(
                f"allocation: expected margin against {name}, {COMPANIES} companies",
                float(ratios.mean()),
                "above 1",
                bool(low > 1),
                f"95 % {low:.3f} to {ratios.mean() + 1.96 * error:.3f}, "
                f"better in {np.mean(ratios > 1):.0%}",
            )
        )
    held = float(np.mean([one.inside for one in trials]))
    best = float(np.mean(ours / [one.best for one in trials]))
    lines.append(
        Line(
            "allocation: 90 % bands that hold the truth",
            held,
            "0.86 to 0.94",
            0.86 <= held <= 0.94,
            f"the split brings {best:.1%} of what full knowledge would",
        )
    )
    return lines
