"""Reading a fitted response curve: what a weekly spend brings, draw by draw.

A curve is a table of posterior draws, one row each, in the columns `PARAMETERS`. In steady
state a weekly spend x brings effect * saturation(x) a week. Two saturations are known,
of u = (x / scale)^shape:

- Hill (code 0): u / (1 + u);
- logistic (code 1): (1 - e^(-u)) / (1 + e^(-u)) = tanh(u / 2).

Spend carries over to later weeks with weights that sum to 1 over `lags` weeks: geometric
(code 0) as retention^lag, delayed (code 1) as retention^((lag - peak)^2), after Jin and others,
Bayesian Methods for Media Mix Modeling with Carryover and Shape Effects (2017).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

PARAMETERS = ("saturation", "adstock", "effect", "scale", "shape", "retention", "peak")
HILL, LOGISTIC = 0, 1
GEOMETRIC, DELAYED = 0, 1
_SATURATION, _ADSTOCK, _EFFECT, _SCALE, _SHAPE, _RETENTION, _PEAK = range(len(PARAMETERS))


@dataclass(frozen=True)
class CurveDraws:
    """A channel's curve, as draws of its posterior.

    `draws` has shape (n_draws, len(PARAMETERS)); effects are in the outcome's unit per week,
    scales in money per week. Row i of every channel of one fit belongs together, so that sums
    over channels are summed draw by draw. `spend_grid` holds weekly spends for a picture, from
    nothing to beyond what has been spent. `is_informed` is False where the draws say no more
    than what was believed before the data, and `reason` says why.
    """

    channel_id: int
    name: str
    draws: Floats
    spend_grid: Floats
    weekly_spend: float
    most_spent: float
    outcome: str = "margin"
    lags: int = 8
    is_informed: bool = True
    reason: str = ""
    forms: dict[str, float] = field(default_factory=dict)

    def evaluate(self, spend: npt.ArrayLike) -> Floats:
        """Return what a weekly spend, kept up, brings a week: shape (n_draws, len(spend))."""
        return contribution(self.draws, spend)

    def next_return(self, spend: npt.ArrayLike) -> Floats:
        """Return what one more unit of weekly spend brings: shape (n_draws, len(spend))."""
        return marginal(self.draws, spend)

    @property
    def shapes(self) -> Floats:
        """What the next unit returns against the mean one where next to nothing is spent.

        Above 1 a curve is S-shaped: shape (n_draws,).
        """
        found: Floats = self.draws[:, _SHAPE]
        return found

    def carryover(self) -> Floats:
        """Return the share of the effect that falls in each week: shape (n_draws, lags)."""
        return carryover(self.draws, self.lags)

    def over_weeks(self, spend: npt.ArrayLike) -> Floats:
        """Return the contribution of each week of a series of weekly spends, carryover counted.

        Nothing is taken to have been spent before the series: shape (n_draws, weeks).
        """
        series = np.asarray(spend, dtype=np.float64)
        held = np.zeros((self.draws.shape[0], series.size))
        for lag, weight in enumerate(self.carryover().T):
            if lag < series.size:
                held[:, lag:] += weight[:, None] * series[: series.size - lag]
        return _effect(self.draws, held)


def contribution(draws: Floats, spend: npt.ArrayLike) -> Floats:
    """Return effect * saturation for each draw (rows) and weekly spend (columns)."""
    x = np.atleast_1d(np.asarray(spend, dtype=np.float64))
    return _effect(draws, np.broadcast_to(x, (draws.shape[0], x.size)))


def marginal(draws: Floats, spend: npt.ArrayLike) -> Floats:
    """Return the slope of each draw's curve at each weekly spend.

    At nothing spent, where a Hill curve may be vertical, the slope is taken a thousandth of
    the scale above it.
    """
    x = np.atleast_1d(np.asarray(spend, dtype=np.float64))
    scale, shape = draws[:, _SCALE, None], draws[:, _SHAPE, None]
    ratio = np.maximum(x / scale, 1e-3)
    power = ratio**shape
    hill = shape * power / ratio / (1.0 + power) ** 2
    tanh = np.tanh(power / 2.0)
    logistic = 0.5 * (1.0 - tanh * tanh) * shape * power / ratio
    slope = np.where(draws[:, _SATURATION, None] == HILL, hill, logistic)
    found: Floats = draws[:, _EFFECT, None] * slope / scale
    return found


def carryover(draws: Floats, lags: int) -> Floats:
    """Return each draw's weights of the weeks after a spend; each row sums to 1."""
    lag = np.arange(lags, dtype=np.float64)
    retention, peak = draws[:, _RETENTION, None], draws[:, _PEAK, None]
    away = np.where(draws[:, _ADSTOCK, None] == GEOMETRIC, lag, (lag - peak) ** 2)
    weights = np.maximum(retention, 1e-12) ** away
    found: Floats = weights / weights.sum(axis=1, keepdims=True)
    return found


def _effect(draws: Floats, held: Floats) -> Floats:
    ratio = np.maximum(held / draws[:, _SCALE, None], 0.0)
    power = ratio ** draws[:, _SHAPE, None]
    is_hill = draws[:, _SATURATION, None] == HILL
    found: Floats = draws[:, _EFFECT, None] * np.where(
        is_hill, power / (1.0 + power), np.tanh(power / 2.0)
    )
    return found
