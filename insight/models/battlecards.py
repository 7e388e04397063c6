"""What sales says where a rival is in the deal."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from insight.models.rivals import Competitor
from ipeo.models import Membership, TenantModel


class Battlecard(TenantModel):
    """A rival's claim, our answer, what proves it and what to ask. One version is current."""

    competitor = models.ForeignKey(Competitor, models.CASCADE, related_name="battlecards")
    version = models.PositiveIntegerField(default=1)
    is_current = models.BooleanField(default=True)
    their_claim = models.TextField()
    our_answer = models.TextField()
    proofs = models.JSONField(default=list, blank=True, help_text="Lines that prove the answer.")
    traps = models.JSONField(
        default=list, blank=True, help_text="Questions that let the buyer find the weak spot."
    )
    created_by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "competitor", "version"], name="battlecard_version_once"
            ),
            models.UniqueConstraint(
                fields=["workspace", "competitor"],
                condition=models.Q(is_current=True),
                name="battlecard_one_current",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.competitor}, version {self.version}"
