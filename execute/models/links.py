"""Tracked links: short addresses that know their program, and what was clicked."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from insight.models import Channel
from ipeo.models import Membership, TenantModel
from plan.models import Program


class NamingRule(TenantModel):
    """How the workspace writes its UTM parameters; one row, or the defaults where there is none."""

    lower_case = models.BooleanField(default=True)
    separator = models.CharField(max_length=1, default="-")
    required = models.JSONField(default=list, help_text="Parameters that may not be empty.")
    allowed = models.JSONField(default=dict, help_text="Values by parameter; none: any value.")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace"], name="namingrule_one"),
        ]

    def __str__(self) -> str:
        return "Naming rules"


class TrackedLink(TenantModel):
    """A short address that leads to its stored target and to nothing else.

    `code` is found before any workspace is known, so it is unique over the installation.
    `destination` is the target with its parameters, worked out once when the link is made.
    """

    code = models.CharField(max_length=16, unique=True, editable=False)
    name = models.CharField(max_length=200)
    target = models.TextField()
    destination = models.TextField(editable=False)
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+")
    program = models.ForeignKey(
        Program, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    utm_source = models.CharField(max_length=200, blank=True)
    utm_medium = models.CharField(max_length=200, blank=True)
    utm_campaign = models.CharField(max_length=200, blank=True)
    utm_content = models.CharField(max_length=200, blank=True)
    utm_term = models.CharField(max_length=200, blank=True)
    created_by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["workspace", "-id"], name="trackedlink_by_time"),
            models.Index(fields=["workspace", "program"], name="trackedlink_by_program"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_retired(self) -> bool:
        """Whether the address no longer leads anywhere."""
        return self.retired_at is not None


class LinkClick(TenantModel):
    """One click that has not been counted yet: appended by the redirect, taken by the count.

    Nothing is kept of who clicked but the contact whose personal link it was.
    """

    link = models.ForeignKey(TrackedLink, models.CASCADE, related_name="+", db_index=False)
    contact_number = models.BigIntegerField(null=True, help_text="Of a personal link.")
    is_robot = models.BooleanField(default=False)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["workspace", "link"], name="linkclick_by_link"),
        ]

    def __str__(self) -> str:
        return f"{self.link} at {self.at:%Y-%m-%d %H:%M}"


class LinkDay(TenantModel):
    """A link's clicks on one day of the workspace: people's, of these known people's, robots'."""

    link = models.ForeignKey(TrackedLink, models.CASCADE, related_name="days", db_index=False)
    day = models.DateField()
    clicks = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)
    robots = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "link", "day"], name="linkday_once"),
            models.CheckConstraint(
                condition=Q(known__lte=models.F("clicks")), name="linkday_known_are_clicks"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.link} on {self.day}"
