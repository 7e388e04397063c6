"""The registry of what reads a person's table: the importer says how, any stage may ask.

Reading a file of unknown encoding, separator and layout is the importer's art; the stages before
it take tables too, and import nothing of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Cell = object
"""Text as it stands in a text file; a workbook's cells may be numbers, dates or yes and no."""


class NotATable(Exception):
    """The file holds no table; the message is for the person who sent it."""


@dataclass(frozen=True)
class Table:
    """A file's columns, each with a cell for every row, and what was noticed on the way."""

    headers: tuple[str, ...]
    columns: tuple[list[Cell], ...]
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.columns[0]) if self.columns else 0


_readers: list[Callable[[bytes, str], Table]] = []


def register(reader: Callable[[bytes, str], Table]) -> None:
    """Say what reads a table from a file's bytes and name."""
    _readers[:] = [reader]


def read(data: bytes, name: str) -> Table:
    """Return the table in a CSV, TSV, XLSX or XLS file; raises `NotATable`."""
    if not _readers:
        raise NotATable("Files are not supported here.")
    return _readers[0](data, name)
