"""How each channel answers to what is spent on it, as last fitted."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from insight.models.catalog import Channel
from ipeo.models import TenantModel


class ResponseCurve(TenantModel):
    """One channel's curve from one fit. A fit covers all channels; one row each is current.

    `figures` holds, under the names contribution, return, next and moved, a value with its
    interval. `draws` is a table of posterior draws: its columns are
    `insight.numerics.curves.PARAMETERS`, and row i of every curve of a fit belongs together.
    """

    class Outcome(models.TextChoices):
        MARGIN = "margin", "Margin won"
        NET = "net", "Net amount won"
        LEADS = "leads", "Leads"

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="response_curves")
    fit_key = models.UUIDField(help_text="The same for all the curves of a fit.")
    outcome = models.CharField(max_length=6, choices=Outcome)
    is_current = models.BooleanField(default=True)
    is_informed = models.BooleanField(help_text="The data moved what was believed before.")
    reason = models.CharField(max_length=300, blank=True, help_text="Why it is not informed.")
    first_week = models.DateField(null=True, help_text="Its Monday.")
    last_week = models.DateField(null=True, help_text="Its Monday.")
    weeks = models.PositiveIntegerField(help_text="Weeks the fit looked at.")
    weeks_with_spend = models.PositiveIntegerField()
    spend_amount = models.DecimalField(
        max_digits=24, decimal_places=2, help_text="In the workspace's currency."
    )
    weekly_spend_amount = models.DecimalField(
        max_digits=20, decimal_places=2, help_text="Per week, over the last 13 weeks."
    )
    figures = models.JSONField(default=dict)
    forms = models.JSONField(default=dict, help_text="The weight of each form of curve.")
    lags = models.PositiveSmallIntegerField(default=8)
    draws = models.JSONField(default=list)
    diagnostics = models.JSONField(default=dict)
    fitted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "channel"],
                condition=models.Q(is_current=True),
                name="responsecurve_one_current",
            ),
            models.UniqueConstraint(
                fields=["workspace", "fit_key", "channel"], name="responsecurve_once_per_fit"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["workspace", "channel", "-fitted_at"], name="responsecurve_history"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel}: {self.weeks} weeks"
