"""Counts over the journeys of closed deals, by bucket of buyers and month, in whole numbers.

Shares are in units of 1e-8 and money in cents, so the counts of what a change took out and put
in add up to what counting from scratch gives. Each deal's credit sums to exactly its amount.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from optimize.numerics.attribution import MODELS, exact_shares, split_amounts
from optimize.numerics.journeys import NONE, Ints, groups, sums

GRAINS = ("channel", "program", "campaign")
KINDS = ("count", "net", "margin")
COUNTED = (*MODELS, "shapley")
"""The models whose credit is a sum over deals; Markov's is worked out from transitions."""
COHORTS = ("closed", "created", "touched")
"""By which date a deal, or a touch's part of it, belongs to a time."""

BUCKETS = 32
START, WON, NOT_WON = -1, -2, -3
PATH = np.dtype(
    [
        ("channel", "<i8"),
        ("program", "<i8"),
        ("campaign", "<i8"),
        ("day", "<i4"),
        ("shares", "<i4", (len(MODELS),)),
    ]
)
"""A touch of a kept journey; see `Journey`."""

_MIX = np.uint64(0x9E3779B97F4A7C15)


def bucket_of(party: npt.ArrayLike) -> Ints:
    """The bucket of buyers, 0 to 31, by Fibonacci hashing: alike for neighbours and for all time.

    `party`: int (n), the account, or minus the contact.
    """
    mixed = np.asarray(party, dtype=np.int64).astype(np.uint64) * _MIX
    return np.asarray(mixed >> np.uint64(59)).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Paths:
    """Journeys of closed deals, and whether each is put in (sign 1) or taken out (-1).

    `closed` and `created` are days from 1970, NONE where not known; `net` and `margin` are cents,
    0 where not known. `steps` has the rows of journey j at `offsets[j]` up to `offsets[j + 1]`.
    """

    party: Ints
    closed: Ints
    created: Ints
    is_won: npt.NDArray[np.bool_]
    net: Ints
    margin: Ints
    sign: Ints
    offsets: Ints
    steps: npt.NDArray[np.void]


@dataclass(frozen=True, slots=True)
class Ruled:
    """What the rules give each touch of the won journeys: the same at every grain.

    `touch`: the touches' places in the steps; `offsets`: of the won journeys among them, the
    others being empty; `credit`: for each of `KINDS` the credit by model, int64 (touches).
    """

    touch: Ints
    offsets: Ints
    credit: tuple[Mapping[str, Ints], ...]


@dataclass(frozen=True, slots=True)
class CreditCounts:
    """Credit by bucket, first day of the month, kind (its place in `KINDS`) and key."""

    bucket: Ints
    month: Ints
    kind: Ints
    key: Ints
    credit: Mapping[str, Ints]


@dataclass(frozen=True, slots=True)
class TransitionCounts:
    """How often journeys went from one key to the next, and the money won there."""

    bucket: Ints
    month: Ints
    before: Ints
    after: Ints
    journeys: Ints
    net: Ints
    margin: Ints


def paths_of(rows: list[tuple[int, int, int, bool, int, int, int, bytes]]) -> Paths:
    """Unpack kept journeys: party, closed, created, is won, net, margin, sign and path of each."""
    plain = np.array([row[:7] for row in rows], dtype=np.int64).reshape(len(rows), 7)
    lengths = np.array([len(row[7]) for row in rows], dtype=np.int64) // PATH.itemsize
    return Paths(
        party=plain[:, 0],
        closed=plain[:, 1],
        created=plain[:, 2],
        is_won=plain[:, 3] > 0,
        net=plain[:, 4],
        margin=plain[:, 5],
        sign=plain[:, 6],
        offsets=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        steps=np.frombuffer(b"".join(row[7] for row in rows), dtype=PATH),
    )


def month_of(day: Ints) -> Ints:
    """The first day of each day's month, NONE for NONE."""
    known = np.where(day == NONE, 0, day)
    months = known.astype("datetime64[D]").astype("datetime64[M]").astype("datetime64[D]")
    return np.where(day == NONE, NONE, months.astype(np.int64))


def by_rules(paths: Paths) -> Ruled:
    """Split the won journeys' money over their touches as each rule says."""
    won = np.repeat(paths.is_won, np.diff(paths.offsets))
    touch = np.flatnonzero(won)
    lengths = np.where(paths.is_won, np.diff(paths.offsets), 0)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    shares = {
        model: paths.steps["shares"][touch, place].astype(np.int64)
        for place, model in enumerate(MODELS)
    }
    return Ruled(touch, offsets, _split(paths, offsets, shares))


def _split(
    paths: Paths, offsets: Ints, shares: Mapping[str, Ints]
) -> tuple[Mapping[str, Ints], ...]:
    money = (
        {model: split_amounts(offsets, share, amounts) for model, share in shares.items()}
        for amounts in (paths.net, paths.margin)
    )
    return (shares, *money)


