"""The forecast that is frozen at approval, and its score when the cycle closes.

A program's margin is its spend times its margin per dollar. What is known of that rate comes, in
this order, from the program's own history, its channel's, the whole workspace's, or nowhere, and
the forecast says which. Month by month, margin = rate x spend + noise of variance phi x spend (a
compound Poisson of deals), so a history gives rate = sum of margin / sum of spend with variance
phi / sum of spend, and the months ahead add phi x spend of their own.

Rates are drawn as gammas of that mean and spread, the spread widened by Student's t for few
months. One market shock moves all programs together and one deviation all programs of a channel
that rest on the same history, so totals are as uncertain as they should be.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from ipeo.numerics.estimates import LEVEL, Estimate, EstimateDict, from_draws

Floats = npt.NDArray[np.float64]

MIN_MONTHS = 3
MARKET_SD = 0.10
"""How far the market as a whole may shift from history to plan, as sd of the log."""
ELSEWHERE_SD = {"program": 0.0, "channel": 0.25, "workspace": 0.5, "none": 1.0}
"""How far a program may differ from the history it borrows, as sd of the log."""
UNSEEN_RATE = 1.0
"""Margin per dollar where nothing at all is known: the median of a very wide guess."""
PERCENTILES = tuple(range(1, 100))


@dataclass(frozen=True, slots=True)
class ProgramPlan:
    """A program's planned spend by month, all programs over the same months."""

    key: str
    channel: str
    spend: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class History:
    """A program's past: spend and won contribution margin credited to it, month by month."""

    key: str
    channel: str
    spend: tuple[float, ...]
    margin: tuple[float, ...]


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
    sentence per kind of evidence.
    """

    margin: Estimate
    by_month: tuple[Estimate, ...]
    by_program: tuple[ProgramForecast, ...]
    target: float | None
    chance: float | None
    rests_on: tuple[str, ...]
    quantiles: tuple[float, ...]

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
class _Rate:
    """What a history says of margin per dollar: mean, relative error, noise per dollar, months."""

    mean: float
    spread: float
    phi: float
    months: int


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
    months = _check(plans, histories)
    spent = sum(sum(plan.spend) for plan in plans)
    if not plans or spent <= 0:
        no = Estimate.unknown("no spend is planned")
        return Forecast(no, (no,) * months, (), target, None, (), ())
    rng = np.random.default_rng(seed)
    market = np.exp(rng.normal(-(MARKET_SD**2) / 2, MARKET_SD, draws))
    shared: dict[str, Floats] = {}
    total = np.zeros((draws, months))
    programs = []
    n_months = 0
    for plan in plans:
        basis, source, rate = _evidence(plan, histories)
        if source not in shared:
            shared[source] = _rates(rate, rng, draws)
        own = ELSEWHERE_SD[basis]
        differs = np.exp(rng.normal(-(own**2) / 2, own, draws))
        spend = np.asarray(plan.spend, dtype=np.float64)
        expected = (shared[source] * differs * market)[:, None] * spend
        drawn = _noisy(expected, rate, spend, rng)
        total += drawn
        sentence = _sentence(basis, plan, rate.months)
        n_months = max(n_months, rate.months)
        margin = from_draws(drawn.sum(axis=1), rate.months)
        programs.append(
            ProgramForecast(plan.key, margin, float(spend.sum()), basis, rate.months, sentence)
        )
    whole = total.sum(axis=1)
    chance = None if target is None else float((whole >= target).mean())
    return Forecast(
        margin=from_draws(whole, n_months),
        by_month=tuple(from_draws(total[:, i], n_months) for i in range(months)),
        by_program=tuple(programs),
        target=target,
        chance=chance,
        rests_on=tuple(dict.fromkeys(one.rests_on for one in programs)),
        quantiles=tuple(np.percentile(whole, PERCENTILES).tolist()),
    )


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


def _evidence(plan: ProgramPlan, histories: Sequence[History]) -> tuple[str, str, _Rate]:
    """The nearest history with enough months: basis, a key for what is shared, and the rate."""
    candidates = (
        ("program", f"program {plan.key}", [h for h in histories if h.key == plan.key]),
        ("channel", f"channel {plan.channel}", [h for h in histories if h.channel == plan.channel]),
        ("workspace", "workspace", list(histories)),
    )
    for basis, source, found in candidates:
        rate = _learn(found)
        if rate is not None:
            return basis, source, rate
    return "none", f"none {plan.key}", _Rate(UNSEEN_RATE, 0.0, 0.0, 0)


def _learn(histories: Sequence[History]) -> _Rate | None:
    """Margin per dollar of these histories together, or None with too few months of spend."""
    pairs = [
        (spend, margin)
        for past in histories
        for spend, margin in zip(past.spend, past.margin, strict=True)
        if spend > 0
    ]
    if len(pairs) < MIN_MONTHS:
        return None
    spend, margin = np.asarray(pairs, dtype=np.float64).T
    n, total = spend.size, float(spend.sum())
    mean = float(margin.sum()) / total
    phi = float(((margin - mean * spend) ** 2 / spend).sum()) / (n - 1)
    # A history that won nothing, or lost, is still no promise of that: its rate is near 0.
    mean = max(mean, 1e-3)
    # Few months know their own noise badly: Student's t, as a widening of the normal.
    edge = (1 + LEVEL) / 2
    widening = float(special.stdtrit(n - 1, edge)) / float(special.ndtri(edge))
    return _Rate(mean, widening * math.sqrt(phi / total) / mean, phi, n)


def _rates(rate: _Rate, rng: np.random.Generator, draws: int) -> Floats:
    if rate.spread <= 0:
        return np.full(draws, rate.mean)
    shape = 1 / rate.spread**2
    return rng.gamma(shape, rate.mean / shape, draws)


def _noisy(expected: Floats, rate: _Rate, spend: Floats, rng: np.random.Generator) -> Floats:
    """Add what the months ahead will do by chance: gamma with variance phi x spend."""
    variance = rate.phi * spend
    result = expected.copy()
    active = (spend > 0) & (variance > 0)
    mean = np.maximum(expected[:, active], 1e-9)
    shape = np.maximum(mean**2 / variance[active], 1e-6)
    result[:, active] = rng.gamma(shape, mean / shape)
    return result


def _sentence(basis: str, plan: ProgramPlan, months: int) -> str:
    if basis == "program":
        return f"{plan.key} rests on its own {months} months of spend and won margin."
    if basis == "channel":
        return (
            f"{plan.key} has no history of its own; it rests on {months} months of other "
            f"programs on {plan.channel}."
        )
    if basis == "workspace":
        return (
            f"Nothing like {plan.key} has run on {plan.channel}; it rests on {months} months of "
            "all programs together."
        )
    return (
        f"No spend has been followed to a won deal yet, so {plan.key} rests on a broad guess of "
        "as much margin as is spent."
    )
