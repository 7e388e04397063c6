"""Experiments before they start, and while they run: what they can tell, and what they tell.

A test that is looked at daily up to a planned end is judged against the bound of `leaving_bound`
(see `experiments`). Its power is at least the chance of standing beyond that bound at the end,
which is what is promised here. Where the units are few, the bound is no lower than Student's t.

A fixed set of units lets its outcomes come in over time. What is known at a look is the share of
the planned information that has come in; taken as the smaller of the time gone and the outcomes
seen of those expected, so that slow outcomes never count for more than they are.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy
from scipy import special

from optimize.numerics.experiments import LEVEL, Arm, Comparison, compare, leaving_bound
from optimize.numerics.regional_looks import (
    TooLittleKnown,
    history_needed,
    smallest_while_running,
)
from optimize.numerics.regions import LEVEL as REGION_LEVEL
from optimize.numerics.regions import regional_impact

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

POWER = 0.8
FEWEST = 5
"""Units with an outcome that each arm needs before anything is read."""
_WINDOWS = 8
_MOST = 5.0
_HASHED = float(1 << 52)


@dataclass(frozen=True, slots=True)
class Design:
    """What a test of this size can tell.

    `mean` and `sd` of a unit's outcome over the whole test, the sd after what the time before it
    explains; `active` the share of units with any outcome. `smallest` is the smallest relative
    lift it shows with `POWER`, None with `reason` where it can show none.
    """

    n_control: int
    n_treated: int
    mean: float
    sd: float
    active: float
    smallest: float | None
    reason: str = ""

    def power(self, lift: float) -> float:
        """The chance, at least, that it tells a relative lift from nothing."""
        if self.smallest is None:
            return 0.0
        bound = _bound(self.n_control, self.n_treated)
        error = _error(abs(lift), self.sd / self.mean, self.n_control, self.n_treated)
        return float(special.ndtr(abs(lift) / error - bound))

    def times(self, lift: float) -> float:
        """How many times as many units, or as long, it would take to show a lift so."""
        reach = _bound(self.n_control, self.n_treated) + float(special.ndtri(POWER))
        error = _error(lift, self.sd / self.mean, self.n_control, self.n_treated)
        return (reach * error / lift) ** 2


def design(outcome: Floats, before: Floats, share: float) -> Design:
    """Reckon a test on units of which so much is known: outcomes over one length, and before it.

    `outcome` and `before`: float64 (units,), of two stretches as long as the test, the later and
    the earlier; `share` of the units are treated.
    """
    n = outcome.size
    treated = round(n * share)
    sizes = (n - treated, treated)
    active = float(np.mean(outcome != 0)) if n else 0.0
    if min(sizes) < 2:
        return Design(*sizes, 0.0, 0.0, active, None, "each arm needs at least two")
    mean, sd = float(outcome.mean()), float(outcome.std(ddof=1))
    if mean <= 0 or sd <= 0:
        return Design(*sizes, mean, sd, active, None, "there are no results to calculate with")
    explained = 0.0
    if before.std() > 0:
        explained = min(float(np.corrcoef(outcome, before)[0, 1]) ** 2, 0.95)
    left = sd * math.sqrt(1 - explained)
    reach = _bound(*sizes) + float(special.ndtri(POWER))

    def missing(lift: float) -> float:
        return reach * _error(lift, left / mean, *sizes) - lift

    if missing(_MOST) > 0:
        return Design(*sizes, mean, left, active, None, "there are too few of them")
    return Design(*sizes, mean, left, active, float(scipy.optimize.brentq(missing, 0.0, _MOST)))


def _error(lift: float, spread: float, n_control: int, n_treated: int) -> float:
    """The standard error of a relative lift, `spread` the control's sd over its mean.

    What the treated do varies more with its mean, as counts do; the delta method adds what the
    control's mean is not known by.
    """
    ratio = 1 + lift
    return spread * math.sqrt(ratio / n_treated + ratio**2 / n_control)


def _bound(n_control: int, n_treated: int) -> float:
    few = float(special.stdtrit(n_control + n_treated - 2, (1 + LEVEL) / 2))
    return max(leaving_bound(1 - LEVEL), few)


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What the units of a test did.

    `treated`: bool (units,); `before`: float64 (units,), the same outcome in as long a time
    before; and one entry per event: `unit` its place, `day` counted from 0, `amount`.
    """

    treated: npt.NDArray[np.bool_]
    before: Floats
    unit: Ints
    day: Ints
    amount: Floats


@dataclass(frozen=True, slots=True)
class Looks:
    """A test read on each day up to a last one; float64 (days,), NaN where not yet known.

    `lift` is relative to the control with `low` and `high`, which hold whenever one looks;
    `information` the share of what was planned to be known. The last entries of `control` and
    `treated` are the arms' means, `total` what all treated had more than they would have, with
    its standard error.
    """

    lift: Floats
    low: Floats
    high: Floats
    information: Floats
    control: float
    treated: float
    n_control: int
    n_treated: int
    total: float
    total_se: float


