"""What came to light after books were closed."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from ipeo.models import TenantModel
from optimize.models.decisions import Period


class Restatement(TenantModel):
    """What a measurement changed in the figures of a closed period, and what it did not.

    `changes` holds differences as exact decimals in text, in the shape of the period's `amounts`.
    The period as closed and all its restatements add up to the period as now known.
    """

    period = models.ForeignKey(Period, models.CASCADE, related_name="restatements")
    number = models.PositiveIntegerField(help_text="1 for the first after the close.")
    made_at = models.DateTimeField(default=timezone.now)
    changes = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "period", "number"], name="restatement_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period}, restatement {self.number}"
