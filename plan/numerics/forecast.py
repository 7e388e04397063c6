"""The forecast that is frozen at approval, and its score when the cycle closes.

A program's margin in a month follows its curve (`responses`), drawn from what is known of it: its
own history, else its channel's, the whole workspace's, or nothing, and the forecast says which.
To that come the months' own scatter, of variance phi x spend, and one market shift that moves all
programs together, so totals are as uncertain as they should be.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
import numpy.typing as npt

from ipeo.numerics.estimates import LEVEL, Estimate, EstimateDict, from_draws
from plan.numerics.bends import Bend
from plan.numerics.responses import History, Response, market, responses, speaks

__all__ = ["Forecast", "History", "ProgramForecast", "ProgramPlan", "Score", "forecast", "score"]

Floats = npt.NDArray[np.float64]

PERCENTILES = tuple(range(1, 100))


@dataclass(frozen=True, slots=True)
class ProgramPlan:
    """A program's planned spend by month, all programs over the same months."""

    key: str
    channel: str
    spend: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class ProgramForecast:
    """What one program is expected to win; `basis` is program, channel, workspace or none."""

    key: str
    margin: Estimate
    spend: float
    basis: str
    n_months: int
    rests_on: str


@dataclass(frozen=True, slots=True)
class Forecast:
    """Expected won margin of a plan.

    `by_month` runs over the plan's months, `quantiles` are the total's percentiles 1 to 99,
    `chance` is the probability of reaching `target` (None without one), `rests_on` one plain
    sentence per kind of evidence; `is_guess` where some program rests on nothing.
    """

    margin: Estimate
    by_month: tuple[Estimate, ...]
    by_program: tuple[ProgramForecast, ...]
    target: float | None
    chance: float | None
    rests_on: tuple[str, ...]
    quantiles: tuple[float, ...]
    is_guess: bool = False

    def as_dict(self) -> dict[str, object]:
        """A JSON object to be frozen at approval; `score` reads its quantiles back."""
        months: list[EstimateDict] = [month.as_dict() for month in self.by_month]
        return {
            "margin": self.margin.as_dict(),
            "by_month": months,
            "by_program": [
                {
                    "key": one.key,
                    "margin": one.margin.as_dict(),
                    "spend": one.spend,
                    "basis": one.basis,
                    "n_months": one.n_months,
                    "rests_on": one.rests_on,
                }
                for one in self.by_program
            ],
            "target": self.target,
            "chance": self.chance,
            "rests_on": list(self.rests_on),
            "quantiles": list(self.quantiles),
        }


@dataclass(frozen=True, slots=True)
class Score:
    """How a frozen forecast did: inside its interval, by how much off, and its CRPS (money)."""

    inside: bool
    error: float
    relative_error: float | None
    crps: float


@dataclass(frozen=True, slots=True)
class Known:
    """What a forecast draws from: each program's curve, and the market's shift, all of one length.

    It depends on the past alone, so it can be kept while the money of a plan is being moved.
    """

    responses: Mapping[str, Response]
    market: Floats
    seed: int


def known(
    plans: Sequence[ProgramPlan],
    histories: Sequence[History],
    *,
    bends: Mapping[str, tuple[Bend, ...]] | None = None,
    draws: int = 4000,
    seed: int = 0,
) -> Known:
    """Learn what the past says of the planned programs, once for any money.

    A program without a history of its own, where nothing else tells its usual spend, is taken to
    usually spend what this plan gives it in a month. Raises ValueError as `forecast` does.
    """
    _check(plans, histories)
    usual = {}
    if not any(speaks(past) for past in histories):
        for plan in plans:
            active = [amount for amount in plan.spend if amount > 0]
            usual[plan.key] = sum(active) / len(active) if active else 0.0
    found = responses(
        [(plan.key, plan.channel) for plan in plans],
        histories,
        usual=usual,
        bends=bends,
        draws=draws,
        seed=seed,
    )
    return Known(found, market(draws, seed), seed)


def forecast(
    plans: Sequence[ProgramPlan],
    histories: Sequence[History],
    *,
    target: float | None = None,
    draws: int = 4000,
    seed: int = 0,
) -> Forecast:
    """Forecast the won margin of a plan from the spend and margin of the past.

    Money in the workspace's currency; months of a history without spend are left out. The same
    seed gives the same forecast. A plan with no spend has an unknown margin.

    Raises ValueError when plans cover different months, spend is negative or not finite, or a
    history's months do not pair.
    """
    return expected(plans, known(plans, histories, draws=draws, seed=seed), target=target)


