"""Did something that was used in deals help to win them? Compared with similar deals."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ipeo.numerics.estimates import LEVEL, Estimate, from_error
from optimize.numerics.logistic import design_of, fitted, logistic

MIN_EACH = 15
"""So many decided deals there must be on either side."""
MIN_OUTCOMES = 3
"""So many won and so many lost among those it was used in, or nothing can be compared."""
_SD = 0.7  # prior of the log odds: a material seldom doubles them


def help_effect(
    won: npt.ArrayLike,
    used: npt.ArrayLike,
    *,
    categories: Sequence[npt.ArrayLike] = (),
    numbers: Sequence[npt.ArrayLike] = (),
    level: float = LEVEL,
) -> Estimate:
    """The win rate of deals that had it, less what they would have had without (0.05 = 5 points).

    All arrays are per decided deal: `won` and `used` bool, controls as for `discount_effect`.
    Logistic regression with Gaussian priors, averaged over the deals that had it (the effect on
    the treated); interval by the delta method. `n` counts the deals that had it.

    Raises ValueError when the arrays differ in length.
    """
    y = np.asarray(won, dtype=np.float64)
    x = np.asarray(used, dtype=np.float64)
    if y.shape != x.shape:
        raise ValueError("each deal has one outcome and either had it or not")
    had = x > 0
    n, rest = int(had.sum()), int((~had).sum())
    if n < MIN_EACH or rest < MIN_EACH:
        return Estimate.unknown(
            f"{n} decided deals had it and {rest} had not; {MIN_EACH} of each are needed", n
        )
    wins = int(y[had].sum())
    if min(wins, n - wins) < MIN_OUTCOMES:
        return Estimate.unknown(
            f"{wins} of the {n} deals that had it were won and {n - wins} lost; "
            f"{MIN_OUTCOMES} of each are needed",
            n,
        )
    design, precision = design_of(x, categories, numbers, prior_sd=_SD)
    beta, covariance = fitted(design, y, precision)
    z = np.asarray(design @ beta)[had]
    there, without = logistic(z), logistic(z - beta[1])
    slope_there, slope_without = there * (1 - there), without * (1 - without)
    rows = design[np.flatnonzero(had)]
    gradient = np.asarray(rows.T @ (slope_there - slope_without)) / n
    gradient[1] += float(slope_without.mean())
    error = math.sqrt(max(float(gradient @ covariance @ gradient), 0.0))
    return from_error(float((there - without).mean()), error, n, level)
