"""All attribution models over millions of touches: one compiled pass, from unsorted events.

Touches come in any order. Counting sorts them by journey, an insertion sort by time within each,
and a single pass over the rows fills every model's tallies by bucket of journeys. The same
definitions as `attribution` and `pathways`, which the tests hold this against; those take
journeys that are in order already.

Compiling takes some seconds the first time on a machine, then the machine code is read from
disk. So this is for workers and commands alone: no page imports it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from optimize.numerics.attribution import HALF_LIFE_DAYS, MODELS
from optimize.numerics.pathways import Tallies

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_RULES = len(MODELS)
_SHAPLEY = _RULES
_LONG = 256
"""Journeys of more touches than this are sorted by merging instead."""


def tally_events(
    journey: npt.ArrayLike,
    channel: npt.ArrayLike,
    seconds: npt.ArrayLike,
    *,
    n_channels: int,
    converted: npt.ArrayLike,
    worth: npt.ArrayLike | None = None,
    bucket: npt.ArrayLike | None = None,
    n_buckets: int = 1,
    half_life_days: float = HALF_LIFE_DAYS,
) -> Tallies:
    """Count journeys from their touches, in whatever order those come.

    `journey`: int (touches), 0..n_journeys-1; `channel`: int (touches), 0..n_channels-1;
    `seconds`: int (touches), since any moment; `converted`: bool (journeys); `worth`: float
    (journeys), 1 for each conversion when absent; `bucket`: int (journeys), 0..n_buckets-1.
    Touches of one moment keep the order given. Journeys without touches count nothing.

    Raises ValueError when lengths differ, or a journey, channel or bucket is out of range.
    """
    rows = np.ascontiguousarray(journey, dtype=np.int32)
    codes = np.ascontiguousarray(channel, dtype=np.int32)
    when = np.ascontiguousarray(seconds, dtype=np.int64)
    bought = np.ascontiguousarray(converted, dtype=np.bool_)
    value = bought.astype(np.float64) if worth is None else np.ascontiguousarray(worth, np.float64)
    place = (
        np.zeros(bought.size, np.int32)
        if bucket is None
        else np.ascontiguousarray(bucket, np.int32)
    )
    if not rows.size == codes.size == when.size or not bought.size == value.size == place.size:
        raise ValueError("each touch has a journey, a channel and a time; each journey an end")
    for what, column, most in (
        ("journey", rows, bought.size),
        ("channel", codes, n_channels),
        ("bucket", place, n_buckets),
    ):
        if column.size and (column.min() < 0 or column.max() >= most):
            raise ValueError(f"a {what} is out of range")
    if not half_life_days > 0:
        raise ValueError("a half-life is a positive number of days")
    credits = np.zeros((_RULES + 1, n_buckets, n_channels))
    transitions = np.zeros((n_buckets, n_channels + 1, n_channels + 2))
    offsets, order_codes, order_when = _sorted(rows, codes, when, bought.size)
    _pass(
        offsets, order_codes, order_when, bought, value, place,
        1.0 / (86_400.0 * half_life_days), credits, transitions,
    )  # fmt: skip
    found = {model: credits[at] for at, model in enumerate(MODELS)}
    return Tallies({**found, "shapley": credits[_SHAPLEY]}, transitions)


@njit(cache=True, nogil=True)
def _sorted(
    rows: npt.NDArray[np.int32], codes: npt.NDArray[np.int32], when: Ints, journeys: int
) -> tuple[Ints, npt.NDArray[np.int32], Ints]:
    offsets = np.zeros(journeys + 1, np.int64)
    for at in range(rows.size):
        offsets[rows[at] + 1] += 1
    for at in range(journeys):
        offsets[at + 1] += offsets[at]
    filled = offsets[:-1].copy()
    out_codes = np.empty(rows.size, np.int32)
    out_when = np.empty(rows.size, np.int64)
    for at in range(rows.size):
        row = rows[at]
        moment = when[at]
        to = filled[row]
        filled[row] = to + 1
        # Insertion among the few touches of a journey already there; equal moments stay in order.
        low = offsets[row]
        if to - low > _LONG:
            out_codes[to] = codes[at]
            out_when[to] = moment
            continue
        while to > low and out_when[to - 1] > moment:
            out_when[to] = out_when[to - 1]
            out_codes[to] = out_codes[to - 1]
            to -= 1
        out_codes[to] = codes[at]
        out_when[to] = moment
    for row in range(journeys):
        if offsets[row + 1] - offsets[row] > _LONG:
            order = np.argsort(out_when[offsets[row] : offsets[row + 1]], kind="mergesort")
            out_when[offsets[row] : offsets[row + 1]] = out_when[offsets[row] : offsets[row + 1]][
                order
            ]
            out_codes[offsets[row] : offsets[row + 1]] = out_codes[offsets[row] : offsets[row + 1]][
                order
            ]
    return offsets, out_codes, out_when


@njit(cache=True, nogil=True)
def _pass(
    offsets: Ints,
    codes: npt.NDArray[np.int32],
    when: Ints,
    bought: npt.NDArray[np.bool_],
    value: Floats,
    place: npt.NDArray[np.int32],
    rate: float,
    credits: Floats,
    transitions: Floats,
) -> None:
    channels = transitions.shape[1] - 1
    seen = np.full(channels, -1, np.int64)
    for row in range(bought.size):
        begin, end = offsets[row], offsets[row + 1]
        size = end - begin
        if size == 0:
            continue
        at = place[row]
        before = 0
        for touch in range(begin, end):
            code = codes[touch]
            transitions[at, before, code] += 1.0
            before = code + 1
        transitions[at, before, channels if bought[row] else channels + 1] += 1.0
        if not bought[row]:
            continue
        worth = value[row]
        first, last = codes[begin], codes[end - 1]
        credits[0, at, first] += worth
        credits[1, at, last] += worth
        latest = when[end - 1]
        weights = 0.0
        distinct = 0
        for touch in range(begin, end):
            weights += 2.0 ** ((when[touch] - latest) * rate)
            if seen[codes[touch]] != row:
                seen[codes[touch]] = row
                distinct += 1
        lead = begin + (size - 1) // 2 if size >= 3 else -1
        marked = 2.0 if lead < 0 else 3.0
        distinct_marks = 1 if size == 1 else 2
        if lead >= 0 and lead != begin and lead != end - 1:
            distinct_marks += 1
        others = size - distinct_marks
        for touch in range(begin, end):
            code = codes[touch]
            credits[2, at, code] += worth / size
            credits[3, at, code] += worth * 2.0 ** ((when[touch] - latest) * rate) / weights
            ends = (1.0 if touch == begin else 0.0) + (1.0 if touch == end - 1 else 0.0)
            if size == 1:
                u = 1.0
            elif size == 2:
                u = 0.5
            elif ends > 0:
                u = 0.4
            else:
                u = 0.2 / (size - 2)
            credits[4, at, code] += worth * u
            marks = ends + (1.0 if touch == lead else 0.0)
            if others > 0:
                w = 0.9 * marks / marked if marks > 0 else 0.1 / others
            else:
                w = marks / marked
            credits[5, at, code] += worth * w
            if seen[code] == row:
                credits[6, at, code] += worth / distinct
                seen[code] = -1
