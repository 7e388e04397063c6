"""What a program's money brings, month by month, as draws of a bending curve.

In a month with spend x a program wins, on average,

    margin(x) = level * reference * (1 - exp(-bend * (x / reference)^foot)) / (1 - exp(-bend))

where `reference` is its usual monthly spend, `level` its margin per dollar there, and `bend` how
far the next dollar falls behind the mean one (0: not at all). `foot` is 1 but where a fitted curve
is S-shaped: above 1 the first money brings next to nothing, and only past a threshold does it take
off (a Weibull curve). Months scatter about it with variance phi * x, as a compound Poisson of
deals does.

What a program wins comes late: deals take time to close, and credit goes to touches long before.
So its first months win less than it will, by a ramp that all programs share (`ramps`). Older
months count less than the latest, since markets and programs change.

The posterior is taken on a grid: for each pair of level and bend the sum of squares follows from
three sums over the history, so sixty programs cost a few milliseconds. What the data do not say,
stated priors do: levels lie about the mean of all programs, as far apart as programs are seen to
lie, and the bend at the usual spend is such that the next dollar returns 0.7 of the mean one (80 %
0.4 to 0.9), or what the channel's own curve says where one was fitted.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from zlib import crc32

import numpy as np
import numpy.typing as npt

from plan.numerics.bends import UNFITTED, Bend, Grid, bent, grid_of, prior_bends
from plan.numerics.ramps import Ramps, ramps

Floats = npt.NDArray[np.float64]

MIN_MONTHS = 3
"""Months with spend, and months with something won, that a history needs to speak for itself."""
MARKET_SD = 0.10
"""How far the market as a whole may shift from history to plan, as sd of the log."""
HALF_LIFE = 12.0
"""After so many months a month counts half: what worked two years ago may work no longer."""
ELSEWHERE_SD = {"program": 0.1, "channel": 0.25, "workspace": 0.5, "none": 0.8}
"""How far a program may differ from the history it rests on, as sd of the log.

Its own past speaks through a curve of one form, and no truth has just this form.
"""
TOGETHER_SD = 0.8
"""How far all programs together may lie from a guess that rests on nothing, as sd of the log."""
UNSEEN_LEVEL = 1.0
"""Margin per dollar where nothing at all is known: the median of a very wide guess."""
PRIOR_MONTHS = 3.0
"""How many months the noise seen over all programs counts for in each one."""
_LEVELS = 241
_APART = (0.25, 0.8)
"""The least and the most that programs' levels are taken to lie apart, as sd of the log."""


@dataclass(frozen=True, slots=True)
class History:
    """A program's past: spend and won contribution margin credited to it, month by month."""

    key: str
    channel: str
    spend: tuple[float, ...]
    margin: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Response:
    """Draws of one program's curve: `level`, `bend` and `foot` of equal length, money a month.

    `basis` is program, channel, workspace or none; `months` how many months it rests on.
    """

    key: str
    basis: str
    months: int
    reference: float
    level: Floats
    bend: Floats
    foot: Floats
    phi: float

    @property
    def is_s_shaped(self) -> bool:
        """Whether its first money brings less than the money after it."""
        return bool(self.foot.max() > 1)

    def takes_off(self) -> float | None:
        """Return the monthly spend whose money returns most a dollar, None for no S-shape.

        Less than that a month is better spent elsewhere, or in fewer months.
        """
        if not self.is_s_shaped:
            return None
        spend = self.reference * np.geomspace(0.01, 10, 400)
        return float(spend[np.argmax(self.margin(spend).mean(axis=0) / spend)])

    def margin(self, spend: Floats) -> Floats:
        """Return the expected margin of months with this spend: (draws, months)."""
        return np.asarray(
            (self.level * self.reference)[:, None]
            * bent(spend[None, :] / self.reference, self.bend[:, None], self.foot[:, None])
        )

    def slope(self, spend: Floats) -> Floats:
        """Return what the next dollar brings in months with this spend: (draws, months)."""
        bend, foot, v = self.bend[:, None], self.foot[:, None], spend[None, :] / self.reference
        return np.asarray(
            self.level[:, None]
            * (bend * foot * v ** (foot - 1) * np.exp(-bend * v**foot) / -np.expm1(-bend))
        )


@dataclass(frozen=True, slots=True)
class _Sums:
    """What the posterior needs of a history: sums over months with spend, weighted by 1 / x."""

    n: int
    size: float
    """How many months of today's weight they come to."""
    total: float
    reference: float
    yy: float
    hy: Floats
    hh: Floats
    mean: float
    phi: float
    risen: Floats
    """By how much each draw's ramp moves the level, all ramps together taken as 1."""


def speaks(past: History) -> bool:
    """Return whether a history has months enough, with spend and with something won."""
    active = [won for spent, won in zip(past.spend, past.margin, strict=True) if spent > 0]
    return len(active) >= MIN_MONTHS and sum(won != 0 for won in active) >= MIN_MONTHS


