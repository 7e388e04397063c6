"""The swings that programs share: what a period brings to all of them is no program's wear."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

STEADY = 20.0
"""Outcomes' worth of belief that a period is like any other, where other programs have few."""


WINDOW = 5
"""A week's season is read from the five weeks around it: seasons turn slowly, weeks are few."""


def shared_season(exposures: Floats, outcomes: Floats, *, window: int = 1) -> Floats:
    """How well each period went for the programs but this one: (programs, periods), 1 is usual.

    `exposures` and `outcomes` are (programs, periods). Each program is measured against its own
    average, so that a change of mix is no season, over `window` periods around each (an odd
    number), and where these hold few outcomes it is drawn toward 1.

    Raises ValueError when the two differ in shape.
    """
    if exposures.shape != outcomes.shape or exposures.ndim != 2:
        raise ValueError("each program has one exposure and outcome a period")
    seen = exposures.sum(axis=1, keepdims=True)
    rate = np.divide(
        outcomes.sum(axis=1, keepdims=True), seen, out=np.zeros(seen.shape), where=seen > 0
    )
    expected = exposures * rate
    others = _around(outcomes.sum(axis=0) - outcomes, window)
    usual = _around(np.maximum(expected.sum(axis=0) - expected, 0.0), window)
    found: Floats = (others + STEADY) / (usual + STEADY)
    return found


def _around(rows: Floats, window: int) -> Floats:
    """Sums over the periods around each; at the edges over those that there are."""
    reach = window // 2
    summed = np.cumsum(np.pad(rows, ((0, 0), (1, 0))), axis=1)
    places = np.arange(rows.shape[1])
    low = np.maximum(places - reach, 0)
    high = np.minimum(places + reach + 1, rows.shape[1])
    found: Floats = summed[:, high] - summed[:, low]
    return found
