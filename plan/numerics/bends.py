"""How curves bend: what fitted curves say of it, S-shaped ones too, and the stated prior."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

BEND, BEND_SD = 0.7, 0.8
"""Median of the bend, and sd of its log, before any data."""
FEET = 5
"""In how many parts the draws of an S-shaped curve are taken, by their foot."""
S_LEVEL = 0.9
"""The share of a fitted curve's draws that must be S-shaped for it to count as S-shaped.

So the 80 % interval of its foot lies above 1: data seldom say what the first spend brings.
"""
_BENDS = 25


@dataclass(frozen=True, slots=True, order=True)
class Bend:
    """What a channel's fitted curve says of its bend: median, and sd of the log, with its foot."""

    median: float
    sd: float
    foot: float = 1.0


UNFITTED = (Bend(BEND, BEND_SD),)
"""What is taken where no curve was fitted."""


def bends_of(elasticities: Floats, shapes: Floats | None = None) -> tuple[Bend, ...]:
    """Return the bends, each as likely, that draws of a channel's fitted curve speak of.

    `elasticities` is what the next dollar returns at the channel's usual spend against the mean
    one, `shapes` the same where next to nothing is spent: above 1 a curve is S-shaped. For this
    curve they are foot * bend / (exp(bend) - 1), and foot. Where fewer than `S_LEVEL` of the
    shapes lie above 1 the foot is 1, and a next dollar that returns more than the mean one is
    taken as a straight line's. Raises ValueError without draws.
    """
    if elasticities.size == 0:
        raise ValueError("a bend needs draws")
    if shapes is None or float((shapes > 1).mean()) < S_LEVEL:
        return (_bend(elasticities, 1.0),)
    parts = np.array_split(np.argsort(shapes), min(FEET, shapes.size))
    return tuple(
        _bend(elasticities[part], max(float(np.median(shapes[part])), 1.0)) for part in parts
    )


def _bend(elasticities: Floats, foot: float) -> Bend:
    bends = np.geomspace(1e-2, 20, 800)
    known = bends / np.expm1(bends)
    drawn = np.interp(-np.clip(elasticities / foot, 1e-4, 0.995), -known, bends)
    logs = np.log(drawn)
    return Bend(float(np.exp(np.median(logs))), float(np.clip(logs.std(), 0.1, 1.0)), foot)


def bent(v: Floats, bend: Floats, foot: Floats) -> Floats:
    """Return a curve's height at `v` times its usual spend, 1 at that spend."""
    return np.asarray(np.expm1(-bend * v**foot) / np.expm1(-bend))


@dataclass(frozen=True, slots=True)
class Grid:
    """Bends with their feet and prior weights; `width` is the distance between bends' logs."""

    bends: Floats
    feet: Floats
    log_prior: Floats
    width: Floats


def grid_of(known: tuple[Bend, ...]) -> Grid:
    """Return bends and their prior weights, at quantiles' distance in the log."""
    z = np.linspace(-2.6, 2.6, _BENDS)
    return Grid(
        np.concatenate([np.clip(one.median * np.exp(z * one.sd), 1e-3, 30.0) for one in known]),
        np.repeat([one.foot for one in known], _BENDS),
        np.tile(-(z**2) / 2, len(known)),
        np.repeat([one.sd * (z[1] - z[0]) for one in known], _BENDS),
    )


def prior_bends(grid: Grid, rng: np.random.Generator, draws: int) -> tuple[Floats, Floats]:
    """Draw bends and their feet before any data."""
    weights = np.exp(grid.log_prior)
    rows = rng.choice(weights.size, draws, p=weights / weights.sum())
    return grid.bends[rows], grid.feet[rows]
