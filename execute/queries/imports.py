"""Files that brought facts, and what a file means before it is stored."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from django.db.models import QuerySet

from execute.models import Import
from execute.numerics.doubts import NoSuchName, Note, shown
from execute.numerics.fields import FIELDS
from execute.numerics.headers import kind_scores, suggest_kind
from execute.numerics.sheets import Sheet
from execute.numerics.streams import NotPlain, plain_stream
from execute.numerics.understanding import Understanding, understand
from execute.queries.references import products_named
from ipeo import tenancy
from ipeo.models import Run


def imports() -> QuerySet[Import]:
    """Return the workspace's imports with who sent them."""
    return Import.objects.select_related(
        "by", "by__user", "run", "undo_run", "undo_by__user", "saved_mapping"
    )


def has_stopped(brought: Import) -> bool:
    """Whether a file's loading failed, by its own word or with its lost worker."""
    if brought.state == Import.State.RUNNING and brought.run is not None:
        return bool(brought.run.state == Run.State.FAILED)
    return bool(brought.state == Import.State.FAILED)


def likely_kind(sheet: Sheet) -> str:
    """Return the kind of rows that a file's columns speak for most."""
    scores = kind_scores(sheet)
    return suggest_kind(sheet) or max(scores, key=lambda kind: scores[kind])


def same_file(brought: Import) -> Import | None:
    """Return the latest other import of the very same file, if it was loaded."""
    return (
        Import.objects.filter(file_digest=brought.file_digest, state=Import.State.DONE)
        .exclude(pk=brought.pk)
        .order_by("-pk")
        .first()
    )


def read_file(brought: Import) -> bytes:
    """Return the kept file's bytes."""
    with brought.file.open("rb") as handle:
        data: bytes = handle.read()
        return data


def kept_file(brought: Import) -> bytes | Path:
    """Return where the kept file lies on disk, or its bytes where it lies elsewhere."""
    try:
        return Path(brought.file.path)
    except NotImplementedError:
        return read_file(brought)


def rows_in(brought: Import, data: bytes | Path) -> int:
    """Return how many rows a file has, without judging each of them where it is large and plain.

    Raises `Unreadable`, and `NoSuchName` for a field or column that does not exist.
    """
    answers = {key: value for key, value in brought.answers.items() if key != "set"}
    stream = plain_stream(data, brought.file_name, answers) if isinstance(data, Path) else None
    if stream is not None and not brought.mapping:
        with suppress(NotPlain):
            return sum(map(len, stream.blocks()))
    return understood(brought, data=data).rows


def understood(brought: Import, *, data: bytes | Path | None = None) -> Understanding:
    """Return what a file means with its present mapping and answers, doubts about names included.

    Raises `Unreadable`, and `NoSuchName` for a field or column that does not exist.
    """
    workspace = tenancy.current_workspace()
    for name in brought.mapping:
        if name not in {field.name for field in FIELDS[brought.kind]}:
            raise NoSuchName(f"{brought.get_kind_display()} have no field {name!r}")
    answers = {key: value for key, value in brought.answers.items() if key != "set"}
    seen = understand(
        kept_file(brought) if data is None else data,
        brought.file_name,
        brought.kind,
        answers=answers,
        mapping=brought.mapping,
        set_to=brought.answers.get("set") or {},
        zone=workspace.zone,
        currency=workspace.currency,
    )
    if brought.kind == "deals" and (names := seen.named("product")):
        matches = products_named(names, answers)
        notes = seen.notes
        if matches.missing:
            few = ", ".join(shown(name, 30) for name in matches.missing[:5])
            text = f"Not in your products yet; will be created without a price: {few}."
            notes = (*notes, Note(text))
        seen = replace(seen, doubts=(*seen.doubts, *matches.doubts), notes=notes)
    return seen
