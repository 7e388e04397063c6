"""One form fitted: its mode, the metric at it, four chains that agree."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace

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
_LARGE, _SHORTER = 60, (50, 60)
_SETTLING = 60
_ROUNDS = 4
_HALVINGS = 2
"""Times that a chain in which a trajectory diverged is drawn anew with half the step."""
_HOPELESS = 1.2
"""Chains so far apart are not brought together by more draws."""
_FAR = 10.0


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


@dataclass(frozen=True)
class FormFit:
    """Draws of one form: chains (4, n, d), how well they agree, and what the sampler told.

    `told` (4, n, 4) has each draw's log posterior, acceptance, leaps, and whether it diverged;
    `pilot` the metric, and where the chains stand: they can go on from there.
    """

    pilot: Pilot
    chains: Floats
    told: Floats
    rhat: float
    effective: float

    @property
    def form(self) -> Form:
        """The form fitted."""
        return self.pilot.form

    @property
    def problem(self) -> Problem:
        """What the density reads."""
        return self.pilot.problem

    @property
    def divergences(self) -> int:
        """Trajectories whose energy ran away."""
        return int(self.told[:, :, 3].sum())

    @property
    def agrees(self) -> bool:
        """Whether the chains tell the same, and enough."""
        return agree(self.rhat, self.effective)

    @property
    def draws(self) -> Floats:
        """All chains end to end: (4 n, d)."""
        found: Floats = self.chains.reshape(-1, self.chains.shape[2])
        return found


def agree(rhat: float, effective: float) -> bool:
    """Whether chains with this worst R-hat and fewest effective draws can be believed."""
    return rhat <= WORST_RHAT and effective >= FEWEST_EFFECTIVE


def explore(form: Form, problem: Problem, *, pool: Executor, seed: int) -> Pilot:
    """Climb to the mode, run four short chains under its metric, and learn a better one."""
    climbed = [mode(problem, start_of(form, problem, share)) for share in (0.15, 1.0)]
    centre = max(climbed, key=lambda one: one[1])[0]
    factor = metric(problem, centre)
    random = np.random.default_rng(seed)
    d = centre.size
    starts = [np.clip(random.normal(size=d), -1.5, 1.5) for _ in range(CHAINS)]
    ends = [_place(problem, start, centre, factor, 1.0 / d**0.25) for start in starts]
    moves = _LEARNING if d <= _LARGE else _SHORTER
    runs = _run(pool, ends, centre, factor, problem, *moves, random)
    chains = np.stack([run[0] for run in runs])
    steps = [float(run[2][0]) for run in runs]
    lost = _lost(np.stack([run[1][:, 0] for run in runs]))
    draws = chains[~lost].reshape(-1, d)
    centre, factor, starts = _relearn(draws, _ends(chains, lost), centre, factor)
    ends = [
        _place(problem, start, centre, factor, step)
        for start, step in zip(starts, steps, strict=True)
    ]
    return Pilot(form, problem, draws, centre, factor, tuple(ends))


def sample(pilot: Pilot, *, pool: Executor, draws: int, seed: int) -> FormFit:
    """Go on from a pilot until the chains agree; the pool runs them.

    Where they do not, the metric is learned anew from all of their draws, once.
    """
    random = np.random.default_rng(seed)
    found = _sample(pilot, pool, draws, random)
    if not found.agrees:
        found = _sample(_improved(pilot, found), pool, draws, random)
    return found


def lengthen(fit: FormFit, *, pool: Executor, draws: int, seed: int) -> FormFit:
    """Let every chain go on for as many draws."""
    return _longer(fit.pilot, fit, pool, 0, draws, np.random.default_rng(seed))


def _sample(pilot: Pilot, pool: Executor, draws: int, random: np.random.Generator) -> FormFit:
    fit = _longer(pilot, None, pool, _SETTLING, draws, random)
    for _ in range(_ROUNDS - 1):
        if fit.agrees or fit.rhat > _HOPELESS:
            break
        fit = _longer(fit.pilot, fit, pool, 0, draws, random)
    return fit


def _longer(
    pilot: Pilot,
    before: FormFit | None,
    pool: Executor,
    warmup: int,
    draws: int,
    random: np.random.Generator,
) -> FormFit:
    runs = _steady(pilot, pool, warmup, draws, random)
    chains, told = np.stack([run[0] for run in runs]), np.stack([run[1] for run in runs])
    if before is not None:
        chains = np.concatenate([before.chains, chains], axis=1)
        told = np.concatenate([before.told, told], axis=1)
    return FormFit(
        replace(pilot, ends=tuple(run[2] for run in runs)),
        chains,
        told,
        float(rhat(chains).max()),
        float(effective(chains).min()),
    )


def _steady(
    pilot: Pilot, pool: Executor, warmup: int, draws: int, random: np.random.Generator
) -> list[tuple[Floats, Floats, Floats]]:
    """Run a chain from where each stands, anew with half the step where a trajectory diverged.

    A chain is drawn anew as a whole, so that all of its draws are of one step. What diverges still
    is counted: mostly a saturation that is complete from the first spend, where the scale may
    shrink at will and a wall stands where it begins to be told.
    """
    runs = _run(pool, pilot.ends, pilot.centre, pilot.factor, pilot.problem, warmup, draws, random)
    for _ in range(_HALVINGS):
        astray = [i for i, run in enumerate(runs) if run[1][:, 3].any()]
        if not astray:
            break
        slower = [np.append(runs[i][2][0] / 2.0, pilot.ends[i][1:]) for i in astray]
        again = _run(
            pool, slower, pilot.centre, pilot.factor, pilot.problem, 0, warmup + draws, random
        )
        for i, (kept, told, end) in zip(astray, again, strict=True):
            runs[i] = (kept[warmup:], told[warmup:], end)
    return runs


def _improved(pilot: Pilot, fit: FormFit) -> Pilot:
    """Return a pilot whose metric is learned from longer chains, which start where they ended."""
    lost = _lost(fit.told[:, :, 0])
    draws = fit.chains[~lost].reshape(-1, fit.chains.shape[2])
    centre, factor, starts = _relearn(draws, _ends(fit.chains, lost), pilot.centre, pilot.factor)
    ends = [
        _place(fit.problem, start, centre, factor, float(end[0]))
        for start, end in zip(starts, pilot.ends, strict=True)
    ]
    return Pilot(fit.form, fit.problem, draws, centre, factor, tuple(ends))


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


def _lost(values: Floats) -> npt.NDArray[np.bool_]:
    """Return which chains sit far below the best one: log posteriors (chains, draws).

    They climbed a lesser hill. Started anew from where the best one ended, they tell whether the
    rest of the posterior holds together; a hill that much lower has next to no mass.
    """
    mean = values.mean(axis=1)
    found: npt.NDArray[np.bool_] = mean < mean.max() - _FAR
    return found


def _ends(chains: Floats, lost: npt.NDArray[np.bool_]) -> Floats:
    """Return where each chain ended; for a lost one, somewhere that another has been."""
    ends = chains[:, -1].copy()
    kept = chains[~lost]
    for i, at in enumerate(np.nonzero(lost)[0]):
        ends[at] = kept[i % len(kept), kept.shape[1] // 2]
    return ends


def _relearn(
    draws: Floats, ends: Floats, centre: Floats, factor: Floats
) -> tuple[Floats, Floats, list[Floats]]:
    """Return centre and factor as a pilot's draws tell them, and the ends under them."""
    white = linalg.solve_triangular(factor, (draws - centre).T, lower=True).T
    mean, many, d = white.mean(axis=0), len(white), len(centre)
    spread: Floats = np.atleast_2d(np.cov(white.T))
    # Draws are dependent: count a third of them against the first metric's opinion.
    trust = many / 3.0 / (many / 3.0 + d)
    better = np.linalg.cholesky(trust * spread + (1.0 - trust) * np.eye(d))
    last = linalg.solve_triangular(factor, (ends - centre).T, lower=True).T
    starts = linalg.solve_triangular(better, (last - mean).T, lower=True).T
    return (
        centre + factor @ mean,
        np.ascontiguousarray(factor @ better),
        [np.ascontiguousarray(start) for start in starts],
    )
