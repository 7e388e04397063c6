"""A period's total, spread over its days."""

from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal


def spread(amount: Decimal, start: date, end: date, places: int = 2) -> list[tuple[date, Decimal]]:
    """The amount in even parts over the days from start to end, both included.

    Parts are rounded to `places`; each is the difference of two rounded running totals, so that
    they sum to the amount exactly where it has no more places itself. Raises ValueError where the
    end lies before the start.
    """
    days = (end - start).days + 1
    if days < 1:
        raise ValueError("the last day lies before the first")
    step = Decimal(1).scaleb(-places)
    out: list[tuple[date, Decimal]] = []
    before = Decimal(0)
    for n in range(1, days + 1):
        total = (amount * n / days).quantize(step, ROUND_HALF_EVEN) if n < days else amount
        out.append((start + timedelta(days=n - 1), total - before))
        before = total
    return out
