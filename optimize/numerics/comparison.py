"""Every model's credit side by side, from tallies by bucket of buyers, with its interval.

The intervals come from resampling the buckets, which keeps all deals of a buyer together, for all
models from the same draws. Of a key that nothing was credited to, they would draw nothing again
and again: chance alone keeps a Poisson count at none, so that its high end is the Jeffreys
interval's, in deals of the usual worth.

Markov's money is that of an absorbing chain with rewards: what a removal costs is the expected
money that no longer comes, with the mean money of the deals won from each last key; solved exactly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from optimize.numerics.attribution import UNIT
from optimize.numerics.journeys import Ints
from optimize.numerics.tallies import (
    BUCKETS,
    COUNTED,
    KINDS,
    NOT_WON,
    START,
    WON,
    CreditCounts,
    TransitionCounts,
)

Floats = npt.NDArray[np.float64]

EVERY = (*COUNTED[:-1], "markov", "shapley")
"""All models: the rules, and those that learn."""
LEVEL = 0.8
RESAMPLES = 400
ENOUGH_BUCKETS = 8
"""With deals won in fewer buckets than this, resampling them says too little for an interval."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a model gives each key: int64 (keys,) in its unit, and the interval's ends.

    Counts are in units of 1e-8, money in cents; every model's values sum to the same total
    exactly. `low` and `high` are float64, NaN without an interval. `value` is None where the
    model has no answer: removals gain as much as they lose.
    """

    value: Ints | None
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True)
class Comparison:
    """Every kind and model's credit for the keys; `buckets` had deals won, `journeys` in all."""

    keys: Ints
    given: Mapping[str, Mapping[str, Given]]
    buckets: int
    journeys: int
    won: int


