"""What is sold, and the ways to reach people."""

from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models

from ipeo.models import TenantModel


class Product(TenantModel):
    """Something the brand sells, and what buyers value it for."""

    name = models.CharField(max_length=200)
    family = models.CharField(max_length=120, blank=True)
    list_price = models.DecimalField(
        max_digits=16, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    unit_cost = models.DecimalField(
        max_digits=16, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    valued_for = models.CharField(max_length=300, blank=True)
    is_active = models.BooleanField(default=True)
    import_key = models.CharField(max_length=250, null=True, blank=True, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "name"], name="product_name_once"),
            models.UniqueConstraint(
                fields=["workspace", "import_key"], name="product_import_key_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Channel(TenantModel):
    """A way to reach people: search, e-mail, field events, a partner."""

    name = models.CharField(max_length=120)
    key = models.CharField(max_length=120, help_text="The name in small letters, for matching.")
    is_sales = models.BooleanField(default=False, help_text="Touches made by sales reps.")
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "key"], name="channel_key_once"),
        ]

    def __str__(self) -> str:
        return self.name
