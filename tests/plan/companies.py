"""Simulated companies whose true curves are known: what their money brought, and would bring."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from plan.numerics.allocation import Candidate, allocate
from plan.numerics.responses import MARKET_SD, History, market, responses

MONTHS = 12
DEAL = 515
"""Mean margin of one deal: lognormal of log mean 6 and log sd 0.7."""


@dataclass(frozen=True)
class Company:
    """Programs with true monthly curves, their history, and the money for the coming year."""

    keys: list[tuple[str, str]]
    truths: list[Callable[[np.ndarray], np.ndarray]]
    histories: list[History]
    shift: float
    total: float

    def brings(self, amounts):
        """The expected margin of a year in which each program gets an amount, evenly."""
        months = np.asarray(amounts) / MONTHS
        return self.shift * MONTHS * sum(f(x) for f, x in zip(self.truths, months, strict=True))

    @property
    def equal_split(self):
        return np.full(len(self.keys), self.total / len(self.keys))

    @property
    def last_years_split(self):
        last = {past.key: sum(past.spend[-12:]) for past in self.histories}
        spent = np.asarray([last.get(key, 0.0) for key, _ in self.keys])
        return spent / spent.sum() * self.total


def curve(rng, level, usual):
    """A true curve through level x usual at the usual spend; one of four families."""
    # What the next dollar returns there against the mean one.
    elasticity = rng.beta(7, 3)
    family = rng.choice(["exponential", "tanh", "hill", "power"])
    if family == "power":
        return lambda x: level * usual * (x / usual) ** elasticity
    if family == "hill":
        half = usual * elasticity / (1 - elasticity)
        return lambda x: level * (usual + half) * x / (x + half)
    shape = {"exponential": lambda v: 1 - np.exp(-v), "tanh": np.tanh}[family]
    slope = {"exponential": lambda v: np.exp(-v), "tanh": lambda v: 1 / np.cosh(v) ** 2}[family]
    bends = np.linspace(0.01, 6, 2000)
    bend = bends[np.argmin(np.abs(bends * slope(bends) / shape(bends) - elasticity))]
    return lambda x: level * usual * shape(bend * x / usual) / shape(bend)


def company(seed):
    """A company with 4 to 8 quarters of data, and in one of three a program without any."""
    rng = np.random.default_rng(seed)
    programs, quarters = rng.integers(4, 11), rng.integers(4, 9)
    new = programs - 1 if rng.random() < 1 / 3 else -1
    keys, truths, histories = [], [], []
    center = rng.normal(0.3, 0.3)
    for i in range(programs):
        usual = rng.uniform(2000, 8000)
        truth = curve(rng, rng.lognormal(center, 0.4), usual)
        keys.append((f"p{i}", "abc"[i % 3]))
        truths.append(truth)
        if i == new:
            continue
        spend = usual * rng.lognormal(0, 0.35, 3 * quarters)
        deals = rng.poisson(truth(spend) / DEAL)
        margin = [rng.lognormal(6, 0.7, n).sum() for n in deals]
        histories.append(History(*keys[-1], tuple(spend), tuple(margin)))
    last = sum(sum(past.spend[-12:]) for past in histories)
    shift = np.exp(rng.normal(-(MARKET_SD**2) / 2, MARKET_SD))
    return Company(keys, truths, histories, shift, last * rng.uniform(0.8, 1.3))


@dataclass(frozen=True)
class Trial:
    """What our split brought in truth, beside the two it is held against, and its band."""

    ours: float
    equal: float
    last_years: float
    best: float
    inside: bool


def tried(seed, draws=1000):
    """Split one company's money by its data, and look at what that brings in truth."""
    held = company(seed)
    known = responses(held.keys, held.histories, draws=draws, seed=1)
    shift = market(draws, 1)[:, None]

    def candidate(key):
        return Candidate(key, lambda x: known[key].margin(x) * shift, (1.0,) * MONTHS)

    split = allocate([candidate(key) for key, _ in held.keys], held.total)
    ours = held.brings([share.amount for share in split.shares])
    low, high = np.quantile(split.draws, [0.05, 0.95])
    best = allocate(
        [
            Candidate(key, lambda x, f=truth: f(x)[None, :], (1.0,) * MONTHS)
            for (key, _), truth in zip(held.keys, held.truths, strict=True)
        ],
        held.total,
    )
    return Trial(
        ours,
        held.brings(held.equal_split),
        held.brings(held.last_years_split),
        best.margin.value * held.shift,
        bool(low <= ours <= high),
    )
