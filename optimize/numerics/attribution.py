"""Who gets the credit for a deal: the rule-based models, all in one vectorised pass.

Journeys are compressed sparse rows: journey j owns the touches `offsets[j]` up to, not with,
`offsets[j + 1]`; its touches are in order of time. A journey with no touches is an empty row and
contributes nothing.

- first, last: the whole deal to one touch.
- linear: equal shares.
- time_decay: 2^(-age / half-life), the age counted back from the journey's last touch (the
  reference cancels), made to sum to one.
- u: 40 % first, 40 % last, 20 % over those between; two touches share alike.
- w: 30 % each to the first touch, the touch that made the lead and the touch that made the
  opportunity, 10 % over the rest. One touch may hold several of the three; where there is no
  rest, the three take it in proportion. A lead touch that is not known is taken to be the middle
  one (of three or more; with fewer there is none), an opportunity touch that is not known the
  last.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MODELS = ("first", "last", "linear", "time_decay", "u", "w")
UNIT = 10**8
"""Exact shares are whole numbers of this unit: eight decimals."""

HALF_LIFE_DAYS = 7.0
_Column = TypeVar("_Column", Floats, Ints)
_NOISE = 1e-6  # in units: two remainders nearer than this differ by rounding, not by right


@dataclass(frozen=True, slots=True)
class Journeys:
    """Journeys as compressed sparse rows.

    `offsets` int64 (journeys + 1); `order` int64 (touches): for each place in the rows, which of
    the touches given it is. Take any column of the touches with `column[order]`.
    """

    offsets: Ints
    order: Ints


def compress(journey: npt.ArrayLike, times: npt.ArrayLike, n_journeys: int) -> Journeys:
    """Sort touches into journeys, by time within each; touches of equal time keep their order.

    `journey`: int (touches), the journey 0..n_journeys-1 of each touch; `times`: float hours.

    Raises ValueError when the lengths differ or a journey is out of range.
    """
    rows = np.asarray(journey, dtype=np.int64)
    when = np.asarray(times, dtype=np.float64)
    if rows.shape != when.shape:
        raise ValueError("each touch has one journey and one time")
    if rows.size and (rows.min() < 0 or rows.max() >= n_journeys):
        raise ValueError("a touch belongs to a journey that is not there")
    order = np.lexsort((when, rows)).astype(np.int64, copy=False)
    offsets = np.zeros(n_journeys + 1, dtype=np.int64)
    np.cumsum(np.bincount(rows, minlength=n_journeys), out=offsets[1:])
    return Journeys(offsets, order)


def credit_shares(
    offsets: npt.ArrayLike,
    times: npt.ArrayLike,
    *,
    lead_at: npt.ArrayLike | None = None,
    opportunity_at: npt.ArrayLike | None = None,
    half_life_days: float = HALF_LIFE_DAYS,
    models: Collection[str] = MODELS,
) -> dict[str, Floats]:
    """The share of its journey's credit that each touch gets, under each model.

    `offsets`: int (journeys + 1); `times`: float hours (touches), not falling within a journey;
    `lead_at`, `opportunity_at`: int (journeys), the position within the journey, counted from 0,
    of the touch that made the lead or the opportunity, -1 where it is not known.
    Returns float64 (touches) for each model; each journey with touches sums to one.

    Raises ValueError when the rows are malformed, times fall, a model is unknown, a position is
    outside its journey, or the half-life is not positive.
    """
    starts, when = _rows(offsets, times)
    unknown = set(models) - set(MODELS)
    if unknown:
        raise ValueError(f"no such model: {', '.join(sorted(unknown))}")
    if not half_life_days > 0:
        raise ValueError("a half-life is a positive number of days")
    lengths: Ints = np.diff(starts)
    length = np.repeat(lengths, lengths)
    place = np.arange(when.size, dtype=np.int64) - np.repeat(starts[:-1], lengths)
    _check_order(when, place)
    first = (place == 0).astype(np.float64)
    last = (place == length - 1).astype(np.float64)
    shares: dict[str, Floats] = {}
    if "first" in models:
        shares["first"] = first
    if "last" in models:
        shares["last"] = last
    if "linear" in models:
        shares["linear"] = 1.0 / length
    if "time_decay" in models:
        held = lengths > 0
        latest = np.repeat(when[starts[1:][held] - 1], lengths[held])
        weight = np.exp2((when - latest) / (24.0 * half_life_days))
        shares["time_decay"] = weight / _sums(starts, weight)
    if "u" in models:
        between = 0.2 / np.maximum(length - 2, 1)
        u = np.where(first + last > 0, 0.4 * (first + last), between)
        u[length == 1] = 1.0
        u[length == 2] = 0.5
        shares["u"] = u
    if "w" in models:
        lead = _positions(lead_at, lengths, np.where(lengths >= 3, (lengths - 1) // 2, -1))
        opportunity = _positions(opportunity_at, lengths, lengths - 1)
        shares["w"] = _w(starts, place, first, lead, opportunity)
    return {model: shares[model] for model in MODELS if model in shares}


def exact_shares(offsets: npt.ArrayLike, shares: npt.ArrayLike, unit: int = UNIT) -> Ints:
    """Shares as whole numbers of 1/unit, each journey with touches adding up to `unit` exactly.

    By largest remainder (Hamilton's method); of equal remainders the earlier touch's comes
    first, so the answer is always the same. `shares`: float (touches), as `credit_shares` gives.

    Raises ValueError when a journey's shares are negative or do not sum to one.
    """
    starts, share = _rows(offsets, shares)
    if share.size and share.min() < 0:
        raise ValueError("a share is not negative")
    lengths: Ints = np.diff(starts)
    held = lengths > 0
    if share.size and np.abs(_totals(starts, share)[held] - 1).max() > 1e-9:
        raise ValueError("the shares of a journey sum to one")
    raw = share * unit
    whole = np.floor(raw + _NOISE).astype(np.int64)
    missing = np.where(held, unit - _totals(starts, whole), 0)
    return _hand_out(starts, whole, raw - whole, missing)


def split_amounts(
    offsets: npt.ArrayLike, exact: npt.ArrayLike, amounts: npt.ArrayLike, unit: int = UNIT
) -> Ints:
    """Split each journey's amount over its touches, to the cent, in whole-number arithmetic.

    `exact`: int (touches), as `exact_shares` gives; `amounts`: int (journeys), in the smallest
    unit of the currency, negative allowed. Returns int64 (touches); each journey with touches
    sums to exactly its amount.

    Raises ValueError when the lengths differ.
    """
    starts, share = _integer_rows(offsets, exact)
    amount = np.asarray(amounts, dtype=np.int64)
    lengths: Ints = np.diff(starts)
    if amount.shape != lengths.shape:
        raise ValueError("each journey has one amount")
    size = np.abs(amount)
    # A large amount times a share would not fit: its whole units are split apart from the rest.
    units, left = np.divmod(size, unit)
    whole, rest = np.divmod(share * np.repeat(left, lengths), unit)
    whole += share * np.repeat(units, lengths)
    missing = np.where(lengths > 0, size - _totals(starts, whole), 0)
    split = _hand_out(starts, whole, rest.astype(np.float64), missing)
    signs: Ints = np.repeat(np.sign(amount), lengths)
    return split * signs


def _w(starts: Ints, place: Ints, first: Floats, lead: Ints, opportunity: Ints) -> Floats:
    lengths: Ints = np.diff(starts)
    marks = first.copy()
    marks += place == np.repeat(lead, lengths)
    marks += place == np.repeat(opportunity, lengths)
    rest = (marks == 0).astype(np.float64)
    others = _sums(starts, rest)
    marked = _sums(starts, marks)
    with_rest = 0.9 * marks / marked + np.where(rest > 0, 0.1 / np.maximum(others, 1), 0.0)
    return np.where(others > 0, with_rest, marks / marked)


def _positions(given: npt.ArrayLike | None, lengths: Ints, fallback: Ints) -> Ints:
    if given is None:
        return fallback
    position = np.asarray(given, dtype=np.int64)
    if position.shape != lengths.shape:
        raise ValueError("each journey has one position, or -1")
    if bool(np.any((position >= lengths) & (position >= 0))):
        raise ValueError("a position lies inside its journey")
    return np.where(position >= 0, position, fallback)


def _rows(offsets: npt.ArrayLike, values: npt.ArrayLike) -> tuple[Ints, Floats]:
    column = np.asarray(values, dtype=np.float64)
    return _offsets(offsets, column.size), column


def _integer_rows(offsets: npt.ArrayLike, values: npt.ArrayLike) -> tuple[Ints, Ints]:
    column = np.asarray(values, dtype=np.int64)
    return _offsets(offsets, column.size), column


def _offsets(offsets: npt.ArrayLike, touches: int) -> Ints:
    starts = np.asarray(offsets, dtype=np.int64)
    if starts.ndim != 1 or starts.size == 0 or starts[0] != 0 or starts[-1] != touches:
        raise ValueError("offsets run from 0 to the number of touches")
    if bool(np.any(np.diff(starts) < 0)):
        raise ValueError("offsets do not fall")
    return starts


def _check_order(when: Floats, place: Ints) -> None:
    if not bool(np.all(np.isfinite(when))):
        raise ValueError("every touch has a time")
    if bool(np.any((np.diff(when) < 0) & (place[1:] > 0))):
        raise ValueError("the touches of a journey are in order of time")


def _totals(starts: Ints, values: _Column) -> _Column:
    """The sum of each journey, empty ones 0."""
    totals = np.zeros(starts.size - 1, dtype=values.dtype)
    held = np.diff(starts) > 0
    if bool(held.any()):
        totals[held] = np.add.reduceat(values, starts[:-1][held])
    return totals


def _sums(starts: Ints, values: Floats) -> Floats:
    """The sum of its journey, at each touch."""
    return np.repeat(_totals(starts, values), np.diff(starts))


def _hand_out(starts: Ints, whole: Ints, remainder: Floats, missing: Ints) -> Ints:
    """Add one to the `missing` touches of each journey with the largest remainders."""
    lengths: Ints = np.diff(starts)
    short = missing > 0
    if not bool(short.any()):
        return whole
    touches = np.flatnonzero(np.repeat(short, lengths))
    size = lengths[short]
    row = np.repeat(np.arange(size.size, dtype=np.int64), size)
    # Remainders that differ by rounding alone are ties, and a stable sort keeps those in order.
    key = -np.round(remainder[touches] / _NOISE)
    ranked = touches[np.lexsort((key, row))]
    begin = np.cumsum(size) - size
    rank = np.arange(ranked.size, dtype=np.int64) - np.repeat(begin, size)
    result = whole.copy()
    result[ranked[rank < np.repeat(missing[short], size)]] += 1
    return result
