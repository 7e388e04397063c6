"""How an ad platform's campaigns find the programs and channels of the plan."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from insight.models import Channel
from ipeo.models import Membership, TenantModel
from plan.models import Program


class SpendRule(TenantModel):
    """Where spend belongs whose campaign, description or source reads in a certain way.

    The first rule by position that fits decides.
    """

    class Field(models.TextChoices):
        CAMPAIGN = "campaign", "Campaign name"
        DESCRIPTION = "description", "Ad group or description"
        SOURCE = "source", "Source"

    class Comparison(models.TextChoices):
        CONTAINS = "contains", "contains"
        STARTS = "starts", "starts with"
        EQUALS = "equals", "is exactly"
        PATTERN = "pattern", "matches the pattern"

    field = models.CharField(max_length=11, choices=Field, default=Field.CAMPAIGN)
    comparison = models.CharField(max_length=8, choices=Comparison, default=Comparison.CONTAINS)
    text = models.CharField(max_length=200)
    program = models.ForeignKey(
        Program, models.CASCADE, null=True, blank=True, related_name="spend_rules"
    )
    channel = models.ForeignKey(Channel, models.CASCADE, null=True, blank=True, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)
    made_by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(program__isnull=False) | Q(channel__isnull=False),
                name="spendrule_leads_somewhere",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="spendrule_has_text"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "position", "id"], name="spendrule_by_position"),
        ]

    def __str__(self) -> str:
        return f"{self.get_field_display()} {self.get_comparison_display()} “{self.text}”"
