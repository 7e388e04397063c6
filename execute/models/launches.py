"""Programs that went before buyers, and what was lacking where they went all the same."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from ipeo.models import Cycle, Membership, TenantModel
from plan.models import Program


class Launch(TenantModel):
    """A program's launch in one cycle.

    `overridden` names the materials that were not approved when a manager let it go all the same,
    and `override_reason` says why.
    """

    cycle = models.ForeignKey(Cycle, models.CASCADE, related_name="launches")
    program = models.ForeignKey(Program, models.CASCADE, related_name="launches")
    by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    override_reason = models.TextField(blank=True)
    overridden = models.JSONField(default=list, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "cycle", "program"], name="launch_once_per_cycle"
            ),
            models.CheckConstraint(
                condition=models.Q(overridden=[]) | ~models.Q(override_reason=""),
                name="launch_overridden_says_why",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "program"], name="launch_by_program"),
        ]

    def __str__(self) -> str:
        return f"{self.program} in {self.cycle}"
