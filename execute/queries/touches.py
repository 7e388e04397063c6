"""Touches: found and counted."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet

from execute.models import Touch
from insight.models import Channel
from ipeo.models import Campaign
from ipeo.tenancy import current_workspace
from plan.models import Program

COUNTED = 100_000
"""Every touch could be counted, but the list would then be as slow as it is long."""


def matching_touches(
    *,
    program: Program | int | None = None,
    channel: Channel | int | None = None,
    campaign: Campaign | int | None = None,
    kind: str = "",
    date_from: date | None = None,
    date_to: date | None = None,
) -> QuerySet[Touch]:
    """Return the touches that a filter leaves; days are those of the workspace's zone."""
    found = Touch.objects.all()
    exact = {"program": program, "channel": channel, "kind": kind}
    found = found.filter(**{name: value for name, value in exact.items() if value})
    if campaign is not None:
        found = found.filter(program__in=Program.objects.filter(campaign=campaign).values("pk"))
    if date_from is not None:
        found = found.filter(occurred_at__gte=_midnight(date_from))
    if date_to is not None and date_to < date.max:
        found = found.filter(occurred_at__lt=_midnight(date_to + timedelta(days=1)))
    return found


def counted(found: QuerySet[Touch], *, most: int = COUNTED) -> int:
    """Return how many touches a filter leaves, `most` + 1 for any number beyond it."""
    return found[: most + 1].count()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=current_workspace().zone)
