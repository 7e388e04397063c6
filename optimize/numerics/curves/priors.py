"""The log priors of a curve's parameters, on the line that they are sampled on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from numba import njit

from optimize.numerics.curves.forms import DELAYED, HILL

if TYPE_CHECKING:
    from optimize.numerics.curves.density import Problem

Floats = npt.NDArray[np.float64]

PRIORS = np.array([1.8, 3.2, 0.0, 1.0, -0.7, 0.8, 0.0, 0.25, 2.0, 3.0, -1.4, 0.7, -1.9, 0.6])
"""Retention Beta(0, 1); log scale of Hill Normal(2, 3), of the logistic Normal(4, 5); log shape
Student t3(6, 7); peak Beta(8, 9); log wander Normal(10, 11); log spread Normal(12, 13)."""
_A, _B, _KH, _KHS, _KL, _KLS, _SM, _SS, _PA, _PB, _WM, _WS, _SPM, _SPS = range(14)
_WALL = 1.0  # of a log slope
_TAIL = 4.0  # degrees of freedom of a share's half-t prior


@njit(cache=True, nogil=True, error_model="numpy")
def log_prior(
    theta: Floats, p: Problem, gradient: Floats, at_shape: int, at_peak: int, at_wander: int
) -> float:
    """Return the log prior with the transforms' Jacobians, and add its gradient."""
    c, prior = p.channels, p.priors
    value = 0.0
    is_hill = p.saturation == HILL
    mid, sd = (prior[_KH], prior[_KHS]) if is_hill else (prior[_KL], prior[_KLS])
    for k in range(c):
        ratio = np.exp(theta[k]) / p.share_scale[k]
        square = ratio * ratio / _TAIL
        value += theta[k] - 0.5 * (_TAIL + 1.0) * np.log1p(square)
        gradient[k] += 1.0 - (_TAIL + 1.0) * square / (1.0 + square)
        value += _beta(theta, c + k, prior[_A], prior[_B], gradient)
        value += _normal(theta, 2 * c + k, mid, sd, gradient)
        value += _sparse(theta, at_shape + k, prior[_SM], prior[_SS], gradient)
        if p.adstock == DELAYED:
            value += _beta(theta, at_peak + k, prior[_PA], prior[_PB], gradient)
    value += _normal(theta, at_wander, prior[_WM], prior[_WS], gradient)
    if p.regions > 1:
        for k in range(c):
            value += _normal(theta, at_wander + 1 + k, prior[_SPM], prior[_SPS], gradient)
        for i in range(at_wander + 1 + c, theta.size):
            value += _normal(theta, i, 0.0, 1.0, gradient)
    return value


@njit(cache=True, nogil=True, error_model="numpy")
def _normal(theta: Floats, i: int, mid: float, sd: float, gradient: Floats) -> float:
    off: float = (theta[i] - mid) / sd
    gradient[i] -= off / sd
    return -0.5 * off * off


@njit(cache=True, nogil=True, error_model="numpy")
def _sparse(theta: Floats, i: int, mid: float, scale: float, gradient: Floats) -> float:
    """Student's t with 3 degrees of freedom, near its middle unless the data insist.

    A quartic wall ends its tail: a slope as steep as a cliff would fit single weeks.
    """
    off, far = (theta[i] - mid) / scale, (theta[i] - mid) / _WALL
    gradient[i] -= 4.0 * off / (3.0 + off * off) / scale + 4.0 * far * far * far / _WALL
    value: float = -2.0 * np.log1p(off * off / 3.0) - far * far * far * far
    return value


@njit(cache=True, nogil=True, error_model="numpy")
def _beta(theta: Floats, i: int, a: float, b: float, gradient: Floats) -> float:
    """Beta(a, b) of sigmoid(theta), with the Jacobian."""
    x = theta[i]
    # log sigmoid, without overflow at either end.
    log_one = -np.log1p(np.exp(-x)) if x > 0.0 else x - np.log1p(np.exp(x))
    gradient[i] += a - (a + b) * np.exp(log_one)
    value: float = a * log_one + b * (log_one - x)
    return value
