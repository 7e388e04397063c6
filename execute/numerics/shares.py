"""A sum shared out in proportion, to the cent."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_DOWN, Decimal

CENT = Decimal("0.01")


def shared_out(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Return parts of a total in proportion to weights at or above zero, which add up to it.

    Each part is rounded down to the cent; the cents that are left go one each to the parts that
    lost most by it, the earlier first (largest remainders). Equal parts where no weight is
    above zero.
    """
    if not weights:
        return []
    whole = sum(weights, Decimal(0))
    if whole <= 0:
        weights, whole = [Decimal(1)] * len(weights), Decimal(len(weights))
    exact = [total * weight / whole for weight in weights]
    parts = [part.quantize(CENT, ROUND_DOWN) for part in exact]
    left = int((total - sum(parts, Decimal(0))) / CENT)
    step = CENT if left > 0 else -CENT
    behind = sorted(range(len(parts)), key=lambda place: -abs(exact[place] - parts[place]))
    for place in behind[: abs(left)]:
        parts[place] += step
    return parts
