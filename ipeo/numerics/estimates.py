"""Numbers that say how sure they are.

Every figure the product shows that was estimated, not counted, is an `Estimate`: a value, its
interval, the sample behind it, or the reason why it is not known. Nothing here ever returns
infinity or a zero that stands for "we do not know".
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NotRequired, TypedDict

import numpy as np
import numpy.typing as npt
from scipy import special

LEVEL = 0.8
"""The level of every interval that the product shows, unless it says otherwise."""

Floats = npt.NDArray[np.float64]

# Where the rates of groups, and how alike they are, are tried.
_COMMON = (np.arange(25) + 0.5) / 25
_LIKENESS = np.concatenate([[0.002, 0.01], np.arange(0.04, 0.6, 0.08)])
_PLACES = np.linspace(0.0, 1.0, 121)


class EstimateDict(TypedDict):
    """An estimate as JSON: always these four; `reason` where value or interval is missing."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    reason: NotRequired[str]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its interval, or the reason why there is none.

    `value` is None exactly when the figure is not known, and then `reason` says why in plain
    English. `low` and `high` are None for a figure that was counted (it has no sampling error)
    and for one that rests on too few observations to have an interval; in the latter case
    `reason` says so. `n` is the number of observations behind it, `level` the interval's level.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    reason: str = ""
    level: float = LEVEL

    def __post_init__(self) -> None:
        for part in (self.value, self.low, self.high):
            if part is not None and not math.isfinite(part):
                raise ValueError("an estimate is finite or not known")
        if self.value is None and not self.reason:
            raise ValueError("an unknown estimate needs a reason")
        if (self.low is None) != (self.high is None):
            raise ValueError("an interval has two ends or none")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError("an interval's low end is not above its high end")

    @classmethod
    def unknown(cls, reason: str, n: int = 0) -> Estimate:
        """A figure that cannot be known, and why."""
        return cls(None, None, None, n, reason)

    @classmethod
    def exact(cls, value: float, n: int = 0) -> Estimate:
        """A figure that was counted: no sampling error, so no interval."""
        return cls(float(value), None, None, n)

    @property
    def known(self) -> bool:
        """Whether there is a value at all."""
        return self.value is not None

    @property
    def has_interval(self) -> bool:
        """Whether the value carries an interval."""
        return self.low is not None

    def excludes(self, value: float) -> bool:
        """Whether the interval lies wholly on one side of `value`; False without an interval."""
        if self.low is None or self.high is None:
            return False
        return self.low > value or self.high < value

    def scaled(self, factor: float, offset: float = 0.0) -> Estimate:
        """`factor * estimate + offset`, ends swapped when the factor is negative."""
        if self.value is None:
            return self
        low, high = self.low, self.high
        if low is not None and high is not None:
            low, high = sorted((low * factor + offset, high * factor + offset))
        return Estimate(self.value * factor + offset, low, high, self.n, self.reason, self.level)

    def as_dict(self) -> EstimateDict:
        """The JSON shape: value, low, high and n, null where not known; and the reason if any."""
        told: EstimateDict = {"value": self.value, "low": self.low, "high": self.high, "n": self.n}
        if self.reason:
            told["reason"] = self.reason
        return told


def rate(
    successes: float,
    n: float,
    level: float = LEVEL,
    *,
    reason: str = "nothing counted yet",
) -> Estimate:
    """The share `successes / n` with the Jeffreys interval (Beta(1/2, 1/2) prior, equal tails).

    By convention the low end is 0 when nothing succeeded and the high end 1 when all did (Brown,
    Cai and DasGupta 2001, Statistical Science 16(2)). Attributed counts need not be whole
    numbers. `reason` is what an unknown estimate says when n is 0.

    Raises ValueError when the counts are negative, or there are more successes than trials.
    """
    if n < 0 or successes < 0 or successes > n * (1 + 1e-9):
        raise ValueError(f"{successes} of {n} is no rate")
    if n == 0:
        return Estimate.unknown(reason)
    value = min(successes / n, 1.0)
    low, high = _beta_interval(successes + 0.5, max(n - successes, 0.0) + 0.5, level)
    low = 0.0 if successes == 0 else min(low, value)
    high = 1.0 if successes >= n else max(high, value)
    return Estimate(value, low, high, round(n), level=level)


