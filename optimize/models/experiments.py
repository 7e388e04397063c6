"""Experiments: what is tried on whom, how they were split, and how it ended."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from insight.models import Audience, Channel, Finding
from ipeo.models import Cycle, Membership, TenantModel
from optimize.models.decisions import Recommendation
from plan.models import Program


class Experiment(TenantModel):
    """One question, put to people, accounts, reps or regions that were split by lot.

    `design` is what was reckoned when it started, `result` what was read when it stopped; neither
    moves afterwards.
    """

    class Unit(models.TextChoices):
        PERSON = "person", "People"
        ACCOUNT = "account", "Accounts"
        REP = "rep", "Sales reps"
        REGION = "region", "Regions"

    class Metric(models.TextChoices):
        RESPONDED = "responded", "Respond"
        OPENED = "opened", "Open a deal"
        WON = "won", "Win a deal"
        NET_AMOUNT = "net_amount", "Won net amount"
        MARGIN_AMOUNT = "margin_amount", "Won margin"

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        RUNNING = "running", "Running"
        STOPPED = "stopped", "Finished"

    class Decision(models.TextChoices):
        ADOPT = "adopt", "Adopt"
        DROP = "drop", "Drop"
        OPEN = "open", "Leave open"

    name = models.CharField(max_length=120)
    question = models.CharField(max_length=400, blank=True)
    treatment = models.CharField(max_length=200, help_text="What the treated get.")
    unit = models.CharField(max_length=7, choices=Unit)
    metric = models.CharField(max_length=13, choices=Metric)
    audience = models.ForeignKey(Audience, models.SET_NULL, null=True, blank=True, related_name="+")
    channel = models.ForeignKey(Channel, models.SET_NULL, null=True, blank=True, related_name="+")
    program = models.ForeignKey(Program, models.SET_NULL, null=True, blank=True, related_name="+")
    cycle = models.ForeignKey(Cycle, models.SET_NULL, null=True, blank=True, related_name="+")
    recommendation = models.ForeignKey(
        Recommendation, models.SET_NULL, null=True, blank=True, related_name="experiments"
    )
    share = models.FloatField(default=0.5, help_text="Share of units that are treated.")
    regions = models.JSONField(default=list, help_text="The regions that are treated.")
    smallest_lift = models.FloatField(help_text="The smallest relative lift worth detecting.")
    weeks = models.PositiveSmallIntegerField(default=8)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True, help_text="The planned end.")
    salt = models.CharField(max_length=32, editable=False)
    design = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT)
    started_by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    started_at = models.DateTimeField(null=True)
    stopped_by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    stopped_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=5, choices=Decision, blank=True)
    reason = models.TextField(blank=True)
    result = models.JSONField(default=dict)
    finding = models.ForeignKey(Finding, models.SET_NULL, null=True, related_name="+")
    created_by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "name"], name="experiment_name_once"),
            models.CheckConstraint(
                condition=Q(share__gt=0, share__lt=1), name="experiment_share_is_a_share"
            ),
            models.CheckConstraint(
                condition=Q(smallest_lift__gt=0), name="experiment_lift_above_nothing"
            ),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on__gt=F("starts_on")),
                name="experiment_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=~Q(state="stopped") | ~Q(decision=""),
                name="experiment_stops_with_a_decision",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "state", "-id"], name="experiment_by_state"),
        ]

    def __str__(self) -> str:
        return self.name


class ExperimentUnit(TenantModel):
    """One unit of an experiment and its arm, fixed when the experiment started."""

    class Arm(models.TextChoices):
        CONTROL = "control", "Control"
        TREATED = "treated", "Treated"

    experiment = models.ForeignKey(Experiment, models.CASCADE, related_name="units")
    unit_key = models.CharField(max_length=120, help_text="An id, or a region's name.")
    arm = models.CharField(max_length=7, choices=Arm)
    is_given = models.BooleanField(default=False, help_text="Told by a list, not drawn by lot.")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "experiment", "unit_key"], name="experimentunit_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.experiment}: {self.unit_key}"
