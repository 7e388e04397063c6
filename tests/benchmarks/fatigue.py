"""How well wear is found and dated, on simulated companies with a known truth; and how fast."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator

import numpy as np

from tests.benchmarks.measuring import Line
from tests.optimize.numerics.companies import COURSES, KINDS, company, judged

STEADY = 200
LOOKS = 60
WORN = 180
FALLEN = 100
VOLUME = {"overdispersed": 60.0, "swinging": 60.0}
"""Outcomes a week in the trial of power, 20 where none is named: an overdispersed program needs
as many more as its variance exceeds chance, one that swings by itself more too."""


def run() -> Iterator[Line]:
    """Yield false alarms, coverage of dates, power and time."""
    for kind in KINDS:
        yield _alarms(kind)
    for kind in KINDS:
        yield _looks(kind)
    for kind in KINDS:
        yield _dates(kind)
    for kind in KINDS:
        yield _power(kind)
    yield _time()


def _alarms(kind: str) -> Line:
    alarms = sum(judged(company(seed, kind=kind)).tiring for seed in range(STEADY)) / STEADY
    name = f"false alarms on steady programs, {kind}"
    return Line(name, alarms, "<= 0.05", alarms <= 0.05, f"one look at {STEADY} of 104 weeks")


def _looks(kind: str) -> Line:
    alarms = 0
    for seed in range(50_000, 50_000 + LOOKS):
        truth = company(seed, kind=kind)
        alarms += any(judged(truth, upto=week).tiring for week in range(52, 105, 2))
    rate = alarms / LOOKS
    detail = f"{LOOKS} programs looked at every second week for a year"
    # Nothing is promised of a year of looks: what it comes to is told.
    return Line(
        f"false alarms in a year of looks, {kind}", rate, "told, not promised", True, detail
    )


def _dates(kind: str) -> Line:
    held = found = widths = 0.0
    for seed in range(WORN):
        random = np.random.default_rng(10_000 + seed)
        decline, since = random.uniform(0.3, 0.7), random.uniform(10, 50)
        truth = company(
            seed, kind=kind, decline=decline, course=COURSES[seed % 3], since=since, volume=25.0
        )
        at = judged(truth).changed_wide
        if at.low is None or at.high is None:
            continue
        found += 1
        held += at.low <= truth.change <= at.high
        widths += at.high - at.low
    covered = held / found
    detail = (
        f"of {found:.0f} found among {WORN}, by fading, settling or dropping 30 to 70 %; "
        f"intervals {widths / found:.0f} weeks wide"
    )
    met = 0.86 <= covered <= 0.94
    return Line(f"90 % intervals of the date of change, {kind}", covered, "0.86-0.94", met, detail)


def _power(kind: str) -> Line:
    volume = VOLUME.get(kind, 20.0)
    found = 0
    for seed in range(FALLEN):
        truth = company(30_000 + seed, kind=kind, decline=0.4, since=8.0, volume=volume)
        found += judged(truth).tiring
    rate = found / FALLEN
    detail = f"{FALLEN} programs with {volume:.0f} outcomes a week before they fell"
    return Line(f"a fall of 40 % found in eight weeks, {kind}", rate, ">= 0.8", rate >= 0.8, detail)


def _time() -> Line:
    truth = company(1, decline=0.5, since=30.0)
    times = []
    for _ in range(15):
        begun = time.process_time()
        judged(truth)
        times.append(time.process_time() - begun)
    middle = statistics.median(times)
    name = "judging a worn program of 104 weeks, s"
    return Line(name, middle, "<= 0.05", middle <= 0.05, "processor time, one thread")
