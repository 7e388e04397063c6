"""What was fitted to the facts, kept so that a page reads it and never waits for it."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from ipeo.models import TenantModel


class Fit(TenantModel):
    """One result of a fit, as JSON: a program's wear, what discounts bought, what helped to win."""

    class Kind(models.TextChoices):
        WEAR = "wear", "Program wear-out"
        DISCOUNT = "discount", "What discounts bought"
        HOLDING = "holding", "Why nothing is advised"
        CELL = "cell", "Wear-out of an audience, message and channel"
        HELP = "help", "What helped to win"

    kind = models.CharField(max_length=10, choices=Kind)
    subject_key = models.CharField(
        max_length=40, help_text="A program's or cycle's id, or `workspace`."
    )
    result = models.JSONField(default=dict)
    fitted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "kind", "subject_key"], name="fit_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.subject_key}"
