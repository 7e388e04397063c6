"""What a benchmark prints: our time beside a floor's, as a ratio, in one interleaved run."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One figure. `ratio` is what the target speaks of; seconds are medians."""

    name: str
    ratio: float
    target: str
    met: bool
    detail: str

    def __str__(self) -> str:
        mark = "met" if self.met else "NOT MET"
        return f"{self.name}: {self.ratio:.3f} (target {self.target}, {mark}); {self.detail}"


def seconds(work: Callable[[], object]) -> float:
    """Return how long a piece of work takes, once."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def interleaved(rounds: int, **works: Callable[[], object]) -> dict[str, list[float]]:
    """Return each work's times, taken in turns so that all share the machine's moods."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            times[name].append(seconds(work))
    return times


def median_ratio(ours: list[float], floor: list[float]) -> float:
    """Return the median of the ratios, pair by pair."""
    return statistics.median(one / other for one, other in zip(ours, floor, strict=True))
