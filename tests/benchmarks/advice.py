"""Advice and experiments where nothing is going on, and where something is: how often they err."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from optimize.numerics.advice import advise
from optimize.numerics.designs import Outcomes, looks
from tests.benchmarks.measuring import Line
from tests.optimize.numerics.test_advice import noise

WORKSPACES, TESTS = 400, 2_000
DAYS, LOOKS, BASE = 60, 30, 0.1
AT = np.linspace(DAYS / LOOKS - 1, DAYS - 1, LOOKS).round().astype(int)


def run() -> Iterator[Line]:
    """Yield the share of workspaces advised on noise, of false alarms, and of lifts found."""
    advised = sum(bool(advise(noise(seed))) for seed in range(1_000, 1_000 + WORKSPACES))
    share = advised / WORKSPACES
    yield Line(
        "Workspaces advised where nothing is going on",
        share,
        "at most 0.05",
        share <= 0.05,
        f"{WORKSPACES} workspaces of 8 programs, under every model",
    )
    for name, lag in (("even", (1, 1)), ("slow", (3, 1)), ("fast", (1, 3))):
        alarms = _told(seed=1, n=2_000, lift=0.0, lag=lag, runs=TESTS)
        yield Line(
            f"Alarms of A/A tests with {LOOKS} looks, outcomes {name}",
            alarms,
            "at most 0.05",
            alarms <= 0.05,
            f"{TESTS} tests of 2,000 units",
        )
    found = _told(seed=2, n=2 * 14_750, lift=0.1, lag=(1, 1), runs=TESTS // 4)
    yield Line(
        "Lifts of 10 % found at a base rate of 0.1 where a fixed test finds 0.80",
        found,
        "more than 0.47",
        found > 0.47,
        f"{TESTS // 4} tests of 29,500 units, {LOOKS} looks",
    )


def _told(*, seed: int, n: int, lift: float, lag: tuple[int, int], runs: int) -> float:
    random, told = np.random.default_rng(seed), 0
    for _ in range(runs):
        treated = random.random(n) < 0.5
        unit = np.flatnonzero(random.random(n) < BASE * np.where(treated, 1 + lift, 1))
        day = (random.beta(*lag, unit.size) * DAYS).astype(int)
        seen = Outcomes(treated, np.zeros(n), unit, day, np.ones(unit.size))
        held = looks(seen, days=DAYS, planned_days=DAYS, planned_active=n * BASE, is_rate=True)
        told += bool(((held.low[AT] > 0) | (held.high[AT] < 0)).any())
    return told / runs
