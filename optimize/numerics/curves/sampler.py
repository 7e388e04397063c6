"""No-U-turn sampling of one chain, compiled: Hoffman and Gelman (2014), multinomial variant of
Betancourt (2017), the tree built without recursion after Phan, Pradhan and Jankowiak (2019).

Chains move in whitened coordinates phi with theta = centre + factor @ phi, so that the metric is
the identity. The step size is found by dual averaging (Hoffman and Gelman, section 3.2).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from optimize.numerics.curves.density import LOOSE, Problem, log_posterior

Floats = npt.NDArray[np.float64]

TARGET = 0.9
"""The acceptance that dual averaging steers for."""
DEEPEST = 8
"""A trajectory has at most 2 ** DEEPEST leaps."""
_DIVERGENT = 1000.0
"""A trajectory whose energy is this far above where it began has run away."""


@njit(cache=True, nogil=True, error_model="numpy", fastmath=LOOSE)
def _density(
    phi: Floats,
    centre: Floats,
    factor: Floats,
    p: Problem,
    theta: Floats,
    raw: Floats,
    gradient: Floats,
) -> float:
    n = phi.size
    for i in range(n):
        total = centre[i]
        for j in range(i + 1):
            total += factor[i, j] * phi[j]
        theta[i] = total
    value = log_posterior(theta, p, raw)
    for j in range(n):
        gradient[j] = 0.0
    for i in range(n):
        for j in range(i + 1):
            gradient[j] += factor[i, j] * raw[i]
    return value


@njit(cache=True, nogil=True, error_model="numpy")
def _turns(first: Floats, last: Floats, total: Floats) -> bool:
    """Whether a stretch of a trajectory turns back: momenta at its ends, and their sum."""
    at_first = 0.0
    at_last = 0.0
    for i in range(first.size):
        middle = total[i] - 0.5 * (first[i] + last[i])
        at_first += first[i] * middle
        at_last += last[i] * middle
    return at_first <= 0.0 or at_last <= 0.0


@njit(cache=True, nogil=True, error_model="numpy")
def _log_add(a: float, b: float) -> float:
    top = max(a, b)
    if top == -np.inf:
        return -np.inf
    added: float = top + np.log(np.exp(a - top) + np.exp(b - top))
    return added


@njit(cache=True, nogil=True, error_model="numpy")
def run_chain(
    start: Floats,
    value: float,
    gradient: Floats,
    centre: Floats,
    factor: Floats,
    p: Problem,
    warmup: int,
    draws: int,
    step: float,
    seed: int,
) -> tuple[Floats, Floats, Floats]:
    """Run one chain: `warmup` moves that adapt the step, then `draws`.

    `start` is whitened, `value` and `gradient` the log posterior there and its whitened gradient.
    Returns the draws as theta (draws, d), for each draw its (log posterior, acceptance, leaps,
    diverged), and (the step, the log posterior at the end, and there phi and the gradient).
    """
    np.random.seed(seed)
    d = start.size
    kept, told = np.empty((draws, d)), np.empty((draws, 4))
    theta, raw = np.empty(d), np.empty(d)
    phi, gradient = start.copy(), gradient.copy()
    anchor = np.log(10.0 * step)
    log_step, log_mean, short = np.log(step), np.log(step), 0.0
    # Ends of the trajectory: position, momentum, gradient; left and right.
    q, m, g = np.empty((2, d)), np.empty((2, d)), np.empty((2, d))
    total, inner = np.empty(d), np.empty(d)
    saved, sums = np.empty((DEEPEST + 1, d)), np.empty((DEEPEST + 1, d))
    proposal, at_proposal = np.empty(d), np.empty(d)
    within, at_within = np.empty(d), np.empty(d)
    for move in range(warmup + draws):
        step = np.exp(log_step if move < warmup else log_mean)
        kinetic = 0.0
        for i in range(d):
            momentum = np.random.normal()
            kinetic += 0.5 * momentum * momentum
            for side in range(2):
                q[side, i], m[side, i], g[side, i] = phi[i], momentum, gradient[i]
            total[i] = momentum
            proposal[i], at_proposal[i] = phi[i], gradient[i]
        energy = kinetic - value
        log_weight, new_value = 0.0, value
        accepted, leaps, diverged, turned = 0.0, 0, False, False
        for depth in range(DEEPEST):
            side = 1 if np.random.random() < 0.5 else 0
            way = step if side == 1 else -step
            inner_weight = -np.inf
            inner_value = value
            inner[:] = 0.0
            for leaf in range(1 << depth):
                for i in range(d):
                    m[side, i] += 0.5 * way * g[side, i]
                    q[side, i] += way * m[side, i]
                here = _density(q[side], centre, factor, p, theta, raw, g[side])
                kinetic = 0.0
                for i in range(d):
                    m[side, i] += 0.5 * way * g[side, i]
                    kinetic += 0.5 * m[side, i] * m[side, i]
                    inner[i] += m[side, i]
                leaps += 1
                change = kinetic - here - energy
                if not change < _DIVERGENT:
                    diverged = True
                    break
                accepted += min(1.0, np.exp(-change))
                inner_weight = _log_add(inner_weight, -change)
                if np.log(np.random.random()) < -change - inner_weight:
                    within[:] = q[side]
                    at_within[:] = g[side]
                    inner_value = here
                # Where this leaf stands among the stretches that a doubling would have made.
                rest, place = leaf >> 1, 0
                while rest:
                    place += rest & 1
                    rest >>= 1
                if leaf & 1 == 0:
                    saved[place] = m[side]
                    sums[place] = inner
                else:
                    ended, rest = 0, leaf
                    while rest & 1:
                        ended += 1
                        rest >>= 1
                    for at in range(place, place - ended, -1):
                        if _turns(saved[at], m[side], inner - sums[at] + saved[at]):
                            turned = True
                            break
                if turned:
                    break
            if diverged or turned:
                break
            if np.log(np.random.random()) < inner_weight - log_weight:
                proposal[:] = within
                at_proposal[:] = at_within
                new_value = inner_value
            log_weight = _log_add(log_weight, inner_weight)
            for i in range(d):
                total[i] += inner[i]
            if _turns(m[0], m[1], total):
                break
        phi[:] = proposal
        gradient[:] = at_proposal
        value = new_value
        rate = accepted / max(leaps, 1)
        if move < warmup:
            # Dual averaging: gamma 0.05, t0 10, kappa 0.75.
            count = move + 1.0
            short += (TARGET - rate - short) / (count + 10.0)
            log_step = anchor - np.sqrt(count) / 0.05 * short
            part = count**-0.75
            log_mean = part * log_step + (1.0 - part) * log_mean
            if move == 0:
                log_mean = log_step
        else:
            for i in range(d):
                at = centre[i]
                for j in range(i + 1):
                    at += factor[i, j] * phi[j]
                kept[move - warmup, i] = at
            told[move - warmup, 0] = value
            told[move - warmup, 1] = rate
            told[move - warmup, 2] = leaps
            told[move - warmup, 3] = 1.0 if diverged else 0.0
    end = np.empty(2 + 2 * d)
    end[0], end[1] = np.exp(log_mean), value
    end[2 : 2 + d] = phi
    end[2 + d :] = gradient
    return kept, told, end