def mean(
    values: Sequence[float] | Floats,
    level: float = LEVEL,
    *,
    reason: str = "there are no values to average",
) -> Estimate:
    """The mean of `values` (any length) with Student's t interval.

    One value alone is reported without an interval. `reason` is what an empty sample says.
    """
    array = np.asarray(values, dtype=np.float64)
    n = array.size
    if n == 0:
        return Estimate.unknown(reason)
    centre = float(array.mean())
    if n == 1:
        return Estimate(centre, None, None, 1, "a single value has no interval", level)
    return _around(centre, float(array.std(ddof=1)) / math.sqrt(n), n, level, df=n - 1)


def mean_from_sums(
    n: int,
    total: float,
    total_of_squares: float,
    level: float = LEVEL,
    *,
    reason: str = "there are no values to average",
) -> Estimate:
    """The mean of `n` values from additive totals alone (their sum and sum of squares)."""
    if n == 0:
        return Estimate.unknown(reason)
    centre = total / n
    if n == 1:
        return Estimate(centre, None, None, 1, "a single value has no interval", level)
    variance = max(total_of_squares - n * centre * centre, 0.0) / (n - 1)
    return _around(centre, math.sqrt(variance / n), n, level, df=n - 1)


def mean_of_deals(
    n: int, total: float, total_of_squares: float, *, reason: str = "no deals won yet"
) -> Estimate:
    """The mean of what `n` deals have; no interval where they are so few that it would reach zero.

    The values are amounts and lengths of time, of which a mean above zero is not sometimes below.
    """
    found = mean_from_sums(n, total, total_of_squares, reason=reason)
    if found.value is None or found.low is None or not found.low <= 0 < found.value:
        return found
    return Estimate(found.value, None, None, n, "too few deals for an interval")


def ratio(
    numerators: Sequence[float] | Floats,
    denominators: Sequence[float] | Floats,
    level: float = LEVEL,
    *,
    reason: str = "there is nothing to divide by",
) -> Estimate:
    """The ratio of sums of paired values, with the delta-method (linearised) interval.

    Standard error sqrt(n s_d^2) / sum(denominators), d = numerator - ratio * denominator
    (Cochran, Sampling Techniques, 2.11). Unknown when the denominators add up to nothing.

    Raises ValueError when the two are not of the same length.
    """
    top = np.asarray(numerators, dtype=np.float64)
    bottom = np.asarray(denominators, dtype=np.float64)
    if top.shape != bottom.shape:
        raise ValueError("a ratio needs pairs")
    n = top.size
    total = float(bottom.sum())
    if n == 0 or total <= 0:
        return Estimate.unknown(reason, n)
    value = float(top.sum()) / total
    if n == 1:
        return Estimate(value, None, None, 1, "a single value has no interval", level)
    error = math.sqrt(n) * float((top - value * bottom).std(ddof=1)) / total
    return _around(value, error, n, level, df=n - 1)


def difference(first: Estimate, second: Estimate) -> Estimate:
    """`first - second` of two independent estimates, the interval by MOVER.

    The method of variance estimates recovery (Zou and Donner 2008; for rates this is Newcombe's
    interval) keeps the asymmetry of each part. Unknown when either is.

    Raises ValueError when the two intervals are of different levels.
    """
    n = first.n + second.n
    if first.value is None:
        return Estimate.unknown(first.reason, n)
    if second.value is None:
        return Estimate.unknown(second.reason, n)
    value = first.value - second.value
    if first.low is None and second.low is None:
        return Estimate(value, None, None, n, first.reason or second.reason)
    if first.low is not None and second.low is not None and first.level != second.level:
        raise ValueError("two intervals of different levels have no common difference")
    first_low, first_high = _ends(first)
    second_low, second_high = _ends(second)
    low = value - math.hypot(first.value - first_low, second_high - second.value)
    high = value + math.hypot(first_high - first.value, second.value - second_low)
    level = first.level if first.low is not None else second.level
    return Estimate(value, low, high, n, level=level)


