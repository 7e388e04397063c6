"""Ways to spend a cycle's money: programs intended, month by month."""

from decimal import Decimal
from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone

from insight.models import Audience, Finding, ProofPoint
from ipeo.models import Cycle, Membership, TenantModel
from plan.models.programs import Program


class Scenario(TenantModel):
    """One way to spend the cycle's money; of several, one is approved."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        PROPOSED = "proposed", "Proposed"
        APPROVED = "approved", "Approved"
        REPLACED = "replaced", "Replaced"

    cycle = models.ForeignKey(Cycle, models.CASCADE, related_name="scenarios")
    name = models.CharField(max_length=80)
    status = models.CharField(max_length=8, choices=Status, default=Status.DRAFT)
    note = models.TextField(blank=True)
    revises = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="revisions"
    )
    budget = models.DecimalField(
        max_digits=16,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
        help_text="The budget limit; empty if there is none.",
    )
    proposed_by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    proposed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, db_default=1)
    updated_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "cycle", "name"], name="scenario_name_once_per_cycle"
            ),
            models.UniqueConstraint(
                fields=["workspace", "cycle"],
                condition=models.Q(status="approved"),
                name="scenario_one_approved_per_cycle",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ProgramPlan(TenantModel):
    """A program as one scenario intends it: to whom, with what message, when, on what ground."""

    scenario = models.ForeignKey(Scenario, models.CASCADE, related_name="program_plans")
    program = models.ForeignKey(Program, models.PROTECT, related_name="plans")
    audience = models.ForeignKey(Audience, models.SET_NULL, null=True, blank=True, related_name="+")
    message = models.CharField(max_length=300, blank=True)
    proof_points = models.ManyToManyField(ProofPoint, through="PlanProof", blank=True)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    marketing_owner = models.ForeignKey(
        Membership, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    sales_owner = models.ForeignKey(
        Membership, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    finding = models.ForeignKey(Finding, models.SET_NULL, null=True, blank=True, related_name="+")
    is_bet = models.BooleanField(default=False, help_text="No evidence yet that it works.")
    materials = models.JSONField(
        default=list, blank=True, help_text="What it needs before launch, by name."
    )
    tasks = models.JSONField(
        default=list, blank=True, help_text="Tasks from its template: title, side, days."
    )
    floor = models.DecimalField(
        max_digits=16,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
        help_text="Minimum for a suggestion over the cycle.",
    )
    ceiling = models.DecimalField(
        max_digits=16,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
        help_text="Maximum for a suggestion over the cycle.",
    )
    is_locked = models.BooleanField(
        default=False, help_text="A suggestion leaves its budget as it is."
    )
    position = models.PositiveSmallIntegerField(default=0)
    version = models.PositiveIntegerField(default=1, db_default=1)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "scenario", "program"], name="programplan_once_per_scenario"
            ),
            models.CheckConstraint(
                condition=models.Q(starts_on=None)
                | models.Q(ends_on=None)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="programplan_flight_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=models.Q(floor=None)
                | models.Q(ceiling=None)
                | models.Q(ceiling__gte=models.F("floor")),
                name="programplan_floor_below_ceiling",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "program"], name="programplan_by_program"),
        ]

    def __str__(self) -> str:
        return f"{self.program} in {self.scenario}"


class PlanProof(TenantModel):
    """A proof point that a planned program's message uses."""

    program_plan = models.ForeignKey(ProgramPlan, models.CASCADE)
    proof_point = models.ForeignKey(ProofPoint, models.CASCADE)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "program_plan", "proof_point"], name="planproof_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.program_plan}: {self.proof_point}"


class BudgetLine(TenantModel):
    """What a scenario gives a program in one month, in the workspace's currency."""

    program_plan = models.ForeignKey(ProgramPlan, models.CASCADE, related_name="budget_lines")
    month = models.DateField(help_text="The first day of the month.")
    amount = models.DecimalField(
        max_digits=16, decimal_places=2, validators=[MinValueValidator(Decimal(0))]
    )
    is_locked = models.BooleanField(default=False, help_text="A suggestion leaves it as it is.")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "program_plan", "month"], name="budgetline_once_per_month"
            ),
            models.CheckConstraint(
                condition=models.Q(amount__gte=0), name="budgetline_not_negative"
            ),
            models.CheckConstraint(
                condition=models.Q(month__day=1), name="budgetline_month_is_a_first"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.program_plan}, {self.month:%b %Y}: {self.amount}"
