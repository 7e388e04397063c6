"""What money of another currency is worth in the workspace's own, day by day."""

from decimal import Decimal
from typing import ClassVar

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from ipeo.models import Membership, TenantModel


class ExchangeRate(TenantModel):
    """What one unit of a currency is worth in the workspace's currency from a date on."""

    currency = models.CharField(
        max_length=3,
        validators=[
            RegexValidator(r"^[A-Z]{3}$", "Use the three letters of a currency, such as GBP.")
        ],
    )
    date = models.DateField(default=timezone.localdate)
    rate = models.DecimalField(
        max_digits=18,
        decimal_places=8,
        validators=[MinValueValidator(Decimal("0.00000001"), "A rate must be above zero.")],
    )
    origin = models.CharField(max_length=200, blank=True)
    set_by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    set_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "currency", "date"], name="exchangerate_day_once"
            ),
            models.CheckConstraint(condition=Q(rate__gt=0), name="exchangerate_is_positive"),
        ]

    def __str__(self) -> str:
        return f"1 {self.currency} = {self.shown} from {self.date}"

    @property
    def shown(self) -> str:
        """The rate without trailing zeros."""
        return f"{self.rate.normalize():f}"
