"""Simulated companies whose truth is known, shapes that no fitted curve contains included."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

SHAPES = ("tanh", "hill", "exponential", "power", "log", "threshold")
CARRIES = ("geometric", "delayed", "two_speeds", "none")


@dataclass(frozen=True)
class Company:
    """Weekly data and what each channel truly brought: `outcome` (T,), `spend` (C, T)."""

    outcome: Floats
    spend: Floats
    season: Floats
    contribution: Floats
    shapes: tuple[str, ...]
    has_wear: tuple[bool, ...]


def company(seed: int) -> Company:
    """Return a company of two to five channels over two to four years."""
    random = np.random.default_rng(seed)
    weeks, channels = int(random.integers(104, 209)), int(random.integers(2, 6))
    time = np.arange(weeks)
    season = ((time + random.integers(52)) / 52.18) % 1.0
    level = np.exp(random.normal(10.0, 1.0))
    baseline = 1.0 + _trend(random, weeks)
    for k in (1, 2):
        angle = 2 * np.pi * k * season
        baseline += random.normal(0, 0.08 / k) * np.sin(angle)
        baseline += random.normal(0, 0.08 / k) * np.cos(angle)
    noise = random.uniform(0.03, 0.10)
    errors = random.normal(0, noise, weeks)
    if random.random() < 0.4:
        slow = random.uniform(0.3, 0.7)
        for t in range(1, weeks):
            errors[t] = slow * errors[t - 1] + np.sqrt(1 - slow**2) * errors[t]
    spend, brought, shapes, worn = [], [], [], []
    for _ in range(channels):
        spent = _spend(random, weeks, season)
        shape, carry = str(random.choice(SHAPES)), str(random.choice(CARRIES))
        held = _carried(random, carry, spent)
        effect = _saturated(random, shape, held / np.mean(held[held > 0]))
        if random.random() < 0.3:
            worn.append(True)
            effect = effect * np.exp(-np.log(random.uniform(1.2, 2.5)) * time / weeks)
        else:
            worn.append(False)
        share = random.uniform(0.02, 0.25)
        brought.append(effect * share / max(effect.mean(), 1e-9))
        spend.append(spent * level * share * np.exp(random.normal(-0.7, 0.5)))
        shapes.append(shape)
    outcome = level * (baseline + np.sum(brought, axis=0) + errors)
    return Company(
        outcome=outcome,
        spend=np.array(spend),
        season=season,
        contribution=level * np.sum(brought, axis=1),
        shapes=tuple(shapes),
        has_wear=tuple(worn),
    )


def _trend(random: np.random.Generator, weeks: int) -> Floats:
    place = np.linspace(0, 1, weeks)
    kind = random.integers(3)
    if kind == 0:
        return random.normal(0, 0.2) * place
    if kind == 1:
        return random.uniform(0, 0.3) * np.sqrt(place)
    walk = np.cumsum(random.normal(0, random.uniform(0.002, 0.012), weeks))
    found: Floats = walk
    return found


def _spend(random: np.random.Generator, weeks: int, season: Floats) -> Floats:
    kind = random.integers(3)
    noise = random.gamma(random.uniform(2, 6), 1.0, weeks)
    if kind == 0:
        return noise
    if kind == 1:
        # Flights: some weeks on, some off.
        on, at = np.zeros(weeks), 0
        while at < weeks:
            length = int(random.integers(3, 10))
            on[at : at + length] = 1.0
            at += length + int(random.integers(2, 10))
        return noise * on
    along = 1.0 + 0.5 * np.sin(2 * np.pi * (season + random.random()))
    slow = noise.copy()
    for t in range(1, weeks):
        slow[t] = 0.5 * slow[t - 1] + 0.5 * noise[t]
    found: Floats = slow * along
    return found


def _carried(random: np.random.Generator, carry: str, spent: Floats) -> Floats:
    lags = np.arange(10)
    if carry == "geometric":
        weights = random.uniform(0.1, 0.7) ** lags
    elif carry == "delayed":
        weights = random.uniform(0.3, 0.8) ** ((lags - random.uniform(0.5, 2.5)) ** 2)
    elif carry == "two_speeds":
        weights = 0.7 * random.uniform(0.05, 0.3) ** lags + 0.3 * random.uniform(0.6, 0.8) ** lags
    else:
        weights = (lags == 0).astype(np.float64)
    found: Floats = np.convolve(spent, weights / weights.sum())[: spent.size]
    return found


def _saturated(random: np.random.Generator, shape: str, x: Floats) -> Floats:
    if shape == "tanh":
        bent: Floats = np.tanh(random.uniform(0.4, 1.6) * x)
        return bent
    if shape == "hill":
        slope, half = random.uniform(0.7, 2.5), random.uniform(0.5, 2.0)
        hill: Floats = x**slope / (x**slope + half**slope)
        return hill
    if shape == "exponential":
        risen: Floats = 1.0 - np.exp(-random.uniform(0.4, 2.0) * x)
        return risen
    if shape == "power":
        return x ** random.uniform(0.3, 0.8)
    if shape == "log":
        return np.log1p(random.uniform(0.5, 4.0) * x)
    # Nothing below a threshold, then a straight line, then a ceiling.
    low, high = random.uniform(0.1, 0.5), random.uniform(1.2, 2.5)
    return np.clip((x - low) / (high - low), 0.0, 1.0)


def regional(seed: int, regions: int = 8, channels: int = 8, weeks: int = 156) -> Company:
    """Return a company by region: `outcome` (R, T), `spend` (R, C, T), contributions summed."""
    random = np.random.default_rng(seed)
    time = np.arange(weeks)
    season = (time / 52.18) % 1.0
    size = np.exp(random.normal(0.0, 0.5, regions))
    spend = random.gamma(2.0, 0.5, (regions, channels, weeks)) * size[:, None, None]
    share = random.uniform(0.02, 0.12, channels)
    retention, bend = random.uniform(0.1, 0.6, channels), random.uniform(0.4, 1.4, channels)
    own = np.exp(random.normal(0.0, 0.15, (regions, channels)))
    outcome, contribution = np.empty((regions, weeks)), np.zeros(channels)
    for r in range(regions):
        outcome[r] = 1.0 + 0.1 * time / weeks + 0.08 * np.sin(2 * np.pi * season)
        outcome[r] += random.normal(0.0, 0.06, weeks)
        for k in range(channels):
            weights = retention[k] ** np.arange(8)
            held = np.convolve(spend[r, k] / size[r], weights / weights.sum())[:weeks]
            effect = own[r, k] * share[k] * np.tanh(bend[k] * held) / np.tanh(bend[k])
            outcome[r] += effect
            contribution[k] += size[r] * effect.sum()
    return Company(
        outcome=outcome * size[:, None],
        spend=spend,
        season=season,
        contribution=contribution,
        shapes=("tanh",) * channels,
        has_wear=(False,) * channels,
    )
