"""What the measurement suggests, what people decided, and books that were closed."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from ipeo.models import Cycle, Membership, TenantModel
from plan.models import Program


class Period(TenantModel):
    """A cycle's books, closed: its figures as they were then, which never move again."""

    cycle = models.ForeignKey(Cycle, models.CASCADE, related_name="periods")
    closed_at = models.DateTimeField(default=timezone.now)
    closed_by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    figures = models.JSONField(default=dict, help_text="Key figures, in all and by program.")
    amounts = models.JSONField(
        default=dict, help_text="Sums that restatements add to, as exact decimals in text."
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "cycle"], name="period_once_per_cycle"),
        ]

    def __str__(self) -> str:
        return f"{self.cycle}, closed"


class Recommendation(TenantModel):
    """One thing to change, what that is expected to gain, and on what it rests."""

    class Kind(models.TextChoices):
        RETIRE = "retire", "Retire"
        REFRESH = "refresh", "Refresh"
        REALLOCATE = "reallocate", "Move budget"
        PRICE = "price", "Price"
        TEST = "test", "Test"
        HOLD = "hold", "Hold"

    class Route(models.TextChoices):
        PRODUCT = "product", "Product"
        CHANNEL = "channel", "Channel"
        AUDIENCE = "audience", "Audience"
        PROGRAM = "program", "Program"
        TECHNOLOGY = "technology", "Technology"

    class State(models.TextChoices):
        WAITING = "waiting", "Decision needed"
        ACCEPTED = "accepted", "Accepted"
        REJECTED = "rejected", "Rejected"
        LATER = "later", "Deferred"

    cycle = models.ForeignKey(Cycle, models.CASCADE, related_name="recommendations")
    kind = models.CharField(max_length=10, choices=Kind)
    route = models.CharField(
        max_length=10, choices=Route, blank=True, help_text="Empty where nothing is to be renewed."
    )
    subject_key = models.CharField(max_length=120, help_text="A program's id, or `workspace`.")
    program = models.ForeignKey(Program, models.SET_NULL, null=True, related_name="+")
    title = models.CharField(max_length=250)
    summary = models.CharField(max_length=400, help_text="Why, in a sentence or two.")
    text = models.TextField(help_text="Why, with every interval and caution.")
    gain = models.FloatField(null=True, help_text="Expected margin, in the workspace's currency.")
    gain_low = models.FloatField(null=True)
    gain_high = models.FloatField(null=True)
    gain_reason = models.CharField(max_length=300, blank=True)
    n = models.PositiveIntegerField(default=0)
    evidence = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    decided_at = models.DateTimeField(null=True)
    after = models.FloatField(
        null=True, help_text="How margin less spend changed after the decision, a month."
    )
    after_low = models.FloatField(null=True)
    after_high = models.FloatField(null=True)
    after_n = models.PositiveIntegerField(default=0, help_text="Whole months after the decision.")
    after_reason = models.CharField(max_length=300, blank=True)
    scored_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "cycle", "kind", "subject_key"], name="recommendation_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "state", "-id"], name="recommendation_by_state"),
        ]

    def __str__(self) -> str:
        return self.title


class Decision(TenantModel):
    """One decision on a recommendation; the latest one holds, the earlier ones stay."""

    class Choice(models.TextChoices):
        ACCEPTED = "accepted", "Accept"
        REJECTED = "rejected", "Reject"
        LATER = "later", "Defer"

    recommendation = models.ForeignKey(Recommendation, models.CASCADE, related_name="decisions")
    decision = models.CharField(max_length=8, choices=Choice)
    reason = models.TextField(blank=True)
    by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(decision="rejected") | ~Q(reason=""),
                name="decision_rejecting_needs_a_reason",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["workspace", "recommendation", "-at"], name="decision_by_recommendation"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recommendation}: {self.get_decision_display()}"
