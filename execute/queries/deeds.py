"""What buyers did, as an audience may ask about it: touches and deals, by buyer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Count, Max, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from execute.models import Deal, Outcome, Touch
from insight.queries.fields import Field

RECENTLY = timedelta(days=90)


def _last_touch() -> QuerySet[Any]:
    found: QuerySet[Any] = (
        Touch.objects.values("party").annotate(figure=TruncDate(Max("occurred_at"))).order_by()
    )
    return found


def _touches_lately() -> QuerySet[Any]:
    since = timezone.now() - RECENTLY
    found = Touch.objects.filter(occurred_at__gt=since)
    rows: QuerySet[Any] = found.values("party").annotate(figure=Count("pk")).order_by()
    return rows


def _second_looks() -> QuerySet[Any]:
    found = Touch.objects.filter(level=Touch.Level.SECOND_LOOK)
    rows: QuerySet[Any] = found.values("party").annotate(figure=Count("pk")).order_by()
    return rows


def _deals(outcome: str) -> QuerySet[Any]:
    found: QuerySet[Any] = Deal.objects.filter(outcome=outcome).values("party").order_by()
    return found


def _last_won() -> QuerySet[Any]:
    found: QuerySet[Any] = _deals(Outcome.WON).annotate(figure=Max("closed_date"))
    return found


def _won_amount() -> QuerySet[Any]:
    found: QuerySet[Any] = _deals(Outcome.WON).annotate(figure=Sum("net_amount"))
    return found


def _count(outcome: str) -> Any:
    return lambda: _deals(outcome).annotate(figure=Count("pk"))


FIELDS = (
    Field("last_touch", "Last touch", "date", acts=_last_touch),
    Field("touches_90", "Touches in 90 days", "number", whole=True, acts=_touches_lately),
    Field("second_looks", "Second looks", "number", whole=True, acts=_second_looks),
    Field("deals_won", "Deals won", "number", whole=True, acts=_count(Outcome.WON)),
    Field("deals_lost", "Deals lost", "number", whole=True, acts=_count(Outcome.LOST)),
    Field("deals_open", "Open deals", "number", whole=True, acts=_count(Outcome.OPEN)),
    Field("last_won", "Last deal won", "date", acts=_last_won),
    Field("won_amount", "Net amount won", "number", acts=_won_amount),
)
