"""Which column holds which field: by known names, then by what the cells themselves say."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from execute.numerics import dates, numbers
from execute.numerics.doubts import Doubt, Option, shown
from execute.numerics.entries import stage_entered
from execute.numerics.fields import ATTRIBUTES, FIELDS, INDEX, PERIOD_STARTS, Field, normalise
from execute.numerics.sheets import Sheet
from execute.numerics.texts import as_text, email_share, is_null
from execute.numerics.values import expense_state, outcome_word

SAMPLE = 400
# No deal is exported with these: they tell of one stage among several
ENTRIES = frozenset(
    {"entered at", "date entered", "stage entered at", "stage entry date", "entered stage at",
     "stage change date", "to stage", "new stage"}
)  # fmt: skip
BOOLS = frozenset({"true", "false", "yes", "no"})
# A header such as "Closed" says whether, or when: its cells tell.
WHEN = {"closed": "close_date"}


@dataclass(frozen=True, slots=True)
class Proposal:
    """How a file's columns would be read as one kind of row."""

    kind: str
    mapping: dict[str, str]  # field -> header
    unmapped: tuple[str, ...]
    attributes: dict[str, str]  # name beside the row -> header
    doubts: tuple[Doubt, ...]


@dataclass(slots=True)
class _Found:
    header: str
    rank: int


def propose(kind: str, sheet: Sheet, answers: Mapping[str, str] | None = None) -> Proposal:
    """Map the sheet's columns to the fields of a kind. Raises KeyError for an unknown kind.

    Two columns that would both do for a field, a column known by its cells alone, and a required
    field that no column holds, each come back as a doubt with the key `map.<field>`.
    """
    answers = answers or {}
    found: dict[str, list[_Found]] = {}
    for header in sheet.headers:
        if hit := INDEX[kind].get(normalise(header)):
            name, rank = hit
            if name in WHEN and _are_dates(_filled(sheet, header)):
                name, rank = WHEN[name], rank + len(INDEX[kind])
            found.setdefault(name, []).append(_Found(header, rank))
    mapping: dict[str, str] = {}
    doubts: list[Doubt] = []
    for field in FIELDS[kind]:
        candidates = sorted(found.get(field.name, []), key=lambda f: f.rank)
        key = f"map.{field.name}"
        if key in answers and (answers[key] in sheet.headers or not answers[key]):
            if answers[key]:
                mapping[field.name] = answers[key]
            doubts.append(_answered(field, sheet, candidates, answers[key]))
            continue
        if field.name == "external_id":
            candidates = [c for c in candidates if _names_each_row(kind, sheet, c.header)]
        candidates, left_out = _holding(field, sheet, candidates)
        doubts += left_out
        if candidates:
            mapping[field.name] = candidates[0].header
        if len(candidates) > 1:
            doubts.append(_competition(field, sheet, candidates))
    _by_content(kind, sheet, mapping, answers, doubts)
    if kind == "expenses":
        _only_whole_periods(mapping, answers)
    used = set(mapping.values())
    unmapped = tuple(h for h in sheet.headers if h not in used)
    return Proposal(kind, mapping, unmapped, _attributes(sheet, unmapped), tuple(doubts))


def _filled(sheet: Sheet, header: str, most: int = SAMPLE) -> list[Any]:
    out: list[Any] = []
    for value in sheet.column(header):
        if value != "" and not (isinstance(value, str) and is_null(value)):
            out.append(value)
            if len(out) >= most:
                break
    return out


def _are_dates(values: list[Any]) -> bool:
    """Whether every cell is a day: one that is typed as such, or text that only a day reads as."""
    return bool(values) and all(
        bool(dates.read_one(v, "dmy") or dates.read_one(v, "mdy"))
        if isinstance(v, str)
        else isinstance(v, date)
        for v in values
    )


def _share(field: Field, values: list[Any]) -> float:
    """The share of the cells that read as the field's type; 1 where every text would work."""
    if not values:
        return 1.0
    if field.type in {"date", "datetime"}:
        good = sum(
            1
            for v in values
            if not isinstance(v, str) or dates.read_one(v, "dmy") or dates.read_one(v, "mdy")
        )
    elif field.type in {"money", "number", "percent", "integer"}:
        good = sum(1 for v in values if not isinstance(v, str) or numbers.take_apart(v))
    elif field.type == "email":
        return email_share(values)
    elif field.name in {"state", "outcome"}:
        read = expense_state if field.name == "state" else outcome_word
        good = sum(
            1
            for v in values
            if not isinstance(v, str) or read(v) or v.casefold() in BOOLS | {"0", "1"}
        )
    else:
        # 'Customer: True' tells what a row is, not what it is called
        return (
            0.0
            if field.type == "text" and all(as_text(v).casefold() in BOOLS for v in values)
            else 1.0
        )
    return good / len(values)


