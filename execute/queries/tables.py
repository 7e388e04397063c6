"""A table file read for a stage that takes no part in the import."""

from __future__ import annotations

from execute.numerics.doubts import Unreadable
from execute.numerics.sheets import read
from ipeo.tables import NotATable, Table


def read_table(data: bytes, name: str) -> Table:
    """Return the columns of a file as the importer would read them; raises `NotATable`."""
    try:
        sheet = read(data, name)
    except Unreadable as error:
        raise NotATable(str(error)) from None
    return Table(
        headers=sheet.headers,
        columns=tuple(list(column) for column in sheet.columns),
        notes=tuple(note.text for note in sheet.notes),
    )
