"""Posterior means with most of their Monte Carlo error taken out.

A log posterior's gradient has mean 0, and so has whatever Stein's identity makes of it. What such
variates explain of a quantity's draws is chance, and is taken off their mean: zero-variance Monte
Carlo (Assaraf and Caffarel, 1999; Mira, Solgi and Imparato, 2013). A mean so corrected is worth
that of some four to twenty times as many draws.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from optimize.numerics.curves.density import Problem, log_posterior

Floats = npt.NDArray[np.float64]

FEWEST = 4
"""Draws for each variate; with fewer, what they explain is chance too."""
_OWN = 4  # blocks of one per channel that every form begins with: share, retention, scale, shape


def means(values: Floats, draws: Floats, problem: Problem) -> Floats:
    """Return the posterior mean of each channel's quantity: (C,) from `values` (n, C).

    `draws` (n, d) are those that the values were computed of. The variates are the gradient, of
    every parameter, and Stein's identity for the products of two of the channel's own:
    theta_i g_j + theta_j g_i + 2 [i = j].
    """
    channels = problem.channels
    first, second = np.triu_indices(_OWN)
    if len(draws) < FEWEST * (draws.shape[1] + first.size):
        plain: Floats = values.mean(axis=0)
        return plain
    gradient = np.empty_like(draws)
    for theta, slope in zip(draws, gradient, strict=True):
        log_posterior(theta, problem, slope)
    off = draws - draws.mean(axis=0)
    found = np.empty(channels)
    for k in range(channels):
        i, j = first * channels + k, second * channels + k
        products = off[:, i] * gradient[:, j] + off[:, j] * gradient[:, i] + 2.0 * (i == j)
        variates = np.column_stack([gradient, products])
        around = variates - variates.mean(axis=0)
        scale = around.std(axis=0) + 1e-300
        around /= scale
        slopes = np.linalg.lstsq(around.T @ around, around.T @ values[:, k], rcond=None)[0]
        found[k] = values[:, k].mean() - (variates.mean(axis=0) / scale) @ slopes
    return found
