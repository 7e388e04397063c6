"""The products of a deal that sells several."""

from decimal import Decimal
from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models

from execute.models.deals import Deal, discount_field, margin_field
from insight.models import Product
from ipeo.models import TenantModel


class DealLine(TenantModel):
    """One product of a deal that sells several, with its part of the money.

    A deal of one product holds it itself and has no lines. Where there are lines, the deal's
    amounts are their sums and its product and quantity those of the largest line, so that
    whatever counts deals by product counts each deal once.
    """

    deal = models.ForeignKey(Deal, models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    quantity = models.DecimalField(
        max_digits=12, decimal_places=2, default=Decimal(1), validators=[MinValueValidator(0)]
    )
    list_amount = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    net_amount = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    cost_amount = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    discount = discount_field()
    margin_amount = margin_field()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "deal", "position"], name="dealline_position_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity.normalize():f} × {self.product}"
