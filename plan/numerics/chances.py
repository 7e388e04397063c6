"""The chance that a rate is at least so high."""

from __future__ import annotations

from scipy import special


def chance_at_least(successes: int, n: int, target: float) -> float:
    """P(rate >= target) after `successes` of `n`, under the Jeffreys prior Beta(1/2, 1/2).

    Raises ValueError when the counts are no rate.
    """
    if n < 0 or not 0 <= successes <= n:
        raise ValueError(f"{successes} of {n} is no rate")
    return float(special.betaincc(successes + 0.5, n - successes + 0.5, target))
