"""Mappings kept under a name, and found again by a file's headers."""

from __future__ import annotations

from pathlib import Path

from django.utils import timezone

from execute.models import Import, ImportMapping
from execute.queries.imports import understood
from execute.queries.mappings import mapping_for, signature_of
from ipeo.database.uniqueness import unless_taken
from ipeo.models import Membership


class MappingNameTaken(Exception):
    """Another shape of file is mapped under this name."""


class MappingNameMissing(Exception):
    """A mapping is found by people under its name."""


def save_mapping(*, brought: Import, name: str, by: Membership | None) -> ImportMapping:
    """Keep how a file is read, answers included, for files with the same headers.

    The same name for the same headers is saved over. Raises `MappingNameMissing`,
    `MappingNameTaken` and `Unreadable`.
    """
    name = " ".join(name.split())[:120]
    if not name:
        raise MappingNameMissing("Enter a name for the mapping.")
    seen = understood(brought)
    signature = signature_of(brought)
    values = {
        "mapping": {**seen.mapping, **brought.mapping},
        "answers": brought.answers,
        "saved_by": by,
        "saved_at": timezone.now(),
        "last_used_at": timezone.now(),
    }
    with unless_taken(
        MappingNameTaken(
            f"A mapping for other columns is already called “{name}”. Choose another name."
        )
    ):
        saved: ImportMapping
        saved, _ = ImportMapping.objects.update_or_create(
            name=name, signature=signature, kind=brought.kind, defaults=values
        )
    brought.saved_mapping = saved
    if brought.pk:
        brought.save(update_fields=["saved_mapping"])
    return saved


def use_mapping(
    *, brought: Import, data: bytes | Path, any_kind: bool = False
) -> ImportMapping | None:
    """Read a file as the latest mapping saved for its headers says, if there is one.

    What the person chose for this file stands above it. `brought` is not saved here.
    """
    saved = mapping_for(signature_of(brought, data=data), "" if any_kind else brought.kind)
    if saved is None:
        return None
    brought.kind, brought.saved_mapping = saved.kind, saved
    brought.mapping = {**saved.mapping, **brought.mapping}
    brought.answers = {**saved.answers, **brought.answers} | {
        "set": {**saved.answers.get("set", {}), **brought.answers.get("set", {})}
    }
    return saved


def delete_mapping(*, mapping: ImportMapping) -> None:
    """Forget a mapping; files that were read by it stay as they are."""
    mapping.delete()