def market(draws: int, seed: int) -> Floats:
    """Return draws of the market's shift, of mean 1, that all programs share."""
    rng = np.random.default_rng(seed)
    return np.asarray(np.exp(rng.normal(-(MARKET_SD**2) / 2, MARKET_SD, draws)))


def responses(
    programs: Sequence[tuple[str, str]],
    histories: Sequence[History],
    *,
    usual: Mapping[str, float] | None = None,
    bends: Mapping[str, tuple[Bend, ...]] | None = None,
    draws: int = 1000,
    seed: int = 0,
) -> Mapping[str, Response]:
    """Return draws of each program's curve, by its key; programs are pairs of key and channel.

    The same question is answered from memory: while money is moved about, the past stays.

    What is known of a program comes, in this order, from its own history, its channel's, the
    whole workspace's, or nowhere. One that won too little to speak for itself borrows, and what
    its own money brought is weighed in. `usual` gives the monthly spend of programs that have no
    history to tell one, `bends` what fitted curves say of the channels' bends. A program's draws
    depend on its own key and evidence alone, so that another program without evidence changes
    nothing.
    """
    return _responses(
        tuple(programs),
        tuple(histories),
        tuple(sorted((usual or {}).items())),
        tuple(sorted((bends or {}).items())),
        draws,
        seed,
    )


@lru_cache(maxsize=64)
def _responses(
    programs: tuple[tuple[str, str], ...],
    histories: tuple[History, ...],
    usual_pairs: tuple[tuple[str, float], ...],
    bend_pairs: tuple[tuple[str, tuple[Bend, ...]], ...],
    draws: int,
    seed: int,
) -> Mapping[str, Response]:
    usual, bends = dict(usual_pairs), dict(bend_pairs)
    own = {past.key: past for past in histories}
    newcomer = np.random.default_rng([seed, crc32(b"newcomer")]).random(draws)
    rising = ramps([(past.spend, past.margin) for past in histories], draws, seed)
    channels = {channel for _, channel in programs} | {past.channel for past in histories}
    grids = {channel: grid_of(bends.get(channel, UNFITTED)) for channel in channels}
    sums: dict[str, _Sums] = {}
    for past in histories:
        found = _sums([past], grids[past.channel], rising)
        if found is not None:
            sums[past.key] = found
    center, apart = _spread_of([one.mean for one in sums.values()])
    noise = _pooled(list(sums.values()))
    typical = float(np.median([one.reference for one in sums.values()])) if sums else 0.0
    result: dict[str, Response] = {}
    for key, channel in programs:
        grid = grids[channel]
        basis, source, evidence = "none", key, None
        if key in sums:
            basis, evidence = "program", sums[key]
        else:
            for name, past_of in (
                ("channel", [past for past in histories if past.channel == channel]),
                ("workspace", list(own.values())),
            ):
                evidence = _sums(past_of, grid, rising)
                if evidence is not None:
                    basis, source = name, f"{name} {channel if name == 'channel' else ''}"
                    break
        # Programs that borrow the same history share its uncertainty.
        shared = np.random.default_rng([seed, crc32(source.encode())])
        if evidence is None:
            together = np.random.default_rng([seed, crc32(b"guess")])
            level = UNSEEN_LEVEL * np.exp(together.normal(0, TOGETHER_SD, draws))
            bend, foot = prior_bends(grid, shared, draws)
            reference, months, phi = usual.get(key) or typical or 1.0, 0, 0.0
        else:
            level, bend, foot = _posterior(evidence, grid, center, apart, noise, shared, draws)
            months, phi = evidence.n, _noise(evidence, noise)
            reference = evidence.reference
            if basis != "program":
                reference = typical or reference
        sd = ELSEWHERE_SD[basis]
        differs = np.random.default_rng([seed, crc32(key.encode()), 1])
        # A guess keeps its median; what rests on data keeps its mean.
        middle = 0.0 if evidence is None else -(sd**2) / 2
        level = level * np.exp(differs.normal(middle, sd, draws))
        if evidence is not None:
            level = level * evidence.risen
            mine = own.get(key)
            if basis != "program":
                # Credit goes to whoever began a journey, and those under way began with others:
                # a newcomer is credited with anything between nothing and its full due.
                level = level * newcomer
            if basis != "program" and mine is not None and phi > 0:
                level = _after(level, mine, rising.of(mine.spend), phi, differs)
            level = level * rising.ahead(len(mine.spend) if mine is not None else 0)
        result[key] = Response(key, basis, months, reference, level, bend, foot, phi)
    return MappingProxyType(result)


def _after(
    level: Floats, past: History, ramp: Floats, phi: float, rng: np.random.Generator
) -> Floats:
    """Borrowed levels after what a program's own money won, or did not, in too few deals.

    Draws are weighed by the Poisson likelihood of deals worth phi each: nothing won yet makes a
    level lower, never sure.
    """
    deals, spent = max(sum(past.margin), 0.0) / phi, float(ramp @ np.asarray(past.spend))
    log = deals * np.log(level) - level * spent / phi
    weights = np.exp(log - log.max())
    return np.asarray(rng.choice(level, level.size, p=weights / weights.sum()))


