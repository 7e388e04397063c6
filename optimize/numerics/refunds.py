"""Money that came back, taken off the spend that it came back from."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def less_refunds(spend: Floats) -> Floats:
    """Return spend (series, weeks) in which no week is below 0.

    A refund is booked later than the spend it corrects, and seldom says of which week that was:
    what a week got back beyond its own spend is taken off the week before, and so on back. What
    the weeks do not hold, as money of before the first one, is left out.
    """
    found = spend.copy()
    for t in range(spend.shape[1] - 1, 0, -1):
        found[:, t - 1] += np.minimum(found[:, t], 0.0)
    return np.maximum(found, 0.0)
