"""What this workspace's discounts bought so far, as Plan's value guard asks for it."""

from __future__ import annotations

from optimize.queries.fits import discount_fit
from plan.queries.later import PastDiscounts


def past_discounts() -> PastDiscounts | None:
    """Return what more discount did to the chance to win, None where it was not fitted."""
    found = discount_fit()
    if found is None:
        return None
    effect = found.effect
    return PastDiscounts(
        step=effect.step,
        uplift=effect.uplift,
        net_margin=effect.net_margin,
        n=effect.n,
        average=effect.average_discount,
        fitted_on=found.fitted_at.date(),
    )
