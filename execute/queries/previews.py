"""What is shown of a file before and after it is loaded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from execute.models import Import, ImportRefusal, Outcome, Touch
from execute.models.facts import Expense
from execute.numerics.doubts import Doubt, Refusal
from execute.numerics.fields import FIELDS, Field
from execute.numerics.layout import Apart
from execute.numerics.sheets import read
from execute.numerics.understanding import Understanding
from execute.queries.imports import read_file
from execute.queries.rates import deal_day, rates_on
from ipeo import tenancy

ROWS_SHOWN = 8
REFUSALS_SHOWN = 8
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
WORDS: dict[str, dict[str, str]] = {
    "outcome": {str(value): str(label) for value, label in Outcome.choices},
    "kind": {str(value): str(label) for value, label in Touch.Kind.choices},
    "state": {str(value): str(label) for value, label in Expense.State.choices},
    "level": {str(value): str(label) for value, label in Touch.Level.choices},
}
# A cell that begins so is a formula to a spreadsheet program.


@dataclass(frozen=True)
class MappedField:
    """A field of a kind of row, and the column it is read from; `fixed` holds for every row."""

    field: Field
    header: str
    fixed: str
    sample: str


@dataclass(frozen=True)
class Shown:
    """A head or a cell of the rows that would be stored; figures stand to the right."""

    text: str
    is_figure: bool


@dataclass(frozen=True)
class Preview:
    """A file as it was understood, ready to be shown."""

    seen: Understanding
    fields: tuple[MappedField, ...]
    columns: tuple[str, ...]
    unmapped: tuple[str, ...]
    kept: tuple[str, ...]
    heads: tuple[Shown, ...]
    rows: tuple[tuple[int, tuple[Shown, ...]], ...]
    refused: tuple[Refusal, ...]
    facts: tuple[tuple[str, str], ...]
    unrated: tuple[str, ...]

    @property
    def doubts(self) -> tuple[Doubt, ...]:
        """The questions, those that wait for an answer first."""
        return tuple(sorted(self.seen.doubts, key=lambda doubt: not doubt.blocking))

    @property
    def accepted(self) -> int:
        """How many rows would be stored."""
        return self.seen.accepted

    @property
    def refused_count(self) -> int:
        """How many rows would be refused."""
        return self.seen.refused

    @property
    def apart(self) -> tuple[Apart, ...]:
        """Totals and footers that are kept out of the rows."""
        return self.seen.sheet.apart


def preview(brought: Import, seen: Understanding) -> Preview:
    """Return what a file would bring."""
    fixed = brought.answers.get("set") or {}
    fields = tuple(
        MappedField(
            field,
            seen.mapping.get(field.name, ""),
            fixed.get(field.name, ""),
            _sample(seen, seen.mapping.get(field.name, "")),
        )
        for field in FIELDS[brought.kind]
    )
    used = set(seen.mapping.values())
    kept = seen.proposal.attributes
    labels = {field.name: field.label for field in FIELDS[brought.kind]}
    columns = {
        name: values
        for name, values in seen.interpretation.columns.items()
        if any(value is not None for value in values[:500]) and name != "level"
    }
    figures = {name for name, values in columns.items() if _are_figures(values[:500])}
    lines = seen.interpretation.lines[:ROWS_SHOWN]
    return Preview(
        seen=seen,
        fields=fields,
        columns=seen.sheet.headers,
        unmapped=tuple(
            name
            for name in seen.sheet.headers
            if name not in used and name not in set(kept.values())
        ),
        kept=tuple(dict.fromkeys(kept.values())),
        heads=tuple(
            Shown(labels.get(name, name.replace("_", " ").capitalize()), name in figures)
            for name in columns
        ),
        rows=tuple(
            (
                line,
                tuple(
                    Shown(told(values[place], name), name in figures)
                    for name, values in columns.items()
                ),
            )
            for place, line in enumerate(lines)
        ),
        refused=(seen.whole or seen.interpretation).refused[:REFUSALS_SHOWN],
        facts=_facts(seen),
        unrated=_unrated(brought.kind, seen.interpretation.columns),
    )


def _are_figures(values: list[Any]) -> bool:
    known = [value for value in values if value is not None]
    return bool(known) and all(
        isinstance(value, Decimal | int | float) and not isinstance(value, bool) for value in known
    )


def _unrated(kind: str, columns: Mapping[str, list[Any]]) -> tuple[str, ...]:
    """Return the currencies that lack a rate on the day of a row, by name.

    Of a file that is read block by block only the first rows are looked at.
    """
    home = tenancy.current_workspace().currency
    codes = columns.get("currency") or []
    blank = [None] * len(codes)
    if kind == "deals":
        parts = (columns.get(name) or blank for name in ("close_date", "outcome", "created_date"))
        days = [deal_day(*row) for row in zip(*parts, strict=True)]
    elif kind == "expenses":
        days = [day or timezone.localdate() for day in columns.get("date") or blank]
    else:
        days = [timezone.localdate() for _ in codes]
    wanted = {pair for pair in zip(codes, days, strict=True) if pair[0] and pair[0] != home}
    return tuple(sorted({code for code, _ in wanted - rates_on(wanted).keys()}))


def told(value: Any, name: str = "") -> str:
    """Return a stored value as a person reads it; nothing for nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, datetime):
        return f"{value:%-d %b %Y, %H:%M}"
    if isinstance(value, date):
        return f"{value:%-d %b %Y}"
    if isinstance(value, Decimal):
        whole, _, cents = f"{value:,f}".partition(".")
        cents = cents.rstrip("0")
        return f"{whole}.{cents.ljust(2, '0')}" if cents else whole
    if isinstance(value, int):
        return f"{value:,}"
    return WORDS.get(name, {}).get(str(value), str(value))


def _sample(seen: Understanding, header: str) -> str:
    if not header:
        return ""
    values = (str(cell).strip() for cell in seen.sheet.column(header)[:200] if cell is not None)
    return next((value[:40] for value in values if value), "")


def _facts(seen: Understanding) -> tuple[tuple[str, str], ...]:
    sheet = seen.sheet
    facts = [("Rows", f"{seen.rows:,}"), ("Columns", f"{len(sheet.headers):,}")]
    if sheet.kind == "csv":
        mark = DELIMITERS.get(sheet.delimiter, sheet.delimiter)
        facts += [("Encoding", sheet.encoding), ("Columns split by", mark)]
    else:
        facts += [("Workbook", sheet.kind.upper()), ("Sheet", sheet.name)]
    if len(sheet):
        facts.append(("First row", f"line {int(sheet.line_numbers[0]):,}"))
    return tuple((label, value) for label, value in facts if value)


def refused_rows(brought: Import) -> Iterator[list[str]]:
    """Yield the refused rows with line and reason before the original cells, a heading first."""
    reasons: dict[int, list[ImportRefusal]] = {}
    for refusal in ImportRefusal.objects.filter(source=brought).order_by("line", "pk"):
        reasons.setdefault(refusal.line, []).append(refusal)
    answers = {key: value for key, value in brought.answers.items() if key != "set"}
    sheet = read(read_file(brought), brought.file_name, answers)
    place_of = {int(line): place for place, line in enumerate(sheet.line_numbers)}
    yield ["Line", "Reason", *sheet.headers]
    for line, some in reasons.items():
        place = place_of.get(line)
        if place is None:
            cells = [one.value for one in some[:1]]
        else:
            cells = [
                "" if column[place] is None else str(column[place]) for column in sheet.columns
            ]
        why = "; ".join(f"{one.column}: {one.reason}" if one.column else one.reason for one in some)
        yield [str(line), why, *cells]
