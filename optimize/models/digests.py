"""Which member was sent which week's digest."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from ipeo.models import Membership, TenantModel


class DigestMail(TenantModel):
    """A week's digest as sent to one member: a second row, and so a second mail, cannot be."""

    membership = models.ForeignKey(Membership, models.CASCADE, db_index=False, related_name="+")
    week_starts_on = models.DateField(help_text="The Monday of the week that it tells of.")
    sent_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "membership", "week_starts_on"], name="digestmail_once"
            ),
        ]

    def __str__(self) -> str:
        return f"Week of {self.week_starts_on} to member {self.membership_id}"