def count(
    paths: Paths,
    grain: str,
    *,
    cohort: str = "closed",
    inside: tuple[int, int] | None = None,
    ruled: Ruled | None = None,
) -> tuple[CreditCounts, TransitionCounts]:
    """Count the credit of won deals, and every journey's transitions, at a grain.

    `ruled` is what `by_rules` says of these paths, where it is known already.

    `inside` keeps what the cohort dates between two days, both counted. By touch date each touch
    keeps its own credit, and the transitions are those of every journey with a touch inside, so
    that no journey is cut off.
    """
    lengths = np.diff(paths.offsets)
    row = np.repeat(np.arange(lengths.size, dtype=np.int64), lengths)
    key = paths.steps[grain].astype(np.int64)
    day = _days(paths, row, cohort)
    kept = np.ones(day.size, dtype=np.bool_)
    if inside is not None:
        kept = (day >= inside[0]) & (day <= inside[1])
    bucket, month = bucket_of(paths.party), month_of(day)
    credit = _credit(paths, ruled or by_rules(paths), row, key, bucket, month, kept)
    if cohort == "touched":
        met = np.zeros(lengths.size, dtype=np.bool_)
        met[row[kept]] = True
        kept = met[row]
    return credit, _transitions(paths, row, key, bucket, month, kept)


def _days(paths: Paths, row: Ints, cohort: str) -> Ints:
    if cohort == "touched":
        return paths.steps["day"].astype(np.int64)
    return (paths.created if cohort == "created" else paths.closed)[row]


def _credit(
    paths: Paths,
    ruled: Ruled,
    row: Ints,
    key: Ints,
    bucket: Ints,
    month: Ints,
    kept: npt.NDArray[np.bool_],
) -> CreditCounts:
    of_won = ruled.touch
    equally = exact_shares(ruled.offsets, equal_shares(key[of_won], row[of_won]))
    shapley = _split(paths, ruled.offsets, {"shapley": equally})
    place = np.flatnonzero(kept[of_won])
    touch = of_won[place]
    sign, where = paths.sign[row[touch]], bucket[row[touch]]
    kinds = [
        {model: share[place] * sign for model, share in {**rules, **own}.items()}
        for rules, own in zip(ruled.credit, shapley, strict=True)
    ]
    order, starts = groups(where, month[touch], key[touch])
    first = order[starts]
    parts = [{model: sums(held[model][order], starts) for model in COUNTED} for held in kinds]
    credit = {model: np.concatenate([part[model] for part in parts]) for model in COUNTED}
    some = np.any([held != 0 for held in credit.values()], axis=0)
    return CreditCounts(
        bucket=np.tile(where[first], 3)[some],
        month=np.tile(month[touch][first], 3)[some],
        kind=np.repeat(np.arange(3, dtype=np.int64), first.size)[some],
        key=np.tile(key[touch][first], 3)[some],
        credit={model: held[some] for model, held in credit.items()},
    )


def equal_shares(key: Ints, row: Ints) -> npt.NDArray[np.float64]:
    """Each touch's share where a journey splits equally over its distinct keys.

    A key's part splits over its touches. This is the Shapley value of Zhao and others (2018), as
    `pathways` says. `row`: int (touches), the journey of each, ascending.
    """
    if not key.size:
        return np.zeros(0, dtype=np.float64)
    order, starts = groups(row, key)
    many = np.diff(np.append(starts, order.size))
    distinct = np.bincount(row[order[starts]], minlength=int(row[-1]) + 1)
    result = np.empty(key.size, dtype=np.float64)
    result[order] = 1.0 / (np.repeat(many, many) * distinct[row[order]])
    return result


def _transitions(
    paths: Paths,
    row: Ints,
    key: Ints,
    bucket: Ints,
    month: Ints,
    kept: npt.NDArray[np.bool_],
) -> TransitionCounts:
    """Steps from a key to itself are left out: they change no removal effect."""
    lengths = np.diff(paths.offsets)
    first, last = paths.offsets[:-1][lengths > 0], paths.offsets[1:][lengths > 0] - 1
    inner = np.ones(key.size, dtype=np.bool_)
    inner[last] = False
    step = np.flatnonzero(inner & kept)
    step = step[key[step] != key[step + 1]]
    first, last = first[kept[first]], last[kept[last]]
    won = paths.is_won[row[last]]
    at = np.concatenate([first, step, last])
    before = np.concatenate([np.full(first.size, START), key[step], key[last]])
    after = np.concatenate([key[first], key[step + 1], np.where(won, WON, NOT_WON)])
    nothing = np.zeros(first.size + step.size, dtype=np.int64)
    of = row[at]
    sign = paths.sign[of]
    net = np.concatenate([nothing, np.where(won, paths.net[row[last]], 0)]) * sign
    margin = np.concatenate([nothing, np.where(won, paths.margin[row[last]], 0)]) * sign
    order, starts = groups(bucket[of], month[at], before, after)
    chosen = order[starts]
    totals = [sums(column[order], starts) for column in (sign, net, margin)]
    some = np.any([total != 0 for total in totals], axis=0)
    chosen = chosen[some]
    return TransitionCounts(
        bucket=bucket[of][chosen],
        month=month[at][chosen],
        before=before[chosen],
        after=after[chosen],
        journeys=totals[0][some],
        net=totals[1][some],
        margin=totals[2][some],
    )
