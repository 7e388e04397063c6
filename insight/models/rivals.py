"""Who else courts the same buyers, and what they did."""

from typing import ClassVar

from django.db import models

from ipeo.models import TenantModel


class Competitor(TenantModel):
    """A rival for the same buyers."""

    name = models.CharField(max_length=120)
    website = models.URLField(blank=True)
    positioning = models.TextField(blank=True, help_text="How they win, and where we beat them.")
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "name"], name="competitor_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class CompetitorMove(TenantModel):
    """Something a rival did, dated, with its source."""

    class Kind(models.TextChoices):
        PRICE_CUT = "price_cut", "Price cut"
        LAUNCH = "launch", "Launch"
        CAMPAIGN = "campaign", "Campaign"
        HIRE = "hire", "Hire"
        OTHER = "other", "Other"

    competitor = models.ForeignKey(Competitor, models.CASCADE, related_name="moves")
    kind = models.CharField(max_length=10, choices=Kind)
    description = models.CharField(max_length=300)
    happened_on = models.DateField()
    source = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["workspace", "-happened_on"], name="competitormove_by_date"),
        ]

    def __str__(self) -> str:
        return f"{self.competitor}: {self.description}"
