"""All forms fitted, weighed and put together."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from optimize.numerics.curves.averaging import log_scores, stack
from optimize.numerics.curves.density import Problem
from optimize.numerics.curves.fitting import FormFit, agree, explore, lengthen, sample
from optimize.numerics.curves.forms import FORMS, Form
from optimize.numerics.curves.problem import Weeks, prepare
from optimize.numerics.curves.results import ChannelCurve, channels_of

Floats = npt.NDArray[np.float64]

LEVEL = 0.94
DRAWS = 400
"""Draws of each of four chains of each form, before it is asked for more."""
_LONGEST, _EACH_WEEK, _WORK, _WORTHWHILE = 1600, 10, 600_000, 100
"""Draws that the chains of a form with weight go on for; fewer where few weeks leave an interval
so wide that chance in the draws is nothing beside it, fewer where there are many series and weeks,
to that many saturated spends, and none where they would be hardly any."""
KEPT = 4000
"""Draws of the mixture of forms that the figures rest on."""
_SCORED = 1_500_000
"""Predictions, draws times weeks, that a form's weight rests on: what is left of chance in the
weights moves the figures more than what is left of it in the forms."""
_MANY_SERIES, _SCREENED = 16, 2
_NEGLIGIBLE = 0.05


@dataclass(frozen=True)
class CurveFit:
    """Channels in the order of the data; `rhat` and `ess` are the worst of every parameter.

    They and `divergences` are of the forms that have weight: `weights` has every form's, by name.
    `unsteady` is the share of weeks that alone decide much of the fit (Pareto k above 0.7), and
    `correlation` (C, C) is the posterior's between the channels' contributions.
    """

    channels: tuple[ChannelCurve, ...]
    weights: dict[str, float]
    rhat: float
    ess: float
    divergences: int
    unsteady: float
    correlation: Floats
    seconds: float
    level: float
    weeks: int

    @property
    def agrees(self) -> bool:
        """Whether the chains tell the same, and enough: else what they tell is not known."""
        return agree(self.rhat, self.ess)


def fit(
    weeks: Weeks,
    *,
    level: float = LEVEL,
    forms: Sequence[Form] = FORMS,
    draws: int | None = None,
    seed: int = 0,
) -> CurveFit:
    """Fit every form to weekly data and average them by how well each predicts.

    `draws` are those of each chain of each form before more are asked for; unless told, the
    chains of forms that have weight go on, where that is cheap. Raises `NotEnough` with the
    reason where the data cannot carry a fit.
    """
    began = time.perf_counter()
    prepared = prepare(weeks)
    named = dict.fromkeys((form.name for form in forms), 0.0)
    more = _more(weeks) if draws is None else 0
    if weeks.shape[0] * weeks.shape[1] > _MANY_SERIES and len(forms) > _SCREENED:
        forms = _promising(weeks, forms, seed)
    problems = [prepared.problem(form) for form in forms]
    seen = np.nonzero(problems[0].known.ravel() > 0)[0] % weeks.spend.shape[2]
    with ThreadPoolExecutor(max(os.cpu_count() or 1, 1)) as pool, ThreadPoolExecutor(2) as each:
        pilots = list(
            each.map(
                lambda one: explore(one[1], one[2], pool=pool, seed=seed + one[0]),
                zip(range(len(forms)), forms, problems, strict=True),
            )
        )
        # A form that already predicts badly is not worth its draws.
        scores, _ = _scored([(pilot.draws, pilot.problem) for pilot in pilots], each)
        held = np.nonzero(stack(scores, seen, seed) >= _NEGLIGIBLE / 2.0)[0]
        used = list(
            each.map(
                lambda i: sample(
                    pilots[i], pool=pool, draws=draws or DRAWS, seed=seed + 100 + int(i)
                ),
                held,
            )
        )
        # Chains that disagree tell nothing; where all do, the best is kept and its R-hat shown.
        used = [one for one in used if one.agrees] or [min(used, key=lambda one: one.rhat)]
        used, weights, tails = _weighed(used, seen, seed, each)
        if more:
            used = list(
                each.map(
                    lambda one: lengthen(one[1], pool=pool, draws=more, seed=seed + 200 + one[0]),
                    enumerate(used),
                )
            )
            used, weights, tails = _weighed(used, seen, seed, each)
    named |= {one.form.name: float(w) for one, w in zip(used, weights, strict=True)}
    random = np.random.default_rng(seed)
    chosen = [_choice(one, float(w), random) for one, w in zip(used, weights, strict=True)]
    found = channels_of(prepared, used, chosen, level)
    together = np.column_stack([channel.contributions for channel in found])
    return CurveFit(
        channels=tuple(found),
        weights=named,
        rhat=max(one.rhat for one in used),
        ess=min(one.effective for one in used),
        divergences=sum(one.divergences for one in used),
        unsteady=max(tails),
        correlation=np.atleast_2d(np.corrcoef(together.T)),
        seconds=time.perf_counter() - began,
        level=level,
        weeks=int(problems[0].known.max(axis=0).sum()),
    )


def _promising(weeks: Weeks, forms: Sequence[Form], seed: int) -> list[Form]:
    """Return the forms that predict the sum of all regions best: each takes long by region."""
    whole = prepare(
        Weeks(
            outcome=weeks.outcome.sum(axis=0, keepdims=True),
            spend=weeks.spend.sum(axis=0, keepdims=True),
            season=weeks.season,
        )
    )
    with ThreadPoolExecutor(max(os.cpu_count() or 1, 1)) as pool:
        pilots = [explore(form, whole.problem(form), pool=pool, seed=seed) for form in forms]
        scores, _ = _scored([(pilot.draws, pilot.problem) for pilot in pilots], pool)
    weights = stack(scores, np.arange(len(scores)), seed)
    return [forms[i] for i in sorted(np.argsort(-weights)[:_SCREENED])]


def _scored(parts: Sequence[tuple[Floats, Problem]], pool: Executor) -> tuple[Floats, list[float]]:
    """Return log scores (weeks, forms), and each form's share of weeks with an unsteady weight."""

    def score(part: tuple[Floats, Problem]) -> tuple[Floats, Floats]:
        draws, problem = part
        every = -(-len(draws) * problem.known.size // _SCORED)
        return log_scores(draws[::every], problem)

    scores, tails = zip(*pool.map(score, parts), strict=True)
    return np.column_stack(scores), [float((tail > 0.7).mean()) for tail in tails]


def _more(weeks: Weeks) -> int:
    """Return how many draws a chain goes on for once its form has earned a weight."""
    regions, channels, many = weeks.shape
    more = min(_LONGEST, _EACH_WEEK * many, _WORK // (regions * channels * many))
    return more if more >= _WORTHWHILE else 0


def _weighed(
    fits: Sequence[FormFit], seen: npt.NDArray[np.int64], seed: int, pool: Executor
) -> tuple[list[FormFit], Floats, list[float]]:
    """Return the forms that have weight, the weights, and each one's share of unsteady weeks."""
    scores, tails = _scored([(one.draws, one.problem) for one in fits], pool)
    weights = stack(scores, seen, seed)
    held = [i for i in range(len(fits)) if weights[i] >= _NEGLIGIBLE]
    weights = weights[held] / weights[held].sum()
    return [fits[i] for i in held], weights, [tails[i] for i in held]


def _choice(fit: FormFit, weight: float, random: np.random.Generator) -> npt.NDArray[np.int64]:
    """Return which draws of a form make up its part of the mixture, evenly over its chains."""
    wanted = max(round(weight * KEPT), 8)
    there = len(fit.draws)
    if wanted <= there:
        return np.linspace(0, there - 1, wanted).round().astype(np.int64)
    return random.permutation(np.arange(wanted, dtype=np.int64) % there)
