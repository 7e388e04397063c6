"""A curve fit of 179 weeks and 2 channels whose truth is published, beside pymc-marketing."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from tests.benchmarks.measuring import Line, seconds
from tests.benchmarks.peers.asking import ask, data

FILE = "mmm_pymc/mmm_example.csv"
TRUTH = np.array([275_809.0, 67_706.0])
SEEDS = 3


def run(python: Path) -> list[Line]:
    """Fit by both; ours once for each seed, after a first fit that loads compiled code."""
    from optimize.numerics.curves import Weeks, fit

    file = data(FILE)
    with file.open(newline="") as opened:
        rows = list(csv.DictReader(opened))

    def columns(*wanted: str) -> np.ndarray:
        return np.array([[float(row[name]) for row in rows] for name in wanted])

    season = columns("dayofyear")[0] / 365.25
    weeks = Weeks(
        outcome=columns("y"),
        spend=columns("x1", "x2")[None],
        season=season,
        controls=columns("event_1", "event_2")[None],
    )
    fit(weeks)
    errors: list[float] = []

    def fitted(seed: int) -> None:
        found = fit(weeks, seed=seed)
        each = np.array([one.contribution.value for one in found.channels])
        errors.append(float(np.abs(each / TRUTH - 1).mean()))

    took = [seconds(lambda seed=seed: fitted(seed)) for seed in range(SEEDS)]
    theirs = ask(python, "curves", file)
    ours = float(np.median(took))
    wrong = float(np.abs(np.array(theirs["contribution"]) / TRUTH - 1).mean())
    return [
        Line(
            "a fit of 179 weeks and 2 channels, against pymc-marketing",
            ours / theirs["seconds"],
            "at most 0.05",
            ours <= theirs["seconds"] / 20,
            f"{ours:.2f} s, four forms with four chains each; theirs {theirs['seconds']:.1f} s",
        ),
        Line(
            "mean error of contributions, the worst of three seeds, in 1.5 %",
            max(errors) / 0.015,
            "at most 1",
            max(errors) <= 0.015,
            f"{', '.join(f'{error:.2%}' for error in errors)}; theirs {wrong:.2%}",
        ),
    ]
