"""One column of cells to one column of values, with what was decided on the way."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any

from execute.numerics import dates, numbers, texts
from execute.numerics.doubts import Doubt, Note, Option, shown
from execute.numerics.fields import Field, normalise

# In these a word such as 'NA' or 'None' may be somebody's name
NAMES = frozenset({"name", "first_name", "last_name", "account", "contact", "parent", "product"})
LARGEST = Decimal(10) ** 13
HEADER_CODE = re.compile(
    r"[(\[]\s*([A-Z]{3})\s*[)\]]|(?:^|[\s_])(?:in[\s_])([A-Za-z]{3})(?:$|[\s_])"
)
HEADER_TAIL = re.compile(r"[\s_]([A-Za-z]{3})$")


@dataclass(slots=True)
class Hints:
    """What the rest of the file says of its country: the decimal mark and the order of dates."""

    mark: str = ""
    order: str = ""


@dataclass(slots=True)
class Column:
    """Values in the order of the rows; `bad` are positions that could not be read, with reasons."""

    values: list[Any]
    bad: dict[int, str] = field(default_factory=dict)
    doubts: list[Doubt] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    currency: str | None = None
    currencies: list[str | None] | None = None  # by row, where the cells name several
    habit: str = ""  # the order of dates or the decimal mark, where the cells prove it


def hints(columns: Sequence[Sequence[Any]], delimiter: str) -> Hints:
    """The file's habits, from a sample of every column: evidence where one column has none."""
    marks: Counter[str] = Counter()
    orders: Counter[str] = Counter()
    for column in columns:
        sample = [v for v in column[:400] if isinstance(v, str)]
        if not any(c in v for v in sample[:60] for c in ".,/-"):
            continue
        order = dates.survey(sample)
        if order.forms["numeric"] > 0.5 * len(sample):
            orders[order.settled or order.monthly] += 1
            continue
        reading = numbers.survey(sample)
        if reading.count > 0.5 * len(sample):
            marks[reading.settled] += 1
    mark = "." if marks["."] > marks[","] else "," if marks[","] > marks["."] else ""
    order_ = "dmy" if orders["dmy"] > orders["mdy"] else "mdy" if orders["mdy"] else ""
    if not order_ and (mark == "," or delimiter == ";"):
        order_ = "dmy"  # no country writes a decimal comma and the month first
    return Hints(mark, order_)


def read_text(
    field: Field, header: str, values: Sequence[Any], answers: Mapping[str, str]
) -> Column:
    """Cleaned text, None where the cell says nothing; cut at the field's limit, and said."""
    key = f"nulls.{field.name}"
    keep = answers.get(key, "keep" if field.name in NAMES else "missing") == "keep"
    parsed, maybe = texts.parse_text(values, keep)
    out = Column(parsed)
    if maybe:
        words = ", ".join(f"{shown(w)} ({n:,})" for w, n in maybe.most_common(4))
        out.doubts.append(
            Doubt(
                key=key,
                question=f"{header}: does {words} mean “not known”, or is it a name?",
                options=(Option("missing", "Not known"), Option("keep", "It is a name")),
                answer="keep" if keep else "missing",
            )
        )
    if any(v is not None and len(v) > field.limit for v in set(parsed)):
        long = [i for i, v in enumerate(parsed) if v is not None and len(v) > field.limit]
        for i in long:
            parsed[i] = f"{(parsed[i] or '')[: field.limit - 1]}…"
        out.notes.append(
            Note(f"{header}: {len(long):,} text(s) longer than {field.limit} characters were cut.")
        )
    return out


def read_email(
    field: Field, header: str, values: Sequence[Any], answers: Mapping[str, str]
) -> Column:
    """Email addresses; what is none is bad."""
    parsed, _ = texts.parse_text(values, False)
    wrong = {v for v in set(parsed) if v and not texts.is_email(v)}
    bad = {
        i: f"{shown(v)} is not an email address" for i, v in enumerate(parsed) if v in wrong
    } if wrong else {}  # fmt: skip
    return Column(parsed, bad)


def read_bool(
    field: Field, header: str, values: Sequence[Any], answers: Mapping[str, str]
) -> Column:
    """Yes and no."""
    parsed, wrong = texts.parse_bool(values)
    return Column(parsed, {i: f"{shown(values[i])} is not yes or no" for i in wrong})


