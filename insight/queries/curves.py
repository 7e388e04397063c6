"""The response curves as last fitted, and those before."""

from __future__ import annotations

import numpy as np
from django.db.models import QuerySet

from insight.models import ResponseCurve
from insight.numerics.curves import PARAMETERS, CurveDraws

GRID = 61
"""Points at which a curve is drawn."""
_BEYOND = 1.5


def current_curves() -> QuerySet[ResponseCurve]:
    """Return each channel's current curve, by the channel's name, without its draws."""
    rows = ResponseCurve.objects.filter(is_current=True)
    return rows.select_related("channel").defer("draws").order_by("channel__name", "pk")


def history_of(channel_id: int) -> QuerySet[ResponseCurve]:
    """Return a channel's curves, the latest first, without their draws."""
    rows = ResponseCurve.objects.filter(channel_id=channel_id)
    return rows.select_related("channel").defer("draws").order_by("-fitted_at", "-pk")


def posterior_draws(*, informed_only: bool = False) -> list[CurveDraws]:
    """Return every channel's current curve as draws, by the channel's name.

    Curves that were fitted together share their rows: draw i of one belongs to draw i of the
    other. A curve that the data did not inform is returned, marked, unless `informed_only`.
    """
    rows = ResponseCurve.objects.filter(is_current=True).select_related("channel")
    if informed_only:
        rows = rows.filter(is_informed=True)
    return [draws_of(row) for row in rows.order_by("channel__name", "pk") if row.draws]


def draws_of(row: ResponseCurve) -> CurveDraws:
    """Return a stored curve as draws; with none where it has none."""
    table = np.array(row.draws, dtype=np.float64).reshape(-1, len(PARAMETERS))
    now, most = float(row.weekly_spend_amount), float(row.diagnostics.get("most_spent", 0.0))
    top = max(most, now) * _BEYOND or 1.0
    return CurveDraws(
        channel_id=row.channel_id,
        name=row.channel.name,
        draws=table,
        spend_grid=np.linspace(0.0, top, GRID),
        weekly_spend=now,
        most_spent=most,
        outcome=row.outcome,
        lags=row.lags,
        is_informed=row.is_informed,
        reason=row.reason,
        forms=dict(row.forms),
    )
