"""The workspace's own today: its days begin and end in its time zone."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone

from ipeo import tenancy


def today(now: datetime | None = None) -> date:
    """Return the date it is now in the workspace."""
    return timezone.localdate(now, tenancy.current_workspace().zone)