def shrunk_rate(
    successes: float,
    n: float,
    prior_rate: float,
    prior_n: float,
    level: float = LEVEL,
) -> Estimate:
    """A rate pulled toward `prior_rate` as if `prior_n` trials of it had been seen before.

    The mean and equal-tailed interval of the beta-binomial posterior
    Beta(prior_rate prior_n + successes, (1 - prior_rate) prior_n + n - successes). With n = 0 it
    is the prior itself, honestly wide, with n = 0. Effective counts need not be whole numbers.

    Raises ValueError when the counts are no rate, or the prior has no weight.
    """
    if n < 0 or successes < 0 or successes > n * (1 + 1e-9):
        raise ValueError(f"{successes} of {n} is no rate")
    if not 0 <= prior_rate <= 1 or prior_n <= 0:
        raise ValueError("the prior is a rate with a positive weight")
    inside = min(max(prior_rate, 1e-6), 1 - 1e-6)
    wins = inside * prior_n + successes
    losses = (1 - inside) * prior_n + max(n - successes, 0.0)
    low, high = _beta_interval(wins, losses, level)
    value = wins / (wins + losses)
    return Estimate(value, min(low, value), max(high, value), round(n), level=level)


def shrunk_rates(
    successes: Sequence[float] | Floats, trials: Sequence[float] | Floats, level: float = LEVEL
) -> tuple[Estimate, ...]:
    """The rates of groups, each pulled toward what they have in common, as far as they are alike.

    A beta-binomial of every group with a common rate c (Jeffreys) and a likeness rho (uniform; a
    group's rate has the prior Beta(c m, (1 - c) m), m = (1 - rho) / rho). Both are averaged over
    by how well they predict all groups: one estimate of them, as if it were known, makes the
    intervals of a few small groups far too narrow. `successes`, `trials`: float (groups), not
    necessarily whole; a group without trials gets what is believed of any other.

    Raises ValueError when the counts are no rates.
    """
    wins = np.asarray(successes, dtype=np.float64)
    sizes = np.asarray(trials, dtype=np.float64)
    if wins.shape != sizes.shape or (wins < 0).any() or (wins > sizes * (1 + 1e-9)).any():
        raise ValueError("each group has its trials, and no more successes than these")
    losses = np.maximum(sizes - wins, 0.0)
    common, likeness = (part.ravel() for part in np.meshgrid(_COMMON, _LIKENESS))
    strength = (1 - likeness) / likeness
    for_, against = common * strength, (1 - common) * strength
    score = -0.5 * np.log(common * (1 - common)) - wins.size * special.betaln(for_, against)
    score += special.betaln(for_[:, None] + wins, against[:, None] + losses).sum(axis=1)
    weight = np.exp(score - score.max())
    kept = weight > 1e-3
    weight, for_, against = weight[kept] / weight[kept].sum(), for_[kept], against[kept]
    found = []
    for won, lost, n in zip(wins, losses, sizes, strict=True):
        a, b = for_ + won, against + lost
        below = weight @ special.betainc(a[:, None], b[:, None], _PLACES)
        low, high = np.interp([(1 - level) / 2, (1 + level) / 2], below, _PLACES)
        value = float(weight @ (a / (a + b)))
        ends = min(float(low), value), max(float(high), value)
        found.append(Estimate(value, *ends, round(n), level=level))
    return tuple(found)


def from_draws(
    draws: Sequence[float] | Floats, n: int, level: float = LEVEL, *, value: float | None = None
) -> Estimate:
    """The mean (or a given value) and equal-tailed interval of posterior or bootstrap draws.

    Raises ValueError when there are no draws.
    """
    array = np.asarray(draws, dtype=np.float64)
    if array.size == 0:
        raise ValueError("an interval needs draws")
    low, high = np.quantile(array, [(1 - level) / 2, (1 + level) / 2])
    centre = float(array.mean()) if value is None else value
    return Estimate(centre, min(float(low), centre), max(float(high), centre), n, level=level)


def from_error(value: float, error: float, n: int, level: float = LEVEL) -> Estimate:
    """A value with the normal interval of a given standard error."""
    reach = float(special.ndtri((1 + level) / 2)) * error
    return Estimate(value, value - reach, value + reach, n, level=level)


def _around(value: float, error: float, n: int, level: float, df: int) -> Estimate:
    reach = float(special.stdtrit(df, (1 + level) / 2)) * error
    return Estimate(value, value - reach, value + reach, n, level=level)


def _beta_interval(a: float, b: float, level: float) -> tuple[float, float]:
    ends = np.asarray(special.betaincinv(a, b, [(1 - level) / 2, (1 + level) / 2]))
    return float(ends[0]), float(ends[1])


def _ends(estimate: Estimate) -> tuple[float, float]:
    if estimate.value is None:
        raise ValueError("an unknown estimate has no ends")
    if estimate.low is None or estimate.high is None:
        return estimate.value, estimate.value
    return estimate.low, estimate.high
