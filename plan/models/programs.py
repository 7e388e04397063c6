"""The programs that are run, whichever scenario plans them."""

from decimal import Decimal
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

from insight.models import Channel
from ipeo.models import Campaign, TenantModel


class Program(TenantModel):
    """A repeatable marketing program: it lives on from cycle to cycle, and so can wear out."""

    class Offer(models.TextChoices):
        VALUE = "value", "Value"
        TRIAL = "trial", "Trial"
        PRICE = "price", "Price"

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="programs")
    name = models.CharField(max_length=120)
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="programs")
    offer = models.CharField(max_length=5, choices=Offer, default=Offer.VALUE)
    discount = models.DecimalField(
        max_digits=5,
        decimal_places=4,
        default=Decimal(0),
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal("0.9999"))],
        help_text="The share of the list price that a price-led offer gives away.",
    )
    version = models.PositiveIntegerField(default=1, db_default=1)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "name"], name="program_name_once"),
            models.CheckConstraint(
                condition=models.Q(discount__gte=0, discount__lt=1),
                name="program_discount_is_a_share",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_price_led(self) -> bool:
        """Whether the offer is a lower price."""
        return self.offer == self.Offer.PRICE
