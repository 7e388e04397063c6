"""How tasks come about and hang together: templates, dependencies, and what is handed to sales."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from execute.models.facts import PARTY, Touch
from execute.models.work import Task
from insight.models import Account, Channel, Contact
from ipeo.models import Cycle, Membership, TenantModel
from plan.models import Program


class TaskDependency(TenantModel):
    """A task that waits for another one."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="waits")
    waits_for = models.ForeignKey(Task, models.CASCADE, related_name="holds_up")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "task", "waits_for"], name="taskdependency_once"
            ),
            models.CheckConstraint(
                condition=~Q(task=F("waits_for")), name="taskdependency_of_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task} waits for {self.waits_for}"


class TaskTemplate(TenantModel):
    """The tasks that a kind of program always needs; the closest fit is taken."""

    name = models.CharField(max_length=80)
    channel = models.ForeignKey(Channel, models.CASCADE, null=True, blank=True, related_name="+")
    offer = models.CharField(max_length=5, choices=Program.Offer, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "name"], name="tasktemplate_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class TemplateTask(TenantModel):
    """One task of a template: what, whose, and how many days from the flight's start or end."""

    class Owner(models.TextChoices):
        MARKETING = "marketing", "The program's marketing owner"
        SALES = "sales", "The program's sales owner"
        NOBODY = "nobody", "Unassigned"

    class Anchor(models.TextChoices):
        START = "start", "the flight's start"
        END = "end", "the flight's end"

    template = models.ForeignKey(TaskTemplate, models.CASCADE, related_name="items")
    title = models.CharField(max_length=200)
    side = models.CharField(max_length=9, choices=Task.Side, default=Task.Side.MARKETING)
    owner_role = models.CharField(max_length=9, choices=Owner, default=Owner.MARKETING)
    offset_days = models.SmallIntegerField(
        default=0, help_text="Days after; use a minus sign for days before."
    )
    counted_from = models.CharField(max_length=5, choices=Anchor, default=Anchor.START)
    waits_for_previous = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["workspace", "template", "position"], name="templatetask_by_place"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Handoff(TenantModel):
    """A buyer whose mind marketing has moved, handed to sales: the clock runs from then.

    Once for each buyer and cycle. A task holds one handoff or, where many come at once to one
    rep, several.
    """

    account = models.ForeignKey(Account, models.CASCADE, null=True, related_name="+")
    contact = models.ForeignKey(Contact, models.CASCADE, null=True, related_name="+")
    cycle = models.ForeignKey(Cycle, models.CASCADE, null=True, related_name="handoffs")
    program = models.ForeignKey(Program, models.SET_NULL, null=True, related_name="+")
    kind = models.CharField(max_length=10, choices=Touch.Kind)
    owner = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    task = models.ForeignKey(Task, models.SET_NULL, null=True, related_name="handoffs")
    handed_at = models.DateTimeField(help_text="When the buyer took a second look.")
    due_at = models.DateTimeField()
    first_touch_at = models.DateTimeField(null=True, help_text="The first touch of sales since.")
    created_at = models.DateTimeField(default=timezone.now)
    party = models.GeneratedField(
        expression=PARTY, output_field=models.BigIntegerField(), db_persist=True
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "party", "cycle"],
                name="handoff_once_per_buyer_and_cycle",
                nulls_distinct=False,
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "-handed_at", "-id"], name="handoff_by_time"),
            models.Index(
                fields=["workspace", "due_at"],
                condition=Q(first_touch_at=None),
                name="handoff_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account or self.contact} handed to sales"
