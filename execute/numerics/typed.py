"""A sheet and a mapping to typed columns: what would be stored, what is refused, what is asked."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as _field
from datetime import UTC, tzinfo
from typing import Any

from execute.numerics import finishing, reading, several
from execute.numerics.doubts import Doubt, NoSuchName, Note, Option, Refusal, counted, lines_said
from execute.numerics.fields import FIELDS, REFUSING_CONSENT, Field, normalise
from execute.numerics.identities import identities
from execute.numerics.sheets import Sheet
from execute.numerics.texts import parse_text

AMOUNTS = {
    "products": ("list_price", "unit_cost"),
    "deals": ("net_amount", "list_amount", "cost_amount"),
    "expenses": ("amount",),
}
# A row of these kinds must say at least one of these
SOMEBODY = {
    "contacts": ("external_id", "email", "name", "phone"),
    "deals": ("external_id", "name", "account", "contact"),
    "touches": ("contact", "account"),
}


@dataclass(frozen=True, slots=True)
class Interpretation:
    """The rows that can be stored, as columns of Python values, and all that is to be said.

    Every list in `columns` and `attributes`, and `lines` and `identity`, has one entry for each
    accepted row. Money, numbers and percents are Decimals (percents in points: 15 is 15 %), dates
    are dates, times carry a zone, blanks are None.
    """

    kind: str
    columns: dict[str, list[Any]]
    lines: list[int]
    refused: tuple[Refusal, ...]
    doubts: tuple[Doubt, ...]
    notes: tuple[Note, ...]
    attributes: dict[str, list[str | None]]
    identity: list[str]
    habits: dict[str, str] = _field(default_factory=dict)  # what the cells themselves settled

    def __len__(self) -> int:
        return len(self.lines)


@dataclass(slots=True)
class _Taken:
    """The columns as they are read, and what is to be said of them: `bad` by place of the row."""

    columns: dict[str, list[Any]] = _field(default_factory=dict)
    money: dict[str, reading.Column] = _field(default_factory=dict)
    habits: dict[str, str] = _field(default_factory=dict)
    doubts: list[Doubt] = _field(default_factory=list)
    notes: list[Note] = _field(default_factory=list)
    bad: dict[int, tuple[str, Any, str]] = _field(default_factory=dict)


def interpret(
    kind: str,
    sheet: Sheet,
    mapping: Mapping[str, str],
    answers: Mapping[str, str] | None = None,
    *,
    set_to: Mapping[str, str] | None = None,
    attributes: Mapping[str, str] | None = None,
    zone: tzinfo = UTC,
    currency: str | None = None,
) -> Interpretation:
    """Read the mapped columns as rows of a kind.

    `mapping` is field -> header; `set_to` is field -> one text for every row; `attributes` is
    name -> header for what is kept beside the row. A date or time without a zone is in `zone`.
    `currency` is the workspace's ISO code: it settles which dollar '$' is, and fills nothing in.
    A row is refused where a required field is missing, a mapped cell cannot be read as its type,
    or nothing names it. Raises NoSuchName for an unknown field or header.
    """
    answers = answers or {}
    fixed = dict(set_to or {})
    size = len(sheet)
    fields = {f.name: f for f in FIELDS[kind]}
    for name in [*mapping, *fixed]:
        if name not in fields:
            raise NoSuchName(f"{kind} have no field {name!r}")
    taken = _taken(kind, sheet, mapping, fixed, answers, zone, currency)
    columns, doubts, notes, bad = taken.columns, taken.doubts, taken.notes, taken.bad
    if "consent" in columns and normalise(mapping.get("consent", "")) in REFUSING_CONSENT:
        columns["consent"] = [None if v is None else not v for v in columns["consent"]]
        notes.append(Note(f"{mapping['consent']}: “yes” in this column is imported as no consent."))
    finishing.merge_variants(columns, answers, doubts)
    beside_the_point = _finish(kind, taken, size, mapping, answers)
    if kind in AMOUNTS:
        columns["currency"] = _currencies(kind, columns, taken.money, size, notes)
    _require(kind, fields, mapping, columns, size, bad)
    keys = identities(kind, columns, size)
    dropped = beside_the_point
    if kind != "stage_history":
        dropped = _repeated(kind, sheet, columns, keys, mapping, answers, bad, doubts)
    kept = [i for i in range(size) if i not in bad and i not in dropped]
    lines = sheet.line_numbers.tolist()
    beside = {
        name: parse_text(sheet.column(header), True)[0]
        for name, header in (attributes or {}).items()
    }
    whole = len(kept) == size
    refused = [
        Refusal(lines[i], h, str(v)[:500], why)
        for i, (h, v, why) in bad.items()
        if i not in beside_the_point
    ]
    return Interpretation(
        kind=kind,
        columns=columns if whole else {n: [c[i] for i in kept] for n, c in columns.items()},
        lines=lines if whole else [lines[i] for i in kept],
        refused=tuple(sorted([*sheet.refused, *refused], key=lambda r: r.line)),
        doubts=tuple(doubts),
        notes=tuple(notes),
        attributes=beside if whole else {n: [c[i] for i in kept] for n, c in beside.items()},
        identity=[keys[i] or f"line {lines[i]}" for i in kept],
        habits=taken.habits,
    )


def _taken(
    kind: str,
    sheet: Sheet,
    mapping: Mapping[str, str],
    fixed: Mapping[str, str],
    answers: Mapping[str, str],
    zone: tzinfo,
    currency: str | None,
) -> _Taken:
    """Read the cells of each field that is mapped, or fixed to one text for every row."""
    taken = _Taken()
    known = reading.hints(sheet.columns, sheet.delimiter)
    for field in FIELDS[kind]:
        if field.name in fixed:
            header = field.label
            cells: list[Any] = [fixed[field.name]] * len(sheet)
        elif field.name in mapping:
            header = mapping[field.name]
            cells = list(sheet.column(header))
        else:
            continue
        column = _read(field, header, cells, answers, known, zone, currency)
        taken.columns[field.name] = column.values
        taken.doubts += column.doubts
        taken.notes += column.notes
        for i, reason in column.bad.items():
            taken.bad.setdefault(i, (header, cells[i], reason))
        if column.habit:
            taken.habits[field.name] = column.habit
        if field.type == "money":
            taken.money[field.name] = column
    return taken


def _finish(
    kind: str,
    taken: _Taken,
    size: int,
    mapping: Mapping[str, str],
    answers: Mapping[str, str],
) -> set[int]:
    """Work out of the columns what a kind has of its own; return the rows that say nothing."""
    columns, doubts, notes = taken.columns, taken.doubts, taken.notes
    if kind == "contacts":
        finishing.finish_contacts(columns, size)
    elif kind == "touches":
        finishing.finish_touches(columns, size, notes)
    elif kind == "deals":
        finishing.finish_deals(columns, size, mapping, answers, doubts, notes)
    elif kind == "expenses" and "date" in columns:
        refused = finishing.finish_expenses(columns, size, mapping, answers, doubts, notes)
        for i, reason in refused.items():
            taken.bad.setdefault(i, (mapping.get("end_date", ""), columns["end_date"][i], reason))
    elif kind == "stage_history":
        return finishing.finish_stage_history(columns, size, mapping, notes)
    return set()


def _read(
    field: Field,
    header: str,
    cells: list[Any],
    answers: Mapping[str, str],
    known: reading.Hints,
    zone: tzinfo,
    currency: str | None,
) -> reading.Column:
    if field.type in {"date", "datetime"}:
        return reading.read_dates(field, header, cells, answers, known, zone)
    if field.type in {"money", "number", "percent", "integer"}:
        return reading.read_numbers(field, header, cells, answers, known, currency)
    if field.type == "bool":
        return reading.read_bool(field, header, cells, answers)
    if field.type == "email":
        return reading.read_email(field, header, cells, answers)
    return reading.read_text(field, header, cells, answers)


def _currencies(
    kind: str,
    columns: dict[str, list[Any]],
    money: Mapping[str, reading.Column],
    size: int,
    notes: list[Note],
) -> list[str | None]:
    """Each row's currency: its own cell's, else the currency column's, else the header's."""
    by_amount: list[str | None] | None = None
    single: str | None = None
    for name in AMOUNTS[kind]:
        if (column := money.get(name)) is not None:
            by_amount = by_amount or column.currencies
            single = single or column.currency
    if "currency" in columns:
        named = finishing.currency_codes(columns["currency"], notes)
        return [c or (by_amount[i] if by_amount else single) for i, c in enumerate(named)]
    return by_amount or [single] * size


def _require(
    kind: str,
    fields: Mapping[str, Field],
    mapping: Mapping[str, str],
    columns: Mapping[str, list[Any]],
    size: int,
    bad: dict[int, tuple[str, Any, str]],
) -> None:
    for field in fields.values():
        if not field.required:
            continue
        header = mapping.get(field.name, "")
        column = columns.get(field.name)
        reason = f"the {field.label.lower()} is missing" if field.name != "occurred_at" else (
            "the time is missing"
        )  # fmt: skip
        for i in range(size):
            if column is None or column[i] is None:
                bad.setdefault(i, (header, "", reason))
    if kind in SOMEBODY:
        present = [columns[n] for n in SOMEBODY[kind] if n in columns]
        reason = "there is nothing to identify it"
        if not present:
            bad.update({i: bad.get(i, ("", "", reason)) for i in range(size)})
            return
        for i, row in enumerate(zip(*present, strict=True)):
            if not any(row):
                bad.setdefault(i, ("", "", reason))


def _repeated(
    kind: str,
    sheet: Sheet,
    columns: Mapping[str, list[Any]],
    keys: list[str | None],
    mapping: Mapping[str, str],
    answers: Mapping[str, str],
    bad: dict[int, tuple[str, Any, str]],
    doubts: list[Doubt],
) -> set[int]:
    """The rows that are left out because the file says them twice, with the question asked."""
    lines = sheet.line_numbers
    counts = Counter(keys)
    del counts[None]
    if kind == "deals" and answers.get(several.KEY) in several.AS_LINES:
        bad |= several.incomplete(columns, keys, lines.tolist(), bad)
    if len(counts) < sum(counts.values()):  # an id, or a name that is the id, stands twice
        groups: dict[str, list[int]] = {}
        for i, key in enumerate(keys):
            if key is not None and counts[key] > 1 and i not in bad:
                groups.setdefault(key, []).append(i)
        groups = {k: rows for k, rows in groups.items() if len(rows) > 1}
        split = several.look_like_lines(columns, groups) if kind == "deals" else {}
        rest = {key: rows for key, rows in groups.items() if key not in split}
        out: set[int] = set()
        if split:
            out |= several.ask_for_lines(columns, split, lines.tolist(), answers, doubts)
        if rest:
            out |= _one_each(sheet, rest, answers, doubts)
        if groups:
            return out
    if kind in {"products", "accounts", "contacts"} or columns.get("external_id"):
        return set()
    rows = list(zip(*sheet.columns, strict=True))
    repeats = {row for row, n in Counter(rows).items() if n > 1}
    if not repeats:
        return set()
    first: set[Any] = set()
    again = []
    for i, row in enumerate(rows):
        if row in repeats:
            if row in first:
                again.append(i)
            first.add(row)
    answer = answers.get("duplicates", "keep")
    doubts.append(
        Doubt(
            key="duplicates",
            question=(
                f"{counted(len(again), 'row repeats', 'rows repeat')} a row above word for word "
                f"({lines_said([int(lines[i]) for i in again])}), and no column is an id. Did they "
                "happen twice, or were they exported twice?"
            ),
            options=(
                Option("keep", "They happened twice: keep all"),
                Option("once", "They were exported twice: keep one of each"),
            ),
            answer=answer,
            blocking="duplicates" not in answers,
        )
    )
    return set(again) if answer == "once" else set()


def _one_each(
    sheet: Sheet,
    groups: Mapping[str, list[int]],
    answers: Mapping[str, str],
    doubts: list[Doubt],
) -> set[int]:
    differing = any(
        column[i] != column[rows[0]]
        for rows in groups.values()
        for i in rows[1:]
        for column in sheet.columns
    )
    answer = answers.get("repeated", "last")
    again = sorted(int(sheet.line_numbers[i]) for rows in groups.values() for i in rows[1:])
    if differing:
        text = "They differ. Which one should be used?"
    else:
        text = "They are identical, so one of each is kept."
    doubts.append(
        Doubt(
            key="repeated",
            question=(
                f"{counted(len(groups), 'id or name appears', 'ids or names appear')} in several "
                f"rows ({lines_said(again)}). {text}"
            ),
            options=(Option("last", "The last one"), Option("first", "The first one")),
            answer=answer,
            blocking=differing and "repeated" not in answers,
        )
    )
    out: set[int] = set()
    for rows in groups.values():
        out.update(rows[1:] if answer == "first" else rows[:-1])
    return out
