"""What follows from a measurement: fits, and the advice that rests on them."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from execute.queries.days import today
from optimize.actions.advice import refresh_all_recommendations
from optimize.actions.fits import refresh_fits
from optimize.models import Fit


def draw_conclusions(*, changed: bool = True, now: datetime | None = None) -> int:
    """Fit anew and bring every open cycle's advice up to date; return how many cycles there are.

    Where the measurement changed nothing and this was done today already, nothing is done.
    """
    now = now or timezone.now()
    latest = Fit.objects.order_by("-fitted_at").first()
    if not changed and latest is not None and today(latest.fitted_at) == today(now):
        return 0
    refresh_fits(now=now)
    return refresh_all_recommendations(now=now)
