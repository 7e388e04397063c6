"""The swings that programs share: what a period brings to all of them is no program's wear."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

STEADY = 20.0
"""Outcomes' worth of belief that a period is like any other, where other programs have few."""


def shared_season(exposures: Floats, outcomes: Floats) -> Floats:
    """How well each period went for the programs but this one: (programs, periods), 1 is usual.

    `exposures` and `outcomes` are (programs, periods). Each program is measured against its own
    average, so that a change of mix is no season, and a period with few outcomes is drawn
    toward 1.

    Raises ValueError when the two differ in shape.
    """
    if exposures.shape != outcomes.shape or exposures.ndim != 2:
        raise ValueError("each program has one exposure and outcome a period")
    seen = exposures.sum(axis=1, keepdims=True)
    rate = np.divide(
        outcomes.sum(axis=1, keepdims=True), seen, out=np.zeros(seen.shape), where=seen > 0
    )
    expected = exposures * rate
    others = outcomes.sum(axis=0) - outcomes
    usual = np.maximum(expected.sum(axis=0) - expected, 0.0)
    found: Floats = (others + STEADY) / (usual + STEADY)
    return found
