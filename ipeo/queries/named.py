"""The row that an address or a form names by its id, where no form field reads it."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)
# As many digits as every id of 64 bits has room for.
LONGEST = 18


def id_in(text: str) -> int | None:
    """Return the id that a text is; None for what is none."""
    is_id = text.isascii() and text.isdigit() and len(text) <= LONGEST
    return int(text) if is_id else None


def row_named(rows: QuerySet[Row], text: str) -> Row | None:
    """Return the one of the rows whose id a text is; None where there is none."""
    pk = id_in(text)
    return None if pk is None else rows.filter(pk=pk).first()
