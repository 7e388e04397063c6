"""Saved mappings: which one a file's headers call for."""

from __future__ import annotations

from pathlib import Path

from django.db.models import QuerySet

from execute.models import Import, ImportMapping
from execute.numerics.doubts import Unreadable
from execute.numerics.sheets import Sheet, read
from execute.queries.imports import kept_file

# More than the longest preamble and header, and little to read.
HEAD = 256 * 1024


def mappings() -> QuerySet[ImportMapping]:
    """Return the workspace's saved mappings with who saved them."""
    return ImportMapping.objects.select_related("saved_by__user")


def top_of(data: bytes | Path, file_name: str) -> Sheet:
    """Read the beginning of a file, where its columns are named; raises `Unreadable`."""
    if isinstance(data, Path):
        with data.open("rb") as handle:
            head = handle.read(HEAD + 1)
    else:
        head = data[: HEAD + 1]
    if len(head) > HEAD and not head.startswith((b"PK", b"\xd0\xcf")):
        try:
            return read(head[: head.rfind(b"\n", 0, HEAD) + 1 or HEAD], file_name)
        except Unreadable:
            pass  # it was cut inside a cell
    return read(data, file_name)


def signature_of(brought: Import, *, data: bytes | Path | None = None) -> str:
    """Return the digest of a file's headers; raises `Unreadable`."""
    return top_of(kept_file(brought) if data is None else data, brought.file_name).signature


def mapping_for(signature: str, kind: str) -> ImportMapping | None:
    """Return the mapping for these headers that was used last; of any kind where none is given."""
    found = mappings().filter(signature=signature)
    if kind:
        found = found.filter(kind=kind)
    return found.order_by("-last_used_at", "-pk").first()