def expected(
    plans: Sequence[ProgramPlan],
    given: Known,
    *,
    target: float | None = None,
    in_parts: bool = True,
) -> Forecast:
    """Forecast a plan's won margin from what is known of its programs.

    Without `in_parts` only the whole is told, not its programs and months one by one. Raises
    ValueError as `forecast` does, and KeyError for a program of which `given` says nothing.
    """
    months = _check(plans, ())
    held = [plan for plan in plans if sum(plan.spend) > 0]
    if not held:
        no = Estimate.unknown("no spend is planned")
        return Forecast(no, (no,) * months, (), target, None, (), ())
    shift = given.market[:, None]
    total = np.zeros((given.market.size, months))
    programs, sentences = [], []
    n_months = 0
    for plan in held:
        response = given.responses[plan.key]
        spend = np.asarray(plan.spend, dtype=np.float64)
        drawn = _scattered(response, spend, shift, given.seed)
        total += drawn
        n_months = max(n_months, response.months)
        sentence = _sentence(response.basis, plan, response.months)
        sentences.append(sentence)
        if in_parts:
            programs.append(
                ProgramForecast(
                    plan.key,
                    _told(drawn.sum(axis=1), response.months, response.basis == "none"),
                    float(spend.sum()),
                    response.basis,
                    response.months,
                    sentence,
                )
            )
    whole = total.sum(axis=1)
    chance = None if target is None else float((whole >= target).mean())
    is_guess = any(given.responses[plan.key].basis == "none" for plan in held)
    return Forecast(
        margin=_told(whole, n_months, is_guess),
        by_month=tuple(from_draws(total[:, i], n_months) for i in range(months if in_parts else 0)),
        by_program=tuple(programs),
        target=target,
        chance=chance,
        rests_on=tuple(dict.fromkeys(sentences)),
        quantiles=tuple(np.percentile(whole, PERCENTILES).tolist()),
        is_guess=is_guess,
    )


def _told(drawn: Floats, months: int, is_guess: bool) -> Estimate:
    """The mean of what may come; of a guess the middle, since its few high draws are no promise."""
    return from_draws(drawn, months, value=float(np.median(drawn)) if is_guess else None)


def _scattered(response: Response, spend: Floats, shift: Floats, seed: int) -> Floats:
    """Draw the months ahead: what the curve gives, and lognormal scatter of variance phi x spend.

    The scatter comes from the program's own stream, so the same plan draws the same figures.
    """
    result = np.zeros((shift.size, spend.size))
    active = np.flatnonzero(spend > 0)
    mean = response.margin(spend[active]) * shift
    if response.phi > 0:
        rng = np.random.default_rng([seed, crc32(response.key.encode()), 2])
        z = rng.standard_normal(result.shape, dtype=np.float32)[:, active]
        mean = np.maximum(mean, 1e-9)
        variance = np.log1p(response.phi * spend[active] / mean**2)
        mean = mean * np.exp(np.sqrt(variance) * z - variance / 2)
    result[:, active] = mean
    return result


def score(quantiles: Forecast | Sequence[float], actual: float) -> Score:
    """Score a forecast (or its frozen percentiles 1 to 99) against what was won.

    The continuous ranked probability score is twice the mean pinball loss over the percentiles
    (Gneiting and Raftery 2007): the absolute error of a forecast that claims certainty, in money,
    smaller is better. The error is actual less median; inside is by the 80 % interval.

    Raises ValueError when there are not 99 percentiles.
    """
    points = quantiles.quantiles if isinstance(quantiles, Forecast) else quantiles
    q = np.asarray(points, dtype=np.float64)
    if q.shape != (len(PERCENTILES),):
        raise ValueError("a forecast is scored on its percentiles 1 to 99")
    tau = np.asarray(PERCENTILES) / 100
    miss = float(actual) - q
    crps = 2 * float(np.maximum(tau * miss, (tau - 1) * miss).mean())
    median = float(q[49])
    edge = round((1 - LEVEL) / 2 * 100)
    inside = bool(q[edge - 1] <= actual <= q[99 - edge])
    error = float(actual) - median
    return Score(inside, error, error / median if median > 0 else None, crps)


def _check(plans: Sequence[ProgramPlan], histories: Sequence[History]) -> int:
    """Return how many months the plans cover."""
    months = len(plans[0].spend) if plans else 0
    for plan in plans:
        if len(plan.spend) != months:
            raise ValueError("all programs are planned over the same months")
        if any(not math.isfinite(amount) or amount < 0 for amount in plan.spend):
            raise ValueError("planned spend is a number of at least 0")
    for past in histories:
        if len(past.spend) != len(past.margin):
            raise ValueError("each month of a history has a spend and a margin")
    return months


def _sentence(basis: str, plan: ProgramPlan, months: int) -> str:
    if basis == "program":
        return f"{plan.key} is based on its own {months} months of spend and won margin."
    if basis == "channel":
        return (
            f"{plan.key} does not have enough history of its own; it is based on {months} months "
            f"of other programs on {plan.channel}, and may get less credit than they do, because "
            "journeys under way started with others."
        )
    if basis == "workspace":
        return (
            f"Nothing like {plan.key} has run on {plan.channel}; it is based on {months} months of "
            "all programs together, and may get less credit than they do, because journeys "
            "under way started with others."
        )
    return (
        f"No spend has been traced to a won deal yet, so {plan.key} is based on a rough "
        "guess: as much margin as spend."
    )
