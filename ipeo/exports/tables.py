"""A dossier as CSV: its tables one below another, each under its title."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from ipeo.downloads import inert
from ipeo.exports.dossier import Dossier, Section, Value
from ipeo.templatetags.figures import day


def csv_of(dossier: Dossier) -> bytes:
    """Return the file; every cell is inert, and a mark at its head tells that it is UTF-8."""
    held = io.StringIO()
    held.write("\ufeff")
    csv.writer(held).writerows([inert(_plain(cell)) for cell in row] for row in _rows(dossier))
    return held.getvalue().encode()


def _rows(dossier: Dossier) -> Iterator[list[Value]]:
    yield [dossier.title]
    yield ["Workspace", dossier.workspace]
    yield ["Period", dossier.range_text]
    yield ["Compared with", dossier.before_text]
    yield ["Measured", "Not yet" if dossier.measured_at is None else day(dossier.measured_at)]
    for section in dossier.sections:
        yield []
        yield [section.title]
        if section.message:
            yield [section.message]
        yield from _section(section)
    yield []
    for line in dossier.method:
        yield [line]


def _section(section: Section) -> Iterator[list[Value]]:
    if section.facts:
        yield ["Metric", "Value", "Low end", "High end", "n", "Change", "Note"]
        for fact in section.facts:
            held = fact.estimate
            note = fact.note or (held.reason if held.value is None else "")
            yield [fact.label, held.value, held.low, held.high, held.n, fact.change, note]
    for line in section.words:
        yield [line]
    if section.table is not None:
        columns, rows = section.table.spread()
        yield [column.label for column in columns]
        yield from rows


def _plain(value: Value) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, float) and value == int(value) and abs(value) < 1e15:
        return int(value)
    return value
