"""What has changed since the last measurement, and when that was."""

from decimal import Decimal
from typing import ClassVar

from django.db import models

from insight.models import Channel
from ipeo.models import TenantModel
from ipeo.models.tenant import WorkspaceKey
from plan.models import Program


class Figure(models.TextChoices):
    """What marketing did and what it cost, counted by day."""

    TOUCHES = "touches", "Touches"
    LEADS = "leads", "Leads"
    PLANNED = "planned", "Planned spend"
    COMMITTED = "committed", "Committed spend"
    ACTUAL = "actual", "Spend"
    IMPRESSIONS = "impressions", "Impressions"
    CLICKS = "clicks", "Clicks"


class StaleParty(TenantModel):
    """A buyer whose deals must be measured again; written by database triggers.

    Marks are only ever appended, and taken by deleting them. So a mark made while a measurement
    runs outlives it, and two loads at once never wait for each other, as they would under a
    unique key. `party` is the account, minus the contact, `DEAL_ALONE` plus the deal for a deal
    of nobody known, or 0 where a setting changed that the whole measurement rests on.
    """

    DEAL_ALONE: ClassVar[int] = -9_000_000_000_000_000_000

    # No constraint: a workspace that is deleted marks its parties while it goes.
    workspace = WorkspaceKey(db_constraint=False)
    party = models.BigIntegerField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["workspace", "party"], name="staleparty_by_party")
        ]

    def __str__(self) -> str:
        return str(self.party)


class ActivityDelta(TenantModel):
    """A change to `ActivityTotal` not yet added to it; written by database triggers."""

    workspace = WorkspaceKey(db_constraint=False)
    date = models.DateField()
    channel = models.ForeignKey(
        Channel,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    program = models.ForeignKey(
        Program,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    figure = models.CharField(max_length=11, choices=Figure)
    n = models.BigIntegerField()
    amount = models.DecimalField(max_digits=24, decimal_places=2, default=Decimal(0))

    class Meta:
        indexes: ClassVar = [models.Index(fields=["workspace"], name="activitydelta_by_workspace")]

    def __str__(self) -> str:
        return f"{self.get_figure_display()} on {self.date}: {self.n:+d}"


class MeasurementState(TenantModel):
    """When the workspace was last measured, and under which settings."""

    measured_at = models.DateTimeField(null=True)
    full_at = models.DateTimeField(null=True, help_text="When everything was last measured anew.")
    facts_through = models.DateField(null=True, help_text="The day of the latest touch or close.")
    settings = models.JSONField(default=dict)
    calendar = models.JSONField(default=dict, help_text="Each program's campaign and its cycles.")
    last = models.JSONField(default=dict, help_text="What the last measurement read and took.")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace"], name="measurementstate_once"),
        ]

    def __str__(self) -> str:
        return f"Measured at {self.measured_at}"
