"""How long something takes when part of it still waits: the Kaplan-Meier median.

Leaving out what still waits would flatter: the slow ones are waiting.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from ipeo.numerics.estimates import Estimate

LEVEL = 0.8


def median_wait(waits: ArrayLike, ended: ArrayLike) -> Estimate:
    """Return the median time until the end, with its interval, in the unit of `waits`.

    `waits` (n) are the times so far, none negative; `ended` (n) says which have ended, and the
    others are known only to last longer. The median is where the Kaplan-Meier survival falls
    to one half (Kaplan and Meier 1958); the interval holds the times at which one half lies
    within the survival's log-log interval (Brookmeyer and Crowley 1982). Unknown where fewer
    than half have ended.
    """
    times, over = np.asarray(waits, dtype=float), np.asarray(ended, dtype=bool)
    n = len(times)
    if not n:
        return Estimate.unknown("nothing was handed over yet")
    at = np.unique(times[over])
    sorted_times = np.sort(times)
    risk = n - np.searchsorted(sorted_times, at, side="left")
    ends = np.searchsorted(np.sort(times[over]), at, side="right")
    events = np.diff(ends, prepend=0)
    survival = np.cumprod(1 - events / risk)
    if not len(at) or survival[-1] > 0.5:
        return Estimate.unknown("more than half still wait", n=n)
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(events / (risk * (risk - events)))
        logs = np.log(survival)
        spread = ndtri(0.5 + LEVEL / 2) * np.sqrt(greenwood) / np.abs(logs)
        high = survival ** np.exp(-spread)
        low = survival ** np.exp(spread)
    low = np.where(np.isfinite(low), low, 0.0)
    high = np.where(np.isfinite(high), high, 0.0)
    median = float(at[np.argmax(survival <= 0.5)])
    first = float(at[np.argmax(low <= 0.5)]) if (low <= 0.5).any() else median
    last = float(at[np.argmax(high <= 0.5)]) if (high <= 0.5).any() else float(times.max())
    return Estimate(median, min(first, median), max(last, median), n=n, level=LEVEL)
