"""A dossier as a workbook: one sheet for each table, its cells typed and its words inert."""

from __future__ import annotations

import io
import re
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from ipeo.downloads import inert
from ipeo.exports.dossier import Column, Dossier, Fact, Section, Value
from ipeo.templatetags.figures import currency_sign, day

_HEAD = PatternFill("solid", fgColor="F3F3F0")
_BOLD = Font(bold=True)
_LONGEST = 48


def workbook_of(dossier: Dossier) -> bytes:
    """Return the file: what it is of and the key figures first, then a sheet for each table."""
    book = Workbook()
    first = book.active
    assert first is not None
    first.title = "Key figures"
    _lines(first, dossier)
    taken = {first.title.lower()}
    for section in dossier.sections:
        if section.table is not None and section.table.rows:
            _table(book.create_sheet(_name(section.title, taken)), section)
    about = book.create_sheet(_name("Method", taken))
    for line in dossier.method:
        about.append([None])
        _write(about.cell(about.max_row, 1), line, Column("", "text"))
    about.column_dimensions["A"].width = 100
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def _lines(sheet: Any, dossier: Dossier) -> None:
    told = (
        ("Page", dossier.title),
        ("Workspace", dossier.workspace),
        ("Period", dossier.range_text),
        ("Compared with", dossier.before_text),
        ("Measured", "Not yet" if dossier.measured_at is None else day(dossier.measured_at)),
    )
    place = 0
    for place, (label, text) in enumerate(told, 1):
        _write(sheet.cell(place, 1), label, Column(""))
        _write(sheet.cell(place, 2), text, Column(""))
    heads = ("Metric", "Value", "Low end", "High end", "n", "Change", "Note")
    place += 2
    for number, label in enumerate(heads, 1):
        _head(sheet.cell(place, number), label, number > 1)
    sheet.freeze_panes = sheet.cell(place + 1, 1)
    for section in dossier.sections:
        for fact in section.facts:
            place += 1
            _fact(sheet, place, fact)
    for section in dossier.sections:
        for line in (section.message, *section.words):
            if line:
                place += 1
                _write(sheet.cell(place + 1, 1), line, Column(""))
    for letter, width in zip("ABCDEFG", (34, 22, 14, 14, 10, 40, 40), strict=True):
        sheet.column_dimensions[letter].width = width


def _fact(sheet: Any, place: int, fact: Fact) -> None:
    held = fact.estimate
    note = fact.note or (held.reason if held.value is None else "")
    kinds = ("text", fact.kind, fact.kind, fact.kind, "count", "text", "text")
    values = (fact.label, held.value, held.low, held.high, held.n or None, fact.change, note)
    for number, (kind, value) in enumerate(zip(kinds, values, strict=True), 1):
        _write(sheet.cell(place, number), value, Column("", kind))


def _table(sheet: Any, section: Section) -> None:
    assert section.table is not None
    columns, rows = section.table.spread()
    for number, column in enumerate(columns, 1):
        _head(sheet.cell(1, number), column.label, not column.is_text)
    for place, row in enumerate(rows, 2):
        for number, (column, value) in enumerate(zip(columns, row, strict=True), 1):
            _write(sheet.cell(place, number), value, column)
    sheet.freeze_panes = "B2"
    for number, column in enumerate(columns, 1):
        longest = max([len(column.label), *(len(str(row[number - 1] or "")) for row in rows[:200])])
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = min(max(longest + 2, 10), _LONGEST)


def _head(cell: Cell, label: str, right: bool) -> None:
    _write(cell, label, Column(""))
    cell.font, cell.fill = _BOLD, _HEAD
    cell.alignment = Alignment(horizontal="right" if right else "left", wrap_text=True)


def _write(cell: Cell, value: Value, column: Column) -> None:
    """Write a value by its type; words never become a formula, whatever they begin with."""
    if value is None or value == "":
        return
    if isinstance(value, str):
        text = ILLEGAL_CHARACTERS_RE.sub("", value)
        cell.value = inert(text)
        cell.data_type = "s"
        return
    cell.value = float(value) if isinstance(value, Decimal) else value  # type: ignore[assignment]
    cell.number_format = number_format(column.kind)


def number_format(kind: str) -> str:
    """Return a workbook's format of a kind of figure."""
    name = kind.partition(":")[0]
    if len(name) == 3 and name.isupper():
        sign = currency_sign(name).replace('"', "")
        return f'"{sign}"#,##0.00'
    formats = {
        "percent": "0.0%",
        "points": "0.0%",
        "times": '0.00"\N{MULTIPLICATION SIGN}"',
        "count": "#,##0",
        "day": "yyyy-mm-dd",
        "month": "mmm yyyy",
        "days": "0.0",
        "number": "#,##0.00",
    }
    return formats.get(name, "General")


def _name(title: str, taken: set[str]) -> str:
    """Return a sheet's name: at most 31 letters, none of those that workbooks forbid."""
    plain = re.sub(r"[\[\]:*?/\\'\x00-\x1f]", " ", title).strip()[:28] or "Sheet"
    name, number = plain, 1
    while name.lower() in taken:
        number += 1
        name = f"{plain} {number}"
    taken.add(name.lower())
    return name
