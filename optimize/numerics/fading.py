"""The ways in which efficacy may change over time, their likelihood, and draws of what holds.

Given the total outcome, a period's share of it has a multinomial likelihood in which the level
drops out: for weights w_t and a course f_t (1 while fresh), log L = sum y_t log f_t - Y log sum w_t
f_t. Three courses are weighed against each other: it fades on and on (exponential), it fades and
settles, it drops at once. Saturation is a power of exposure, w_t ~ E_t^s with s at most 1: near a
program's usual spend that is what Hill's curve looks like, and s = 1 is no saturation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

COURSES = ("fades", "settles", "drops")
POWERS = np.array([1.0, 0.85, 0.7, 0.55, 0.4, 0.25])
"""Exponents of exposure that are weighed; the first is no saturation."""
TAIL = 2
"""At least so many periods after a change, or it is one odd period."""
MIN_SPREAD = 0.08
"""Exposures that differ less than this (coefficient of variation) tell nothing of saturation."""
MIN_LASTING = 12
"""Fewer periods cannot show whether swings last."""

_FINE = np.linspace(0.015, 0.975, 33)
_COARSE = _FINE[3::5]
_DATES = 40


@dataclass(frozen=True)
class Courses:
    """The courses that are weighed: rows (a kind, a change, a decline by today) over periods."""

    share: Floats
    """Efficacy left, (rows, periods)."""
    log: Floats
    kind: npt.NDArray[np.int64]
    change: Floats
    decline: Floats
    pace: float


def courses(t: Floats, *, coarse: bool = False) -> Courses:
    """Return the courses over the periods `t` that were active, oldest first.

    The coarse ones, for testing, have at most some forty dates and every fifth decline.
    """
    changes, declines = t[:-TAIL], _FINE
    if coarse:
        changes, declines = changes[:: max(1, changes.size // _DATES)], _COARSE
    pace = max(1.5, 0.06 * t.size)
    age = np.maximum(t[None, :] - changes[:, None], 0.0)[:, None, :]
    lost, last = declines[None, :, None], age[:, :, -1:]
    log = np.empty((len(COURSES), changes.size, declines.size, t.size))
    share = np.empty(log.shape)
    log[0] = np.log1p(-lost) * (age / last)
    share[0] = np.exp(log[0])
    share[1] = _settling(age, lost, last, pace)
    log[1] = np.log(share[1])
    log[2] = np.where(age > 0, np.log1p(-lost), 0.0)
    share[2] = np.where(age > 0, 1 - lost, 1.0)
    size = changes.size * declines.size
    return Courses(
        share=share.reshape(-1, t.size),
        log=log.reshape(-1, t.size),
        kind=np.repeat(np.arange(len(COURSES)), size),
        change=np.tile(np.repeat(changes, declines.size), len(COURSES)),
        decline=np.tile(declines, changes.size * len(COURSES)),
        pace=pace,
    )


def _settling(age: Floats, decline: Floats, last: Floats, pace: float) -> Floats:
    scale = -decline / np.expm1(-last / pace)
    found: Floats = np.maximum(1 + scale * np.expm1(-age / pace), 0.01)
    return found


def _shares(kind: int, age: Floats, decline: Floats, last: Floats, pace: float) -> Floats:
    """Efficacy left at an age, where `decline` of it is gone at the age `last`."""
    if kind == 0:
        return np.asarray(np.exp(np.log1p(-decline) * age / last))
    if kind == 1:
        return _settling(age, decline, last, pace)
    return np.where(age > 0, 1 - decline, 1.0)


@dataclass(frozen=True)
class Weights:
    """What each period would bring while fresh, for every power of exposure: (powers, periods)."""

    powers: Floats
    held: Floats
    log: Floats

    def of_power(self, place: int) -> Weights:
        """The weights of one power alone."""
        at = slice(place, place + 1)
        return Weights(self.powers[at], self.held[at], self.log[at])


def weights(exposure: Floats, usual: Floats) -> Weights:
    """Return the weights; with exposures that hardly differ, saturation is left out."""
    middle = float(exposure.mean())
    relative = exposure / middle
    powers = POWERS if float(relative.std()) >= MIN_SPREAD else POWERS[:1]
    held = middle * relative[None, :] ** powers[:, None] * usual[None, :]
    return Weights(powers, held, np.log(held))


def steady_likelihood(y: Floats, known: Weights) -> Floats:
    """The log-likelihood without a change: (samples, powers); `y` is (samples, periods)."""
    total = y.sum(axis=1, keepdims=True)
    found: Floats = y @ known.log.T - total * np.log(known.held.sum(axis=1))[None, :]
    return found


def likelihood(y: Floats, known: Weights, these: Courses) -> Floats:
    """The log-likelihood of every course for one series `y` (periods): (powers, rows)."""
    level = known.log @ y
    held = np.log(these.share @ known.held.T)
    found: Floats = (these.log @ y)[None, :] + level[:, None] - float(y.sum()) * held.T
    return found


@dataclass(frozen=True)
class Scan:
    """The best course of each sample: its gain over none, and the overdispersion around it."""

    gain: Floats
    phi: Floats
    residuals: Floats
    """Pearson residuals, (samples, periods)."""


def scan(y: Floats, known: Weights, these: Courses, floor: float) -> Scan:
    """Find the course that fits each sample best, over all powers of exposure."""
    none = steady_likelihood(y, known).max(axis=1)
    total, level = y.sum(axis=1), y @ known.log.T
    held = np.log(these.share @ known.held.T)
    # Looking for the best course needs no more than single precision; what it gains does.
    moved = y.astype(np.float32) @ these.log.T.astype(np.float32)
    gain = np.full(y.shape[0], -np.inf)
    power, row = np.zeros((2, y.shape[0]), dtype=np.int64)
    for place in range(known.powers.size):
        less = held[:, place].astype(np.float32)
        best = (moved - total[:, None].astype(np.float32) * less[None, :]).argmax(axis=1)
        exact = np.einsum("st,st->s", y, these.log[best]) + level[:, place]
        exact -= total * held[best, place]
        better = exact > gain
        gain[better], power[better], row[better] = exact[better], place, best[better]
    gain = np.maximum(gain - none, 0.0)
    shape = known.held[power] * these.share[row]
    fitted = y.sum(axis=1, keepdims=True) * shape / shape.sum(axis=1, keepdims=True)
    residuals = (y - fitted) / np.sqrt(np.maximum(fitted, 1e-12))
    freedom = max(y.shape[1] - 3 - (known.powers.size > 1), 1)
    phi = np.maximum((residuals**2).sum(axis=1) / freedom, floor)
    return Scan(gain / phi, phi, residuals)


def persistence(residuals: Floats) -> float:
    """How much the variance of sums grows since swings carry over: 1 + 2 sum r_k, at least 1.

    r_k are the correlations of the residuals with those one to three periods before, corrected
    for the bias that short series have.
    """
    n = residuals.size
    if n < MIN_LASTING:
        return 1.0
    centred = residuals - residuals.mean()
    spread = float(centred @ centred)
    if spread <= 0:
        return 1.0
    lags = sum(float(centred[lag:] @ centred[:-lag]) / spread + 1 / n for lag in range(1, 4))
    return min(max(1 + 2 * lags, 1.0), 4.0)


@dataclass(frozen=True)
class Draws:
    """Draws of what may hold, given that there was a change."""

    kind: npt.NDArray[np.int64]
    power: Floats
    change: Floats
    decline: Floats
    level: Floats
    """Outcome per exposure while fresh, at the usual exposure."""
    last: float
    pace: float

    def trend(self, t: Floats) -> Floats:
        """Efficacy at any time, also ahead, of every other draw: (draws, times)."""
        change, kinds = self.change[::2], self.kind[::2]
        age = np.maximum(t[None, :] - change[:, None], 0.0)
        span = np.maximum(self.last - change, 0.5)[:, None]
        lost = self.decline[::2, None]
        found = np.empty(age.shape)
        for kind in range(len(COURSES)):
            mine = kinds == kind
            if mine.any():
                found[mine] = _shares(kind, age[mine], lost[mine], span[mine], self.pace)
        return found * self.level[::2, None]

    @property
    def rate(self) -> Floats:
        """The speed of a fade: efficacy left is exp(-rate x age)."""
        found: Floats = -np.log1p(-self.decline) / np.maximum(self.last - self.change, 0.5)
        return found


def draw(
    y: Floats, t: Floats, known: Weights, these: Courses, *, spread: float, size: int, seed: int
) -> Draws:
    """Draw from the posterior: flat over date, decline by today, course and power of exposure.

    `spread` is by how much the variance exceeds the mean.
    """
    found = likelihood(y, known, these) / spread
    chance = np.exp(found - found.max()).ravel()
    rng = np.random.default_rng(seed)
    # A systematic draw by the cumulated chance: as many draws as asked, in one pass.
    cumulated = np.cumsum(chance)
    places = (np.arange(size) + rng.random(size)) / size * cumulated[-1]
    picked = np.minimum(np.searchsorted(cumulated, places), chance.size - 1)
    power, row = np.divmod(picked, these.kind.size)
    # Between grid points the draws spread evenly, so that intervals have no steps in them.
    step = float(_FINE[1] - _FINE[0])
    decline = np.clip(these.decline[row] + rng.uniform(-step / 2, step / 2, size), 1e-3, 0.99)
    kind = these.kind[row]
    # A drop falls between two periods, a fade begins somewhere within one.
    change = these.change[row] + rng.uniform(-0.5, 0.5, size) + 0.5 * (kind == 2)
    total = (these.share[row] * known.held[power]).sum(axis=1)
    level = rng.gamma(float(y.sum()) / spread, spread, size) / total
    exponent = known.powers[power] + rng.uniform(-0.075, 0.075, size) * (known.powers.size > 1)
    return Draws(kind, exponent, change, decline, level, float(t[-1]), these.pace)
