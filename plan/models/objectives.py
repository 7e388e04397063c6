"""What a cycle is to reach."""

from typing import ClassVar

from django.db import models

from insight.models import Audience
from ipeo.models import Cycle, TenantModel


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
    version = models.PositiveIntegerField(default=1, db_default=1)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "cycle", "metric"], name="objective_metric_once_per_cycle"
            ),
        ]

    def __str__(self) -> str:
        return self.get_metric_display()
