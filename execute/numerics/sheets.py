"""A file's bytes to one table of columns, judged by its content and never by its name."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from execute.numerics.decoding import decode, refuse_foreign
from execute.numerics.dialect import NAMES, grid
from execute.numerics.doubts import Doubt, NoSuchName, Note, Refusal, Unreadable, shown
from execute.numerics.layout import Apart, lay_out
from execute.numerics.workbooks import Cell, is_workbook, workbook_rows

__all__ = ["Apart", "Cell", "Sheet", "Unreadable", "read"]

MAX_BYTES = 512 * 2**20
SURROGATE = re.compile("[\udc80-\udcff]")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: its columns, each with a cell for every row, and what was noticed on the way."""

    name: str
    headers: tuple[str, ...]
    columns: tuple[list[Cell], ...]
    line_numbers: NDArray[np.int64]
    notes: tuple[Note, ...]
    refused: tuple[Refusal, ...]
    doubts: tuple[Doubt, ...]
    apart: tuple[Apart, ...]
    encoding: str
    delimiter: str
    kind: str  # csv, xlsx or xls

    def __len__(self) -> int:
        return len(self.line_numbers)

    def column(self, header: str) -> list[Cell]:
        """The cells below a header. Raises NoSuchName where the sheet has none of that name."""
        try:
            return self.columns[self.headers.index(header)]
        except ValueError:
            raise NoSuchName(f"no column is named {header!r}") from None

    @property
    def signature(self) -> str:
        """A digest of the headers, by which a saved mapping is found again."""
        text = json.dumps([h.casefold() for h in self.headers], ensure_ascii=False)
        return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def read(data: bytes | Path, filename: str = "", answers: Mapping[str, str] | None = None) -> Sheet:
    """The table in a CSV, TSV, XLSX or XLS file.

    `answers` may settle the doubts `encoding`, `header`, `header_lines`, `totals` and `sheet`.
    Rows that cannot be rows of the table are in `refused`, each with its line and reason.
    Raises Unreadable where the bytes are no table, with a message for the person.
    """
    answers = answers or {}
    if isinstance(data, Path):
        filename = filename or data.name
        data = data.read_bytes()
    if len(data) > MAX_BYTES:
        raise Unreadable(
            f"The file is {len(data) / 2**20:,.0f} MB; at most {MAX_BYTES / 2**20:,.0f} MB "
            "can be read at once. Split it and send the parts."
        )
    refuse_foreign(data)
    if is_workbook(data):
        return _workbook(data, filename, answers)
    return _text(data, filename, answers)


def _text(data: bytes, filename: str, answers: Mapping[str, str]) -> Sheet:
    text, encoding, notes, doubts = decode(data, answers)
    _refuse_markup(text)
    table = grid(text)
    rows: list[Any] = table.rows
    lines = table.lines
    refused = list(table.refused)
    if not text.isascii() and SURROGATE.search(text):
        rows, lines, cut = _without_broken(rows, lines)
        refused += cut
    layout = lay_out(rows, lines, answers, ragged=True)
    notes += [*table.notes, *layout.notes]
    if table.delimiter != ",":
        notes.append(Note(f"The cells are separated by {NAMES.get(table.delimiter, 'a sign')}."))
    return Sheet(
        name=filename,
        headers=layout.headers,
        columns=_columns(layout.rows, len(layout.headers)),
        line_numbers=np.asarray(layout.lines, dtype=np.int64),
        notes=tuple(notes),
        refused=tuple(sorted([*refused, *layout.refused], key=lambda r: r.line)),
        doubts=(*doubts, *layout.doubts),
        apart=tuple(layout.apart),
        encoding=encoding,
        delimiter=table.delimiter,
        kind="csv",
    )


def _workbook(data: bytes, filename: str, answers: Mapping[str, str]) -> Sheet:
    found, kind, name, doubts = workbook_rows(data, answers)
    rows: list[Any] = found
    layout = lay_out(rows, list(range(1, len(rows) + 1)), answers, ragged=False)
    headers, columns = layout.headers, _columns(layout.rows, len(layout.headers))
    named = [
        k for k, h in enumerate(headers)
        if not h.startswith("Column ") or any(c != "" for c in columns[k])
    ]  # fmt: skip
    notes = list(layout.notes)
    if filename and not re.search(r"\.xl[a-z]*$", filename, re.IGNORECASE):
        notes.append(Note(f"{shown(filename)} is an Excel workbook by its content; read as one."))
    return Sheet(
        name=filename or name,
        headers=tuple(headers[k] for k in named),
        columns=tuple(columns[k] for k in named),
        line_numbers=np.asarray(layout.lines, dtype=np.int64),
        notes=tuple(notes),
        refused=tuple(layout.refused),
        doubts=(*doubts, *layout.doubts),
        apart=tuple(layout.apart),
        encoding="",
        delimiter="",
        kind=kind,
    )


def _columns(rows: list[Any], width: int) -> tuple[list[Cell], ...]:
    if not rows:
        return tuple([] for _ in range(width))
    return tuple(list(column) for column in zip(*rows, strict=True))


def _refuse_markup(text: str) -> None:
    head = text[:200].lstrip("\ufeff \t\r\n").casefold()
    if head.startswith(("<html", "<!doctype", "<?xml", "<table", "<meta", "<svg")):
        raise Unreadable("This is a web page, not a table. Export the table as CSV or xlsx.")
    if head.startswith(('{"', "[{", "{\n", "{\r")):
        raise Unreadable("This is JSON, not a table. Export the table as CSV or xlsx.")


def _without_broken(
    rows: list[Any], lines: list[int]
) -> tuple[list[Any], list[int], list[Refusal]]:
    """Take out the rows that hold bytes which are no letters: a file cut or patched by hand."""
    kept, kept_lines, refused = [], [], []
    for row, line in zip(rows, lines, strict=True):
        if any(SURROGATE.search(cell) for cell in row):
            value = SURROGATE.sub("�", ", ".join(row))[:200]
            reason = "the row has bytes that are not text; the file may have been cut off there"
            refused.append(Refusal(line, "", value, reason))
        else:
            kept.append(row)
            kept_lines.append(line)
    if not kept:
        raise Unreadable("No line of the file can be read as text.")
    return kept, kept_lines, refused
