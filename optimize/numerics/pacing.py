"""How an objective comes along: what it will end at, the chance to reach it, and the score.

What is still to come follows from the forecast frozen at approval, corrected by what came so far.
Money and counts come as deals of about `size` each, at a rate that is a gamma: its prior is the
forecast (mean and spread), its posterior after an amount A in a share s of the time has shape
a + A / size and rate b + s / size (the gamma of a Poisson's rate), and the rest of the time adds
Poisson deals of that rate. A share (a win rate) is a beta in the same way, corrected deal by deal.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from ipeo.numerics.estimates import LEVEL, Estimate, from_draws

Floats = npt.NDArray[np.float64]

DRAWS = 4_000
SPREAD = 1.0
"""The relative spread of a forecast that nobody made, and the widest that one may have."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """Where an objective will end, and the chance that it is at least its target."""

    ends_at: Estimate
    chance: float | None


def outlook_of_sum(
    actual: float,
    gone: float,
    *,
    forecast: Estimate,
    size: float,
    target: float | None,
    seed: int = 0,
) -> Outlook:
    """Where a sum ends that stands at `actual` after a share `gone` of what is planned.

    `forecast` is of the whole; `size` what one deal adds on average, weighed by size. Where no
    forecast was made, what came so far carries it alone.
    """
    if gone >= 1:
        return Outlook(Estimate.exact(actual), None if target is None else float(actual >= target))
    shape, rate = _prior(forecast, max(actual, 0.0), gone)
    if shape is None or rate is None or size <= 0:
        why = "nothing forecast and no results yet"
        return Outlook(Estimate.unknown(why), None)
    shape, rate = shape + max(actual, 0.0) / size, rate + gone / size
    rng = np.random.default_rng(seed)
    means = rng.gamma(shape, 1 / rate, DRAWS) * (1 - gone)
    # Beyond some thousand deals the Poisson is as good as its mean.
    ends = np.asarray(actual + size * rng.poisson(np.minimum(means / size, 1e9)), np.float64)
    deals = max(round(actual / size), 1)
    chance = None if target is None else float((ends >= target).mean())
    return Outlook(from_draws(ends, deals), chance)


def _prior(forecast: Estimate, actual: float, gone: float) -> tuple[float | None, float | None]:
    if forecast.value is not None and forecast.value > 0:
        spread = SPREAD
        if forecast.low is not None and forecast.high is not None:
            reach = 2 * float(special.ndtri((1 + forecast.level) / 2))
            spread = (forecast.high - forecast.low) / reach / forecast.value
        spread = float(np.clip(spread, 0.02, SPREAD))
        return 1 / spread**2, 1 / (spread**2 * forecast.value)
    if actual > 0 and gone > 0:
        return 0.5, 0.5 * gone / actual
    return None, None


def outlook_of_share(
    part: float,
    whole: float,
    gone: float,
    *,
    forecast: Estimate,
    target: float | None,
    seed: int = 0,
) -> Outlook:
    """Where a share ends that stands at `part` of `whole` after a share `gone` of the time.

    As many more are expected as the pace so far brings.
    """
    if whole <= 0:
        return Outlook(forecast if forecast.known else Estimate.unknown("none decided yet"), None)
    if gone >= 1:
        ends = part / whole
        return Outlook(
            Estimate.exact(ends, int(whole)), None if target is None else float(ends >= target)
        )
    a, b = 0.5, 0.5
    if forecast.value is not None and 0 < forecast.value < 1:
        # The forecast counts as some deals, never as more than have been seen.
        weight = min(float(max(forecast.n, 2)), whole)
        a, b = a + weight * forecast.value, b + weight * (1 - forecast.value)
    rng = np.random.default_rng(seed)
    rates = rng.beta(a + part, b + max(whole - part, 0.0), DRAWS)
    more = round(whole * (1 - gone) / max(gone, 1e-6))
    more = min(more, 10**6)
    ends_at = np.asarray((part + rng.binomial(more, rates)) / (whole + more), np.float64)
    chance = None if target is None else float((ends_at >= target).mean())
    return Outlook(from_draws(ends_at, int(whole)), chance)


def interval_score(low: float, high: float, actual: float, level: float = LEVEL) -> float:
    """The interval's width, and a fine for each unit by which the outcome lies outside it.

    Gneiting and Raftery (2007), equation 43: smaller is better, in the outcome's own unit.
    """
    fine = 2 / (1 - level)
    return (high - low) + fine * max(low - actual, 0.0) + fine * max(actual - high, 0.0)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Months of what a subject brought and of what is compared with it, of one length."""

    subject: tuple[float, ...]
    others: tuple[float, ...]


def change_after(before: Stretch, after: Stretch, *, level: float = LEVEL) -> Estimate:
    """How much more the subject brings a month since, beside what the others did meanwhile.

    The others are scaled to the subject's size before; the interval is Welch's. Fewer than three
    months before or two after give no answer.
    """
    if len(before.subject) < 3:
        return Estimate.unknown("fewer than three full months were measured before the decision")
    if len(after.subject) < 2:
        return Estimate.unknown("two full months after the decision are not over yet")
    y, x = np.asarray(before.subject), np.asarray(before.others)
    scale = float(y.mean() / x.mean()) if x.size == y.size and x.mean() > 0 else 0.0
    scale = float(np.clip(scale, 0.0, 2.0))
    then = y - scale * x if scale else y
    since = np.asarray(after.subject) - (scale * np.asarray(after.others) if scale else 0.0)
    parts = (then.var(ddof=1) / then.size, since.var(ddof=1) / since.size)
    moved, n = float(since.mean() - then.mean()), then.size + since.size
    if sum(parts) <= 0:
        return Estimate(moved, None, None, n, "nothing varied from month to month")
    freedom = sum(parts) ** 2 / sum(
        part**2 / (size - 1) for part, size in zip(parts, (then.size, since.size), strict=True)
    )
    reach = float(special.stdtrit(freedom, (1 + level) / 2)) * math.sqrt(sum(parts))
    return Estimate(moved, moved - reach, moved + reach, n, level=level)
