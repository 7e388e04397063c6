"""The log posterior of one form, and its gradient, written by hand and compiled.

Per region the scaled outcome is y = Z b + wander + sum of channels coef * sat(adstock(x)) + noise.
The baseline is linear, so it is integrated out exactly: its fixed columns Z (intercept, trend,
season, events, controls) under a flat prior, a wandering level as a Gaussian process whose
covariance is decomposed once, and the noise's variance under an inverse gamma. What is left to
sample is what is not linear, and the posterior is free of the ridge between baseline and effects.
With P the projection off Z, K the wander's covariance and d, U the decomposition of P K P:

    q = r' (P - U diag(w d / (1 + w d)) U') r,   r = y - sum of contributions,
    log p(y | rest) = -(a0 + m / 2) log(b0 + q / 2) - 1/2 sum log(1 + w d),  m = weeks - columns.

No form is the truth, and a likelihood that believes it is grows too sure (Gruenwald and van Ommen,
Inconsistency of Bayesian inference for misspecified linear models, 2017). So the weeks count with
the power `TEMPER`, chosen so that 94 % intervals hold the truth of simulated companies whose
curves no form contains; a lift test counts whole.

A channel's effect is held as its contribution: coef = share / mean(saturation), so that the
parameter is what is asked for, its prior is the same under every form, and it depends little on
the shape. Regions deviate by a non-centred hierarchy: coef_r = coef * exp(spread * deviation_r).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from optimize.numerics.curves.elementary import exp, log
from optimize.numerics.curves.forms import DELAYED, HILL, LAGS, LEAST_RETENTION, LONGEST_PEAK
from optimize.numerics.curves.priors import log_prior

# Sums may be reordered, so that they run in vectors; what is not a number stays so.
LOOSE = {"reassoc", "contract", "arcp", "nsz"}

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Problem(NamedTuple):
    """Everything the density reads: arrays alone, so that it can be compiled.

    Shapes: R regions, C channels, T weeks, P fixed columns, E eigenvectors, J lift tests, S series
    (R * C of what was spent, region by region, then one per lift test and region of what would
    have been spent without the test). Spends and outcomes are scaled.
    """

    regions: int
    channels: int
    adstock: int
    saturation: int
    spend: Floats  # S, T
    channel_of: Ints  # S
    outcome: Floats  # R, T; 0 where not known
    known: Floats  # R, T; 1 where the outcome is known
    weight: Floats  # R; a region's part of the whole, sums to 1
    fixed: Floats  # R, P, T; orthonormal
    smooth: Floats  # R, E, T; orthonormal, and orthogonal to `fixed`
    variance: Floats  # R, E
    temper: float  # the likelihood's power
    free: Floats  # R; weeks less columns, plus twice the prior's a0
    noise_floor: Floats  # R; twice the prior's b0
    share_scale: Floats  # C
    priors: Floats  # see `PRIORS`
    lift_channel: Ints  # J
    lift_region: Ints  # J; -1 for all of them
    lift_start: Ints  # J
    lift_stop: Ints  # J
    lift_series: Ints  # J; the first of its counterfactual series
    lift_value: Floats  # J; scaled
    lift_se: Floats  # J; scaled


TINY = 1e-12
"""Added to a carried spend where its logarithm is taken; a spend is of the order of 1."""


@njit(cache=True, nogil=True, error_model="numpy", fastmath=LOOSE)
def carry(x: Floats, weights: Floats, into: Floats) -> None:
    """Write the carried-over spend of a series into `into`."""
    n = x.size
    for t in range(min(LAGS - 1, n)):
        total = 0.0
        for lag in range(t + 1):
            total += weights[lag] * x[t - lag]
        into[t] = total
    # Places that are seen not to be negative, and a known number of lags: this runs in vectors.
    for t in range(n - LAGS + 1):
        total = 0.0
        for lag in range(LAGS):
            total += weights[lag] * x[t + LAGS - 1 - lag]
        into[t + LAGS - 1] = total


@njit(cache=True, nogil=True, error_model="numpy", fastmath=LOOSE)
def _retained(theta: float) -> tuple[float, float]:
    """Return a retention, and its logarithm's derivative by theta."""
    above = (1.0 - LEAST_RETENTION) / (1.0 + np.exp(-theta))
    retention = LEAST_RETENTION + above
    return retention, above / (1.0 + np.exp(theta)) / retention