def read_dates(
    field: Field,
    header: str,
    values: Sequence[Any],
    answers: Mapping[str, str],
    known: Hints,
    zone: tzinfo,
) -> Column:
    """Dates, or datetimes with a zone; the order of day and month is decided for the column."""
    reading = dates.survey(values)
    key = f"dates.{field.name}"
    proved = reading.settled or reading.monthly
    given = answers.get(key, "")
    order = given if given in {"dmy", "mdy"} else proved or known.order or "dmy"
    out = Column([], habit=order if proved else "")
    contrary = reading.votes["mdy" if order == "dmy" else "dmy"]
    # one proof in a hundred is a slip of the pen, one in five is another habit
    mixed = contrary > 0.1 * (reading.votes["dmy"] + reading.votes["mdy"])
    if (reading.ambiguous and (not reading.settled or mixed)) or (contrary and mixed):
        text = next(iter(reading.ambiguous), None)
        out.doubts.append(_date_doubt(key, header, text, order, reading, given, proved, known))
    parsed, wrong = dates.parse(values, order)
    whole = {i: f"{shown(values[i])} is not a date" for i in wrong}
    convert = _to_datetime if field.type == "datetime" else _to_date
    memo = {v: convert(v, zone) for v in set(parsed)}
    out.values = [memo[v] for v in parsed]
    out.bad = whole
    if reading.forms["serial"] and len(+reading.forms) > 1:
        out.notes.append(
            Note(f"{header}: {reading.forms['serial']:,} plain number(s) were read as Excel dates.")
        )
    return out


def _date_doubt(
    key: str,
    header: str,
    text: str | None,
    order: str,
    reading: dates.DateReading,
    given: str,
    proved: str,
    known: Hints,
) -> Doubt:
    options = []
    for value, words in (("dmy", "day first"), ("mdy", "month first")):
        example = dates.read_one(text, value) if text else None
        said = f": {shown(text)} is {example:%-d %B %Y}" if example else ""
        options.append(Option(value, f"The {words}{said}"))
    if reading.votes["dmy"] and reading.votes["mdy"]:
        why = (
            f"{reading.votes['dmy']:,} of its dates can only have the day first and "
            f"{reading.votes['mdy']:,} only the month; what does not fit is refused."
        )
    else:
        why = f"{sum(reading.ambiguous.values()):,} of its dates can be read either way."
    return Doubt(
        key=key,
        question=f"{header}: does the day or the month come first? {why}",
        options=tuple(options),
        answer=order,
        blocking=not given and not (proved or known.order),
    )


def _to_date(value: datetime | date | None, zone: tzinfo) -> date | None:
    if isinstance(value, datetime):
        return (value.astimezone(zone) if value.tzinfo else value).date()
    return value


def _to_datetime(value: datetime | date | None, zone: tzinfo) -> datetime | None:
    if value is None:
        return None
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)
    return value if value.tzinfo else value.replace(tzinfo=zone)


def read_numbers(
    field: Field,
    header: str,
    values: Sequence[Any],
    answers: Mapping[str, str],
    known: Hints,
    workspace_currency: str | None,
) -> Column:
    """Decimals (ints for whole numbers); the decimal mark is decided for the column."""
    reading = numbers.survey(values)
    key = f"numbers.{field.name}"
    given = answers.get(key, "")
    hint = known.mark
    if not hint and field.type == "integer" and reading.ambiguous:
        hint = "," if "." in reading.ambiguous else "."  # a count has groups, not fractions
    mark = given if given in {".", ","} else reading.settled or hint
    out = Column([], habit=mark if reading.settled else "")
    contrary = bool(reading.votes["."] and reading.votes[","])
    if (reading.ambiguous and not reading.settled) or contrary:
        mark = mark or "."
        out.doubts.append(_mark_doubt(key, header, reading, mark, given, bool(hint)))
    parsed, wrong = numbers.parse(values, mark or ".")
    noun = "a whole number" if field.type == "integer" else "a number"
    out.bad = {i: f"{shown(values[i])} is not {noun}" for i in wrong}
    if normalise(header).rsplit(" ", 1)[-1] in {"micro", "micros"}:
        parsed = _from_micros(field, header, parsed, answers, out)
    out.values = parsed
    if any(n is not None and abs(n) >= LARGEST for n in parsed):
        out.bad |= {
            i: f"{shown(values[i])} is too large"
            for i, n in enumerate(parsed)
            if n is not None and abs(n) >= LARGEST
        }
    if field.type == "percent":
        _to_points(field, header, reading, answers, out)
    elif field.type == "integer":
        out.bad |= {
            i: f"{shown(values[i])} is not a whole number"
            for i, n in enumerate(parsed)
            if n is not None and n != n.to_integral_value()
        }
        out.values = [None if n is None or i in out.bad else int(n) for i, n in enumerate(parsed)]
    elif field.type == "money":
        _currency(field, header, values, reading, answers, workspace_currency, out)
    return out


