"""What follows from a measurement: fits, and the advice that rests on them."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from optimize.actions.advice import refresh_all_recommendations
from optimize.actions.fits import refresh_fits
from optimize.actions.scoring import score_closed_cycles, score_decisions
from optimize.models import Fit


def draw_conclusions(*, changed: bool = True, now: datetime | None = None) -> int:
    """Fit anew and bring every open cycle's advice up to date; return how many cycles there are.

    What is over is scored: forecasts of closed cycles, and decisions by what came after.
    Where the measurement changed nothing and this was done today already, nothing is done.
    """
    now = now or timezone.now()
    latest = Fit.objects.order_by("-fitted_at").first()
    if (
        not changed
        and latest is not None
        and timezone.localdate(latest.fitted_at) == timezone.localdate(now)
    ):
        return 0
    refresh_fits(now=now)
    score_closed_cycles(now=now)
    score_decisions(now=now)
    return refresh_all_recommendations(now=now)