def looks(
    seen: Outcomes, *, days: int, planned_days: int, planned_active: float, is_rate: bool
) -> Looks:
    """Read a test on each of `days` of its `planned_days`.

    `planned_active`: how many units were expected to have an outcome by the end. A rate counts
    each unit's first event alone.
    """
    unit, day, amount = seen.unit, seen.day, seen.amount
    order = np.lexsort((day, unit))
    unit, day, amount = unit[order], day[order], amount[order]
    first = np.ones(unit.size, dtype=bool)
    first[1:] = unit[1:] != unit[:-1]
    if is_rate:
        unit, day, amount = unit[first], day[first], np.ones(int(first.sum()))
        first = np.ones(unit.size, dtype=bool)
    # Each unit's running total, of which the square grows by (2 before + amount) amount.
    running = np.cumsum(amount)
    starts = np.flatnonzero(first)
    base = np.repeat(running[starts] - amount[starts], np.diff(np.append(starts, unit.size)))
    earlier = running - base - amount
    before = np.minimum(seen.before, 1.0) if is_rate else seen.before
    adjusts = bool(before.any())

    def arm(mask: npt.NDArray[np.bool_]) -> tuple[Arm, Floats]:
        ours = mask[unit]

        def summed(values: Floats) -> Floats:
            return np.cumsum(np.bincount(day[ours], values[ours], minlength=days)[:days])

        n = np.full(days, float(mask.sum()))
        y = summed(amount)
        yy = summed((2 * earlier + amount) * amount)
        active = summed(first.astype(np.float64))
        if not adjusts:
            return Arm(n, y, yy, is_rate=is_rate), active
        x = before[mask]
        return Arm(
            n,
            y,
            yy,
            np.full(days, x.sum()),
            np.full(days, (x * x).sum()),
            summed(amount * before[unit]),
        ), active

    control, active_control = arm(~seen.treated)
    treated, active_treated = arm(seen.treated)
    gone = np.arange(1, days + 1) / planned_days
    known = np.minimum(gone, (active_control + active_treated) / max(planned_active, 1.0))
    known = np.where(gone >= 1, 1.0, np.clip(known, 1e-6, 1.0))
    found = compare(control, treated, planned=(control.n + treated.n) / known)
    low, high = _ends(found, control, known)
    enough = (active_control >= FEWEST) & (active_treated >= FEWEST)
    few = int(control.n[-1] + treated.n[-1]) < 8 * FEWEST
    shown = enough | (few & np.isfinite(found.lift))
    return Looks(
        lift=np.where(shown, found.lift, np.nan),
        low=np.where(shown, low, np.nan),
        high=np.where(shown, high, np.nan),
        information=known,
        control=float(control.mean[-1]),
        treated=float(treated.mean[-1]),
        n_control=int(control.n[-1]),
        n_treated=int(treated.n[-1]),
        total=float(found.difference[-1] * treated.n[-1]),
        total_se=float(found.difference_se[-1] * treated.n[-1]),
    )


def _ends(found: Comparison, control: Arm, known: Floats) -> tuple[Floats, Floats]:
    """The interval of the lift, never one-sided where the arms' plain difference is not.

    A ratio to a mean that is hardly known yet looks surer than it is, so that the interval is at
    least as wide as the difference's own, taken as a share of that mean.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        plain = (
            leaving_bound(1 - LEVEL) * found.difference_se / np.sqrt(known) / np.abs(control.mean)
        )
    reach = np.fmax(found.always_high - found.lift, plain)
    return found.lift - reach, found.lift + reach


@dataclass(frozen=True, slots=True)
class RegionDesign:
    """What a test of regions can tell: the smallest lift shown with `POWER`, or why none.

    `smallest` is of the reading at the planned end, `while_running` of the one that may be looked
    at at any time, None with `running_reason` where it is not known.
    """

    n_treated: int
    n_others: int
    smallest: float | None
    reason: str = ""
    while_running: float | None = None
    running_reason: str = ""


def regional_design(treated: Floats, others: Floats, length: int) -> RegionDesign:
    """Reckon a test of regions by pretending, over the past, that it ran where nothing was done.

    `treated` and `others`: float64 (weeks, regions) of the past; `length` of the test in weeks.
    """
    sizes = (treated.shape[1], others.shape[1])
    fewest = math.ceil(1 / (1 - REGION_LEVEL)) - 1
    if sizes[0] < 1 or sizes[1] < fewest:
        return RegionDesign(*sizes, None, f"at least {fewest} regions must stay untreated")
    weeks = treated.shape[0]
    if weeks < history_needed(length):
        return RegionDesign(*sizes, None, f"{history_needed(length)} weeks of history are needed")
    needed: list[float] = []
    reason = "there are no results to calculate with"
    earliest = max(length + 8, weeks // 2)
    for last in np.unique(np.linspace(earliest, weeks, _WINDOWS).astype(int)):
        start = int(last) - length
        try:
            found = regional_impact(treated[:last], others[:last], start)
        except ValueError:
            continue
        if found.reason:
            # A stretch in which no lift at all would have been told counts against the test.
            reason, each = found.reason, (math.inf, math.inf)
        else:
            lift = found.relative.value
            each = (found.reach - lift, found.reach + lift)
        needed += each
    smallest = max(float(np.quantile(needed, POWER, method="higher")), 0.0) if needed else math.inf
    if not math.isfinite(smallest):
        return RegionDesign(*sizes, None, reason)
    try:
        while_running = smallest_while_running(treated, others, length, wanted=POWER)
    except TooLittleKnown as refusal:
        return RegionDesign(*sizes, smallest, running_reason=str(refusal))
    return RegionDesign(*sizes, smallest, while_running=while_running)


def arm_of(salt: str, unit: str, share: float) -> bool:
    """Whether a unit is treated: the same answer for ever, and by nothing but its name.

    SHA-256 of salt and name, its first 52 bits as a number from 0 to 1, compared with the share.
    """
    digest = hashlib.sha256(f"{salt}:{unit}".encode()).hexdigest()
    return int(digest[:13], 16) / _HASHED < share