@njit(cache=True, nogil=True, error_model="numpy", fastmath=LOOSE)
def _weights(
    adstock: int, retention: float, peak: float, weights: Floats, by_log: Floats, by_peak: Floats
) -> None:
    """Write an adstock's normalised weights and their derivatives by log retention and peak."""
    log_r = np.log(retention)
    total = 0.0
    for lag in range(weights.size):
        away = lag if adstock != DELAYED else (lag - peak) * (lag - peak)
        weights[lag] = np.exp(away * log_r)
        total += weights[lag]
    mean_log = 0.0
    mean_peak = 0.0
    for lag in range(weights.size):
        weights[lag] /= total
        away = lag if adstock != DELAYED else (lag - peak) * (lag - peak)
        by_log[lag] = away
        by_peak[lag] = -2.0 * (lag - peak) * log_r if adstock == DELAYED else 0.0
        mean_log += weights[lag] * by_log[lag]
        mean_peak += weights[lag] * by_peak[lag]
    for lag in range(weights.size):
        by_log[lag] = weights[lag] * (by_log[lag] - mean_log)
        by_peak[lag] = weights[lag] * (by_peak[lag] - mean_peak)


@njit(cache=True, nogil=True, error_model="numpy", fastmath=LOOSE)
def _saturate(
    saturation: int,
    log_scale: float,
    shape: float,
    held: Floats,
    log_ratio: Floats,
    sat: Floats,
    slope: Floats,
) -> None:
    """Write a carried spend's log(spend / scale), saturation, and its derivative by that log."""
    for t in range(held.size):
        log_ratio[t] = log(held[t] + TINY) - log_scale
    if saturation == HILL:
        for t in range(held.size):
            sat[t] = 1.0 / (1.0 + exp(min(max(-shape * log_ratio[t], -300.0), 300.0)))
            slope[t] = shape * sat[t] * (1.0 - sat[t])
    else:
        for t in range(held.size):
            power = exp(min(shape * log_ratio[t], 6.0))
            fall = exp(-power)
            sat[t] = (1.0 - fall) / (1.0 + fall)
            slope[t] = 0.5 * (1.0 - sat[t] * sat[t]) * power * shape


@njit(cache=True, nogil=True, error_model="numpy", fastmath=LOOSE)
def residual_form(
    p: Problem, r: int, wander: float, residual: Floats, out: Floats, squares: Floats
) -> float:
    """Write A r, A as in the module's text, into `out`; return r' A r.

    `squares` gets the squared projections on the eigenvectors.
    """
    n, total = residual.size, 0.0
    for t in range(n):
        out[t] = residual[t]
    for j in range(p.fixed.shape[1]):
        along = 0.0
        for t in range(n):
            along += p.fixed[r, j, t] * residual[t]
        for t in range(n):
            out[t] -= p.fixed[r, j, t] * along
    for j in range(p.smooth.shape[1]):
        along = 0.0
        for t in range(n):
            along += p.smooth[r, j, t] * residual[t]
        squares[j] = along * along
        wd = wander * p.variance[r, j]
        along *= wd / (1.0 + wd)
        for t in range(n):
            out[t] -= p.smooth[r, j, t] * along
    for t in range(n):
        total += out[t] * residual[t]
    return total