def compare(
    credit: CreditCounts,
    transitions: TransitionCounts,
    *,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Comparison:
    """Work out every model's credit from counts; rows that say the same thing are added."""
    ends = np.array([START, WON, NOT_WON])
    inner = np.concatenate([credit.key, transitions.before, transitions.after])
    keys = np.unique(inner[~np.isin(inner, ends)])
    held = _credits(credit, keys)
    chains, money = _chains(transitions, keys)
    won_by_bucket = held["count"]["shapley"].sum(axis=1)
    filled = int((won_by_bucket > 0).sum())
    won = round(int(won_by_bucket.sum()) / UNIT)
    weights = np.zeros((0, BUCKETS), dtype=np.int64)
    if filled >= ENOUGH_BUCKETS:
        random = np.random.default_rng(seed)
        weights = random.multinomial(BUCKETS, np.full(BUCKETS, 1 / BUCKETS), size=resamples)
    totals = {kind: by["shapley"].sum(axis=0) for kind, by in held.items()}
    effects = removal_effects(chains.sum(axis=0)[None], money.sum(axis=0)[None])[:, 0]
    draws = np.tensordot(weights.astype(np.float64), chains, axes=1)
    drawn_money = np.tensordot(weights.astype(np.float64), money, axes=1)
    drawn_effects = removal_effects(draws, drawn_money)
    quantiles = [(1 - level) / 2, (1 + level) / 2]
    given: dict[str, dict[str, Given]] = {}
    for place, kind in enumerate(KINDS):
        given[kind] = {}
        whole = int(totals[kind].sum())
        usual = whole / int(totals["count"].sum()) * UNIT if won else 0.0
        drawn_totals = weights @ held[kind]["shapley"].sum(axis=1)
        for model in EVERY:
            if model == "markov":
                value = _apportioned(effects[place], whole)
                drawn = _scaled(drawn_effects[place], drawn_totals.astype(np.float64))
            else:
                value = held[kind][model].sum(axis=0)
                drawn = (weights @ held[kind][model]).astype(np.float64)
            given[kind][model] = _given(value, drawn, quantiles, usual)
    return Comparison(keys, given, filled, int(chains[:, 0].sum()), won)


def removal_effects(chains: Floats, money: Floats) -> Floats:
    """What goes without each key, as a share of all: float64 (kinds, chains, keys).

    `chains`: float (chains, keys + 1, keys + 2), transitions as of `pathways.Tallies`; `money`:
    float (chains, keys, 2), net and margin won from each last key. The first kind is the count.
    NaN where there is nothing, or less, to lose.
    """
    keys = chains.shape[1] - 1
    leaving = chains.sum(axis=2, keepdims=True)
    chances = np.divide(chains, leaving, out=np.zeros_like(chains), where=leaving > 0)
    start = chances[:, 0, :keys]
    fundamental = np.linalg.inv(np.eye(keys) - chances[:, 1:, :keys])
    each = np.divide(money, leaving[:, 1:], out=np.zeros_like(money), where=leaving[:, 1:] > 0)
    rewards = np.concatenate([chances[:, 1:, keys, None], each], axis=2)
    reached = fundamental @ rewards
    visits = np.einsum("ri,rij->rj", start, fundamental)
    first_visits = visits / np.einsum("rii->ri", fundamental)
    whole = np.einsum("ri,rik->rk", start, reached)
    lost = first_visits[:, :, None] * reached
    with np.errstate(invalid="ignore", divide="ignore"):
        effects = np.where(whole[:, None, :] > 0, lost / whole[:, None, :], np.nan)
    return np.moveaxis(effects, 2, 0)


def none_yet(usual: float, level: float = LEVEL) -> float:
    """The high end of what comes where nothing has, `usual` being what one deal brings.

    That of the Jeffreys interval of a Poisson count of 0; NaN where a deal brings nothing.
    """
    deals = float(special.gammaincinv(0.5, (1 + level) / 2))
    return deals * usual if usual > 0 else np.nan


def _given(value: Ints | None, drawn: Floats, quantiles: list[float], usual: float) -> Given:
    keys = drawn.shape[1]
    nothing = np.full(keys, np.nan)
    if value is None or drawn.shape[0] == 0:
        return Given(value, nothing, nothing)
    whole = drawn[~np.isnan(drawn).any(axis=1)]
    if whole.shape[0] < drawn.shape[0] / 2:
        return Given(value, nothing, nothing)
    low, high = np.quantile(whole, quantiles, axis=0)
    empty = (value == 0) & (whole == 0).all(axis=0)
    high = np.where(empty, none_yet(usual, quantiles[1] - quantiles[0]), high)
    low = np.where(np.isnan(high), np.nan, low)
    return Given(value, np.minimum(low, value), np.maximum(high, value))


def _scaled(effects: Floats, totals: Floats) -> Floats:
    """Removal effects made to sum to the totals, NaN where they do not sum to more than nothing."""
    whole = effects.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(whole[:, None] > 0, effects * (totals / whole)[:, None], np.nan)


def _apportioned(effects: Floats, total: int) -> Ints | None:
    """Split a whole number by removal effects, exactly, by largest remainder; None if undefined."""
    if total == 0:
        return np.zeros(effects.size, dtype=np.int64)
    whole = float(effects.sum())
    if not whole > 0:
        return None
    exact = effects / whole * total
    floor = np.floor(exact).astype(np.int64)
    missing = total - int(floor.sum())
    order = np.lexsort((np.arange(effects.size), -(exact - floor)))
    # Beyond 2^53 the parts are not exact to one; what is missing is dealt round from the front.
    share, rest = divmod(missing, effects.size)
    floor += share
    floor[order[:rest]] += 1
    return floor


def _credits(counts: CreditCounts, keys: Ints) -> dict[str, dict[str, Ints]]:
    """Credit by kind and model, int64 (buckets, keys)."""
    shape = (len(KINDS), BUCKETS, keys.size)
    place = (counts.kind, counts.bucket, np.searchsorted(keys, counts.key))
    found: dict[str, dict[str, Ints]] = {kind: {} for kind in KINDS}
    for model in COUNTED:
        whole = np.zeros(shape, dtype=np.int64)
        np.add.at(whole, place, counts.credit[model])
        for kind, part in zip(KINDS, whole, strict=True):
            found[kind][model] = part
    return found


def _chains(counts: TransitionCounts, keys: Ints) -> tuple[Floats, Floats]:
    size = keys.size
    before = np.where(counts.before == START, 0, np.searchsorted(keys, counts.before) + 1)
    after = np.searchsorted(keys, counts.after)
    after = np.where(counts.after == WON, size, after)
    after = np.where(counts.after == NOT_WON, size + 1, after)
    chains = np.zeros((BUCKETS, size + 1, size + 2))
    np.add.at(chains, (counts.bucket, before, after), counts.journeys.astype(np.float64))
    money = np.zeros((BUCKETS, size, 2))
    ends = np.flatnonzero(counts.after == WON)
    for place, column in enumerate((counts.net, counts.margin)):
        where = (counts.bucket[ends], before[ends] - 1, np.full(ends.size, place))
        np.add.at(money, where, column[ends].astype(np.float64))
    return chains, money
