"""The buyer's own voice on a deal that has ended."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from execute.models.deals import Deal, Driver
from ipeo.models import Membership, TenantModel


class BuyerReview(TenantModel):
    """A link that lets a buyer answer five questions once, and the answer.

    Only the hash of the link's secret is kept. The three scales run from 1 (worst) to 5 (best);
    null is a buyer who could not say.
    """

    class Again(models.TextChoices):
        YES = "yes", "Yes"
        PERHAPS = "perhaps", "Maybe"
        NO = "no", "No"

    deal = models.ForeignKey(Deal, models.CASCADE, related_name="buyer_reviews")
    digest = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    value = models.PositiveSmallIntegerField(null=True, blank=True)
    price = models.PositiveSmallIntegerField(null=True, blank=True)
    trust = models.PositiveSmallIntegerField(null=True, blank=True)
    again = models.CharField(max_length=7, choices=Again, blank=True)
    words = models.TextField(blank=True)
    drivers = models.ManyToManyField(Driver, through="BuyerReviewDriver", blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(value=None) | Q(value__range=(1, 5)), name="buyerreview_value_scale"
            ),
            models.CheckConstraint(
                condition=Q(price=None) | Q(price__range=(1, 5)), name="buyerreview_price_scale"
            ),
            models.CheckConstraint(
                condition=Q(trust=None) | Q(trust__range=(1, 5)), name="buyerreview_trust_scale"
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None) | ~Q(again=""), name="buyerreview_answered_whole"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "deal", "-id"], name="buyerreview_by_deal"),
            models.Index(
                fields=["workspace", "answered_at"],
                condition=Q(answered_at__isnull=False),
                name="buyerreview_answered",
            ),
        ]

    def __str__(self) -> str:
        return f"The buyer of {self.deal}"


class BuyerReviewDriver(TenantModel):
    """What decided a deal in its buyer's words, first things first."""

    review = models.ForeignKey(BuyerReview, models.CASCADE, related_name="review_drivers")
    driver = models.ForeignKey(Driver, models.PROTECT, related_name="+")
    rank = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "review", "driver"], name="buyerreviewdriver_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.review}: {self.driver}"
