"""What a finding rests on as it was, and how its date was renewed."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from insight.models.findings import Finding
from insight.models.research import Study
from ipeo.models import Membership, TenantModel


class FindingEvidence(TenantModel):
    """A page that shows why a finding holds, with what it said on the day it was taken."""

    class Kind(models.TextChoices):
        NUMBER = "number", "A number"
        STUDY = "study", "A study"
        DEALS = "deals", "A set of deals"
        CHART = "chart", "A chart"
        PAGE = "page", "A page"

    finding = models.ForeignKey(Finding, models.CASCADE, related_name="exhibits")
    kind = models.CharField(max_length=6, choices=Kind, default=Kind.PAGE)
    title = models.CharField(max_length=200)
    url = models.CharField(max_length=300, blank=True)
    study = models.ForeignKey(
        Study, models.SET_NULL, null=True, blank=True, related_name="exhibits"
    )
    snapshot = models.JSONField(default=dict, blank=True, help_text="Its facts, and its chart.")
    taken_at = models.DateTimeField(default=timezone.now)
    taken_by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["workspace", "finding", "id"], name="findingevidence_by_finding"),
            models.Index(fields=["workspace", "study"], name="findingevidence_by_study"),
        ]

    def __str__(self) -> str:
        return self.title


class FindingRenewal(TenantModel):
    """A finding whose evidence was looked at again and still holds."""

    finding = models.ForeignKey(Finding, models.CASCADE, related_name="renewals")
    expired_on = models.DateField(null=True, blank=True)
    expires_on = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=300)
    renewed_by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    renewed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(reason=""), name="findingrenewal_has_a_reason"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "finding", "-id"], name="findingrenewal_by_finding"),
        ]

    def __str__(self) -> str:
        return f"{self.finding}: renewed"
