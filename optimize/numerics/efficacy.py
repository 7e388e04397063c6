"""Is a program wearing out? Its efficacy in time, the date it changed, and how fast it fades.

The outcome y_t of a period with exposure E_t (touches or spend) and usual season s_t has mean
a E_t^p s_t f_t: p at most 1 is saturation, f_t the course of efficacy (see `fading`): 1 until it
changes, then fading on, fading until it settles, or dropping at once. The variance is phi times
the mean (quasi-Poisson), phi from the Pearson residuals of the best declining fit, at least 1 for
counts, and more where swings carry over from one period to the next.

Whether there is any decline is judged by the likelihood ratio at its best over all courses,
against its distribution on steady programs of this level, saturation and phi, simulated
(parametric bootstrap; Davison and Hinkley 1997, 4.2). Dates and sizes come from the posterior on
a grid, flat over date, decline reached today, course and saturation.

Where exposure grew while efficacy fell, saturation and wear look alike. Then the decline is
beyond chance only as long as saturation is left out, `unclear` says so, and `ridge` is the
posterior correlation of the two. No more data of the same kind settles it; a test period does.

What `make bench` measures of it (false alarms, power, coverage) stands in the user guide.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ipeo.numerics.estimates import LEVEL, Estimate
from optimize.numerics.fading import (
    COURSES,
    Courses,
    Draws,
    Floats,
    Weights,
    courses,
    draw,
    persistence,
    scan,
    steady_likelihood,
    weights,
)

ALARM = 0.04
"""The p-value at which a program is called tiring: one look at a steady one errs that often."""
WEEKLY_ALARM = 0.005
"""The same for one that is judged by weeks, and looked at as often: stricter, since chance has
more throws. It shows in the rate over a whole year of looks."""
MONTHLY_ALARM = 0.01
"""The same for one that is judged by months, and looked at every month."""

WIDE = 0.9
"""The level of the wider intervals of dates."""

MIN_PERIODS = 6
MIN_EVENTS = 15.0
HORIZON = 24
"""How many periods ahead a break-even is still forecast."""

_NO_DECLINE = Estimate.unknown("no decline beyond chance")
_NO_SATURATION = Estimate.unknown("exposure barely varied between periods")
_BATCH = 111
_ENOUGH = 25  # of the usual 999 draws, more than any alarm allows
_DRAWS = 2000


@dataclass(frozen=True, slots=True)
class Wear:
    """Whether a program tires, since when, how much and how fast.

    Indexes count the periods from 0; `changed_at` is the last period at full efficacy. `decline`
    is the share of efficacy lost by the latest period, `half_life` in periods if it fades on,
    `break_even_at` the period (it may lie ahead, and need not be whole) at which efficacy falls
    below what pays; the `_wide` ones are the same at 90 %. `course` is how it most likely went:
    fades, settles or drops.
    `fitted` with `fitted_low` and `fitted_high` is outcome per exposure by period at the usual
    exposure, season taken out, `ahead` the same for periods to come; `mean_rate` is the average
    over all. `p_value` is the chance of so strong a decline in a steady program. Where there is
    too little to tell, `reason` says so and `p_value` is None.

    `saturation` is the power of exposure (1 is none, not known where exposure hardly differed);
    `ridge` its posterior correlation with the logarithm of the efficacy left. `unclear` is a
    decline that saturation explains as well: then `tiring` is False, and `plain_p_value` is the
    chance of so strong a decline in a steady program without saturation.
    """

    tiring: bool
    reason: str
    periods: int
    n: int
    p_value: float | None
    changed_at: int | None
    changed: Estimate
    decline: Estimate
    half_life: Estimate
    break_even_at: Estimate
    fitted: tuple[float, ...]
    fitted_low: tuple[float, ...]
    fitted_high: tuple[float, ...]
    mean_rate: float | None
    unclear: bool = False
    course: str = ""
    changed_wide: Estimate = _NO_DECLINE
    break_even_wide: Estimate = _NO_DECLINE
    saturation: Estimate = _NO_SATURATION
    ridge: float | None = None
    spread: float | None = None
    plain_p_value: float | None = None
    ahead: tuple[float, ...] = ()
    ahead_low: tuple[float, ...] = ()
    ahead_high: tuple[float, ...] = ()

    @property
    def known(self) -> bool:
        """Whether there was enough to tell either way."""
        return self.p_value is not None


def judge(
    exposures: npt.ArrayLike,
    outcomes: npt.ArrayLike,
    *,
    season: npt.ArrayLike | None = None,
    counts: bool = True,
    break_even: float | None = None,
    horizon: int = HORIZON,
    alarm: float = ALARM,
    draws: int = 999,
    seed: int = 0,
) -> Wear:
    """Judge one program over its periods (months or weeks), oldest first.

    `exposures`: float (periods), touches or spend, 0 where it rested; `outcomes`: float (periods),
    conversions (`counts`) or money, not negative; `season`: float (periods), the efficacy usual in
    such a period relative to the average (1.2 = 20 % better), 1 when absent; `break_even`: the
    outcome per exposure below which the program no longer pays; `horizon`: how many periods ahead
    that is forecast; `alarm`: the p-value at which it is called tiring. The same seed, the same
    answer.

    Raises ValueError when the arrays differ in length or hold what they must not.
    """
    exposure, outcome, usual = _columns(exposures, outcomes, season)
    seen = (exposure > 0) & (usual > 0)
    total = float(outcome[seen].sum())
    why = _too_little(int(seen.sum()), outcome[seen], counts)
    if why:
        return _unknown(why, exposure.size, total)
    t = np.flatnonzero(seen).astype(np.float64)
    y, known = outcome[seen], weights(exposure[seen], usual[seen])
    coarse = courses(t, coarse=True)
    p_value, spread = _tested(y, known, coarse, counts, draws, seed)
    n = round(total) if counts else y.size
    tiring, unclear, plain = p_value <= alarm, False, p_value
    if not tiring and known.powers.size > 1:
        plain, plain_spread = _tested(y, known.of_power(0), coarse, counts, draws, seed)
        unclear = plain <= alarm
        spread = plain_spread if unclear else spread
    if not tiring and not unclear:
        return _steady(exposure.size, n, p_value, y, known, spread)
    found = draw(y, t, known, courses(t), spread=spread, size=_DRAWS, seed=seed)
    wear = _worn(found, exposure.size, n, p_value, unclear, spread, break_even, horizon)
    return replace(wear, plain_p_value=plain)


def _tested(
    y: Floats, known: Weights, these: Courses, counts: bool, draws: int, seed: int
) -> tuple[float, float]:
    """The chance of so strong a decline in a steady program; and its spread, phi as persisting."""
    floor = 1.0 if counts else 1e-9
    found = scan(y[None, :], known, these, floor)
    lasting = persistence(found.residuals[0])
    observed = float(found.gain[0]) / lasting
    spread = float(found.phi[0]) * lasting
    if observed <= 0:
        return 1.0, spread
    best = int(steady_likelihood(y[None, :], known)[0].argmax())
    shape = known.held[best]
    mean = shape * float(y.sum() / shape.sum())
    phi = max(float(((y - mean) ** 2 / mean).sum()) / (y.size - 1), floor)
    rng = np.random.default_rng(seed)
    exceeded = drawn = 0
    # Simulating stops once chance has beaten the program often enough that no alarm can follow
    # (Besag and Clifford 1991): steady programs are told from the first few hundred draws.
    while drawn < draws and exceeded < _ENOUGH:
        size = min(_BATCH, draws - drawn)
        # phi times a Poisson of mean / phi has this mean and variance, zeros included.
        samples = phi * rng.poisson(mean / phi, size=(size, y.size)).astype(np.float64)
        alive = samples[samples.sum(axis=1) > 0]
        if alive.size:
            gains = scan(alive, known, these, floor).gain
            exceeded += int(np.count_nonzero(gains >= observed))
        drawn += size
    return (1 + exceeded) / (1 + drawn), spread


def _worn(
    found: Draws,
    periods: int,
    n: int,
    p_value: float,
    unclear: bool,
    spread: float,
    break_even: float | None,
    horizon: int,
) -> Wear:
    t = np.arange(periods + horizon, dtype=np.float64)
    trend = found.trend(t)
    low, middle, high = (line.tolist() for line in np.quantile(trend, _QUANTILES, axis=0))
    at = found.change
    meets = _meets(found, break_even)
    saturated = bool(np.ptp(found.power) > 0)
    ridge = None
    if saturated:
        ridge = float(np.corrcoef(np.log1p(-found.decline), found.power)[0, 1])
    fading = found.rate[found.kind == 0]
    paces = math.log(2) / (fading if fading.size >= 100 else found.rate)
    return Wear(
        tiring=not unclear,
        reason="",
        periods=periods,
        n=n,
        p_value=p_value,
        changed_at=int(np.bincount(np.maximum(np.floor(at + 0.5), 0).astype(int)).argmax()),
        changed=_estimate(at, n),
        changed_wide=_estimate(at, n, WIDE),
        decline=_estimate(found.decline, n),
        half_life=_estimate(paces, n),
        break_even_at=_break_even(meets, found.last, horizon, n, LEVEL),
        break_even_wide=_break_even(meets, found.last, horizon, n, WIDE),
        fitted=tuple(middle[:periods]),
        fitted_low=tuple(low[:periods]),
        fitted_high=tuple(high[:periods]),
        mean_rate=float(trend[:, :periods].mean()),
        unclear=unclear,
        course=COURSES[int(np.bincount(found.kind, minlength=len(COURSES)).argmax())],
        saturation=_estimate(np.minimum(found.power, 1.0), n) if saturated else _NO_SATURATION,
        ridge=ridge,
        spread=spread,
        ahead=tuple(middle[periods:]),
        ahead_low=tuple(low[periods:]),
        ahead_high=tuple(high[periods:]),
    )


def _meets(found: Draws, break_even: float | None) -> Floats | None:
    """When each draw's efficacy falls below what pays: 0 for always, infinite for never."""
    if break_even is None or break_even <= 0:
        return None
    lead = np.log(found.level / break_even)
    age = np.full(lead.shape, np.inf)
    fades, settles, drops = (found.kind == kind for kind in range(len(COURSES)))
    age[fades] = (lead / found.rate)[fades]
    span = np.maximum(found.last - found.change, 0.5)
    # 1 - d (1 - exp(-age / pace)) / (1 - exp(-span / pace)) = exp(-lead), solved for the age.
    part = -np.expm1(-lead) / found.decline * -np.expm1(-span / found.pace)
    inside = settles & (part < 1)
    age[inside] = -found.pace * np.log1p(-part[inside])
    age[drops & (np.log1p(-found.decline) <= -lead)] = 0.0
    return np.where(lead > 0, np.maximum(found.change, 0.0) + np.maximum(age, 0.0), 0.0)


