"""What a fit says of each channel: contribution, return, the next unit's return, what moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from optimize.numerics.curves.density import coefficients, forward
from optimize.numerics.curves.fitting import CHAINS, FormFit
from optimize.numerics.curves.forms import DELAYED, HILL, LEAST_RETENTION, LONGEST_PEAK
from optimize.numerics.curves.problem import Prepared
from optimize.numerics.curves.variates import means

Floats = npt.NDArray[np.float64]

RECENT = 13
"""Weeks that say what is spent today."""
UNMOVED = 0.25
"""Below this distance the posterior says no more than the prior did."""
_BINS = 20


@dataclass(frozen=True)
class Told:
    """A value with the shortest interval that holds `level` of the posterior."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class ChannelCurve:
    """What one channel's draws say. `draws` has the columns of `insight.numerics.curves`.

    `moved` is how far the data moved the prior of the contribution: the distance in total
    variation, 0 for not at all, 1 for wholly. `at` is the weekly spend at which `next` holds.
    """

    contribution: Told
    roas: Told
    next: Told
    moved: Told
    at: float
    spend: float
    weeks_with_spend: int
    contributions: Floats
    draws: Floats

    @property
    def is_informed(self) -> bool:
        """Whether the data say more of this channel than was believed before."""
        return self.moved.value >= UNMOVED


def shortest(draws: Floats, level: float) -> tuple[float, float]:
    """Return the shortest interval that holds `level` of draws that are never negative.

    Where it all but touches 0 it begins at 0: such draws do not exclude that there is nothing.
    """
    ordered = np.sort(draws)
    inside = int(np.ceil(level * ordered.size))
    widths = ordered[inside - 1 :] - ordered[: ordered.size - inside + 1]
    at = int(np.argmin(widths))
    low, high = float(ordered[at]), float(ordered[at + inside - 1])
    return (0.0 if low < 0.05 * high else low), high


def told(draws: Floats, level: float, *, middle: float) -> Told:
    """Return a value with the shortest interval around it."""
    low, high = shortest(draws, level)
    return Told(float(np.clip(middle, low, high)), low, high)


