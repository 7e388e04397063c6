"""From a table of weeks to the scaled arrays that the density reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from optimize.numerics.curves.density import Problem
from optimize.numerics.curves.forms import LAGS, Form
from optimize.numerics.curves.priors import PRIORS

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

FEWEST_WEEKS = 12
"""Weeks that must be known beyond the columns of the baseline."""
TEMPER = 0.8
"""The power of the weeks' likelihood; see `density`."""
TOTAL_SHARE = 0.5
"""Prior scale of a single channel's share of the outcome; of C channels, over root C."""
_SMOOTHEST = 0.99
_MOST_EIGENVECTORS = 24
_YEAR_TWICE, _YEAR_ONCE = 78, 40


class NotEnough(ValueError):
    """The data cannot carry a fit; the message says why."""


@dataclass(frozen=True)
class Lift:
    """What a finished test found that a channel's spend brought, in the outcome's unit.

    From week `start` to before week `stop` (rows of the data) the spend was `fraction` higher or
    lower than it would have been, against nothing spent by default; `value` is the outcome that
    this brought in those weeks, with its standard error. `region` None means all of them.
    """

    channel: int
    start: int
    stop: int
    value: float
    se: float
    fraction: float = 1.0
    region: int | None = None


@dataclass(frozen=True)
class Weeks:
    """Weekly data: outcome (R, T) with nan where not known, spend (R, C, T), T weeks on end.

    `season` is each week's place in the year, in years (0.25 is the end of March), or empty where
    the dates are not known; `controls` has shape (R, K, T). `share_scale` overrides the prior
    scale of each channel's contribution, in shares of the mean outcome.
    """

    outcome: Floats
    spend: Floats
    season: Floats = field(default_factory=lambda: np.empty(0))
    controls: Floats = field(default_factory=lambda: np.empty((0, 0, 0)))
    lifts: Sequence[Lift] = ()
    share_scale: Floats | None = None

    @property
    def shape(self) -> tuple[int, int, int]:
        """Regions, channels, weeks."""
        return (self.spend.shape[0], self.spend.shape[1], self.spend.shape[2])


@dataclass(frozen=True)
class Scales:
    """What one unit of the scaled problem is: outcome by region, spend by region and channel."""

    outcome: Floats  # R
    spend: Floats  # R, C

    @property
    def whole(self) -> float:
        """The unit of the outcome of all regions together."""
        return float(self.outcome.sum())


@dataclass(frozen=True)
class Prepared:
    """Arrays common to every form, and how they were scaled."""

    weeks: Weeks
    scales: Scales
    arrays: dict[str, npt.NDArray[np.float64] | npt.NDArray[np.int64]]

    def problem(self, form: Form) -> Problem:
        """Return the problem of one form."""
        regions, channels, _ = self.weeks.shape
        return Problem(
            regions=regions,
            channels=channels,
            adstock=form.adstock,
            saturation=form.saturation,
            priors=PRIORS,
            temper=TEMPER,
            **self.arrays,  # type: ignore[arg-type]
        )


def prepare(weeks: Weeks) -> Prepared:
    """Scale and check; raises `NotEnough` where there is too little to fit.

    Every channel must have been spent on after the weeks `unseen`: leave out others. Raises
    `ValueError` where a spend is below 0 or not known: no carried spend has a logarithm then.
    """
    regions, channels, _ = weeks.shape
    if not ((weeks.spend >= 0) & np.isfinite(weeks.spend)).all():
        raise ValueError("a week's spend is a number, and not below 0")
    known = np.isfinite(weeks.outcome)
    known[:, : unseen(known.shape[1])] = False
    scales = _scales(weeks, known)
    outcome = np.where(known, weeks.outcome, 0.0) / scales.outcome[:, None]
    bases = [_baseline(weeks, known[r], r) for r in range(regions)]
    left = [int(known[r].sum()) - base[0].shape[0] for r, base in enumerate(bases)]
    if min(left) < FEWEST_WEEKS:
        raise NotEnough(
            f"{int(known.sum(axis=1).min())} weeks are too few: a curve needs at least "
            f"{FEWEST_WEEKS + max(base[0].shape[0] for base in bases)}"
        )
    fixed, smooth, variance = (_stacked([base[i] for base in bases]) for i in range(3))
    off = outcome - np.einsum("rpt,rp->rt", fixed, np.einsum("rpt,rt->rp", fixed, outcome))
    noise = np.array([off[r, known[r]].var() for r in range(regions)])
    if not (noise > 1e-14).all():
        raise NotEnough("the outcome hardly varies from week to week")
    spend = weeks.spend / scales.spend[:, :, None]
    series, channel_of, lifts = _series(weeks, spend, scales)
    share = weeks.share_scale
    if share is None:
        share = np.full(channels, TOTAL_SHARE / np.sqrt(channels))
    arrays = {
        "spend": series,
        "channel_of": channel_of,
        "outcome": outcome,
        "known": known.astype(np.float64),
        "weight": scales.outcome / scales.outcome.sum(),
        "fixed": fixed,
        "smooth": smooth,
        "variance": variance,
        "free": np.array(left, dtype=np.float64) + 2.0,
        "noise_floor": 0.02 * noise,
        "share_scale": np.ascontiguousarray(share, dtype=np.float64),
        **lifts,
    }
    return Prepared(weeks, scales, arrays)