def _names_each_row(kind: str, sheet: Sheet, header: str) -> bool:
    """Whether a column can be the id of what happened: an ad's id stands on each of its days."""
    if kind not in {"touches", "expenses"}:
        return True
    filled = [v for v in sheet.column(header) if v != ""]
    return len(set(filled)) == len(filled)


def _holding(
    field: Field, sheet: Sheet, candidates: list[_Found]
) -> tuple[list[_Found], list[Doubt]]:
    """Keep the candidates whose cells are of the field's type; say which were left out."""
    kept, doubts = [], []
    filled: list[_Found] = []
    for candidate in candidates:
        values = _filled(sheet, candidate.header)
        if _share(field, values) >= 0.5 or (field.required and len(candidates) == 1):
            kept.append(candidate)
            if values:
                filled.append(candidate)
            continue
        doubts.append(
            Doubt(
                key=f"map.{field.name}",
                question=(
                    f"The column {shown(candidate.header)} is named like {field.label.lower()}, "
                    f"but its cells do not read so (for example {shown(values[0], 30)}). "
                    "It is left out."
                ),
                options=_options(sheet, [candidate.header]),
                answer="",
            )
        )
    # A column that is empty all the way down competes with nothing
    return (filled or kept[:1]), doubts if not kept else []


def _competition(field: Field, sheet: Sheet, candidates: list[_Found]) -> Doubt:
    first, second = candidates[0], candidates[1]
    others = ", ".join(shown(c.header) for c in candidates[1:])
    same = sheet.column(first.header) == sheet.column(second.header)
    return Doubt(
        key=f"map.{field.name}",
        question=(
            f"{field.label}: {shown(first.header)} is taken, though {others} would do as well. "
            "Which column is it?"
        ),
        options=_options(sheet, [c.header for c in candidates]),
        answer=first.header,
        blocking=first.rank == second.rank and not same,
    )


def _answered(field: Field, sheet: Sheet, candidates: list[_Found], answer: str) -> Doubt:
    headers = list(dict.fromkeys([*([answer] if answer else []), *(c.header for c in candidates)]))
    question = f"Which column is {field.label.lower()}?"
    return Doubt(f"map.{field.name}", question, _options(sheet, headers), answer)


def _options(sheet: Sheet, headers: list[str]) -> tuple[Option, ...]:
    out = []
    for header in headers:
        values = _filled(sheet, header, 2)
        example = f": {', '.join(shown(v, 24) for v in values)}" if values else ""
        out.append(Option(header, f"{header}{example}"))
    return (*out, Option("", "None of them"))


def _by_content(
    kind: str,
    sheet: Sheet,
    mapping: dict[str, str],
    answers: Mapping[str, str],
    doubts: list[Doubt],
) -> None:
    """Find the still missing required fields, and an e-mail column, by what the cells say."""
    for field in FIELDS[kind]:
        key = f"map.{field.name}"
        if field.name in mapping or key in answers or any(d.key == key for d in doubts):
            continue
        if not (field.required or field.type == "email"):
            continue
        free = [h for h in sheet.headers if h not in mapping.values()]
        like = [h for h in free if _reads_as(field, _filled(sheet, h))]
        if field.type == "email" and len(like) != 1:
            continue
        if field.required and field.type == "text":
            like = []  # any words would do, so none is evidence
        if len(like) == 1:
            mapping[field.name] = like[0]
            question = (
                f"{field.label}: no column has a known name, but the cells of {shown(like[0])} "
                "read so. Is that the column?"
            )
        else:
            question = f"No column could be matched to {field.label.lower()}. Which one is it?"
        doubts.append(
            Doubt(
                key=key,
                question=question,
                options=_options(sheet, [*like, *(h for h in free if h not in like)]),
                answer=mapping.get(field.name, ""),
                blocking=len(like) != 1,
            )
        )