@njit(cache=True, nogil=True, error_model="numpy", fastmath=LOOSE)
def forward(
    theta: Floats,
    p: Problem,
    held: Floats,
    log_ratio: Floats,
    sat: Floats,
    slope: Floats,
    mean_sat: Floats,
) -> None:
    """Write every series carried over, saturated, its slope, and each channel's mean saturation."""
    c, n = p.channels, p.spend.shape[1]
    weights, by_log, by_peak = np.empty(LAGS), np.empty(LAGS), np.empty(LAGS)
    at_shape, at_peak = 3 * c, 4 * c
    for k in range(c):
        mean_sat[k] = 0.0
    for s in range(p.spend.shape[0]):
        k = p.channel_of[s]
        retention, _ = _retained(theta[c + k])
        peak = 0.0
        if p.adstock == DELAYED:
            peak = LONGEST_PEAK / (1.0 + np.exp(-theta[at_peak + k]))
        shape = np.exp(theta[at_shape + k])
        _weights(p.adstock, retention, peak, weights, by_log, by_peak)
        carry(p.spend[s], weights, held[s])
        at_scale = theta[2 * c + k]
        _saturate(p.saturation, at_scale, shape, held[s], log_ratio[s], sat[s], slope[s])
        if s < p.regions * c:
            r = s // c
            total = 0.0
            seen = 0.0
            for t in range(n):
                total += sat[s, t] * p.known[r, t]
                seen += p.known[r, t]
            mean_sat[k] += p.weight[r] * total / seen


@njit(cache=True, nogil=True, error_model="numpy", fastmath=LOOSE)
def coefficients(theta: Floats, p: Problem, mean_sat: Floats, coef: Floats) -> None:
    """Write each region's (rows) effect of each channel at full saturation."""
    c = p.channels
    at_wander = 4 * c + (c if p.adstock == DELAYED else 0)
    at_spread = at_wander + 1
    for r in range(p.regions):
        for k in range(c):
            own = 0.0
            if p.regions > 1:
                own = np.exp(theta[at_spread + k]) * theta[at_spread + c + r * c + k]
            coef[r, k] = np.exp(theta[k] + own) / (mean_sat[k] + 1e-12)


