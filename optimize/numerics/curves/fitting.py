"""One form fitted: its mode, the metric at it, four chains that agree."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import linalg, optimize

from optimize.numerics.curves.density import Problem, log_posterior
from optimize.numerics.curves.diagnostics import effective, rhat
from optimize.numerics.curves.forms import Form
from optimize.numerics.curves.sampler import run_chain

Floats = npt.NDArray[np.float64]

CHAINS = 4
WORST_RHAT = 1.01
FEWEST_EFFECTIVE = 400
_LEARNING = (80, 120)
"""Moves that find the step under the first metric, and draws that the second is made of."""
_SETTLING = 60
_ROUNDS = 4


@dataclass(frozen=True)
class FormFit:
    """Draws of one form: chains (4, n, d), how well they agree, and what diverged."""

    form: Form
    problem: Problem
    chains: Floats
    rhat: float
    effective: float
    divergences: int
    leaps: float

    @property
    def draws(self) -> Floats:
        """All chains end to end: (4 n, d)."""
        found: Floats = self.chains.reshape(-1, self.chains.shape[2])
        return found


def mode(problem: Problem, start: Floats) -> tuple[Floats, float]:
    """Climb to a mode of the log posterior by L-BFGS."""
    gradient = np.empty(start.size)

    def down(theta: Floats) -> tuple[float, Floats]:
        value = log_posterior(theta, problem, gradient)
        if not np.isfinite(value):
            return 1e10, np.zeros(start.size)
        return -value, -gradient

    found = optimize.minimize(
        down, start, jac=True, method="L-BFGS-B", options={"maxiter": 400, "maxcor": 20}
    )
    return np.asarray(found.x, dtype=np.float64), -float(found.fun)


def metric(problem: Problem, theta: Floats) -> Floats:
    """Return a lower factor of the covariance at a mode: Laplace's, kept within the prior's."""
    d = theta.size
    hessian = np.empty((d, d))
    above, below = np.empty(d), np.empty(d)
    for i in range(d):
        step = np.zeros(d)
        step[i] = 1e-4
        log_posterior(theta + step, problem, above)
        log_posterior(theta - step, problem, below)
        hessian[i] = (below - above) / 2e-4
    value, vector = np.linalg.eigh((hessian + hessian.T) / 2.0)
    # A direction without curvature is as wide as the priors are: about 1.
    value = np.maximum(value, 0.5)
    return np.linalg.cholesky((vector / value) @ vector.T)


def start_of(form: Form, problem: Problem, share: float) -> Floats:
    """Return a vector to climb from: each channel's contribution `share` of its prior scale."""
    place = form.layout(problem.channels, problem.regions)
    theta = np.zeros(place["deviation"].stop)
    theta[place["share"]] = np.log(share * problem.share_scale)
    theta[place["retention"]] = -0.8
    theta[place["scale"]] = problem.priors[2 if form.saturation == 0 else 4]
    theta[place["shape"]] = problem.priors[6]
    theta[place["peak"]] = -1.0
    theta[place["wander"]] = -1.5
    theta[place["spread"]] = -2.0
    return theta


@dataclass(frozen=True)
class Pilot:
    """A short run of four chains: its draws (4 n, d), and the posterior's shape by them."""

    form: Form
    problem: Problem
    draws: Floats
    centre: Floats
    factor: Floats
    ends: tuple[Floats, ...]


def explore(form: Form, problem: Problem, *, pool: Executor, seed: int) -> Pilot:
    """Climb to the mode, run four short chains under its metric, and learn a better one."""
    climbed = [mode(problem, start_of(form, problem, share)) for share in (0.15, 1.0)]
    centre = max(climbed, key=lambda one: one[1])[0]
    factor = metric(problem, centre)
    random = np.random.default_rng(seed)
    d = centre.size
    starts = [np.clip(random.normal(size=d), -1.5, 1.5) for _ in range(CHAINS)]
    ends = [_place(problem, start, centre, factor, 1.0 / d**0.25) for start in starts]
    runs = _run(pool, ends, centre, factor, problem, *_LEARNING, random)
    draws = np.concatenate([run[0] for run in runs])
    centre, factor, starts = _relearn(draws, centre, factor)
    ends = [
        _place(problem, start, centre, factor, float(run[2][0]))
        for start, run in zip(starts, runs, strict=True)
    ]
    return Pilot(form, problem, draws, centre, factor, tuple(ends))


def sample(pilot: Pilot, *, pool: Executor, draws: int, seed: int) -> FormFit:
    """Go on from a pilot until the chains agree, or four times as long; the pool runs them."""
    random = np.random.default_rng(seed)
    ends: Sequence[Floats] = pilot.ends
    parts: list[list[Floats]] = [[] for _ in range(CHAINS)]
    divergences, leaps, warmup = 0, 0.0, _SETTLING
    for _ in range(_ROUNDS):
        runs = _run(pool, ends, pilot.centre, pilot.factor, pilot.problem, warmup, draws, random)
        for part, (kept, told, _) in zip(parts, runs, strict=True):
            part.append(kept)
            divergences += int(told[:, 3].sum())
            leaps += float(told[:, 2].mean()) / CHAINS
        ends, warmup = [run[2] for run in runs], 0
        chains = np.stack([np.concatenate(part) for part in parts])
        worst, least = float(rhat(chains).max()), float(effective(chains).min())
        if worst <= WORST_RHAT and least >= FEWEST_EFFECTIVE:
            break
    return FormFit(
        pilot.form, pilot.problem, chains, worst, least, divergences, leaps / len(parts[0])
    )


def _place(problem: Problem, phi: Floats, centre: Floats, factor: Floats, step: float) -> Floats:
    """Return where a chain stands as it ends: step, log posterior, phi, whitened gradient."""
    gradient = np.empty(phi.size)
    value = log_posterior(centre + factor @ phi, problem, gradient)
    return np.concatenate([[step, value], phi, factor.T @ gradient])


def _run(
    pool: Executor,
    ends: Sequence[Floats],
    centre: Floats,
    factor: Floats,
    problem: Problem,
    warmup: int,
    draws: int,
    random: np.random.Generator,
) -> list[tuple[Floats, Floats, Floats]]:
    """Run a chain from where each stands."""
    d = centre.size
    seeds = random.integers(0, 2**31 - 1, len(ends))
    waiting = [
        pool.submit(
            run_chain,
            end[2 : 2 + d].copy(),
            float(end[1]),
            end[2 + d :].copy(),
            centre,
            factor,
            problem,
            warmup,
            draws,
            float(end[0]),
            int(seed),
        )
        for end, seed in zip(ends, seeds, strict=True)
    ]
    return [run.result() for run in waiting]


def _relearn(draws: Floats, centre: Floats, factor: Floats) -> tuple[Floats, Floats, list[Floats]]:
    """Return centre and factor as a pilot's draws tell them, and where its chains ended."""
    white = linalg.solve_triangular(factor, (draws - centre).T, lower=True).T
    mean, many, d = white.mean(axis=0), len(white), len(centre)
    spread: Floats = np.atleast_2d(np.cov(white.T))
    # Draws are dependent: count a third of them against the first metric's opinion.
    trust = many / 3.0 / (many / 3.0 + d)
    better = np.linalg.cholesky(trust * spread + (1.0 - trust) * np.eye(d))
    ends = white[many // CHAINS - 1 :: many // CHAINS]
    starts = linalg.solve_triangular(better, (ends - mean).T, lower=True).T
    return (
        centre + factor @ mean,
        np.ascontiguousarray(factor @ better),
        [np.ascontiguousarray(start) for start in starts],
    )