def _reads_as(field: Field, values: list[Any]) -> bool:
    if not values:
        return False
    if field.type == "email":
        return email_share(values) >= 0.8
    if field.type in {"date", "datetime"}:
        # bare numbers are amounts far more often than days counted by Excel
        texts = [v for v in values if not isinstance(v, str) or not v.strip().isdigit()]
        texts = [v for v in texts if not isinstance(v, int | float)]
        return len(texts) > 0.9 * len(values) and _share(field, values) >= 0.9
    if field.type == "money":
        return (
            any(isinstance(v, str) and (p := numbers.take_apart(v)) and p.currency for v in values)
            and _share(field, values) >= 0.9
        )
    return False


def _only_whole_periods(mapping: dict[str, str], answers: Mapping[str, str]) -> None:
    """An end date closes a period only where the date opens one: a daily row has its own day."""
    if "end_date" in mapping and "map.end_date" not in answers:
        start = normalise(mapping.get("date", ""))
        if start not in PERIOD_STARTS:
            del mapping["end_date"]


def _attributes(sheet: Sheet, unmapped: tuple[str, ...]) -> dict[str, str]:
    out: dict[str, str] = {}
    for header in unmapped:
        name = normalise(header)
        if not name or name.startswith("fivetran") or not _filled(sheet, header, 1):
            continue
        if stage_entered(header):
            out[header] = header
            continue
        out.setdefault(ATTRIBUTES.get(name, name.replace(" ", "_"))[:60], header)
    return out


# Fields whose presence tells one kind of file from another
_TELLING: dict[str, dict[str, float]] = {
    "products": {"list_price": 3, "unit_cost": 2, "family": 2},
    "accounts": {"industry": 2, "employees": 3, "annual_revenue": 2, "website": 1, "parent": 1},
    "contacts": dict(
        zip(
            (
                "email",
                "first_name",
                "last_name",
                "phone",
                "title",
                "source",
                "lead_date",
                "consent",
            ),
            (3, 2, 2, 2, 1, 1, 1, 2),
            strict=True,
        )
    ),
    "deals": dict(
        zip(
            ("stage", "close_date", "net_amount", "outcome", "driver", "competitor", "list_amount"),
            (4, 4, 1, 1, 3, 2, 1),
            strict=True,
        )
    ),
    "touches": {"occurred_at": 1, "kind": 2, "contact": 1},
    "stage_history": {"from_stage": 6, "property": 4, "entered_at": 1, "stage": 1},
    "expenses": {"amount": 2, "impressions": 4, "clicks": 3, "campaign": 1, "date": 1},
}
_NAMED = {
    "products": ("product",),
    "accounts": ("account", "compan", "customer", "seller"),
    "contacts": ("contact", "lead", "person", "people"),
    "deals": ("deal", "opportunit", "pipeline", "order"),
    "touches": ("touch", "event", "activit", "member", "session"),
    "stage_history": ("history", "stage change"),
    "expenses": ("expense", "spend", "cost", "campaign", "ads", "ad_"),
}


def kind_scores(sheet: Sheet) -> dict[str, float]:
    """How much the sheet looks like each kind: telling columns count most, a missing required
    field counts against it, and the file's own name tips the balance."""
    scores: dict[str, float] = {}
    names = {normalise(h) for h in sheet.headers}
    file_name = sheet.name.casefold()
    for kind, fields in FIELDS.items():
        hit = {INDEX[kind][n][0]: n for n in names if n in INDEX[kind]}
        score: float = sum(0.5 + _TELLING[kind].get(f, 0) for f in hit)
        score -= sum(3.0 for f in fields if f.required and f.name not in hit)
        # a first column such as opportunity_id names the row itself
        if sheet.headers and INDEX[kind].get(normalise(sheet.headers[0])) == ("external_id", 0):
            score += 3
        score += 2 * any(word in file_name for word in _NAMED[kind])
        if kind == "stage_history":
            score += 5 * bool(names & ENTRIES and names & INDEX["deals"].keys())
        scores[kind] = score
    return scores


def suggest_kind(sheet: Sheet) -> str | None:
    """The kind that the sheet most looks like, or None where it looks like none."""
    scores = kind_scores(sheet)
    best = max(scores, key=lambda kind: scores[kind])
    return best if scores[best] >= 1.5 else None