def unseen(weeks: int) -> int:
    """Return how many of the first of so many weeks have an outcome that is not looked at.

    What was spent before the first week is not known, and still acts in the weeks after it: the
    start of the data would pass for a rise of the spend. What was spent in them alone has an
    effect that is not seen, so that nothing is known of it.
    """
    return min(LAGS - 1, weeks // 10)


def _scales(weeks: Weeks, known: Bools) -> Scales:
    regions = weeks.shape[0]
    size = np.empty(regions)
    for r in range(regions):
        values = weeks.outcome[r, known[r]]
        if values.size < 2:
            raise NotEnough("one week, or none, is too few to tell how the outcome varies")
        size[r] = max(abs(values.mean()), values.std())
    if not (size > 0).all():
        raise NotEnough("nothing was won in any week")
    relative = size / size.mean()
    each = weeks.spend / relative[:, None, None]
    total = each.sum(axis=(0, 2))
    if not (total > 0).all():
        raise NotEnough("a channel was never spent on")
    # The week in which the usual unit of money was spent.
    usual = (each**2).sum(axis=(0, 2)) / total
    return Scales(size, relative[:, None] * usual)


def _baseline(weeks: Weeks, known: Bools, r: int) -> tuple[Floats, Floats, Floats]:
    """Return fixed columns (P, T), smooth ones (E, T), and the latter's variances (E,)."""
    many = known.size
    time = np.linspace(-1.0, 1.0, many)
    columns = [np.ones(many), time]
    seen = int(known.sum())
    if weeks.season.size:
        harmonics = 2 if seen >= _YEAR_TWICE else 1 if seen >= _YEAR_ONCE else 0
        for k in range(1, harmonics + 1):
            angle = 2.0 * np.pi * k * weeks.season
            columns += [np.sin(angle), np.cos(angle)]
    if weeks.controls.size:
        for control in weeks.controls[r]:
            spread = control[known].std()
            if spread > 0:
                columns.append((control - control[known].mean()) / spread)
    table = np.column_stack(columns) * known[:, None]
    left, size, _ = np.linalg.svd(table, full_matrices=False)
    fixed = left[:, size > 1e-8 * size[0]]
    place = np.arange(1, many + 1) / many
    level = np.minimum.outer(place, place) * np.outer(known, known)
    level -= fixed @ (fixed.T @ level)
    level -= (level @ fixed) @ fixed.T
    value, vector = np.linalg.eigh((level + level.T) / 2.0)
    value, vector = np.maximum(value[::-1], 0.0), vector[:, ::-1]
    held = int(np.searchsorted(np.cumsum(value), _SMOOTHEST * value.sum())) + 1
    held = min(held, _MOST_EIGENVECTORS, max(seen // 4, 1))
    # In units in which the wandering has the noise's variance on average.
    variance = value[:held] * seen / value[:held].sum()
    return fixed.T, vector[:, :held].T, variance


def _stacked(parts: Sequence[Floats]) -> Floats:
    """Stack tables of unequal height, filled up with rows of zeros."""
    height = max(part.shape[0] for part in parts)
    found = np.zeros((len(parts), height, *parts[0].shape[1:]))
    for r, part in enumerate(parts):
        found[r, : part.shape[0]] = part
    return found


def _series(
    weeks: Weeks, spend: Floats, scales: Scales
) -> tuple[
    Floats,
    npt.NDArray[np.int64],
    dict[str, npt.NDArray[np.float64] | npt.NDArray[np.int64]],
]:
    """Return all series, the channel of each, and the lift tests' arrays."""
    regions, channels, many = weeks.shape
    rows = [spend[r, c] for r in range(regions) for c in range(channels)]
    channel_of = [c for _ in range(regions) for c in range(channels)]
    first = []
    for lift in weeks.lifts:
        if not 0 <= lift.start < lift.stop <= many or not lift.se > 0:
            raise ValueError("a lift test has weeks inside the data and a standard error")
        if lift.fraction == 0 or not lift.fraction <= 1.0:
            raise ValueError("a lift test's spend differs, and by no more than all of it")
        first.append(len(rows))
        for r in range(regions) if lift.region is None else [lift.region]:
            other = spend[r, lift.channel].copy()
            other[lift.start : lift.stop] *= 1.0 - lift.fraction
            rows.append(other)
            channel_of.append(lift.channel)
    codes = {
        "lift_channel": [lift.channel for lift in weeks.lifts],
        "lift_region": [-1 if lift.region is None else lift.region for lift in weeks.lifts],
        "lift_start": [lift.start for lift in weeks.lifts],
        "lift_stop": [lift.stop for lift in weeks.lifts],
        "lift_series": first,
    }
    amounts = {
        "lift_value": [lift.value / scales.whole for lift in weeks.lifts],
        "lift_se": [lift.se / scales.whole for lift in weeks.lifts],
    }
    return (
        np.ascontiguousarray(rows, dtype=np.float64),
        np.array(channel_of, dtype=np.int64),
        {
            **{name: np.array(held, dtype=np.int64) for name, held in codes.items()},
            **{name: np.array(held, dtype=np.float64) for name, held in amounts.items()},
        },
    )
