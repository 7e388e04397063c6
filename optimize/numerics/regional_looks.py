"""Regions read while their test runs: an interval that holds at every look up to the planned end.

The treated regions are held against a weighted mean of the others (see `regions`), here with each
region as an index of its own mean before the start: regions of unequal size share a trend or a
season by its share, which no mean of others can give to the largest of them in its own unit. The
weights are those of before the start and stay as they are.

Where nothing is done, the sum S of the gaps walks about nothing. As for people and accounts, a
constant bound on it is left with probability alpha at any of all looks up to the planned end
(`leaving_bound`; the shape is that of O'Brien and Fleming 1979, spent as by Lan and DeMets 1983):

    |S(t)| <= c(alpha) k s w(t)    for all t up to the end

- `s`: the root mean square of the gaps before the start, a degree of freedom off for each weight;
- `k`: how far the sum over a whole test strays, in such errors. Stretches of the past as long as
  the test are left out of the fit in turn, for sets of untreated regions as for the treated ones,
  so that it holds what neighbouring weeks have in common and what a fit promises and does not
  keep. It is the untreated ones' or, where larger, the treated ones' own, which counts for as much
  as there are stretches: a placebo does not show that a region has no like;
- `w(t)`, at least 1: how much further untreated regions stray while the test runs than before.

Chosen by simulated regions of unequal size with common trends, seasons and noise correlated up to
0.5 from week to week, 26 to 104 weeks before the start, and by public data with nothing in it
(`make bench`). Alarms in 100 tests of nothing, over all looks:

- this one 0 to 4, with 0.64 or more of the chance that the reading at the end, at its 90 %, has of
  telling a lift where that is 0.8;
- the confidence sequence of Waudby-Smith and others (arXiv 2103.06476), its variance an AR(1)'s of
  the gaps before, 2 to 25: so few weeks do not tell how far their own sums stray;
- betting each week on the rank among placebos (an e-process) 0 to 9: it asks that no region drifts
  for longer than a week, and they do; with nine others it finds nothing at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from optimize.numerics.experiments import LEVEL, leaving_bound
from optimize.numerics.regions import Places, check_panel, gaps, placebo_sets

Floats = npt.NDArray[np.float64]

FEWEST_OTHERS = 9
"""Untreated regions with anything before the start, without which chance's reach is not known."""
_SETS = 30
_STRETCHES = 8
_OWN_PRIOR = 2.0
"""How many stretches the untreated regions count for beside the treated ones' own."""


class TooLittleKnown(ValueError):
    """What came before the start does not tell how far chance reaches; the message says why."""


@dataclass(frozen=True, slots=True)
class RegionalLooks:
    """A test of regions as it was known after each period since its start.

    `lift`, `low`, `high`: float64 (periods since the start,), of all that time, relative to what
    would have come; the ends are NaN where chance may do as much as all of that. `expected`:
    float64 (periods,), the treated regions' mean as it would have been.
    """

    lift: Floats
    low: Floats
    high: Floats
    expected: Floats


def history_needed(length: int) -> int:
    """How many periods must lie before a test of `length`: two like it, and eight to fit on."""
    return 2 * length + 8


def regional_looks(
    treated: npt.ArrayLike,
    others: npt.ArrayLike,
    start: int,
    length: int,
    *,
    level: float = LEVEL,
    seed: int = 0,
    unit: str = "weeks",
) -> RegionalLooks:
    """Read a test that began in period `start` (counted from 0) and is planned for `length`.

    `treated`: float (periods, regions treated); `others`: float (periods, regions not treated);
    both up to the look, and not read beyond the planned end. `unit` names the
    periods.

    Raises TooLittleKnown where chance's reach cannot be told, else ValueError as
    `regional_impact`.
    """
    ours, rest = _panel(treated, others, start)
    ours, rest = ours[: start + length], rest[: start + length]
    y = ours.mean(axis=1)
    rest = _usable(y, rest, start, length, unit)
    sets = placebo_sets(rest.shape[1], ours.shape[1], seed, _SETS)
    before = np.arange(y.size) < start
    held = gaps(y, rest, before)
    apart, error = held.apart, held.error
    strays = _strays(y, rest, sets, start, length)
    _check_moves(error)
    bound = leaving_bound(1 - level) * strays.most * error
    reach = bound * _widened(rest, sets, start, strays)
    summed = np.cumsum(apart[start:])
    expected = y - apart * y[:start].mean()
    would = np.cumsum(expected[start:]) / y[:start].mean()
    would = np.where(would > 0, would, np.nan)
    low, high = _ends(summed, would, reach)
    return RegionalLooks(lift=summed / would, low=low, high=high, expected=expected)


