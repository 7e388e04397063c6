"""Simulated companies of several programs, of which one may wear: the truth is known."""

from dataclasses import dataclass

import numpy as np

from optimize.numerics.efficacy import WEEKLY_ALARM, judge
from optimize.numerics.seasons import WINDOW, shared_season

KINDS = ("plain", "overdispersed", "seasonal", "growing", "swinging")
COURSES = ("fades", "settles", "drops")
PROGRAMS = 6


@dataclass(frozen=True)
class Truth:
    """The program that is judged, and what is true of it."""

    exposure: np.ndarray
    outcome: np.ndarray
    season: np.ndarray
    change: float
    left: np.ndarray


def company(seed, *, kind="plain", decline=0.0, course="drops", weeks=104, since=8.0, volume=20.0):
    """One program among six, with `volume` outcomes a week while fresh.

    `since` is how many weeks before the end it changed, `decline` what it has lost by the end.
    A seasonal company swings by 30 % over the year; a growing one doubles and more its exposure,
    with diminishing returns (power 0.75); an overdispersed one has three times the variance of
    chance; a swinging one has swings of 15 % of which half carries over to the next week.
    """
    rng = np.random.default_rng(seed)
    t = np.arange(weeks)
    exposure = 1000 * rng.lognormal(0, 0.25, (PROGRAMS, weeks))
    power = 1.0
    if kind == "growing":
        exposure[0] *= np.linspace(0.6, 1.5, weeks)
        power = 0.75
    season = np.ones(weeks)
    if kind == "seasonal":
        season = 1 + 0.3 * np.sin(2 * np.pi * (t / 52.18 + rng.random()))
    change = weeks - 1 - since
    age = np.maximum(t - change, 0)
    left = np.ones(weeks)
    if decline and course == "fades":
        left = (1 - decline) ** (age / since)
    elif decline and course == "settles":
        left = 1 - decline * np.expm1(-age / 6) / np.expm1(-since / 6)
    elif decline:
        # The week in which it falls is half and half.
        left = 1 - decline * np.clip(t - change, 0, 1)
    mean = volume * season * (exposure / 1000) ** power
    mean[0] *= left
    if kind == "overdispersed":
        mean = rng.gamma(mean / 2, 2.0)
    if kind == "swinging":
        swing = np.zeros(weeks)
        for week in range(1, weeks):
            swing[week] = 0.5 * swing[week - 1] + rng.normal(0, 0.15 * np.sqrt(0.75))
        mean[0] *= np.exp(swing)
    outcome = rng.poisson(mean).astype(float)
    return Truth(
        exposure[0], outcome[0], shared_season(exposure, outcome, window=WINDOW)[0], change, left
    )


def judged(truth, *, upto=None, **wanted):
    """Judge the program over its first weeks, season as the others show it."""
    end = slice(upto)
    return judge(
        truth.exposure[end],
        truth.outcome[end],
        season=truth.season[end],
        **{"alarm": WEEKLY_ALARM} | wanted,
    )
