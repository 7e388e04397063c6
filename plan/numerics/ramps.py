"""How a program's winnings rise from its first month on: deals take time to close.

A month of age a (0 is the first with spend) wins the share

    r(a) = 1 - (1 + u) exp(-u),  u = 2 (a + 1/2) / tau,

of what it will once earlier months' spend has come to its end as well: its deals take tau months
on average, in an Erlang of two steps, so few close at once. One tau holds for all programs of a
workspace. It is drawn from its posterior on a grid: given what a program won in all, its months
share that by spend x r, which is a multinomial likelihood in which the level drops out, scaled by
the noise of the months (quasi-likelihood).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

TAUS = np.array([0.05, 0.5, 1.0, 1.5, 2.0, 3.0, 4.5, 6.5])
"""Months that are weighed; the first is no ramp at all."""
PRIOR = np.array([0.3, 0.15, 0.15, 0.12, 0.1, 0.08, 0.06, 0.04])
"""Before any data: deals close within weeks more often than within half a year."""
AHEAD = 12
"""Months ahead over which what is still to rise is averaged."""
_LONGEST = 600


@dataclass(frozen=True)
class Ramps:
    """The taus' ramps, their chances, and which of them each draw follows."""

    share: Floats
    """(taus, ages)."""
    chance: Floats
    drawn: npt.NDArray[np.int64]

    @property
    def size(self) -> int:
        """How many draws there are."""
        return int(self.drawn.size)

    def of(self, spend: Sequence[float]) -> Floats:
        """Return the expected ramp over a history's months."""
        held: Floats = self.chance @ self.share[:, _ages(spend)]
        return held

    def of_draws(self, spend: Sequence[float]) -> Floats:
        """Return a history's spend weighed by each draw's ramp, summed."""
        sums = self.share[:, _ages(spend)] @ np.asarray(spend, dtype=np.float64)
        return np.asarray(sums[self.drawn])

    def ahead(self, age: int) -> Floats:
        """Return each draw's ramp over the year after so many months."""
        first = min(age, _LONGEST - AHEAD)
        return np.asarray(self.share[:, first : first + AHEAD].mean(axis=1)[self.drawn])


def _ages(spend: Sequence[float]) -> npt.NDArray[np.int64]:
    active = np.flatnonzero(np.asarray(spend) > 0)
    first = int(active[0]) if active.size else 0
    return np.clip(np.arange(len(spend)) - first, 0, _LONGEST - 1)


def ramps(pasts: Sequence[tuple[Sequence[float], Sequence[float]]], draws: int, seed: int) -> Ramps:
    """Draw ramps from what programs spent and won by month, pairs of series of equal length."""
    age = 2 * (np.arange(_LONGEST)[None, :] + 0.5) / TAUS[:, None]
    share = 1 - (1 + age) * np.exp(-age)
    log = np.log(PRIOR)
    for spend, margin in pasts:
        x, y = np.asarray(spend, dtype=np.float64), np.maximum(np.asarray(margin), 0.0)
        active = x > 0
        if np.count_nonzero(y[active]) < 3:
            continue
        x, y, r = x[active], y[active], share[:, _ages(spend)][:, active]
        total = float(y.sum())
        held = x[None, :] * r
        mean = total * held / held.sum(axis=1, keepdims=True)
        # The noise of the ramp that fits best, so that a ramp is not taken for noise.
        phi = float(((y - mean) ** 2 / mean).sum(axis=1).min()) / max(x.size - 2, 1)
        log = log + (np.log(r) @ y - total * np.log(held.sum(axis=1))) / max(phi, 1e-9)
    chance = np.exp(log - log.max())
    chance /= chance.sum()
    rng = np.random.default_rng([seed, 7])
    return Ramps(share, chance, rng.choice(TAUS.size, draws, p=chance))