def _sums(histories: Sequence[History], grid: Grid, rising: Ramps) -> _Sums | None:
    """Sum up histories together, or return None with too few months of spend or of won margin."""
    paid, spends, margins, scaled = [], [], [], []
    weights: list[Floats] = []
    full, drawn = 0.0, np.zeros(rising.size)
    for past in histories:
        spend, margin = (
            np.asarray(past.spend, dtype=np.float64),
            np.asarray(past.margin, dtype=np.float64),
        )
        active = spend > 0
        if active.any():
            usual = spend[active].mean()
            ramp = rising.of(past.spend)[active]
            weights.append(0.5 ** ((spend.size - 1 - np.flatnonzero(active)) / HALF_LIFE))
            full += float(ramp @ spend[active])
            drawn += rising.of_draws(past.spend)
            # What a month could win yet counts as its spend.
            paid.append(spend[active])
            spends.append(spend[active] * ramp)
            margins.append(margin[active])
            rows = spend[active][None, :] / usual
            scaled.append(usual * ramp * bent(rows, grid.bends[:, None], grid.feet[:, None]))
    n = sum(one.size for one in spends)
    if n < MIN_MONTHS or sum(int(np.count_nonzero(one)) for one in margins) < MIN_MONTHS:
        return None
    x, y, h = np.concatenate(spends), np.concatenate(margins), np.concatenate(scaled, axis=1)
    w = np.concatenate(weights)
    size = float(w.sum())
    # A history that lost is still no promise of that: its level is near 0.
    mean = max(float(w @ y / (w @ x)), 1e-3)
    reference = float(np.concatenate(paid).mean())
    phi = float((w * (y - mean * x) ** 2 / x).sum() / max(size - 1, 0.5))
    return _Sums(
        n=n,
        size=size,
        total=float(w @ x),
        reference=reference,
        yy=float((w * y * y / x).sum()),
        hy=np.asarray(h @ (w * y / x)),
        hh=np.asarray((h * h) @ (w / x)),
        mean=mean,
        phi=phi,
        risen=full / np.maximum(drawn, 1e-9),
    )


def _spread_of(levels: Sequence[float]) -> tuple[float, float]:
    """Where programs' levels lie, and how far apart: mean and sd of the log."""
    if not levels:
        return math.log(UNSEEN_LEVEL), 1.0
    logs = np.log(np.maximum(levels, 1e-2))
    middle = float(np.median(logs))
    if len(levels) < 3:
        return middle, _APART[1]
    return middle, float(np.clip(1.1 * logs.std(ddof=1), *_APART))


def _pooled(found: Sequence[_Sums]) -> float:
    """The noise of all programs together, relative to what they win."""
    if not found:
        return 0.0
    months = sum(max(one.size - 1, 0.5) for one in found)
    return sum(one.phi / one.mean * max(one.size - 1, 0.5) for one in found) / months


def _noise(evidence: _Sums, pooled: float) -> float:
    months = max(evidence.size - 1, 0.5)
    own, prior = evidence.phi * months, pooled * evidence.mean * PRIOR_MONTHS
    return (own + prior) / (months + PRIOR_MONTHS)


def _posterior(
    evidence: _Sums,
    grid: Grid,
    center: float,
    apart: float,
    pooled: float,
    rng: np.random.Generator,
    draws: int,
) -> tuple[Floats, Floats, Floats]:
    """Draw level, bend and foot from their posterior, the noise integrated out."""
    prior_ss = PRIOR_MONTHS * pooled * evidence.mean
    # How far the level can lie from the data's, generously; the prior can only draw it in.
    spread = math.sqrt(max(_noise(evidence, pooled), 1e-12) / evidence.total) / evidence.mean
    spread = float(np.clip(6 * spread + 0.2, 0.25, 4.0))
    steps = np.linspace(-1, 1, _LEVELS) * spread
    fits = np.maximum(evidence.hy / evidence.hh, 1e-3)
    levels = fits[:, None] * np.exp(steps)[None, :]
    ss = (
        evidence.yy
        - 2 * levels * evidence.hy[:, None]
        + levels**2 * evidence.hh[:, None]
        + prior_ss
    )
    log = -(evidence.size + PRIOR_MONTHS) / 2 * np.log(np.maximum(ss, 1e-12))
    log -= (np.log(levels) - center) ** 2 / (2 * apart**2)
    log += grid.log_prior[:, None]
    weights = np.exp(log - log.max()).ravel()
    chosen = rng.choice(weights.size, draws, p=weights / weights.sum())
    row, column = np.divmod(chosen, _LEVELS)
    # Between the points of the grid, not only on them.
    jitter = (rng.random(draws) - 0.5) * (steps[1] - steps[0])
    apart_bends = (rng.random(draws) - 0.5) * grid.width[row]
    return (
        levels[row, column] * np.exp(jitter),
        grid.bends[row] * np.exp(apart_bends),
        grid.feet[row],
    )