def channels_of(
    prepared: Prepared,
    fits: Sequence[FormFit],
    chosen: Sequence[npt.NDArray[np.int64]],
    level: float,
) -> list[ChannelCurve]:
    """Return every channel's curve from the draws chosen of each form."""
    weeks = prepared.weeks
    parts = [
        _quantities(prepared, fit, fit.draws[of]) for fit, of in zip(fits, chosen, strict=True)
    ]
    share = np.concatenate([part[0] for part in parts])
    nexts = np.concatenate([part[1] for part in parts])
    tables = np.concatenate([part[2] for part in parts])
    contribution = np.concatenate([part[3] for part in parts])
    middle = np.exp(
        np.average(
            [
                means(_logarithm(part[3]), fit.draws[of], fit.problem)
                for part, fit, of in zip(parts, fits, chosen, strict=True)
            ],
            axis=0,
            weights=[len(of) for of in chosen],
        )
    )
    chain = np.concatenate(
        [of // fit.chains.shape[1] for fit, of in zip(fits, chosen, strict=True)]
    )
    found = []
    for k in range(weeks.spend.shape[1]):
        spent = float(weeks.spend[:, k].sum())
        moved = _moved(share[:, k], float(fits[0].problem.share_scale[k]), chain)
        found.append(
            ChannelCurve(
                contribution=told(contribution[:, k], level, middle=float(middle[k])),
                roas=told(contribution[:, k] / spent, level, middle=float(middle[k]) / spent),
                # Some draws may be wholly saturated: their geometric mean would be nothing at all.
                next=told(nexts[:, k], level, middle=float(np.median(nexts[:, k]))),
                moved=moved,
                at=float(_today(prepared)[:, k].sum()),
                spend=spent,
                weeks_with_spend=int((weeks.spend[:, k].sum(axis=0) > 0).sum()),
                contributions=contribution[:, k],
                draws=tables[:, k],
            )
        )
    return found


def _logarithm(draws: Floats) -> Floats:
    """What is never negative is skewed: its mean is taken of logarithms."""
    found: Floats = np.log(np.maximum(draws, 1e-300))
    return found


def _today(prepared: Prepared) -> Floats:
    """Return today's weekly spend (R, C): of the last weeks, else of the weeks it was spent in."""
    spend = prepared.weeks.spend
    now = spend[:, :, -RECENT:].mean(axis=2)
    active = np.maximum((spend.sum(axis=0) > 0).sum(axis=1), 1)
    found: Floats = np.where(now.sum(axis=0) > 0, now, spend.sum(axis=2) / active)
    return found


def _quantities(
    prepared: Prepared, fit: FormFit, draws: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return shares, next returns, tables of parameters and contributions of a form's draws."""
    p, form = fit.problem, fit.form
    regions, channels, many = prepared.weeks.shape
    place = form.layout(channels, regions)
    n = len(draws)
    share = np.exp(draws[:, place["share"]])
    retention = LEAST_RETENTION + (1.0 - LEAST_RETENTION) / (
        1.0 + np.exp(-draws[:, place["retention"]])
    )
    scale = np.exp(draws[:, place["scale"]])
    shape = np.exp(draws[:, place["shape"]])
    peak = np.zeros((n, channels))
    if form.adstock == DELAYED:
        peak = LONGEST_PEAK / (1.0 + np.exp(-draws[:, place["peak"]]))
    coef, total = np.empty((n, regions, channels)), np.empty((n, regions, channels))
    series = p.spend.shape[0]
    held, log_ratio, sat, slope = (np.empty((series, many)) for _ in range(4))
    mean_sat = np.empty(channels)
    for i in range(n):
        forward(draws[i], p, held, log_ratio, sat, slope, mean_sat)
        coefficients(draws[i], p, mean_sat, coef[i])
        each = sat[: regions * channels].sum(axis=1).reshape(regions, channels)
        total[i] = coef[i] * each * prepared.scales.outcome[:, None]
    unit = prepared.scales.spend
    now = _today(prepared)
    ratio = np.maximum(now / unit, 1e-6) / scale[:, None, :]
    power = np.exp(np.clip(shape[:, None, :] * np.log(ratio), -300.0, 300.0))
    if form.saturation == HILL:
        by_ratio = shape[:, None, :] * power / (1.0 + power) ** 2 / ratio
    else:
        by_ratio = 0.5 * (1.0 - np.tanh(power / 2.0) ** 2) * shape[:, None, :] * power / ratio
    split = now / now.sum(axis=0)
    effect = coef * prepared.scales.outcome[:, None]
    nexts = (effect * by_ratio / (scale[:, None, :] * unit) * split).sum(axis=1)
    table = np.empty((n, channels, 7))
    table[..., 0], table[..., 1] = form.saturation, form.adstock
    table[..., 2] = effect.sum(axis=1)
    table[..., 3] = scale * unit.sum(axis=0)
    table[..., 4], table[..., 5], table[..., 6] = shape, retention, peak
    return share, nexts, table, total.sum(axis=1)


def _moved(share: Floats, scale: float, chain: npt.NDArray[np.int64]) -> Told:
    """Return the prior's and posterior's distance over bins of equal prior mass.

    Its interval is what the four chains disagree by: 2 standard errors.
    """
    place = 2.0 * stats.t.cdf(share / scale, 4) - 1.0
    bins = np.minimum((place * _BINS).astype(np.int64), _BINS - 1)

    def distance(of: npt.NDArray[np.int64]) -> float:
        counts = np.bincount(of, minlength=_BINS) / max(of.size, 1)
        return float(0.5 * np.abs(counts - 1.0 / _BINS).sum())

    whole = distance(bins)
    each = [distance(bins[chain == one]) for one in range(CHAINS)]
    reach = 2.0 * float(np.std(each, ddof=1)) / np.sqrt(CHAINS)
    return Told(whole, max(whole - reach, 0.0), min(whole + reach, 1.0))
