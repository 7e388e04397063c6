"""What was approved, by whom, and the forecast frozen with it."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from ipeo.models import Membership, TenantModel
from plan.models.objectives import Objective
from plan.models.programs import Program
from plan.models.scenarios import ProgramPlan, Scenario


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
