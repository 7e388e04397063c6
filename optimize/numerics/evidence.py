"""What advice rests on, and what it says: the types that its rules share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from scipy import special

from ipeo.numerics.estimates import Estimate
from optimize.numerics.dips import Dip
from optimize.numerics.efficacy import Wear

FAMILY_ERROR = 0.02
"""Each family of claims errs in so many workspaces in which nothing is going on."""
MIN_DEALS = 10
"""Programs credited with fewer deals than this are not compared."""

Money = Callable[[float], str]
"""Writes an amount as the product's pages do."""


@dataclass(frozen=True, slots=True)
class RunningTest:
    """A test that a program takes part in: its key, its name, and the day it ends, in words."""

    key: str
    name: str
    ends: str


@dataclass(frozen=True, slots=True)
class ProgramEvidence:
    """What is known of one program.

    `romi` by attribution model, as `metrics.romi` gives it; `spend_remaining` money still planned;
    `wear` of outcomes per exposure, `response_wear` of responses (leads) per exposure;
    `audience_reached` a share. None is not known. `months` names the periods of its wear by their
    months, `changed` the month of its decline; `settling` the test that tells wear from saturation.
    `dip` is what its last three months brought against those before; `next_margin` what the next
    unit of money on its channel brings in margin by the channel's response curve; `test` the test
    that runs on it.
    """

    key: str
    name: str
    channel: str
    romi: Mapping[str, Estimate]
    spend_remaining: float
    wear: Wear | None = None
    response_wear: Wear | None = None
    price_dependence: Estimate | None = None
    audience_reached: float | None = None
    months: tuple[str, ...] = ()
    changed: str = ""
    settling: str = ""
    dip: Dip | None = None
    next_margin: Estimate | None = None
    test: RunningTest | None = None


@dataclass(frozen=True, slots=True)
class Advice:
    """One recommendation: `kind` retire, refresh, reallocate, price, test or hold.

    `route` is that of renewal, empty where nothing is to be renewed. `subject_key` is the program
    it is about, empty for the workspace; `expected_gain` is in margin, of a hold against what it
    advises against; `short` says why in a sentence or two where `text` is long; `evidence` is
    ready for JSON.
    """

    kind: str
    route: str
    subject_key: str
    title: str
    text: str
    expected_gain: Estimate
    evidence: dict[str, object] = field(default_factory=dict)
    short: str = ""


def comparable(programs: Sequence[ProgramEvidence]) -> list[ProgramEvidence]:
    """The programs whose return every model knows, with its interval, from deals enough."""
    return [
        p
        for p in programs
        if p.romi and all(e.has_interval and e.n >= MIN_DEALS for e in p.romi.values())
    ]


def widened(estimate: Estimate, error: float) -> Estimate:
    """The estimate with its interval stretched so that each side errs with `error` / 2.

    Each side is taken as normal with the spread its own end implies.
    """
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return estimate
    held = float(special.ndtri((1 + estimate.level) / 2))
    stretch = max(float(special.ndtri(1 - error / 2)) / held, 1.0)
    low = estimate.value - stretch * (estimate.value - estimate.low)
    high = estimate.value + stretch * (estimate.high - estimate.value)
    return Estimate(estimate.value, low, high, estimate.n, level=1 - error)
