"""What is intended: objectives, scenarios, programs, the budget, approvals and the forecast."""

from decimal import Decimal
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

from insight.models import Audience, Channel, Finding, ProofPoint
from ipeo.models import Campaign, Cycle, Membership, TenantModel


class Objective(TenantModel):
    """What the cycle is to reach, from where, by when."""

    class Metric(models.TextChoices):
        WON_MARGIN = "won_margin", "Won margin"
        NET_AMOUNT = "net_amount", "Won net amount"
        NEW_CUSTOMERS = "new_customers", "New customers"
        WIN_RATE = "win_rate", "Win rate"
        PIPELINE = "pipeline", "Sourced pipeline"
        VALUE_SHARE = "value_share", "Share won at list price"

    cycle = models.ForeignKey(Cycle, models.CASCADE, related_name="objectives")
    metric = models.CharField(max_length=14, choices=Metric)
    baseline = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)
    target = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)
    due_date = models.DateField(null=True, blank=True)
    audience = models.ForeignKey(Audience, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "cycle", "metric"], name="objective_metric_once_per_cycle"
            ),
        ]

    def __str__(self) -> str:
        return self.get_metric_display()


class Program(TenantModel):
    """A repeatable marketing program: it lives on from cycle to cycle, and so can wear out."""

    class Offer(models.TextChoices):
        VALUE = "value", "Value"
        TRIAL = "trial", "Trial"
        PRICE = "price", "Price"

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="programs")
    name = models.CharField(max_length=120)
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="programs")
    offer = models.CharField(max_length=5, choices=Offer, default=Offer.VALUE)
    discount = models.DecimalField(
        max_digits=5,
        decimal_places=4,
        default=Decimal(0),
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal("0.9999"))],
        help_text="The share of the list price that a price-led offer gives away.",
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "name"], name="program_name_once"),
            models.CheckConstraint(
                condition=models.Q(discount__gte=0, discount__lt=1),
                name="program_discount_is_a_share",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_price_led(self) -> bool:
        """Whether the offer is a lower price."""
        return self.offer == self.Offer.PRICE


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
    proposed_by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    proposed_at = models.DateTimeField(null=True, blank=True)
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
    is_bet = models.BooleanField(default=False, help_text="Nothing shows yet that it works.")
    position = models.PositiveSmallIntegerField(default=0)

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


class Approval(TenantModel):
    """A manager's yes to a scenario, or to a price-led program within it, with what was shown."""

    scenario = models.ForeignKey(Scenario, models.CASCADE, related_name="approvals")
    program_plan = models.ForeignKey(
        ProgramPlan, models.CASCADE, null=True, blank=True, related_name="approvals"
    )
    by = models.ForeignKey(Membership, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    note = models.TextField(blank=True)
    shown = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "scenario", "program_plan"],
                name="approval_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.program_plan or self.scenario} approved by {self.by}"


class Forecast(TenantModel):
    """What was expected when the scenario was approved: frozen then, scored at the close."""

    scenario = models.ForeignKey(Scenario, models.CASCADE, related_name="forecasts")
    program = models.ForeignKey(Program, models.CASCADE, null=True, blank=True, related_name="+")
    objective = models.ForeignKey(
        Objective, models.CASCADE, null=True, blank=True, related_name="forecasts"
    )
    metric = models.CharField(max_length=14, choices=Objective.Metric)
    expected = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    low = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    high = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    chance = models.FloatField(null=True, help_text="Of reaching the objective's target.")
    rests_on = models.JSONField(default=dict, blank=True)
    frozen_at = models.DateTimeField(default=timezone.now)
    actual = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    scored_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "scenario", "metric", "program"],
                name="forecast_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_metric_display()} of {self.program or self.scenario}"
