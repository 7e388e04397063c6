"""Kinds of programs that a workspace begins from."""

from decimal import Decimal
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

from ipeo.models import TenantModel
from plan.models.programs import Program


class ProgramTemplate(TenantModel):
    """A kind of program as this workspace runs it; with a built-in's key it stands in its place."""

    key = models.CharField(max_length=60)
    name = models.CharField(max_length=120)
    purpose = models.CharField(max_length=300, blank=True)
    channel = models.CharField(max_length=120, help_text="The channel's name.")
    offer = models.CharField(max_length=5, choices=Program.Offer, default=Program.Offer.VALUE)
    discount = models.DecimalField(
        max_digits=5,
        decimal_places=4,
        default=Decimal(0),
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal("0.9999"))],
    )
    message = models.CharField(max_length=300, blank=True)
    begins_after_days = models.PositiveSmallIntegerField(
        default=0,
        help_text="Days from the cycle's start to the flight's; from today once the cycle runs.",
    )
    lasts_days = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Empty means until the cycle ends."
    )
    materials = models.JSONField(default=list, blank=True, help_text="What it needs, by name.")
    tasks = models.JSONField(
        default=list, blank=True, help_text="Each with title, side and days from the start."
    )
    is_hidden = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "key"], name="programtemplate_key_once"),
            models.UniqueConstraint(fields=["workspace", "name"], name="programtemplate_name_once"),
        ]

    def __str__(self) -> str:
        return self.name
