"""What a discount bought, and which programs live on discounts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ipeo.numerics.estimates import LEVEL, Estimate, from_error, shrunk_rates
from optimize.numerics.logistic import design_of, fitted, logistic

Floats = npt.NDArray[np.float64]

MIN_DEALS = 40
MIN_EACH = 10
_DISCOUNT_SD = 1.0  # prior: five points of discount move the log odds by some +-1

_NOT_FITTED = Estimate.unknown("not estimated yet")


@dataclass(frozen=True, slots=True)
class DiscountEffect:
    """What `step` more discount (0.05 = five points) does to an average opportunity.

    `uplift`: change of win probability (0.01 = one point). `margin_cost`: money given away on
    deals that would have been won anyway, per opportunity. `net_margin`: expected change of
    contribution margin per opportunity, the uplift's gain less that cost. `plain` is the uplift
    without any control: how far the two lie apart says how unlike the deals were that got a
    discount. `hidden_odds` is by what factor a doubt that no record holds would have to lower
    (or to raise) the odds of winning, for each step of discount that went with it, for the whole
    uplift to be its work instead: the nearer to 1, the more fragile.

    What deals show is what went together with a discount: reps may discount just those they fear
    to lose, which hides what discounts buy, or those they are sure of, which exaggerates it.
    """

    uplift: Estimate
    margin_cost: Estimate
    net_margin: Estimate
    step: float
    n: int
    n_won: int
    average_discount: float | None
    plain: Estimate = _NOT_FITTED
    hidden_odds: float | None = None

    @property
    def known(self) -> bool:
        """Whether there was enough to tell."""
        return self.uplift.known


def discount_effect(
    won: npt.ArrayLike,
    discount: npt.ArrayLike,
    list_amount: npt.ArrayLike,
    cost_amount: npt.ArrayLike,
    *,
    categories: Sequence[npt.ArrayLike] = (),
    numbers: Sequence[npt.ArrayLike] = (),
    step: float = 0.05,
    level: float = LEVEL,
) -> DiscountEffect:
    """Logistic regression of winning on discount with controls, and what it means in money.

    All arrays are per closed deal (won or lost, no decision left out): `won` bool, `discount` a
    fraction of list, `list_amount` and `cost_amount` money (nan where not known: then money is
    not known). `categories` are int codes 0.. (product, rep, segment; -1 not known), `numbers`
    floats (deal size). Gaussian priors on the log odds (sd 1 per five points, sd 1 per control);
    Newton's method to the mode; intervals by the delta method from the inverse Hessian.

    Raises ValueError when the arrays differ in length or a discount is not a finite number.
    """
    y = np.asarray(won, dtype=np.float64)
    d = np.asarray(discount, dtype=np.float64)
    prices = np.asarray(list_amount, dtype=np.float64)
    costs = np.asarray(cost_amount, dtype=np.float64)
    if not y.shape == d.shape == prices.shape == costs.shape:
        raise ValueError("each deal has one outcome, discount, list price and cost")
    if not bool(np.all(np.isfinite(d))):
        raise ValueError("each deal has a discount")
    n, wins = y.size, int(y.sum())
    average = float(d.mean()) if n else None
    why = _too_little(n, wins, d)
    if why:
        no = Estimate.unknown(why, n)
        return DiscountEffect(no, no, no, step, n, wins, average, no)
    design, precision = design_of(d / 0.05, categories, numbers, prior_sd=_DISCOUNT_SD)
    beta, covariance = fitted(design, y, precision)
    now = logistic(design @ beta)
    then = logistic(design @ beta + beta[1] * step / 0.05)
    slope_now, slope_then = now * (1 - now), then * (1 - then)

    def summed(weight_now: Floats, weight_then: Floats) -> tuple[float, float]:
        """Value and standard error of mean(weight_then * then - weight_now * now)."""
        value = float((weight_then * then - weight_now * now).mean())
        at_then, at_now = weight_then * slope_then, weight_now * slope_now
        gradient = np.asarray(design.T @ (at_then - at_now)) / n
        gradient[1] += float(at_then.mean()) * step / 0.05
        return value, math.sqrt(max(float(gradient @ covariance @ gradient), 0.0))

    one = np.ones(n)
    uplift = from_error(*summed(one, one), n, level)
    plain = _plain(y, d, step, level)
    hidden = math.exp(abs(float(beta[1])) * step / 0.05)
    if not bool(np.all(np.isfinite(prices)) and np.all(np.isfinite(costs))):
        no = Estimate.unknown("list price or cost of some deals is not known", n)
        return DiscountEffect(uplift, no, no, step, n, wins, average, plain, hidden)
    margin = prices * (1 - d) - costs
    value, error = summed(np.zeros(n) - step * prices, np.zeros(n))
    cost = from_error(value, error, n, level)
    net = from_error(*summed(margin, margin - step * prices), n, level)
    return DiscountEffect(uplift, cost, net, step, n, wins, average, plain, hidden)


def _plain(y: Floats, d: Floats, step: float, level: float) -> Estimate:
    """The uplift by discount alone, deals compared with all others."""
    design, precision = design_of(d / 0.05, (), (), prior_sd=_DISCOUNT_SD)
    beta, covariance = fitted(design, y, precision)
    z = np.asarray(design @ beta)
    now, then = logistic(z), logistic(z + beta[1] * step / 0.05)
    slope = then * (1 - then)
    gradient = np.asarray(design.T @ (slope - now * (1 - now))) / y.size
    gradient[1] += float(slope.mean()) * step / 0.05
    error = math.sqrt(max(float(gradient @ covariance @ gradient), 0.0))
    return from_error(float((then - now).mean()), error, y.size, level)


def price_dependence(
    program: npt.ArrayLike,
    net_amount: npt.ArrayLike,
    discount: npt.ArrayLike,
    n_programs: int,
    threshold: float,
) -> tuple[Estimate, ...]:
    """The share of each program's won net amount that closed beyond the discount threshold.

    Arrays are per won deal (or per attributed part of one): `program` int 0..n_programs-1,
    `net_amount` money, `discount` a fraction. Shares are by amount; as evidence they count as
    (sum)^2 / sum of squares deals, and are shrunk toward what the programs have in common, as far
    as they are alike. `n` is the number of deals.

    Raises ValueError when the arrays differ in length.
    """
    code = np.asarray(program, dtype=np.int64)
    amount = np.maximum(np.asarray(net_amount, dtype=np.float64), 0.0)
    beyond = np.asarray(discount, dtype=np.float64) > threshold
    if not code.shape == amount.shape == beyond.shape:
        raise ValueError("each deal has one program, amount and discount")
    none = Estimate.unknown("no deals won yet")
    if float(amount.sum()) <= 0:
        return (none,) * n_programs
    total = np.bincount(code, amount, n_programs)
    squares = np.bincount(code, amount**2, n_programs)
    dear = np.bincount(code, amount * beyond, n_programs)
    deals = np.bincount(code, minlength=n_programs)
    share = np.divide(dear, total, out=np.zeros(n_programs), where=total > 0)
    effective = np.divide(total**2, squares, out=np.zeros(n_programs), where=squares > 0)
    some = np.flatnonzero(total > 0)
    found = shrunk_rates((share * effective)[some], effective[some])
    known = {
        int(i): Estimate(e.value, e.low, e.high, int(deals[i]))
        for i, e in zip(some, found, strict=True)
    }
    return tuple(known.get(i, none) for i in range(n_programs))


def _too_little(n: int, wins: int, discount: Floats) -> str:
    if n < MIN_DEALS:
        deals = "closed deal" if n == 1 else "closed deals"
        return f"{n} {deals}; {MIN_DEALS} are needed to measure the effect of discounts"
    if min(wins, n - wins) < MIN_EACH:
        return f"{wins} won and {n - wins} lost; {MIN_EACH} of each are needed"
    if float(discount.std()) < 0.005:
        return "discounts barely vary, so there is nothing to compare"
    return ""
