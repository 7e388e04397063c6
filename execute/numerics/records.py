"""Rows that a program sends, read strictly: there is nobody to ask, so nothing is guessed."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np

from execute.numerics.doubts import Refusal, shown
from execute.numerics.fields import FIELDS, Field
from execute.numerics.sheets import Sheet
from execute.numerics.values import expense_state, outcome_word, touch_kind

NUMBER = re.compile(r"-?\d{1,13}(\.\d{1,10})?$")
DATE = re.compile(r"\d{4}-\d\d-\d\d$")
TIME = re.compile(
    r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?\s?(Z|[+-]\d\d:?\d\d)?)?$", re.IGNORECASE
)
KNOWN_WORDS = {
    ("touches", "kind"): touch_kind,
    ("expenses", "state"): expense_state,
    ("deals", "outcome"): outcome_word,
}
# What a file would ask of a person
SETTLED = {"outcome": "open", "state": "actual", "period": "spread", "repeated": "first"}


@dataclass(frozen=True, slots=True)
class Records:
    """The rows that can be read, in tables of rows with the same fields, and those refused.

    A row's line in its table, and in `refused`, is its place among the rows sent, from 1.
    """

    tables: tuple[Sheet, ...]
    refused: tuple[Refusal, ...]


def answers_for(kind: str) -> dict[str, str]:
    """Return how every question that a file could raise is settled for rows like these."""
    out = dict(SETTLED)
    for field in FIELDS[kind]:
        out |= {
            f"dates.{field.name}": "dmy",
            f"numbers.{field.name}": ".",
            f"percent.{field.name}": "points",
            f"nulls.{field.name}": "keep",
            f"variants.{field.name}": "keep",
        }
    return out


def read_records(kind: str, rows: Sequence[Any]) -> Records:
    """Read objects from field to value; each needs an `external_id`, once among the rows.

    Dates are ISO 8601, numbers are numbers or plain decimal texts, null says nothing. A field
    that a row lacks is not said, so rows are grouped by the fields that they have.
    """
    fields = {field.name: field for field in FIELDS[kind]}
    groups: dict[tuple[str, ...], list[tuple[int, Mapping[str, Any]]]] = {}
    refused: list[Refusal] = []
    seen: dict[str, int] = {}
    for line, row in enumerate(rows, 1):
        wrong = _wrong(kind, row, fields)
        if wrong is None:
            key = str(row["external_id"]).strip()
            if key in seen:
                reason = f"row {seen[key] - 1} has the same id already"
                wrong = ("external_id", key, reason)
            else:
                seen[key] = line
        if wrong is not None:
            refused.append(Refusal(line, wrong[0], str(wrong[1])[:200], wrong[2]))
            continue
        groups.setdefault(tuple(sorted(row)), []).append((line, row))
    return Records(tuple(_tables(groups)), tuple(refused))


def _tables(
    groups: Mapping[tuple[str, ...], list[tuple[int, Mapping[str, Any]]]],
) -> Iterator[Sheet]:
    for names, rows in groups.items():
        yield Sheet(
            name="",
            headers=names,
            columns=tuple([_cell(row[name]) for _, row in rows] for name in names),
            line_numbers=np.asarray([line for line, _ in rows], dtype=np.int64),
            notes=(),
            refused=(),
            doubts=(),
            apart=(),
            encoding="",
            delimiter="",
            kind="json",
        )


def _cell(value: Any) -> Any:
    return "" if value is None else str(value) if isinstance(value, Decimal) else value


def _wrong(kind: str, row: Any, fields: Mapping[str, Field]) -> tuple[str, Any, str] | None:
    """Return the first field of a row that cannot be read, with its value and the reason."""
    if not isinstance(row, Mapping):
        return "", row, "a row is an object from field to value"
    if not str(row.get("external_id") or "").strip():
        return "external_id", "", "the id in your system is missing"
    for name, value in row.items():
        field = fields.get(name)
        if field is None:
            return str(name), value, f"there is no field {shown(name)}"
        if value is None or value == "":
            if field.required:
                return name, "", f"{field.label.lower()} is missing"
            continue
        if reason := _misread(field, value):
            return name, value, reason
        words = KNOWN_WORDS.get((kind, name))
        if words is not None and words(str(value)) is None:
            return name, value, f"{shown(value)} is not known"
    for field in fields.values():
        if field.required and field.name not in row:
            return field.name, "", f"{field.label.lower()} is missing"
    return None


def _misread(field: Field, value: Any) -> str:
    if field.type in {"money", "number", "percent", "integer"}:
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
            return "a number is wanted"
        if isinstance(value, str) and not NUMBER.match(value.strip()):
            return f"{shown(value)} is not a plain decimal number"
        if isinstance(value, float) and not abs(value) < 1e15:
            return "the number is too large"
    elif field.type in {"date", "datetime"}:
        return _misread_time(field, value)
    elif field.type == "bool":
        if not isinstance(value, bool):
            return "true or false is wanted"
    elif not isinstance(value, str | int) or isinstance(value, bool):
        return "a text is wanted"
    elif isinstance(value, str) and len(value) > field.limit:
        return f"the text has more than {field.limit} characters"
    return ""


def _misread_time(field: Field, value: Any) -> str:
    pattern, example = (
        (DATE, "2026-01-31") if field.type == "date" else (TIME, "2026-01-31T09:30:00Z")
    )
    if not isinstance(value, str) or not pattern.match(value):
        return f"{shown(value)} is not written as {example}"
    try:
        date.fromisoformat(value[:10])
        if len(value) > 10:
            datetime.fromisoformat(value.replace(" ", "T", 1).replace(" ", ""))
    except ValueError:
        return f"{shown(value)} is not a date"
    return ""
