"""How files of one shape are read: a mapping with its answers, kept under a name."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from execute.models.imports import Import
from ipeo.models import Membership, TenantModel


class ImportMapping(TenantModel):
    """A person's choices for files with these headers, found again by the headers."""

    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=13, choices=Import.Kind)
    signature = models.CharField(max_length=64, help_text="The digest of the headers.")
    mapping = models.JSONField(default=dict, blank=True)
    answers = models.JSONField(default=dict, blank=True)
    saved_by = models.ForeignKey(
        Membership, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    saved_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "name"], name="importmapping_name_once"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["workspace", "signature", "-last_used_at"],
                name="importmapping_by_headers",
            ),
        ]

    def __str__(self) -> str:
        return self.name
