"""Models that learn from who did not buy as well: Markov removal effects and Shapley values.

Both need only counts that add up over journeys: transitions between channels, and each converted
journey's worth split over the channels it met. They are kept by bucket of buyers, so that a
change subtracts the old journey and adds the new one, and resampling the buckets gives every
model its interval.

- markov: the transition counts made probabilities; a channel's removal effect is the share of
  conversions lost when all that enters it ends in nothing (Anderl and others 2016, order 1),
  solved exactly as an absorbing chain. Credit is the removal effects made to sum to the whole.
- shapley: with the value of a set of channels being the conversions of journeys that met no
  channel outside it, a converted journey splits equally over its distinct channels (Zhao and
  others 2018, arXiv 1804.05327): the sum over all coalitions, without walking them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from optimize.numerics.attribution import HALF_LIFE_DAYS, MODELS, credit_shares
from optimize.numerics.comparison import none_yet

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

EVERY = (*MODELS, "markov", "shapley")
"""All models: the rules, and those that learn."""
LEVEL = 0.8
RESAMPLES = 400


@dataclass(frozen=True, slots=True)
class Tallies:
    """Counts by bucket of buyers, each additive over journeys.

    `credits`: for each rule and for `shapley`, float64 (buckets, channels); `transitions`:
    float64 (buckets, channels + 1, channels + 2), from the start (row 0) and each channel to each
    channel, then to conversion and to nothing.
    """

    credits: dict[str, Floats]
    transitions: Floats

    def __add__(self, other: Tallies) -> Tallies:
        return Tallies(
            {model: held + other.credits[model] for model, held in self.credits.items()},
            self.transitions + other.transitions,
        )

    def __sub__(self, other: Tallies) -> Tallies:
        return Tallies(
            {model: held - other.credits[model] for model, held in self.credits.items()},
            self.transitions - other.transitions,
        )


@dataclass(frozen=True, slots=True)
class Credit:
    """What a model gives each channel, float64 (channels,), and between which ends."""

    value: Floats
    low: Floats
    high: Floats


def tally(
    codes: npt.ArrayLike,
    offsets: npt.ArrayLike,
    *,
    n_channels: int,
    converted: npt.ArrayLike,
    lost: npt.ArrayLike,
    worth: npt.ArrayLike | None = None,
    bucket: npt.ArrayLike | None = None,
    n_buckets: int = 1,
    times: npt.ArrayLike | None = None,
    half_life_days: float = HALF_LIFE_DAYS,
) -> Tallies:
    """Count journeys.

    `codes`: int (touches), the channel 0..n_channels-1; `offsets`: int (journeys + 1);
    `converted`, `lost`: float (journeys), how many journeys took this path and bought, or did
    not; `worth`: float (journeys), what those that bought are worth together, their number when
    absent; `bucket`: int (journeys); `times`: float hours (touches), a day apart when absent.

    Raises ValueError when lengths differ, or a code or a bucket is out of range.
    """
    code = np.asarray(codes, dtype=np.int64)
    starts = np.asarray(offsets, dtype=np.int64)
    bought = np.asarray(converted, dtype=np.float64)
    missed = np.asarray(lost, dtype=np.float64)
    value = bought if worth is None else np.asarray(worth, dtype=np.float64)
    journeys = starts.size - 1
    place = np.zeros(journeys, np.int64) if bucket is None else np.asarray(bucket, dtype=np.int64)
    if not journeys == bought.size == missed.size == value.size == place.size:
        raise ValueError("each journey has one count of each kind and one bucket")
    if code.size and (code.min() < 0 or code.max() >= n_channels):
        raise ValueError("a touch has a channel that is not there")
    if place.size and (place.min() < 0 or place.max() >= n_buckets):
        raise ValueError("a journey has a bucket that is not there")
    lengths: Ints = np.diff(starts)
    row = np.repeat(np.arange(journeys, dtype=np.int64), lengths)
    hours = (
        24.0 * (np.arange(code.size) - np.repeat(starts[:-1], lengths))
        if times is None
        else np.asarray(times, dtype=np.float64)
    )
    shares = credit_shares(starts, hours, half_life_days=half_life_days)
    shares["shapley"] = _once_each(code, row, n_channels)
    at = place[row] * n_channels + code
    credits = {
        model: np.bincount(at, weights=share * value[row], minlength=n_buckets * n_channels)
        .reshape(n_buckets, n_channels)
        .astype(np.float64)
        for model, share in shares.items()
    }
    return Tallies(
        credits, _transitions(code, starts, row, place, bought, missed, n_channels, n_buckets)
    )


def removal_effects(transitions: npt.ArrayLike) -> Floats:
    """The share of conversions that go without each channel, float64 (channels,).

    `transitions`: float (channels + 1, channels + 2), as of `Tallies` summed over buckets.
    """
    counts = np.asarray(transitions, dtype=np.float64)
    channels = counts.shape[0] - 1
    leaving = counts.sum(axis=1, keepdims=True)
    chances = np.divide(counts, leaving, out=np.zeros_like(counts), where=leaving > 0)
    inner, start = chances[1:, :channels], chances[0, :channels]
    # Visits expected of each channel, and the chance to convert from each. With channel i cut
    # out, what is lost is every path that would have passed through it: the visits to i for the
    # first time, times the chance to convert from there.
    fundamental = np.linalg.inv(np.eye(channels) - inner)
    converts = fundamental @ chances[1:, channels]
    whole = float(start @ converts + chances[0, channels])
    if whole <= 0:
        return np.zeros(channels)
    visits = start @ fundamental
    return np.asarray(visits / np.diag(fundamental) * converts / whole)


def markov(transitions: npt.ArrayLike, total: float) -> Floats:
    """`total` split by the removal effects, float64 (channels,)."""
    effects = removal_effects(transitions)
    whole = float(effects.sum())
    return effects * (total / whole) if whole > 0 else np.zeros_like(effects)


def credit(
    tallies: Tallies,
    *,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Mapping[str, Credit]:
    """Each model's credit by channel, with the interval that resampling the buckets gives.

    With a single bucket there is nothing to resample, and the ends are NaN. A channel without any
    credit has the high end of `none_yet`.
    """
    totals = {model: held.sum(axis=0) for model, held in tallies.credits.items()}
    totals["markov"] = markov(tallies.transitions.sum(axis=0), float(totals["shapley"].sum()))
    buckets = tallies.transitions.shape[0]
    if buckets < 2:
        unknown = np.full(totals["markov"].shape, np.nan)
        return {name: Credit(totals[name], unknown, unknown) for name in EVERY}
    random = np.random.default_rng(seed)
    weights = random.multinomial(buckets, np.full(buckets, 1 / buckets), size=resamples)
    drawn = {model: weights @ held for model, held in tallies.credits.items()}
    chains = np.tensordot(weights, tallies.transitions, axes=1)
    drawn["markov"] = np.stack(
        [
            markov(chain, float(total))
            for chain, total in zip(chains, drawn["shapley"].sum(axis=1), strict=True)
        ]
    )
    ends = [(1 - level) / 2, (1 + level) / 2]
    found = {}
    bought = float(tallies.transitions[:, :, -2].sum())
    most = none_yet(float(totals["shapley"].sum()) / bought if bought else 0.0, level)
    for name in EVERY:
        low, high = np.quantile(drawn[name], ends, axis=0)
        high = np.where((drawn[name] == 0).all(axis=0), most, high)
        low = np.where(np.isnan(high), np.nan, low)
        found[name] = Credit(totals[name], low, high)
    return found


def _once_each(code: Ints, row: Ints, n_channels: int) -> Floats:
    """Each touch's share where a journey splits equally over its distinct channels."""
    pair = row * n_channels + code
    _, first, of = np.unique(pair, return_index=True, return_inverse=True)
    distinct = np.bincount(row[first], minlength=int(row[-1]) + 1 if row.size else 0)
    touches = np.bincount(of)
    return np.asarray(1.0 / (distinct[row] * touches[of]), dtype=np.float64)