@njit(cache=True, nogil=True, error_model="numpy", fastmath=LOOSE)
def log_posterior(theta: Floats, p: Problem, gradient: Floats) -> float:
    """Return the log posterior at a vector of `forms.Form.layout`, and write its gradient."""
    c, regions, n = p.channels, p.regions, p.spend.shape[1]
    series = p.spend.shape[0]
    at_shape, at_peak = 3 * c, 4 * c
    at_wander = at_peak + (c if p.adstock == DELAYED else 0)
    at_spread = at_wander + 1
    at_deviation = at_spread + c
    held, log_ratio = np.empty((series, n)), np.empty((series, n))
    sat, slope, by_sat = np.empty((series, n)), np.empty((series, n)), np.zeros((series, n))
    mean_sat, coef = np.empty(c), np.empty((regions, c))
    for i in range(theta.size):
        gradient[i] = 0.0
        if not -60.0 < theta[i] < 60.0:
            return -np.inf
    forward(theta, p, held, log_ratio, sat, slope, mean_sat)
    coefficients(theta, p, mean_sat, coef)

    # The likelihood, and its derivative by each coefficient and each saturated spend.
    wander = np.exp(2.0 * theta[at_wander])
    value = 0.0
    by_coef = np.zeros((regions, c))
    residual, out, squares = np.empty(n), np.empty(n), np.empty(p.variance.shape[1])
    for r in range(regions):
        for t in range(n):
            residual[t] = p.outcome[r, t]
        for k in range(c):
            for t in range(n):
                residual[t] -= coef[r, k] * sat[r * c + k, t]
        for t in range(n):
            residual[t] *= p.known[r, t]
        q = residual_form(p, r, wander, residual, out, squares) + p.noise_floor[r]
        value -= 0.5 * p.temper * p.free[r] * np.log(q)
        pull = p.temper * p.free[r] / q
        for j in range(p.variance.shape[1]):
            wd = wander * p.variance[r, j]
            value -= 0.5 * p.temper * np.log(1.0 + wd)
            fits = pull * squares[j] * wd / ((1.0 + wd) * (1.0 + wd))
            gradient[at_wander] += fits - p.temper * wd / (1.0 + wd)
        for k in range(c):
            s = r * c + k
            total = 0.0
            for t in range(n):
                total += out[t] * sat[s, t]
                by_sat[s, t] += pull * coef[r, k] * out[t]
            by_coef[r, k] += pull * total

    for j in range(p.lift_channel.size):
        k = p.lift_channel[j]
        told = 0.0
        first = 0 if p.lift_region[j] < 0 else p.lift_region[j]
        last = regions if p.lift_region[j] < 0 else first + 1
        for r in range(first, last):
            other = p.lift_series[j] + r - first
            for t in range(p.lift_start[j], p.lift_stop[j]):
                told += p.weight[r] * coef[r, k] * (sat[r * c + k, t] - sat[other, t])
        off = (p.lift_value[j] - told) / p.lift_se[j]
        value -= 0.5 * off * off
        push = off / p.lift_se[j]
        for r in range(first, last):
            other = p.lift_series[j] + r - first
            for t in range(p.lift_start[j], p.lift_stop[j]):
                by_coef[r, k] += push * p.weight[r] * (sat[r * c + k, t] - sat[other, t])
                by_sat[r * c + k, t] += push * p.weight[r] * coef[r, k]
                by_sat[other, t] -= push * p.weight[r] * coef[r, k]

    # Back through the coefficients: share, mean saturation, the regions' deviations.
    for k in range(c):
        by_mean = 0.0
        for r in range(regions):
            moved = by_coef[r, k] * coef[r, k]
            gradient[k] += moved
            by_mean -= moved / (mean_sat[k] + 1e-12)
            if regions > 1:
                spread = np.exp(theta[at_spread + k])
                deviation = theta[at_deviation + r * c + k]
                gradient[at_spread + k] += moved * spread * deviation
                gradient[at_deviation + r * c + k] += moved * spread
        for r in range(regions):
            seen = 0.0
            for t in range(n):
                seen += p.known[r, t]
            each = by_mean * p.weight[r] / seen
            for t in range(n):
                by_sat[r * c + k, t] += each * p.known[r, t]

    # Back through saturation and adstock.
    weights, by_log, by_peak = np.empty(LAGS), np.empty(LAGS), np.empty(LAGS)
    for s in range(series):
        k = p.channel_of[s]
        retention, by_theta = _retained(theta[c + k])
        fraction = 0.0
        if p.adstock == DELAYED:
            fraction = 1.0 / (1.0 + np.exp(-theta[at_peak + k]))
        _weights(p.adstock, retention, LONGEST_PEAK * fraction, weights, by_log, by_peak)
        by_scale, by_shape = 0.0, 0.0
        for t in range(n):
            slope[s, t] *= by_sat[s, t]
            by_scale -= slope[s, t]
        for t in range(n):
            by_shape += slope[s, t] * log_ratio[s, t]
            by_sat[s, t] = slope[s, t] / (held[s, t] + TINY)
        gradient[2 * c + k] += by_scale
        gradient[at_shape + k] += by_shape
        for lag in range(LAGS):
            along = 0.0
            later, earlier = by_sat[s, lag:], p.spend[s]
            for t in range(n - lag):
                along += later[t] * earlier[t]
            gradient[c + k] += along * by_log[lag] * by_theta
            if p.adstock == DELAYED:
                gradient[at_peak + k] += (
                    along * by_peak[lag] * LONGEST_PEAK * fraction * (1.0 - fraction)
                )

    value += log_prior(theta, p, gradient, at_shape, at_peak, at_wander)
    return value if value > -1e300 else -np.inf
