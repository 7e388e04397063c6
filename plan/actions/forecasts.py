"""Frozen forecasts are scored against what became true."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from plan.models import Forecast

DIGITS = Decimal("0.0001")


def score_forecast(
    *, forecast: Forecast, actual: Decimal | float, now: datetime | None = None
) -> Forecast:
    """Keep what became true beside what was expected; a forecast is scored once."""
    if forecast.scored_at is not None:
        return forecast
    forecast.actual = Decimal(repr(actual) if isinstance(actual, float) else actual).quantize(
        DIGITS
    )
    forecast.scored_at = now or timezone.now()
    forecast.save(update_fields=["actual", "scored_at"])
    return forecast
