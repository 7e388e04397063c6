"""Support materials: written, brought in versions, approved before sales sees them, retired."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from execute.models import Material, MaterialVersion
from execute.numerics.filetypes import LyingType, content_type
from ipeo.actions.approving import demand_other_eyes
from ipeo.database.files import keep_file
from ipeo.database.holding import hold
from ipeo.database.uniqueness import unless_taken
from ipeo.models import Membership

DESCRIBED = ("name", "description", "program", "stage", "proof_point")
"""What a material says of itself, as the page and the API change it."""


class MaterialNameTaken(Exception):
    """Another material of the workspace has this name."""


class FileRefused(Exception):
    """The file is too large, empty, or not what its name says."""


class LinkOrFile(Exception):
    """A version is one thing: a link, or a file."""


class NothingToApprove(Exception):
    """No version waits for approval."""


class AlreadyDecided(Exception):
    """The version was approved or sent back, or a newer one was approved."""


class ReasonNeeded(Exception):
    """Whoever made a version learns why it comes back."""


@transaction.atomic
def save_material(*, material: Material) -> Material:
    """Save a new or edited material without its versions; raises `MaterialNameTaken`."""
    if material.pk is not None:
        hold(Material, material.pk)
    with unless_taken(MaterialNameTaken(f"There is already a material called “{material.name}”.")):
        # What was approved or retired meanwhile stays so.
        material.save(update_fields=None if material.pk is None else DESCRIBED)
    return material


@transaction.atomic
def add_material(
    *,
    material: Material,
    by: Membership | None,
    url: str = "",
    upload: UploadedFile[Any] | None = None,
) -> Material:
    """Save a new material with its first version, which waits for approval.

    Raises what `save_material` and `add_version` raise.
    """
    save_material(material=material)
    add_version(material=material, by=by, url=url, upload=upload)
    return material


@transaction.atomic
def add_version(
    *,
    material: Material,
    by: Membership | None,
    url: str = "",
    upload: UploadedFile[Any] | None = None,
    change_note: str = "",
    now: datetime | None = None,
) -> MaterialVersion:
    """Add a version that waits for approval; what was approved before stays in sales' hands.

    Raises `LinkOrFile`, and `FileRefused` for a file that is too large, empty or lies about its
    type.
    """
    if url and upload is not None:
        raise LinkOrFile("Add a link or a file, not both.")
    version = MaterialVersion(
        material=material,
        url=url,
        change_note=change_note,
        made_by=by,
        made_at=now or timezone.now(),
    )
    if upload is not None:
        _take(version, upload)
    hold(Material, material.pk)
    last = MaterialVersion.objects.filter(material=material).aggregate(top=Max("number"))
    version.number = (last["top"] or 0) + 1
    version.save()
    return version


def _take(version: MaterialVersion, upload: UploadedFile[Any]) -> None:
    limit: int = settings.MATERIAL_MAX_BYTES
    name = "".join(c for c in PurePath(upload.name or "").name if c.isprintable()) or "file"
    if not upload.size:
        raise FileRefused("The file is empty.")
    if upload.size > limit:
        raise FileRefused(
            f"The file is larger than {limit // 2**20:,} MB, the limit here. "
            "Store it where your team keeps such files and add the link."
        )
    assert upload.file is not None
    try:
        version.content_type = content_type(upload.file, name)
    except LyingType as refusal:
        raise FileRefused(str(refusal)) from None
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    path = PurePath(name)
    version.file_name = f"{path.stem[: 200 - len(path.suffix)]}{path.suffix}"
    version.size, version.digest = upload.size, digest.hexdigest()
    # The name under which it is kept is made anew, and the original one only told.
    keep_file(version.file, name, upload)


@transaction.atomic
def approve_version(
    *, version: MaterialVersion, by: Membership, now: datetime | None = None
) -> Material:
    """Give a version to sales in place of the one it had; raises `AlreadyDecided`.

    Where the workspace wants four eyes, `OwnWork` is raised for whoever made the version.
    """
    material, stored = _held(version)
    if stored.state == MaterialVersion.State.APPROVED and material.approved_id == stored.pk:
        return material
    if stored.state == MaterialVersion.State.SENT_BACK:
        raise AlreadyDecided("This version was sent back. Only a new version can be approved.")
    if material.approved is not None and material.approved.number > stored.number:
        raise AlreadyDecided(f"Sales already has the newer version {material.approved.number}.")
    demand_other_eyes(by=by, maker_id=stored.made_by_id, done="made this version")
    stored.state = MaterialVersion.State.APPROVED
    stored.decided_by, stored.decided_at = by, now or timezone.now()
    stored.save(update_fields=["state", "decided_by", "decided_at"])
    material.approved, material.status = stored, Material.Status.APPROVED
    material.save(update_fields=["approved", "status"])
    return material


@transaction.atomic
def send_back(
    *, version: MaterialVersion, by: Membership, reason: str, now: datetime | None = None
) -> MaterialVersion:
    """Refuse a version and say why; raises `ReasonNeeded` and `AlreadyDecided`."""
    if not reason.strip():
        raise ReasonNeeded("Enter what should change. The author will see this.")
    _, stored = _held(version)
    if stored.state != MaterialVersion.State.WAITING:
        raise AlreadyDecided("This version has already been decided.")
    stored.state, stored.reason = MaterialVersion.State.SENT_BACK, reason.strip()
    stored.decided_by, stored.decided_at = by, now or timezone.now()
    stored.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    return stored


def _held(version: MaterialVersion) -> tuple[Material, MaterialVersion]:
    material = hold(Material, version.material_id, "approved")
    return material, hold(MaterialVersion, version.pk)


@transaction.atomic
def approve_material(
    *, material: Material, by: Membership, now: datetime | None = None
) -> Material:
    """Give a material's newest waiting version to sales; raises `NothingToApprove`."""
    waiting = (
        MaterialVersion.objects.filter(material=material, state=MaterialVersion.State.WAITING)
        .order_by("-number")
        .first()
    )
    if waiting is None:
        raise NothingToApprove(f"No version of {material} is waiting for approval.")
    return approve_version(version=waiting, by=by, now=now)


@transaction.atomic
def retire_material(*, material: Material) -> Material:
    """Take a material out of use; the deals it helped keep it."""
    stored = hold(Material, material.pk)
    stored.status = Material.Status.RETIRED
    stored.save(update_fields=["status"])
    return stored


@transaction.atomic
def bring_back(*, material: Material) -> Material:
    """Take a retired material into use again, with the version that sales had."""
    stored = hold(Material, material.pk)
    if stored.status == Material.Status.RETIRED:
        has = stored.approved_id is not None
        stored.status = Material.Status.APPROVED if has else Material.Status.DRAFT
        stored.save(update_fields=["status"])
    return stored
