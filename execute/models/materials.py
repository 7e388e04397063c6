"""What sales leaves with the buyer, in the versions it went through."""

from pathlib import PurePath
from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone

from insight.models import ProofPoint
from ipeo.models import Membership, TenantModel
from plan.models import Program


class Material(TenantModel):
    """Something that helps sales to win: a one-pager, a calculator, a demo kit.

    Sales has `approved`, the version that was approved last; a newer one may await approval.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        APPROVED = "approved", "Approved"
        RETIRED = "retired", "Retired"

    name = models.CharField(max_length=120)
    description = models.CharField(max_length=300, blank=True)
    status = models.CharField(max_length=8, choices=Status, default=Status.DRAFT)
    program = models.ForeignKey(
        Program, models.SET_NULL, null=True, blank=True, related_name="materials"
    )
    stage = models.ForeignKey(
        "execute.DealStage", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    proof_point = models.ForeignKey(
        ProofPoint, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    approved = models.ForeignKey(
        "execute.MaterialVersion",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "name"], name="material_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


def stored_under(version: "MaterialVersion", name: str) -> str:
    """Return where a version's file is kept: a name that nobody can guess, per workspace."""
    suffix = PurePath(name).suffix.lower()[:10]
    return f"materials/{version.workspace_id}/{uuid4().hex}{suffix if suffix.isascii() else ''}"


class MaterialVersion(TenantModel):
    """One state of a material: a file, a link, or neither for a thing that is handed over."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting for approval"
        APPROVED = "approved", "Approved"
        SENT_BACK = "sent_back", "Sent back"

    material = models.ForeignKey(Material, models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField(default=1)
    url = models.URLField(max_length=500, blank=True)
    file = models.FileField(upload_to=stored_under, max_length=300, blank=True)
    file_name = models.CharField(max_length=200, blank=True)
    content_type = models.CharField(max_length=100, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)
    change_note = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    reason = models.CharField(max_length=500, blank=True)
    made_by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "material", "number"], name="materialversion_number_once"
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_at=None)
                | (~Q(state="waiting") & Q(decided_at__isnull=False)),
                name="materialversion_decided_has_its_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.material}, version {self.number}"
