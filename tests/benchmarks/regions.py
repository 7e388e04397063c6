"""How often regions that nothing was done to look like something, as they run and at the end."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from optimize.numerics.designs import regional_design
from optimize.numerics.regional_looks import regional_looks, smallest_while_running
from optimize.numerics.regions import LEVEL, regional_impact
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
LIFT = 0.2
"""The lift that the interval of the reading at the end must hold."""
DESIGNS = 40
"""Of how many tests the design is reckoned, which reads each of them eight times."""

KINDS: dict[str, dict[str, Any]] = {
    "52 weeks, 20 regions, no autocorrelation": {"correlated": 0.0},
    "52 weeks, 20 regions": {},
    "26 weeks, 12 regions": {"before": 26, "count": 12, "treated": 2},
    "26 weeks, 40 regions": {"before": 26, "length": 4, "count": 40, "treated": 4},
    "104 weeks, 40 regions": {"before": 104, "length": 12, "count": 40, "treated": 4},
    "52 weeks, 10 regions, one treated": {"length": 6, "count": 10, "treated": 1},
    "the largest of 20 treated": {"pick": "large"},
    "the smallest of 20 treated": {"pick": "small"},
    "the largest of 10 treated": {"count": 10, "treated": 1, "pick": "large"},
    "the largest of 40 treated": {"count": 40, "treated": 4, "pick": "large"},
    "the smallest of 40 treated": {"count": 40, "treated": 4, "pick": "small"},
}
CITIES = {"1 of 40 cities, 14 days": (1, 14), "5 of 40 cities, 20 days": (5, 20)}


def run() -> Iterator[Line]:
    """Yield false alarms, coverage, power beside the reading at the end, promises, and time."""
    for name, kind in KINDS.items():
        yield from _judged(name, partial(regions, **kind), first=70_000)
        yield from _at_end(name, partial(regions, **kind), first=70_000)
    if PUBLIC.exists():
        for name, (treated, days) in CITIES.items():
            world = partial(public_regions, treated=treated, length=days, panel=public_panel())
            yield from _judged(f"public, {name}", world, first=0)
            yield from _at_end(f"public, {name}", world, first=0)
    yield from _times()


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


def _at_end(name: str, world: Callable[[int], Regions], first: int) -> Iterator[Line]:
    alarms, held, shown = 0, 0, []
    for seed in range(first, first + WORLDS):
        one = world(seed)
        alarms += regional_impact(one.treated, one.others, one.start).p <= 1 - LEVEL
        lifted = one.lifted(LIFT)
        found = regional_impact(lifted.treated, lifted.others, lifted.start).relative
        held += found.low <= LIFT <= found.high
        past = (one.treated[: one.start], one.others[: one.start])
        promised = None
        if seed < first + DESIGNS:
            promised = regional_design(*past, one.length).smallest
        if promised is not None:
            lifted = one.lifted(promised)
            found = regional_impact(lifted.treated, lifted.others, lifted.start).relative
            shown.append(bool(found.low > 0))
    # What chance adds in so many tests to a rate that is just met, at two standard errors.
    spare = 2 * math.sqrt(LEVEL * (1 - LEVEL) / WORLDS)
    rate, most = alarms / WORLDS, 1 - LEVEL + spare
    detail = f"{WORLDS} tests of nothing, read once at the {LEVEL:.0%} level"
    yield Line(f"false alarms at the end, {name}", rate, f"<= {most:.3f}", rate <= most, detail)
    rate, least = held / WORLDS, LEVEL - spare
    detail = f"how often the {LEVEL:.0%} interval holds a lift of {LIFT:.0%}"
    yield Line(f"held at the end, {name}", rate, f">= {least:.3f}", rate >= least, detail)
    if shown:
        rate = float(np.mean(shown))
        detail = (
            f"of {len(shown)} tests, how often the lift is told that is promised in four of five"
        )
        yield Line(f"promised and told at the end, {name}", rate, ">= 0.67", rate >= 0.67, detail)


def _times() -> Iterator[Line]:
    one = regions(1, before=104, length=12, count=40, treated=4)
    readings: dict[str, tuple[Callable[..., object], float]] = {
        "running": (partial(regional_looks, length=one.length), 0.2),
        "finished": (regional_impact, 0.1),
    }
    for name, (read, most) in readings.items():
        times = []
        for _ in range(5):
            begun = time.process_time()
            read(one.treated, one.others, one.start)
            times.append(time.process_time() - begun)
        middle = statistics.median(times)
        yield Line(
            f"reading a {name} test of 40 regions and 104 weeks, s",
            middle,
            f"<= {most}",
            middle <= most,
            "processor time, one thread",
        )
