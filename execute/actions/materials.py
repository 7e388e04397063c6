"""Support materials: written, approved before sales sees them, retired."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from execute.models import Material
from ipeo.models import Membership

SHOWN_TO_BUYERS = ("name", "url", "proof_point_id")


class MaterialNameTaken(Exception):
    """Another material of the workspace has this name."""


@transaction.atomic
def save_material(*, material: Material) -> Material:
    """Save a new or edited material; raises `MaterialNameTaken`.

    What buyers see of an approved material is approved as it is: a changed name, link or proof
    point makes a new version, which awaits approval again.
    """
    if material.pk is not None:
        stored = Material.objects.select_for_update(of=("self",)).get(pk=material.pk)
        changed = any(getattr(stored, name) != getattr(material, name) for name in SHOWN_TO_BUYERS)
        if changed and stored.status == Material.Status.APPROVED:
            material.version = stored.version + 1
            material.status = Material.Status.DRAFT
            material.approved_by, material.approved_at = None, None
    try:
        with transaction.atomic():
            material.save()
    except IntegrityError:
        raise MaterialNameTaken(f"There is already a material “{material.name}”.") from None
    return material


@transaction.atomic
def approve_material(
    *, material: Material, by: Membership, now: datetime | None = None
) -> Material:
    """Give a material to sales."""
    stored: Material = Material.objects.select_for_update(of=("self",)).get(pk=material.pk)
    if stored.status != Material.Status.APPROVED:
        stored.status = Material.Status.APPROVED
        stored.approved_by, stored.approved_at = by, now or timezone.now()
        stored.save(update_fields=["status", "approved_by", "approved_at"])
    return stored


@transaction.atomic
def retire_material(*, material: Material) -> Material:
    """Take a material out of use; the deals it helped keep it."""
    stored: Material = Material.objects.select_for_update(of=("self",)).get(pk=material.pk)
    stored.status = Material.Status.RETIRED
    stored.save(update_fields=["status"])
    return stored
