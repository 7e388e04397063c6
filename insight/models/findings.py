"""What was learned, and what each cycle does with it."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from ipeo.models import Cycle, Membership, TenantModel


class Finding(TenantModel):
    """Something learned, with its evidence, how sure it is, and until when it holds."""

    class Source(models.TextChoices):
        RESEARCH = "research", "Research"
        SALES = "sales", "Sales"
        MEASUREMENT = "measurement", "Measured"

    class Confidence(models.TextChoices):
        LOW = "low", "Low"
        MEDIUM = "medium", "Medium"
        HIGH = "high", "High"

    statement = models.CharField(max_length=300)
    detail = models.TextField(blank=True)
    source = models.CharField(max_length=12, choices=Source, default=Source.RESEARCH)
    confidence = models.CharField(max_length=6, choices=Confidence, default=Confidence.MEDIUM)
    evidence = models.JSONField(default=dict, blank=True)
    evidence_url = models.CharField(max_length=300, blank=True)
    kind = models.CharField(max_length=40, blank=True)
    subject_key = models.CharField(max_length=120, blank=True)
    campaign = models.ForeignKey(
        "ipeo.Campaign", models.CASCADE, null=True, blank=True, related_name="findings"
    )
    learned_in = models.ForeignKey(Cycle, models.SET_NULL, null=True, blank=True, related_name="+")
    recorded_by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)
    expires_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            # Closing a cycle twice (a task delivered again) records each learning once.
            models.UniqueConstraint(
                fields=["workspace", "learned_in", "kind", "subject_key"],
                condition=models.Q(learned_in__isnull=False),
                name="finding_learned_once_per_cycle",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["workspace", "campaign", "-recorded_at"], name="finding_by_campaign"
            ),
        ]

    def __str__(self) -> str:
        return self.statement


class Disposition(TenantModel):
    """What a cycle does with a finding that was carried into it, or that it recorded."""

    class Decision(models.TextChoices):
        WAITING = "waiting", "Awaits a decision"
        ADOPTED = "adopted", "Adopted"
        REJECTED = "rejected", "Rejected"
        DEFERRED = "deferred", "Deferred"

    finding = models.ForeignKey(Finding, models.CASCADE, related_name="dispositions")
    cycle = models.ForeignKey(Cycle, models.CASCADE, related_name="dispositions")
    decision = models.CharField(max_length=8, choices=Decision, default=Decision.WAITING)
    reason = models.CharField(max_length=300, blank=True)
    carried = models.BooleanField(default=False, help_text="Carried in from the cycle before.")
    decided_by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "cycle", "finding"], name="disposition_once_per_cycle"
            ),
            models.CheckConstraint(
                condition=models.Q(decision__in=["waiting", "adopted"]) | ~models.Q(reason=""),
                name="disposition_no_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.finding}: {self.get_decision_display()}"