def smallest_while_running(
    treated: npt.ArrayLike,
    others: npt.ArrayLike,
    length: int,
    *,
    wanted: float = 0.8,
    level: float = LEVEL,
    seed: int = 0,
) -> float:
    """The smallest relative lift that a test shows with a `wanted` chance by some look.

    `treated` and `others` as in `regional_looks`, of the past alone; `length` of the test. The
    chance is at least that of standing beyond the bound at the end. Raises as `regional_looks`.
    """
    start = np.shape(others)[0]
    ours, rest = _panel(treated, others, start - 1)
    y = ours.mean(axis=1)
    rest = _usable(y, rest, start, length, "weeks")
    sets = placebo_sets(rest.shape[1], ours.shape[1], seed, _SETS)
    error = gaps(y, rest, np.ones(start, dtype=bool)).error
    _check_moves(error)
    strays = _strays(y, rest, sets, start, length)
    spread = strays.most * error
    over = float(special.ndtri(wanted)) * spread
    if over >= length:
        raise TooLittleKnown("chance alone does as much as all that comes")
    return float((leaving_bound(1 - level) * spread * strays.rough + over) / (length - over))


@dataclass(frozen=True, slots=True)
class _Strays:
    """How far sums of gaps stray where nothing is done, in errors before.

    `course`: float64 (length,), the root mean square after each period, of untreated regions;
    `most`: at the end, of the treated ones; `rough`: how many times as far untreated ones stray in
    one of the rougher stretches, which one in five exceeds.
    """

    course: Floats
    most: float
    rough: float


def _panel(treated: npt.ArrayLike, others: npt.ArrayLike, start: int) -> tuple[Floats, Floats]:
    ours = np.asarray(treated, dtype=np.float64)
    ours = ours.reshape(ours.shape[0], -1)
    rest = np.asarray(others, dtype=np.float64)
    check_panel(ours, rest, start)
    return ours, rest


def _usable(y: Floats, others: Floats, start: int, length: int, unit: str) -> Floats:
    """The other regions that have an index, or why chance's reach is not known."""
    if start < history_needed(length):
        raise TooLittleKnown(
            f"{history_needed(length)} {unit} of history are needed, and there are {start}"
        )
    if not y[:start].mean() > 0:
        raise TooLittleKnown("the treated regions had no results before its start")
    found = others[:, others[:start].mean(axis=0) > 0]
    if found.shape[1] < FEWEST_OTHERS:
        raise TooLittleKnown(
            f"of {FEWEST_OTHERS} untreated regions something must have come before its start, "
            f"and it did of {found.shape[1]}"
        )
    return np.asarray(found)


def _ends(summed: Floats, would: Floats, reach: Floats) -> tuple[Floats, Floats]:
    """The lifts at which the sum of gaps is within its reach; NaN where that leaves one open.

    What chance does grows with the lift: of `would` that is raised by it, chance is too.
    """
    known = np.where(reach < would, would, np.nan)
    low, high = summed - reach, summed + reach
    return (
        np.asarray(low / np.where(low > 0, known + reach, known)),
        np.asarray(high / np.where(high > 0, known - reach, known)),
    )


def _check_moves(error: float) -> None:
    # Followed to the last digit before, any gap after would look like an effect.
    if not error > 1e-9:
        raise TooLittleKnown("the treated regions never differed from the others before its start")


def _strays(y: Floats, others: Floats, sets: Sequence[Places], start: int, length: int) -> _Strays:
    ends = np.arange(start, length - 1, -length)
    if ends.size > _STRETCHES:
        ends = ends[np.linspace(0, ends.size - 1, _STRETCHES).round().astype(int)]
    past, rest = y[:start], others[:start]
    when = np.arange(start)

    def summed(one: Floats, others_of_it: Floats) -> Floats:
        courses = np.zeros((ends.size, length))
        for turn, end in enumerate(ends):
            inside = (when >= end - length) & (when < end)
            held = gaps(one, others_of_it, ~inside)
            courses[turn] = _in_errors(held.apart[inside], held.error)
        return courses

    squares = np.square([summed(*_apart(rest, members)) for members in sets])
    course = np.sqrt(squares.mean(axis=(0, 1)))
    if not course[-1] > 0:
        raise TooLittleKnown("no region changed before its start")
    own = float(np.sum(summed(past, rest)[:, -1] ** 2))
    shrunk = (own + _OWN_PRIOR * course[-1] ** 2) / (ends.size + _OWN_PRIOR)
    rough = np.sqrt(squares[:, :, -1].mean(axis=0)) / course[-1]
    return _Strays(
        course,
        most=float(max(course[-1], np.sqrt(shrunk))),
        rough=max(float(np.quantile(rough, 0.8)), 1.0),
    )


def _widened(others: Floats, sets: Sequence[Places], start: int, strays: _Strays) -> Floats:
    """How many times as far as before untreated regions stray since the start; at least 1."""
    before = np.arange(others.shape[0]) < start
    found = []
    for members in sets:
        held = gaps(*_apart(others, members), before)
        found.append(_in_errors(held.apart[start:], held.error))
    seen = np.sqrt(np.mean(np.square(found), axis=0))
    usual = np.maximum(strays.course[: seen.size], 1e-12)
    return np.asarray(np.maximum(seen / usual, 1.0))


def _apart(others: Floats, members: Places) -> tuple[Floats, Floats]:
    """A set of untreated regions as if treated, and the rest of them."""
    return others[:, members].mean(axis=1), np.delete(others, members, axis=1)


def _in_errors(apart: Floats, error: float) -> Floats:
    return np.cumsum(apart) / error if error > 0 else np.zeros_like(apart)
