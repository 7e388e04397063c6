"""How well each form predicts weeks it has not seen, and the weight that earns it.

Each week is predicted from all others. Given a draw of the curves that prediction is exact (the
baseline and the noise are integrated out: a Student's t); over the draws it is importance
sampled, the weights' tail smoothed (Vehtari, Simpson, Gelman, Yao and Gabry, Pareto smoothed
importance sampling, 2024). Forms are stacked: weights that maximise the log score of their
mixture (Yao, Vehtari, Simpson and Gelman, 2018), averaged over a Bayesian bootstrap of blocks of
weeks, so that forms which predict about equally share the weight instead of one taking all.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit
from scipy import special

from optimize.numerics.curves.density import LOOSE, Problem, coefficients, forward, residual_form
from optimize.numerics.curves.forms import DELAYED

Floats = npt.NDArray[np.float64]

BLOCK = 4
"""Weeks that a bootstrap keeps together: what is not explained often lasts for some."""
_RESAMPLES, _STEPS = 400, 80


@njit(cache=True, nogil=True, error_model="numpy", fastmath=LOOSE)
def left_out(draws: Floats, p: Problem, errors: Floats, widths: Floats, free: Floats) -> None:
    """Write how each draw predicts each week, region by region, from the others.

    `errors` and `widths`, shapes (draws, R * T), get the prediction's error and scale, `free` (R,)
    its degrees of freedom; where the outcome is not known the width is 0.
    """
    regions, c, n = p.regions, p.channels, p.spend.shape[1]
    series = p.spend.shape[0]
    held, log_ratio = np.empty((series, n)), np.empty((series, n))
    sat, slope = np.empty((series, n)), np.empty((series, n))
    mean_sat, coef = np.empty(c), np.empty((regions, c))
    residual, out, squares = np.empty(n), np.empty(n), np.empty(p.variance.shape[1])
    at_wander = 4 * c + (c if p.adstock == DELAYED else 0)
    for i in range(draws.shape[0]):
        theta = draws[i]
        forward(theta, p, held, log_ratio, sat, slope, mean_sat)
        coefficients(theta, p, mean_sat, coef)
        wander = np.exp(2.0 * theta[at_wander])
        for r in range(regions):
            for t in range(n):
                residual[t] = p.outcome[r, t]
                for k in range(c):
                    residual[t] -= coef[r, k] * sat[r * c + k, t]
                residual[t] *= p.known[r, t]
            q = residual_form(p, r, wander, residual, out, squares) + p.noise_floor[r]
            free[r] = p.free[r] - 1.0
            for t in range(n):
                at = r * n + t
                if p.known[r, t] == 0.0:
                    errors[i, at] = 0.0
                    widths[i, at] = 0.0
                    continue
                own = 1.0
                for j in range(p.fixed.shape[1]):
                    own -= p.fixed[r, j, t] * p.fixed[r, j, t]
                for j in range(p.smooth.shape[1]):
                    wd = wander * p.variance[r, j]
                    own -= p.smooth[r, j, t] * p.smooth[r, j, t] * wd / (1.0 + wd)
                own = max(own, 1e-9)
                error = out[t] / own
                rest = max(q - error * error * own, 1e-3 * q)
                errors[i, at] = error
                widths[i, at] = np.sqrt(rest / free[r] / own)


def log_scores(draws: Floats, problem: Problem) -> tuple[Floats, Floats]:
    """Return the log predictive density of each week left out, and the tail index of its weights.

    Shapes (R * T,), weeks without a known outcome left out of both. An index above 0.7 says that
    the week alone decides much of the fit.
    """
    regions, weeks = problem.outcome.shape
    errors, widths = (
        np.empty((len(draws), regions * weeks)),
        np.empty((len(draws), regions * weeks)),
    )
    free = np.empty(regions)
    left_out(np.ascontiguousarray(draws), problem, errors, widths, free)
    seen = problem.known.ravel() > 0
    freedom = np.repeat(free, weeks)[seen]
    errors, widths = errors[:, seen], widths[:, seen]
    log_density = (
        special.gammaln((freedom + 1) / 2)
        - special.gammaln(freedom / 2)
        - 0.5 * np.log(freedom * math.pi)
        - np.log(widths)
        - (freedom + 1) / 2 * np.log1p((errors / widths) ** 2 / freedom)
    )
    weights, index = smoothed(-log_density)
    return special.logsumexp(weights + log_density, axis=0), index


def smoothed(log_ratios: Floats) -> tuple[Floats, Floats]:
    """Return normalised log weights (S, N), their tails replaced by Pareto quantiles, and k (N,).

    The Pareto fit is Zhang and Stephens's (2009), with the weak prior toward k = 0.5 of the paper.
    """
    draws, many = log_ratios.shape
    ratios = log_ratios - log_ratios.max(axis=0)
    tail = int(min(0.2 * draws, 3 * math.sqrt(draws)))
    if tail < 5:
        return ratios - special.logsumexp(ratios, axis=0), np.full(many, np.inf)
    order = np.argsort(ratios, axis=0)
    largest = order[-tail:]
    cut = np.take_along_axis(ratios, order[-tail - 1 : -tail], axis=0)
    above = np.exp(np.take_along_axis(ratios, largest, axis=0)) - np.exp(cut)
    index, sigma = _pareto(np.maximum(above.T, 1e-300))
    place = (np.arange(1, tail + 1) - 0.5) / tail
    k = index[:, None]
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        quantile = np.where(
            np.abs(k) < 1e-6,
            -sigma[:, None] * np.log1p(-place),
            sigma[:, None] * np.expm1(-k * np.log1p(-place)) / k,
        )
        replaced = np.minimum(np.log(quantile.T + np.exp(cut)), 0.0)
    is_good = np.isfinite(replaced).all(axis=0)
    replaced = np.where(is_good, replaced, np.take_along_axis(ratios, largest, axis=0))
    np.put_along_axis(ratios, largest, replaced, axis=0)
    return ratios - special.logsumexp(ratios, axis=0), index


def _pareto(x: Floats) -> tuple[Floats, Floats]:
    """Fit generalised Pareto tails: rows of `x` ascending. Returns shape k and scale."""
    many, n = x.shape
    points = 30 + int(math.sqrt(n))
    quarter = x[:, max(int(n / 4 + 0.5) - 1, 0), None]
    j = np.arange(1, points + 1)
    b = (1.0 - np.sqrt(points / (j - 0.5))) / (3.0 * quarter) + 1.0 / x[:, -1, None]
    k = np.empty((many, points))
    for one in range(points):
        k[:, one] = np.log1p(-b[:, one, None] * x).mean(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        score = n * (np.log(-b / k) - k - 1.0)
    score = np.where(np.isfinite(score), score, -np.inf)
    weight = np.exp(score - special.logsumexp(score, axis=1, keepdims=True))
    best = (b * weight).sum(axis=1)
    found = np.log1p(-best[:, None] * x).mean(axis=1)
    sigma = -found / best
    return found * n / (n + 10.0) + 5.0 / (n + 10.0), sigma


def stack(scores: Floats, weeks: npt.NDArray[np.int64], seed: int = 0) -> Floats:
    """Return the weight of each form from log scores (N, forms); `weeks` says each row's week."""
    forms = scores.shape[1]
    if forms == 1:
        return np.ones(1)
    random = np.random.default_rng(seed)
    blocks = weeks // BLOCK
    drawn = random.exponential(size=(_RESAMPLES, int(blocks.max()) + 1))[:, blocks]
    drawn /= drawn.sum(axis=1, keepdims=True)
    density = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights = np.full((_RESAMPLES, forms), 1.0 / forms)
    for _ in range(_STEPS):
        # The mixture's maximum likelihood by EM: each step cannot but raise the log score.
        weights *= (drawn / (weights @ density.T)) @ density
    found: Floats = weights.mean(axis=0) / weights.mean(axis=0).sum()
    return found
