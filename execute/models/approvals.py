"""A discount past the workspace's threshold: what it buys, and who lets it pass."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from execute.models.deals import Deal
from ipeo.models import Membership, TenantModel


class InReturn(models.TextChoices):
    """What a buyer gives for a discount."""

    LONGER_TERM = "longer_term", "A longer term"
    VOLUME = "volume", "More volume"
    REFERENCE = "reference", "A reference"
    PREPAYMENT = "prepayment", "Prepayment"
    SCOPE = "scope", "A broader scope"
    OTHER = "other", "Something else"


class DiscountApproval(TenantModel):
    """A deal's discount put before a manager.

    `margin` is the contribution margin at list price that was assumed, a share; the break-even
    uplift d / (m - d) follows from it, and `shown` keeps the sentence that stood beside it.
    """

    class Status(models.TextChoices):
        PENDING = "pending", "Waiting for a manager"
        APPROVED = "approved", "Approved"
        SENT_BACK = "sent_back", "Sent back"
        WITHDRAWN = "withdrawn", "Withdrawn"

    deal = models.ForeignKey(Deal, models.CASCADE, related_name="discount_approvals")
    status = models.CharField(max_length=9, choices=Status, default=Status.PENDING)
    list_amount = models.DecimalField(max_digits=16, decimal_places=2)
    net_amount = models.DecimalField(max_digits=16, decimal_places=2)
    discount = models.DecimalField(max_digits=9, decimal_places=6)
    margin = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    break_even_uplift = models.DecimalField(max_digits=16, decimal_places=6, null=True)
    shown = models.TextField(blank=True)
    in_return = models.CharField(max_length=11, choices=InReturn)
    in_return_note = models.CharField(max_length=500, blank=True)
    asked_by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "deal"],
                condition=Q(status="pending"),
                name="discountapproval_one_waits",
            ),
            models.CheckConstraint(
                condition=Q(status="pending", decided_at=None)
                | (~Q(status="pending") & Q(decided_at__isnull=False)),
                name="discountapproval_decided_when",
            ),
            models.CheckConstraint(
                condition=~Q(status="sent_back") | ~Q(reason=""),
                name="discountapproval_sent_back_says_why",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "deal", "-id"], name="discountapproval_by_deal"),
            models.Index(
                fields=["workspace", "asked_at"],
                condition=Q(status="pending"),
                name="discountapproval_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deal}: {self.get_status_display()}"

    @property
    def waits(self) -> bool:
        """Whether a manager has yet to decide."""
        return self.status == self.Status.PENDING
