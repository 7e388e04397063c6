"""Test periods that tell saturation from wear, where what was observed cannot.

Both stories fit the past: efficacy an exposure fell because the program wore out, or because more
of it was bought than there was to gain. They part at another level of exposure. With the power p
that saturation alone would need, going from today's exposure to a share x of it leaves the rate an
exposure where it is if the program wore out, and multiplies it by x^(p - 1) if it was saturated
(Dew and others 2024 make the same point for a richer model: only designed variation separates the
two). The test compares the rate of the test period with that before it, or those of two test
periods with each other; its power is the normal approximation on the logarithm of the two rates.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

LEVEL = 0.9
"""A one-sided test at this level settles it."""
POWER = 0.8
LONGEST = 12
"""A test period is at most so many periods long."""
MIN_PERIODS = 8
MIN_SPREAD = 0.08
_LOW, _HIGH = (0.6, 0.5, 0.33), 1.5
_BASE = 8  # the latest periods that today's rate is read from


@dataclass(frozen=True, slots=True)
class SettlingPeriod:
    """A period of test: how long, at what share of today's exposure, and what to expect."""

    length: int
    level: float
    if_worn: float
    if_saturated: float


@dataclass(frozen=True, slots=True)
class SettlingPlan:
    """One or two test periods, one after the other, and the chance that they settle it."""

    periods: tuple[SettlingPeriod, ...]
    power: float
    power_of_exposure: float

    @property
    def settles(self) -> bool:
        """Whether the chance is high enough to be worth it."""
        return self.power >= POWER


def settling_plan(
    exposures: npt.ArrayLike, outcomes: npt.ArrayLike, *, spread: float
) -> SettlingPlan | None:
    """Propose the shortest test that tells saturation from wear; None where none can be told.

    `exposures` and `outcomes` are float (periods), oldest first; `spread` is by how much the
    variance of the outcome exceeds its mean. One period at less exposure is preferred; where
    even the longest has too little power, a second one at more exposure follows it.
    """
    exposure = np.asarray(exposures, dtype=np.float64)
    outcome = np.asarray(outcomes, dtype=np.float64)
    seen = exposure > 0
    exposure, outcome = exposure[seen], outcome[seen]
    if exposure.size < MIN_PERIODS or outcome.sum() <= 0:
        return None
    power = _power_of_exposure(exposure, outcome)
    base = slice(-min(_BASE, exposure.size // 2), None)
    now, brought = float(exposure[base].mean()), float(outcome[base].sum())
    if power >= 0.98 or brought <= 0 or now <= 0:
        return None
    per_period = brought / exposure[base].size
    known = spread / brought

    def period(level: float, length: int) -> SettlingPeriod:
        worn = per_period * level * length
        return SettlingPeriod(length, level, worn, per_period * level**power * length)

    for length in range(2, LONGEST + 1):
        for level in _LOW:
            one = period(level, length)
            chance = _chance((1 - power) * -math.log(level), known + spread / one.if_worn)
            if chance >= POWER:
                return SettlingPlan((one,), chance, power)
    low, high = period(_LOW[-1], LONGEST), period(_HIGH, LONGEST)
    noise = spread / low.if_worn + spread / high.if_saturated
    chance = _chance((1 - power) * math.log(high.level / low.level), noise)
    return SettlingPlan((low, high), chance, power)


def _chance(distance: float, variance: float) -> float:
    reach = float(special.ndtri(LEVEL))
    return float(special.ndtr(distance / math.sqrt(variance) - reach))


def _power_of_exposure(
    exposure: npt.NDArray[np.float64], outcome: npt.NDArray[np.float64]
) -> float:
    """The power that saturation alone would need to explain what was seen, 0.1 to 1."""
    powers = np.linspace(0.1, 1.0, 91)
    relative = np.log(exposure / exposure.mean())
    if float(relative.std()) < MIN_SPREAD:
        return 1.0
    held = np.exp(powers[:, None] * relative[None, :]).sum(axis=1)
    fits = powers * float(outcome @ relative) - float(outcome.sum()) * np.log(held)
    return float(powers[int(fits.argmax())])
