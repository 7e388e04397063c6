"""Addresses from which a calendar reads tasks and flights."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from ipeo.models import Membership, TenantModel


class CalendarFeed(TenantModel):
    """A member's secret address for their calendar; only its hash is kept."""

    class Whose(models.TextChoices):
        MINE = "mine", "Only my tasks"
        EVERYBODY = "everybody", "Everyone's tasks"

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="calendar_feeds")
    name = models.CharField(max_length=80)
    whose = models.CharField(max_length=9, choices=Whose, default=Whose.MINE)
    with_flights = models.BooleanField(default=True)
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)
    last_read_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "digest"], name="calendarfeed_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "membership"], name="calendarfeed_by_member"),
        ]

    def __str__(self) -> str:
        return self.name