def _mark_doubt(
    key: str, header: str, reading: numbers.NumberReading, mark: str, given: str, hinted: bool
) -> Doubt:
    options = []
    for value, words in ((".", "a point"), (",", "a comma")):
        parts = numbers.take_apart(reading.ambiguous) if reading.ambiguous else None
        number = numbers.value_of(parts, value) if parts else None
        said = f": {shown(reading.ambiguous)} is {number:,}" if number is not None else ""
        options.append(Option(value, f"Decimals follow {words}{said}"))
    dot, comma = reading.votes["."], reading.votes[","]
    why = (
        f" {dot:,} of its numbers have a decimal point and {comma:,} a decimal comma; what does "
        "not fit is refused."
        if dot and comma
        else f" {shown(reading.ambiguous)} can be read either way."
    )
    close = min(dot, comma) > 0.1 * (dot + comma)
    return Doubt(
        key=key,
        question=f"{header}: do decimals follow a point or a comma?{why}",
        options=tuple(options),
        answer=mark or ".",
        blocking=not given and (((dot or comma) > 0 and close) or not (dot or comma or hinted)),
    )


def _from_micros(
    field: Field,
    header: str,
    parsed: list[Decimal | None],
    answers: Mapping[str, str],
    out: Column,
) -> list[Decimal | None]:
    key = f"micros.{field.name}"
    answer = answers.get(key, "divide")
    out.doubts.append(
        Doubt(
            key=key,
            question=f"{shown(header)} is in millionths, so the amounts were divided by 1,000,000.",
            options=(
                Option("divide", "Divide by 1,000,000"),
                Option("keep", "Keep them as they are"),
            ),
            answer=answer,
        )
    )
    if answer != "divide":
        return parsed
    return [None if n is None else n.scaleb(-6).normalize() + 0 for n in parsed]


def _to_points(
    field: Field,
    header: str,
    reading: numbers.NumberReading,
    answers: Mapping[str, str],
    out: Column,
) -> None:
    numbers_ = [n for n in out.values if n is not None]
    if reading.percents or not numbers_ or not any(numbers_) or max(map(abs, numbers_)) > 1:
        return
    key = f"percent.{field.name}"
    answer = answers.get(key, "fraction")
    most = max(numbers_)
    out.doubts.append(
        Doubt(
            key=key,
            question=f"{header}: no number is above 1. Does {most} mean {most * 100:g} %?",
            options=(
                Option("fraction", f"Yes, {most} is {most * 100:g} %"),
                Option("points", f"No, {most} is {most} %"),
            ),
            answer=answer,
        )
    )
    if answer == "fraction":
        out.values = [None if n is None else n * 100 for n in out.values]


def header_currency(header: str) -> str | None:
    """The ISO code in a column's name: 'Amount (EUR)', 'cost_in_usd', 'Cost €'; None without."""
    for pattern in (HEADER_CODE, HEADER_TAIL):
        match = pattern.search(header)
        code = next(g for g in match.groups() if g).upper() if match else ""
        if code in numbers.CODES:
            return code
    symbol = re.search(r"US\$|R\$|€|£|¥|₹", header)
    return numbers.SYMBOLS[symbol[0]] if symbol else None


def _currency(
    field: Field,
    header: str,
    values: Sequence[Any],
    reading: numbers.NumberReading,
    answers: Mapping[str, str],
    workspace_currency: str | None,
    out: Column,
) -> None:
    key = f"currency.{field.name}"
    dollar = ""
    if reading.currencies["$"]:
        likely = workspace_currency if workspace_currency in numbers.DOLLARS else "USD"
        named = header_currency(header)
        likely = named if named in numbers.DOLLARS else likely
        dollar = answers.get(key, likely or "USD")
        options = dict.fromkeys([dollar, *numbers.DOLLARS])
        out.doubts.append(
            Doubt(
                key=key,
                question=f"{header}: the amounts use $. Which dollar is it?",
                options=tuple(Option(c, c) for c in options),
                answer=dollar,
            )
        )
    found = [dollar if c == "$" else c for c in reading.currencies]
    if len(set(found)) > 1:
        memo: dict[Any, str | None] = {}
        for value in set(values):
            parts = numbers.take_apart(value) if isinstance(value, str) else None
            code = parts.currency if parts else ""
            memo[value] = (dollar if code == "$" else code) or header_currency(header)
        out.currencies = [memo[v] for v in values]
        out.notes.append(Note(f"{header}: the cells name several currencies, kept row by row."))
    else:
        out.currency = found[0] if found else header_currency(header)
