"""Before and after on a published series, beside pycausalimpact."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from optimize.numerics.impact import impact
from tests.benchmarks.measuring import Line, seconds
from tests.benchmarks.peers.asking import ask, data

FILE, START, ADDED = "exp_causalimpact/arma_data.csv", 70, 5.0


def run(python: Path) -> list[Line]:
    """Estimate an effect of known size by both."""
    file = data(FILE)
    with file.open(newline="") as opened:
        table = np.array([[float(row["y"]), float(row["X"])] for row in csv.DictReader(opened)])
    table[START:, 0] += ADDED
    found = impact(table[:, 0], START, series=table[:, 1:])
    ours = seconds(lambda: impact(table[:, 0], START, series=table[:, 1:]))
    theirs = ask(python, "impact", file, START, ADDED)
    effect, low, high = theirs["effect"]
    told = found.effect
    return [
        Line(
            "before and after of 100 periods, against pycausalimpact",
            ours / theirs["seconds"],
            "at most 1",
            ours <= theirs["seconds"],
            f"{ours * 1000:.0f} ms, theirs {theirs['seconds'] * 1000:.0f} ms; effect "
            f"{told.value:.2f} ({told.low:.2f} to {told.high:.2f}), theirs {effect:.2f} "
            f"({low:.2f} to {high:.2f}), the published R one 4.89 (4.26 to 5.47)",
        )
    ]
