"""Who does what, and with which material."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from insight.models import ProofPoint
from ipeo.models import Cycle, Membership, TenantModel
from plan.models import Program


class Task(TenantModel):
    """A piece of work of marketing or sales, in one list."""

    class Side(models.TextChoices):
        MARKETING = "marketing", "Marketing"
        SALES = "sales", "Sales"

    class State(models.TextChoices):
        TO_DO = "to_do", "To do"
        DOING = "doing", "Doing"
        DONE = "done", "Done"
        DROPPED = "dropped", "Dropped"

    title = models.CharField(max_length=200)
    side = models.CharField(max_length=9, choices=Side, default=Side.MARKETING)
    state = models.CharField(max_length=7, choices=State, default=State.TO_DO)
    cycle = models.ForeignKey(Cycle, models.CASCADE, null=True, blank=True, related_name="tasks")
    program = models.ForeignKey(
        Program, models.SET_NULL, null=True, blank=True, related_name="tasks"
    )
    owner = models.ForeignKey(Membership, models.SET_NULL, null=True, blank=True, related_name="+")
    due_date = models.DateField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state="done", done_at__isnull=False)
                | (~Q(state="done") & Q(done_at=None)),
                name="task_done_has_its_time",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "state", "due_date"], name="task_by_state"),
            models.Index(fields=["workspace", "cycle", "state"], name="task_by_cycle"),
        ]

    def __str__(self) -> str:
        return self.title


class Material(TenantModel):
    """Something that helps sales to win: a one-pager, a calculator, a demo kit."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        APPROVED = "approved", "Approved"
        RETIRED = "retired", "Retired"

    name = models.CharField(max_length=120)
    description = models.CharField(max_length=300, blank=True)
    url = models.URLField(max_length=500, blank=True)
    status = models.CharField(max_length=8, choices=Status, default=Status.DRAFT)
    version = models.PositiveSmallIntegerField(default=1)
    program = models.ForeignKey(
        Program, models.SET_NULL, null=True, blank=True, related_name="materials"
    )
    proof_point = models.ForeignKey(
        ProofPoint, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    approved_by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "name"], name="material_name_once"),
        ]

    def __str__(self) -> str:
        return self.name
