"""The campaign that the four stages share, its cycles and their passage through the gates."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from ipeo.models.identity import Membership
from ipeo.models.tenant import TenantModel


class Campaign(TenantModel):
    """The identity that all four stages share."""

    class Status(models.TextChoices):
        PLANNED = "planned", "Planned"
        IN_PROGRESS = "in_progress", "In progress"
        COMPLETED = "completed", "Completed"
        ABORTED = "aborted", "Aborted"

    name = models.CharField(max_length=120)
    goal = models.CharField(max_length=300, blank=True)
    owner = models.ForeignKey(Membership, models.PROTECT, null=True, blank=True, related_name="+")
    status = models.CharField(max_length=12, choices=Status, default=Status.PLANNED)
    version = models.PositiveIntegerField(default=1, db_default=1)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "name"], name="campaign_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Cycle(TenantModel):
    """One turn of a campaign round Insight, Plan, Execute and Optimize."""

    class Stage(models.TextChoices):
        INSIGHT = "insight", "Insight"
        PLAN = "plan", "Plan"
        EXECUTE = "execute", "Execute"
        OPTIMIZE = "optimize", "Optimize"
        CLOSED = "closed", "Closed"

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="cycles")
    number = models.PositiveSmallIntegerField(default=1)
    stage = models.CharField(max_length=8, choices=Stage, default=Stage.INSIGHT)
    starts_on = models.DateField()
    ends_on = models.DateField()
    opened_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "campaign", "number"], name="cycle_number_once"
            ),
            models.UniqueConstraint(
                fields=["workspace", "campaign"],
                condition=models.Q(closed_at=None),
                name="cycle_one_open_per_campaign",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")),
                name="cycle_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=models.Q(stage="closed", closed_at__isnull=False)
                | (~models.Q(stage="closed") & models.Q(closed_at=None)),
                name="cycle_closed_has_its_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign}, cycle {self.number}"


class StageChange(TenantModel):
    """A passage through a gate, with what the stage handed on, as it was."""

    cycle = models.ForeignKey(Cycle, models.CASCADE, related_name="stage_changes")
    from_stage = models.CharField(max_length=8, choices=Cycle.Stage)
    to_stage = models.CharField(max_length=8, choices=Cycle.Stage)
    by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    override_reason = models.TextField(blank=True)
    overridden_blockers = models.JSONField(default=list, blank=True)
    handoff = models.JSONField(default=dict, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["workspace", "cycle", "at"], name="stagechange_by_cycle"),
        ]

    def __str__(self) -> str:
        return f"{self.cycle}: {self.get_from_stage_display()} to {self.get_to_stage_display()}"
