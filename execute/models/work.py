"""Who does what."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from ipeo.models import Cycle, Membership, TenantModel
from plan.models import Program


class Task(TenantModel):
    """A piece of work of marketing or sales, in one list."""

    class Side(models.TextChoices):
        MARKETING = "marketing", "Marketing"
        SALES = "sales", "Sales"

    class State(models.TextChoices):
        TO_DO = "to_do", "To do"
        DOING = "doing", "In progress"
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
    template_task = models.ForeignKey(
        "execute.TemplateTask", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    version = models.PositiveIntegerField(default=1, db_default=1)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "cycle", "program", "template_task"],
                condition=Q(template_task__isnull=False),
                name="task_once_per_template",
            ),
            models.CheckConstraint(
                condition=Q(state="done", done_at__isnull=False)
                | (~Q(state="done") & Q(done_at=None)),
                name="task_done_has_its_time",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "state", "due_date"], name="task_by_state"),
            models.Index(fields=["workspace", "cycle", "state"], name="task_by_cycle"),
            models.Index(fields=["workspace", "due_date"], name="task_by_due_date"),
        ]

    def __str__(self) -> str:
        return self.title
