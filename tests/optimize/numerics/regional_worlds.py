"""Simulated regions of which the truth is known: unequal, with common trends, seasons and noise."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

PUBLIC = Path(__file__).parents[4] / "shared/data/exp_geolift/GeoLift_PreTest.csv"


@dataclass(frozen=True)
class Regions:
    """A panel, float64 (periods, regions), of the treated and of the others, and its start."""

    treated: Floats
    others: Floats
    start: int

    @property
    def length(self) -> int:
        """The periods from the start to the end."""
        return int(self.others.shape[0]) - self.start

    def lifted(self, lift: float) -> Regions:
        """The same with a relative lift of the treated from the start on."""
        treated = self.treated.copy()
        treated[self.start :] *= 1 + lift
        return Regions(treated, self.others, self.start)


def regions(
    seed: int,
    *,
    before: int = 52,
    length: int = 8,
    count: int = 20,
    treated: int = 3,
    correlated: float = 0.5,
    pick: str = "random",
) -> Regions:
    """Regions whose sizes spread tenfold, each with its own share in two trends and two seasons.

    Noise is 4 to 10 % of a region of the usual size, more in smaller ones, and `correlated` from
    week to week. The treated are picked at random, or the largest or smallest.
    """
    random = np.random.default_rng(seed)
    weeks = before + length
    when = np.arange(weeks)
    size = 100 * np.exp(random.normal(0, 0.7, count))
    trend = 0.003 * random.normal() * when + np.cumsum(random.normal(0, 0.01, weeks))
    other_trend = np.cumsum(random.normal(0, 0.01, weeks))
    year = 0.15 * np.sin(2 * np.pi * (when / 52 + random.random()))
    quarter = 0.05 * np.sin(2 * np.pi * (when / 13 + random.random()))
    shocks = random.normal(0, 1, (weeks + 50, count))
    noise = np.zeros_like(shocks)
    for week in range(1, weeks + 50):
        new = np.sqrt(1 - correlated**2) * shocks[week]
        noise[week] = correlated * noise[week - 1] + new
    spread = random.uniform(0.04, 0.1, count) * np.sqrt(size.mean() / size)
    share = 1 + 0.2 * random.normal(0, 1, (3, count))
    share[1] -= 1
    panel = size * (
        1
        + trend[:, None] * share[0]
        + 5 * other_trend[:, None] * share[1]
        + (year + quarter)[:, None] * share[2]
        + spread * noise[50:]
    )
    order = {"random": random.permutation(count), "large": np.argsort(-size)}
    order["small"] = order["large"][::-1]
    chosen = np.isin(np.arange(count), order[pick][:treated])
    return Regions(panel[:, chosen], panel[:, ~chosen], before)


def public_regions(seed: int, treated: int, length: int, panel: Floats) -> Regions:
    """Public regions that nothing was done to, with some called treated from some day on."""
    random = np.random.default_rng(seed)
    days, count = panel.shape
    start = int(random.integers(2 * length + 8, days - length + 1))
    chosen = np.isin(np.arange(count), random.choice(count, treated, replace=False))
    held = panel[: start + length]
    return Regions(held[:, chosen], held[:, ~chosen], start)


def public_panel() -> Floats:
    """The public planning data of 40 cities on 90 days, float64 (days, cities)."""
    with PUBLIC.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    cities = sorted({row["location"] for row in rows})
    days = sorted({row["date"] for row in rows})
    panel = np.full((len(days), len(cities)), np.nan)
    for row in rows:
        panel[days.index(row["date"]), cities.index(row["location"])] = float(row["Y"])
    return panel
