"""Evidence as it was when something was learned from it."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from ipeo.models import Cycle, TenantModel


class Snapshot(TenantModel):
    """A page of evidence that never moves again: figures, a drawing and a table, as JSON."""

    cycle = models.ForeignKey(Cycle, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    subject_key = models.CharField(max_length=120)
    title = models.CharField(max_length=300)
    content = models.JSONField(default=dict)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "cycle", "kind", "subject_key"], name="snapshot_once"
            ),
        ]

    def __str__(self) -> str:
        return self.title
