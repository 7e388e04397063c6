"""A suggested split of the money: what it was asked under, what it says, what was taken of it."""

from decimal import Decimal
from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone

from ipeo.models import Membership, TenantModel
from plan.models.objectives import Objective
from plan.models.scenarios import ProgramPlan, Scenario


class Allocation(TenantModel):
    """One suggestion for a scenario, with its constraints, what is expected of it, and why.

    `plan` and `split` are estimates of the won margin as JSON, `chances` the chance of each
    objective under the plan and under the split, by the objective's id.
    """

    scenario = models.ForeignKey(Scenario, models.CASCADE, related_name="allocations")
    objective = models.ForeignKey(
        Objective,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="The objective whose chance it maximizes; if empty, the expected margin.",
    )
    total = models.DecimalField(
        max_digits=16, decimal_places=2, validators=[MinValueValidator(Decimal(0))]
    )
    planned = models.JSONField(default=dict, blank=True)
    split = models.JSONField(default=dict, blank=True)
    gain = models.JSONField(default=dict, blank=True)
    chances = models.JSONField(default=dict, blank=True)
    rests_on = models.TextField(blank=True)
    made_by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(total__gte=0), name="allocation_not_negative"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "scenario", "-made_at"], name="allocation_latest"),
        ]

    def __str__(self) -> str:
        return f"Suggestion for {self.scenario}"


class AllocationLine(TenantModel):
    """What a suggestion gives one program, month by month, beside what the plan gave it then."""

    allocation = models.ForeignKey(Allocation, models.CASCADE, related_name="lines")
    program_plan = models.ForeignKey(ProgramPlan, models.CASCADE, related_name="+")
    floor = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    ceiling = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    is_locked = models.BooleanField(default=False)
    planned = models.DecimalField(max_digits=16, decimal_places=2)
    suggested = models.DecimalField(max_digits=16, decimal_places=2)
    months = models.JSONField(default=dict, help_text="The suggested money by month, 2026-07.")
    margin = models.JSONField(default=dict, blank=True)
    next_return = models.JSONField(default=dict, blank=True)
    rests_on = models.CharField(max_length=300, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "allocation", "program_plan"], name="allocationline_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.program_plan}: {self.suggested}"
