"""Files that brought facts, and what a file means before it is stored."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db.models import QuerySet

from execute.models import Import
from execute.numerics.doubts import Note, shown
from execute.numerics.understanding import Understanding, understand
from execute.queries.references import contacts_named, products_named
from ipeo import tenancy


def imports() -> QuerySet[Import]:
    """Return the workspace's imports with who sent them."""
    found: QuerySet[Import] = Import.objects.select_related("by", "by__user", "run")
    return found


def read_file(brought: Import) -> bytes:
    """Return the kept file's bytes."""
    with brought.file.open("rb") as handle:
        data: bytes = handle.read()
        return data


def understood(brought: Import, *, data: bytes | None = None) -> Understanding:
    """Return what a file means with its present mapping and answers, doubts about names included.

    Raises `Unreadable`, and `KeyError` for a field or column that does not exist.
    """
    workspace = tenancy.current_workspace()
    answers = {key: value for key, value in brought.answers.items() if key != "set"}
    seen = understand(
        read_file(brought) if data is None else data,
        brought.file_name,
        brought.kind,
        answers=answers,
        mapping=brought.mapping,
        set_to=brought.answers.get("set") or {},
        zone=workspace.zone,
        currency=workspace.currency,
    )
    columns = seen.interpretation.columns
    if brought.kind == "deals" and columns.get("product"):
        names = dict.fromkeys(name for name in columns["product"] if name)
        matches = products_named(names, answers)
        notes = seen.notes
        if matches.missing:
            few = ", ".join(shown(name, 30) for name in matches.missing[:5])
            text = f"Not in your products yet, and made without a price: {few}."
            notes = (*notes, Note(text))
        seen = replace(seen, doubts=(*seen.doubts, *matches.doubts), notes=notes)
    return seen


def first_rows(seen: Understanding, count: int = 8) -> list[dict[str, Any]]:
    """Return the first rows as they would be stored: a field's name and its value."""
    columns = {
        name: values for name, values in seen.interpretation.columns.items() if any(values[:200])
    }
    size = min(count, len(seen.interpretation))
    return [
        {"line": seen.interpretation.lines[place]}
        | {name: values[place] for name, values in columns.items()}
        for place in range(size)
    ]


def unknown_contacts(seen: Understanding) -> int:
    """Return how many people a file names whom the workspace does not know."""
    names = {name for name in seen.interpretation.columns.get("contact", []) if name}
    return len(names) - len(contacts_named(names))