def _transitions(
    code: Ints,
    starts: Ints,
    row: Ints,
    place: Ints,
    bought: Floats,
    missed: Floats,
    n_channels: int,
    n_buckets: int,
) -> Floats:
    states = n_channels + 2
    size = n_buckets * (n_channels + 1) * states
    held = np.diff(starts) > 0
    first, last = starts[:-1][held], starts[1:][held] - 1
    many = bought + missed
    inside = np.ones(code.size, dtype=bool)
    inside[first] = False
    later = np.flatnonzero(inside)

    def at(bucket: Ints, before: Ints, after: npt.NDArray[np.int64] | int) -> Ints:
        return np.asarray((bucket * (n_channels + 1) + before) * states + after)

    counts = np.bincount(
        at(place[row[later]], code[later - 1] + 1, code[later]),
        weights=many[row[later]],
        minlength=size,
    )
    ends = place[held], code[last] + 1
    for where, weight in (
        (at(place[held], np.zeros(int(held.sum()), np.int64), code[first]), many[held]),
        (at(*ends, n_channels), bought[held]),
        (at(*ends, n_channels + 1), missed[held]),
    ):
        counts = counts + np.bincount(where, weights=weight, minlength=size)
    return np.asarray(counts, dtype=np.float64).reshape(n_buckets, n_channels + 1, states)