def _break_even(meets: Floats | None, last: float, horizon: int, n: int, level: float) -> Estimate:
    if meets is None:
        return Estimate.unknown("the break-even return per exposure is not known", n)
    ends = [(1 - level) / 2, 0.5, (1 + level) / 2]
    low, middle, high = np.quantile(meets, ends, method="inverted_cdf")
    if middle > last + horizon:
        return Estimate.unknown(f"it still pays {horizon} periods from now", n)
    # An open upper end is cut at the horizon; beyond it nothing is claimed.
    upper = max(min(float(high), last + horizon), float(middle))
    return Estimate(float(middle), float(low), upper, n, level=level)


_QUANTILES = [(1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2]


def _estimate(draws: Floats, n: int, level: float = LEVEL) -> Estimate:
    low, middle, high = np.quantile(draws, [(1 - level) / 2, 0.5, (1 + level) / 2])
    return Estimate(float(middle), float(low), float(high), n, level=level)


def _columns(
    exposures: npt.ArrayLike, outcomes: npt.ArrayLike, season: npt.ArrayLike | None
) -> tuple[Floats, Floats, Floats]:
    exposure = np.asarray(exposures, dtype=np.float64)
    outcome = np.asarray(outcomes, dtype=np.float64)
    usual = np.ones(exposure.shape) if season is None else np.asarray(season, dtype=np.float64)
    if exposure.ndim != 1 or not exposure.shape == outcome.shape == usual.shape:
        raise ValueError("each period has one exposure, outcome and season")
    for column in (exposure, outcome, usual):
        if column.size and not bool(np.all(np.isfinite(column)) and column.min() >= 0):
            raise ValueError("exposures, outcomes and seasons are numbers of at least 0")
    return exposure, outcome, usual


def _too_little(periods: int, y: Floats, counts: bool) -> str:
    if periods < MIN_PERIODS:
        some = "1 period" if periods == 1 else f"{periods} periods"
        return f"{some} with activity; {MIN_PERIODS} are needed to tell wear-out from chance"
    # Money counts for as many events as periods of its size would: (sum)^2 / sum of squares.
    total = float(y.sum())
    if counts and total < MIN_EVENTS:
        return f"{total:.0f} conversions; {MIN_EVENTS:.0f} are needed to tell wear-out from chance"
    if total <= 0 or total**2 / float((y**2).sum()) < MIN_PERIODS / 2:
        return "the outcome occurs in too few periods to tell wear-out from chance"
    return ""


def _unknown(reason: str, periods: int, total: float) -> Wear:
    no = Estimate.unknown(reason, round(total))
    return Wear(
        False, reason, periods, round(total), None, None, no, no, no, no, (), (), (), None,
        changed_wide=no, break_even_wide=no, saturation=no,
    )  # fmt: skip


def _steady(periods: int, n: int, p_value: float, y: Floats, known: Weights, spread: float) -> Wear:
    no = Estimate.unknown("no decline beyond chance", n)
    best = int(steady_likelihood(y[None, :], known)[0].argmax())
    level = float(y.sum() / known.held[best].sum())
    reach = math.exp(1.2816 * math.sqrt(spread / float(y.sum())))
    line = (level,) * periods
    low, high = (level / reach,) * periods, (level * reach,) * periods
    return Wear(
        False, "", periods, n, p_value, None, no, no, no, no, line, low, high, level, spread=spread
    )
