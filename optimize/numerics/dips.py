"""A fall of the last months against those before, as it looks and with the season taken out.

Deals per touch are compared as a ratio of two rates: log r = log (Y1 / E1) - log (Y0 / E0), with
variance phi (1 / Y1 + 1 / Y0), phi the Pearson dispersion around the two rates, at least 1. With
the season taken out, exposure E_t is counted as E_t s_t. A fall that is there before and not after
is what the others show in the same months too: it is the season's or the market's.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from ipeo.numerics.estimates import LEVEL, Estimate

MIN_BEFORE = 6
"""Periods before the last ones, with activity, that there must be."""
MIN_EVENTS = 10.0
"""Outcomes that each side must hold."""
SHOWS = 0.2
"""A fall smaller than this share makes nobody think of a change."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Dip:
    """The share that outcome per exposure fell by, `as_seen` and `without_season`.

    A rise is negative. `p_value` is the chance of so deep a fall as seen where nothing changed.
    """

    as_seen: Estimate
    without_season: Estimate
    p_value: float

    @property
    def is_seasonal(self) -> bool:
        """Whether the others explain it: at least half of it goes, and what is left may be none."""
        seen, left = self.as_seen.value, self.without_season
        if seen is None or left.value is None or left.low is None:
            return False
        return seen >= SHOWS and left.low <= 0 and left.value <= seen / 2


def dip(
    exposures: npt.ArrayLike, outcomes: npt.ArrayLike, season: npt.ArrayLike, *, latest: int
) -> Dip | None:
    """Compare the `latest` periods with those before; all float (periods), oldest first.

    None where either side holds too little to compare.

    Raises ValueError when the arrays differ in length.
    """
    exposure, outcome, usual = (
        np.asarray(column, dtype=np.float64) for column in (exposures, outcomes, season)
    )
    if not exposure.shape == outcome.shape == usual.shape or exposure.ndim != 1:
        raise ValueError("each period has one exposure, outcome and season")
    if exposure.size <= latest or latest < 1:
        return None
    late = np.arange(exposure.size) >= exposure.size - latest
    seen = (exposure > 0) & (usual > 0)
    before, after = seen & ~late, seen & late
    if before.sum() < MIN_BEFORE or not after.any():
        return None
    if min(outcome[before].sum(), outcome[after].sum()) < MIN_EVENTS:
        return None
    as_seen, p_value = _fallen(exposure, outcome, before, after)
    without, _ = _fallen(exposure * usual, outcome, before, after)
    return Dip(as_seen, without, p_value)


def _fallen(
    exposure: Floats, outcome: Floats, before: npt.NDArray[np.bool_], after: npt.NDArray[np.bool_]
) -> tuple[Estimate, float]:
    squares, sums = 0.0, []
    for side in (before, after):
        y, e = outcome[side], exposure[side]
        total = float(y.sum())
        mean = e * (total / float(e.sum()))
        squares += float(((y - mean) ** 2 / mean).sum())
        sums.append((total, total / float(e.sum())))
    phi = max(squares / max(int(before.sum() + after.sum()) - 2, 1), 1.0)
    (y0, rate0), (y1, rate1) = sums
    middle = math.log(rate1 / rate0)
    error = math.sqrt(phi * (1 / y0 + 1 / y1))
    reach = float(special.ndtri((1 + LEVEL) / 2)) * error
    low, high = 1 - math.exp(middle + reach), 1 - math.exp(middle - reach)
    fallen = Estimate(1 - math.exp(middle), low, high, round(y0 + y1))
    return fallen, float(special.ndtr(middle / error))
