"""Logistic regression with Gaussian priors: the posterior mode, and its spread there."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import scipy

Floats = npt.NDArray[np.float64]

CONTROL_SD = 1.0
"""Prior of each control's log odds, standardised or one-hot: partial pooling."""


def design_of(
    cause: Floats,
    categories: Sequence[npt.ArrayLike],
    numbers: Sequence[npt.ArrayLike],
    *,
    prior_sd: float,
) -> tuple[scipy.sparse.csr_array, Floats]:
    """Return the columns (one, the cause, numbers standardised, one-hots) and their precisions.

    `categories` are int codes (-1 not known), `numbers` floats (not finite: not known, taken as
    the mean). The intercept is nearly free, the cause's prior has `prior_sd`.

    Raises ValueError when a control is not of the cause's length.
    """
    n = cause.size
    dense = [np.ones(n), cause]
    for column in numbers:
        x = np.asarray(column, dtype=np.float64)
        if x.shape != (n,):
            raise ValueError("each deal has one value of each control")
        x = np.where(np.isfinite(x), x, float(np.nanmean(x)) if np.isfinite(x).any() else 0.0)
        spread = float(x.std())
        dense.append((x - x.mean()) / spread if spread > 0 else np.zeros(n))
    blocks = [scipy.sparse.csr_array(np.column_stack(dense))]
    for column in categories:
        code = np.asarray(column, dtype=np.int64)
        if code.shape != (n,):
            raise ValueError("each deal has one value of each control")
        rows = np.flatnonzero(code >= 0)
        if rows.size == 0:
            continue
        levels, level = np.unique(code[rows], return_inverse=True)
        shape = (n, levels.size)
        blocks.append(scipy.sparse.csr_array((np.ones(rows.size), (rows, level)), shape=shape))
    design = scipy.sparse.csr_array(scipy.sparse.hstack(blocks, format="csr"))
    precision = np.full(design.shape[1], 1 / CONTROL_SD**2)
    precision[0] = 1e-4
    precision[1] = 1 / prior_sd**2
    return design, precision


def fitted(design: scipy.sparse.csr_array, y: Floats, precision: Floats) -> tuple[Floats, Floats]:
    """The posterior mode and the inverse Hessian there; concave, so Newton with halving is safe."""
    beta = np.zeros(precision.size)
    share = float(y.mean())
    beta[0] = math.log(share / (1 - share))

    def objective(b: Floats) -> float:
        z = np.asarray(design @ b)
        return float((y * z - np.logaddexp(0, z)).sum() - 0.5 * (precision * b**2).sum())

    best = objective(beta)
    for _ in range(50):
        p = logistic(design @ beta)
        gradient = np.asarray(design.T @ (y - p)) - precision * beta
        hessian = _hessian(design, p, precision)
        move = np.linalg.solve(hessian, gradient)
        scale = 1.0
        while (reached := objective(beta + scale * move)) < best - 1e-12 and scale > 1e-6:
            scale /= 2
        beta, gained, best = beta + scale * move, reached - best, reached
        if gained < 1e-10 * max(1.0, abs(best)):
            break
    inverse = np.linalg.inv(_hessian(design, logistic(design @ beta), precision))
    return beta, np.asarray(inverse, dtype=np.float64)


def _hessian(design: scipy.sparse.csr_array, p: Floats, precision: Floats) -> Floats:
    weighted = design.multiply((p * (1 - p))[:, None]).tocsr()
    dense: Floats = (design.T @ weighted).toarray()
    return dense + np.diag(precision)


def logistic(z: npt.ArrayLike) -> Floats:
    """Return 1 / (1 + exp(-z)), without overflow."""
    x = np.asarray(z, dtype=np.float64)
    return 0.5 * (1 + np.tanh(x / 2))
