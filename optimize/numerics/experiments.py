"""Experiments read out: how far the arms differ, and whether one may look before the end.

Arms come as sums, so that a thousand experiments are read in one pass and nobody's rows are
needed: `n` people, the sum of what they did and of its squares, and where something is known of
each from before (a covariate), its sum, the sum of its squares and of the products.

Lifts are relative to the control, with the delta method's standard error; intervals and p are
Welch's. With a covariate the difference is adjusted by regression (Deng and others 2013, CUPED).

Two ways to look at any time:

- `sequential`: the asymptotic confidence sequence of Waudby-Smith and others (arXiv 2103.06476),
  which holds for ever and is tightest about a sample of `tuning`;
- `monitored`: for an experiment with a planned end. Standardised sums walk like Brownian motion,
  so a constant bound on them that a walk up to the planned sample leaves with probability alpha
  holds at every look before it. Far stronger than the first, and silent after the planned end.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy
from scipy import special

Floats = npt.NDArray[np.float64]

LEVEL = 0.95
TUNING = 5_000.0


@dataclass(frozen=True, slots=True)
class Arm:
    """Sums over the people of an arm, each float64 (experiments,).

    `n` people, `y` the sum of the outcome, `yy` of its squares; `x`, `xx`, `xy` the same of a
    covariate from before and of the products, absent where there is none. `is_rate` says that
    the outcome is 0 or 1, whose variance is p (1 - p).
    """

    n: Floats
    y: Floats
    yy: Floats
    x: Floats | None = None
    xx: Floats | None = None
    xy: Floats | None = None
    is_rate: bool = False

    @classmethod
    def of_rate(cls, n: npt.ArrayLike, converted: npt.ArrayLike) -> Arm:
        """An arm of which `converted` of `n` people did it."""
        y = np.asarray(converted, dtype=np.float64)
        return cls(np.asarray(n, dtype=np.float64), y, y, is_rate=True)

    @classmethod
    def of_values(cls, values: npt.ArrayLike, before: npt.ArrayLike | None = None) -> Arm:
        """An arm of one experiment from each person's outcome, and from what was before."""
        y = np.asarray(values, dtype=np.float64)
        n = np.array(float(y.size))
        if before is None:
            return cls(n, y.sum(), (y * y).sum())
        x = np.asarray(before, dtype=np.float64)
        if x.shape != y.shape:
            raise ValueError("each person has one outcome and one covariate")
        return cls(n, y.sum(), (y * y).sum(), x.sum(), (x * x).sum(), (x * y).sum())

    @property
    def mean(self) -> Floats:
        """The mean outcome, unadjusted."""
        return _ratio(self.y, self.n)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A treated arm against the control, each float64 (experiments,); NaN where not known.

    `lift` is (treated - control) / control, `low` and `high` its interval if looked at once,
    `always_low` and `always_high` if looked at at any time; `difference` is in the outcome's
    unit, with its own `difference_se`. Of a control whose mean is not above zero there is no
    lift: a share of a loss has the wrong sign; `p` is then the difference's.
    """

    difference: Floats
    difference_se: Floats
    lift: Floats
    se: Floats
    low: Floats
    high: Floats
    p: Floats
    always_low: Floats
    always_high: Floats


def compare(
    control: Arm,
    treated: Arm,
    *,
    level: float = LEVEL,
    tuning: float = TUNING,
    planned: npt.ArrayLike | None = None,
) -> Comparison:
    """Compare two arms of each experiment.

    `planned`: the people of both arms together at the planned end; where given, the interval
    that may be looked at at any time is the monitored one, which is NaN beyond that end, and
    else the sequential one of `tuning`. Fewer than two people in an arm or no variance give NaN;
    a control that did nothing, or lost, gives a difference and no lift.

    Raises ValueError for a level outside 0..1 or a tuning that is not positive.
    """
    _check(level, tuning)
    adjusted = control.xy is not None and treated.xy is not None
    theta = _theta(control, treated) if adjusted else np.zeros(np.shape(control.n))
    base, ours = control.mean, treated.mean
    moved = ours - base
    if control.x is not None and treated.x is not None:
        moved = moved - theta * (_ratio(treated.x, treated.n) - _ratio(control.x, control.n))
    spread_b = _variance(treated, theta, np.ones_like(theta))
    spread_a = _variance(control, theta, _ratio(ours, base))
    plain_a = _variance(control, theta, np.ones_like(theta))
    part_a, part_b = _ratio(spread_a, control.n), _ratio(spread_b, treated.n)
    scale = base * base
    variance = _ratio(part_b + part_a, scale)
    lift, se = _ratio(moved, base), np.sqrt(variance)
    own_a = _ratio(plain_a, control.n)
    difference_se = np.sqrt(part_b + own_a)
    enough = (control.n > 1) & (treated.n > 1) & (difference_se > 0)
    relative = enough & (base > 0) & (variance > 0)
    freedom = _ratio(
        (part_b + own_a) ** 2,
        _ratio(part_b**2, treated.n - 1) + _ratio(own_a**2, control.n - 1),
    )
    reach = special.stdtrit(freedom, (1 + level) / 2) * se
    people = control.n + treated.n
    if planned is None:
        always = _sequential(variance * people, people, 1 - level, tuning)
    else:
        always = _monitored(variance, people, np.asarray(planned, dtype=np.float64), 1 - level)
    # Both hold for many people only; of a few, none is surer than a single look.
    always = np.maximum(always, reach)
    with np.errstate(divide="ignore", invalid="ignore"):
        errors = np.where(relative, lift / se, moved / difference_se)
    p = np.asarray(2 * special.stdtr(freedom, -np.abs(errors)), dtype=np.float64)

    def known(values: Floats) -> Floats:
        return np.where(relative, values, np.nan)

    return Comparison(
        difference=np.where(enough, moved, np.nan),
        difference_se=np.where(enough, difference_se, np.nan),
        lift=known(lift),
        se=known(se),
        low=known(lift - reach),
        high=known(lift + reach),
        p=np.where(enough, p, np.nan),
        always_low=known(lift - always),
        always_high=known(lift + always),
    )


def sample_ratio_p(counts: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> float:
    """The chance of arms as uneven as these where people were split by `weights` (equal ones).

    A chi-square test; below 0.001 the split itself is broken and the results mean nothing. NaN
    where nobody is in any arm. Raises ValueError for fewer than two arms, or a weight that is
    not positive.
    """
    seen = np.asarray(counts, dtype=np.float64)
    share = np.ones_like(seen) if weights is None else np.asarray(weights, dtype=np.float64)
    if seen.size < 2 or share.shape != seen.shape or not bool(np.all(share > 0)):
        raise ValueError("a split has two arms or more, each with a positive weight")
    if seen.sum() == 0:
        return float("nan")
    meant = seen.sum() * share / share.sum()
    return float(special.chdtrc(seen.size - 1, np.sum((seen - meant) ** 2 / meant)))


def power(
    *, mean: float, sd: float, lift: float, n_control: float, n_treated: float, level: float = LEVEL
) -> float:
    """The chance that an experiment of this size, looked at once, tells a relative lift from 0.

    `mean` and `sd` are the control's; the treated arm is taken to vary as much. Raises ValueError
    where the mean or the sd is not positive, or an arm has fewer than two people.
    """
    _check(level, TUNING)
    if mean <= 0 or sd <= 0 or n_control < 2 or n_treated < 2:
        raise ValueError("a mean and a spread above zero, and two people in each arm, are needed")
    se = sd * float(np.sqrt(1 / n_control + 1 / n_treated))
    bound = float(special.ndtri((1 + level) / 2))
    shift = abs(lift) * mean / se
    return float(special.ndtr(shift - bound) + special.ndtr(-bound - shift))


def smallest_lift(
    *,
    mean: float,
    sd: float,
    n_control: float,
    n_treated: float,
    wanted: float = 0.8,
    level: float = LEVEL,
) -> float:
    """The smallest relative lift that an experiment of this size shows with a `wanted` chance.

    Raises ValueError as `power`, and where `wanted` is not between 1 - level and 1.
    """
    if not 1 - level < wanted < 1:
        raise ValueError("the wanted power lies between that of no effect and certainty")
    high = 1e-6

    def missing(lift: float) -> float:
        return wanted - power(
            mean=mean, sd=sd, lift=lift, n_control=n_control, n_treated=n_treated, level=level
        )

    while missing(high) > 0:
        high *= 2
    return float(scipy.optimize.brentq(missing, 0.0, high))


def leaving_bound(alpha: float) -> float:
    """The bound that Brownian motion on 0..1 leaves, up or down, with probability alpha.

    P(max |W| <= c) = 4/pi sum over k of (-1)^k / (2k + 1) exp(-(2k + 1)^2 pi^2 / (8 c^2))
    (Feller, An Introduction to Probability Theory II, X.5).
    """
    odd = 2 * np.arange(60) + 1
    signs = np.where(np.arange(60) % 2 == 0, 1.0, -1.0)

    def left(c: float) -> float:
        stays = 4 / np.pi * np.sum(signs / odd * np.exp(-(odd**2) * np.pi**2 / (8 * c * c)))
        return float(1 - stays - alpha)

    return float(scipy.optimize.brentq(left, 0.2, 12.0))


def _sequential(spread: Floats, n: Floats, alpha: float, tuning: float) -> Floats:
    squared = (-2 * np.log(alpha) + np.log(1 - 2 * np.log(alpha))) / tuning
    inner = n * squared + 1
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(
            np.sqrt(spread)
            * np.sqrt(2 * inner * np.log(np.sqrt(inner) / alpha) / (n * n * squared))
        )


def _monitored(variance: Floats, n: Floats, planned: Floats, alpha: float) -> Floats:
    within = np.where(n <= planned, planned, np.nan)
    return np.asarray(leaving_bound(alpha) * np.sqrt(variance) * np.sqrt(_ratio(within, n)))


def _theta(one: Arm, other: Arm) -> Floats:
    """The slope of the outcome on the covariate, in both arms together."""
    assert one.x is not None
    assert other.x is not None
    assert one.xx is not None
    assert other.xx is not None
    assert one.xy is not None
    assert other.xy is not None
    n, y, x = one.n + other.n, one.y + other.y, one.x + other.x
    covariance = one.xy + other.xy - x * _ratio(y, n)
    spread = one.xx + other.xx - x * _ratio(x, n)
    return np.where(spread > 0, np.nan_to_num(_ratio(covariance, spread)), 0.0)


def _variance(arm: Arm, theta: Floats, weight: Floats) -> Floats:
    """The variance of `weight` times the outcome less `theta` times the covariate."""
    if arm.is_rate:
        return np.asarray(weight**2 * arm.mean * (1 - arm.mean))
    spread = weight**2 * _ratio(arm.yy - arm.y * arm.mean, arm.n - 1)
    if arm.x is None or arm.xx is None or arm.xy is None:
        return np.asarray(np.maximum(spread, 0.0))
    before = _ratio(arm.x, arm.n)
    both = _ratio(arm.xy - before * arm.y, arm.n - 1)
    own = _ratio(arm.xx - before * arm.x, arm.n - 1)
    return np.asarray(np.maximum(spread - 2 * weight * theta * both + theta**2 * own, 0.0))


def _ratio(top: npt.ArrayLike, bottom: npt.ArrayLike) -> Floats:
    over = np.asarray(bottom, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.asarray(top, dtype=np.float64) / over
    return np.where(over != 0, found, np.nan)


def _check(level: float, tuning: float) -> None:
    if not 0 < level < 1:
        raise ValueError("a level lies between 0 and 1")
    if not tuning > 0:
        raise ValueError("a tuning sample is positive")
