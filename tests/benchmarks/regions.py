"""How often regions that nothing was done to look like something at any look, and what is found."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from optimize.numerics.regional_looks import regional_looks, smallest_while_running
from optimize.numerics.regions import regional_impact
from tests.benchmarks.measuring import Line
from tests.optimize.numerics.regional_worlds import (
    PUBLIC,
    Regions,
    public_panel,
    public_regions,
    regions,
)

WORLDS = 200
FIXED = 0.8
"""The power of the reading at the end at which both are compared."""
LEAST = 47 / 80

KINDS: dict[str, dict[str, Any]] = {
    "52 weeks, 20 regions, no autocorrelation": {"correlated": 0.0},
    "52 weeks, 20 regions": {},
    "26 weeks, 12 regions": {"before": 26, "count": 12, "treated": 2},
    "26 weeks, 40 regions": {"before": 26, "length": 4, "count": 40, "treated": 4},
    "104 weeks, 40 regions": {"before": 104, "length": 12, "count": 40, "treated": 4},
    "52 weeks, 10 regions, one treated": {"length": 6, "count": 10, "treated": 1},
    "the largest of 20 treated": {"pick": "large"},
    "the smallest of 20 treated": {"pick": "small"},
}
CITIES = {"1 of 40 cities, 14 days": (1, 14), "5 of 40 cities, 20 days": (5, 20)}


def run() -> Iterator[Line]:
    """Yield false alarms, power beside the reading at the end, what is promised, and time."""
    for name, kind in KINDS.items():
        yield from _judged(name, partial(regions, **kind), first=70_000)
    if PUBLIC.exists():
        for name, (treated, days) in CITIES.items():
            world = partial(public_regions, treated=treated, length=days, panel=public_panel())
            yield from _judged(f"public, {name}", world, first=0)
    yield _time()


def _judged(name: str, world: Callable[[int], Regions], first: int) -> Iterator[Line]:
    alarms, promised, at_end, at_any = 0, [], [], []
    for seed in range(first, first + WORLDS):
        one = world(seed)
        found = regional_looks(one.treated, one.others, one.start, one.length)
        alarms += bool(((found.low > 0) | (found.high < 0)).any())
        # A lift is added to what would have come, so each world has one beyond which it is told.
        at_any.append(-float(np.fmax.reduce(found.low, initial=-np.inf)))
        last = regional_impact(one.treated, one.others, one.start).relative
        at_end.append(-last.low if np.isfinite(last.low) else np.inf)
        past = (one.treated[: one.start], one.others[: one.start])
        lifted = one.lifted(smallest_while_running(*past, one.length))
        found = regional_looks(lifted.treated, lifted.others, lifted.start, lifted.length)
        promised.append(bool((found.low > 0).any()))
    rate = alarms / WORLDS
    detail = f"{WORLDS} tests of nothing, looked at in every period to the end"
    yield Line(f"false alarms over all looks, {name}", rate, "<= 0.05", rate <= 0.05, detail)
    lift = float(np.quantile(at_end, FIXED))
    power = float(np.mean(np.array(at_any) < lift)) / FIXED
    detail = f"of its power of {FIXED} for a lift of {lift:.0%}; its interval is of 90 %"
    met = power >= LEAST
    target = f">= {LEAST}"
    yield Line(f"power beside the reading at the end, {name}", power, target, met, detail)
    shown = float(np.mean(promised))
    detail = "how often the lift is told that is promised in four of five"
    yield Line(f"promised and told, {name}", shown, ">= 0.72", shown >= 0.72, detail)


def _time() -> Line:
    one = regions(1, before=104, length=12, count=40, treated=4)
    times = []
    for _ in range(5):
        begun = time.process_time()
        regional_looks(one.treated, one.others, one.start, one.length)
        times.append(time.process_time() - begun)
    middle = statistics.median(times)
    name = "reading a running test of 40 regions and 104 weeks, s"
    return Line(name, middle, "<= 0.2", middle <= 0.2, "processor time, one thread")
