"""Where the table stands in a file: preamble, header, rows, totals and footers."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from execute.numerics.doubts import Doubt, Note, Option, Refusal, Unreadable, lines_said, shown
from execute.numerics.fields import KNOWN, normalise
from execute.numerics.numbers import plain_sum, plain_value

Row = Sequence[Any]

TOTAL = re.compile(
    r"\W*(?:(?:grand|sub|overall|report|account|campaign)[ -]?)?"
    r"(?:totals?|gesamt(?:summe|ergebnis)?|summe|insgesamt|total (?:general|g[ée]n[ée]ral|geral)"
    r"|totales|totaux|suma|somme|somma|soma|totale(?: complessivo)?|totalen?|totaal|eindtotaal"
    r"|итого|всего|合计|总计|合計)\s*(?:[:(\-–—].*)?$",
    re.IGNORECASE,
)
FOOTER = re.compile(
    r"\W*(?:copyright|\(c\)|©|confidential|generated|report generated|exported|page \d|source:"
    r"|filters? applied|as of )",
    re.IGNORECASE,
)
DATA_LIKE = re.compile(
    r"[^@\s]+@[^@\s]+\.[^@\s]+$|\d{4}-\d\d-\d\d|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}$"
    r"|[-+(]?[$€£]?\s?\d[\d.,' ]*\s?%?\)?$"
)


@dataclass(frozen=True, slots=True)
class Apart:
    """A line that belongs to the report but is no row: a total, a footer."""

    line: int
    cells: tuple[str, ...]
    why: str


@dataclass(slots=True)
class Layout:
    """The table cut out of a grid; `rows` all have one cell for each header."""

    headers: tuple[str, ...]
    rows: list[Row]
    lines: list[int]
    notes: list[Note] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    apart: list[Apart] = field(default_factory=list)


def lay_out(rows: list[Row], lines: list[int], answers: Mapping[str, str], ragged: bool) -> Layout:
    """Cut the table out of the rows. `ragged` says that a row's length is the file's own word
    (text), rather than padding (workbooks)."""
    top = [i for i, row in enumerate(rows[:2000]) if not is_blank(row)][:400]
    if not top:
        raise Unreadable("No table was found: the file is blank.")
    start = _header_index(rows, top, ragged)
    out = Layout((), [], [])
    header_end, names = _headers(rows, lines, start, out, answers, ragged)
    if start > top[0]:
        before = [lines[i] for i in top if i < start]
        out.notes.append(
            Note(f"Lines above the header were skipped: {lines_said(before)}.", before[0])
        )
    _take_rows(rows[header_end:], lines[header_end:], names, out, ragged)
    _set_apart_totals(out, answers)
    return out


def is_blank(row: Row) -> bool:
    """Whether no cell of the row holds anything."""
    return (not any(row) and not any(c == 0 and c != "" for c in row)) or not any(
        c != "" and (not isinstance(c, str) or not c.isspace()) for c in row
    )


def _filled(row: Row) -> int:
    return sum(1 for c in row if str(c).strip() != "")


def _known(row: Row) -> int:
    return sum(1 for c in row if isinstance(c, str) and c and normalise(c) in KNOWN)


def _header_index(rows: list[Row], top: list[int], ragged: bool) -> int:
    """The first line that is as wide as the table; a later one where only that has known names."""
    widths = Counter(len(rows[i]) for i in top) if ragged else Counter()
    usual = max(widths, key=lambda w: (widths[w], w)) if widths else 0
    most = max(_filled(rows[i]) for i in top[:50])
    candidates = [
        i
        for i in top[:40]
        if _filled(rows[i]) >= max(1, most * 0.5) and (not ragged or len(rows[i]) >= usual * 0.8)
    ]
    commented = [
        i for i in candidates if not str(rows[i][0]).startswith("#") or len(rows[i]) == usual
    ]
    candidates = commented or candidates or top[:1]
    first = candidates[0]
    if _known(rows[first]) == 0:
        for i in candidates[1:12]:
            if _known(rows[i]) >= max(2, 0.3 * _filled(rows[i])):
                return i
    return first


def _headers(
    rows: list[Row],
    lines: list[int],
    start: int,
    out: Layout,
    answers: Mapping[str, str],
    ragged: bool,
) -> tuple[int, list[str]]:
    """The column names, and the index of the first row below them."""
    cells = [clean_header(c) for c in rows[start]]
    below = [r for r in rows[start + 1 : start + 400] if not is_blank(r)]
    if not ragged or below:
        width = max([len(cells)] + ([] if ragged else [len(r) for r in below[:1]]))
        usual = Counter(len(r) for r in below).most_common(1)[0][0] if below else len(cells)
        if usual > len(cells) and any(str(c).strip() for r in below for c in r[len(cells) : usual]):
            width = max(width, usual)
        cells += [""] * (width - len(cells))
    if (guess := _looks_like_data(rows[start])) or answers.get("header") == "none":
        answer = answers.get("header", "none" if guess else "first")
        out.doubts.append(
            Doubt(
                key="header",
                question=(
                    f"Line {lines[start]} begins {shown(', '.join(c for c in cells[:3]))}. "
                    "Is it the header row or already data?"
                ),
                options=(
                    Option("none", "It is data: the file has no header"),
                    Option("first", "It is the header row"),
                ),
                answer=answer,
            )
        )
        if answer == "none":
            return start, [f"Column {n}" for n in range(1, len(cells) + 1)]
    end = start + 1
    joined = _lower_header(rows, start, cells, ragged)
    if joined:
        answer = answers.get("header_lines", "join")
        out.doubts.append(
            Doubt(
                key="header_lines",
                question=(
                    f"The column names seem to be on lines {lines[start]} to "
                    f"{lines[joined - 1]}. Combine them?"
                ),
                options=(
                    Option("join", "Yes, combine them"),
                    Option("one", "No, use only the first"),
                ),
                answer=answer,
            )
        )
        if answer == "join":
            _join(cells, [r for r in rows[start + 1 : joined] if not is_blank(r)])
            end = joined
    return end, _unique(cells, lines[start], out)


def clean_header(cell: object) -> str:
    """A column's name on one line, without control characters."""
    text = "".join(c if c.isprintable() else " " for c in str(cell))
    return " ".join(text.replace("\ufeff", "").replace("\u200b", "").split())[:200]


def _reads_as_data(text: str) -> bool:
    return DATA_LIKE.match(text.strip()[:300]) is not None


def _looks_like_data(row: Row) -> bool:
    if _known(row):
        return False
    return any(
        not isinstance(c, str) or (_reads_as_data(c) and not re.match(r"(19|20)\d\d$", c))
        for c in row
    )


def _lower_header(rows: list[Row], start: int, cells: list[str], ragged: bool) -> int:
    """The index after the last header line, where names go on below unnamed columns; else 0."""
    last = 0
    for i in range(start + 1, min(start + 8, len(rows))):
        row = rows[i]
        if is_blank(row):
            continue
        texts = [(k, str(c).strip()) for k, c in enumerate(row) if str(c).strip()]
        continues = not str(row[0]).strip() and bool(cells and cells[0])
        if not continues or any(_reads_as_data(t) for _, t in texts) or len(row) > len(cells):
            break
        if not last and not any(k < len(cells) and not cells[k] for k, _ in texts):
            break
        last = i + 1
    return last if last < len(rows) else 0


def _join(cells: list[str], below: list[Row]) -> None:
    named = list(cells)
    for row in below:
        for k, cell in enumerate(row):
            text = clean_header(cell)
            if not text:
                continue
            upper = cells[k]
            if not upper:  # a merged cell above spans to the right
                upper = next((named[j] for j in range(k, -1, -1) if named[j]), "")
            cells[k] = f"{upper} {text}".strip()


def _unique(cells: list[str], line: int, out: Layout) -> list[str]:
    names: list[str] = []
    taken: Counter[str] = Counter()
    for n, cell in enumerate(cells, 1):
        name = cell or f"Column {n}"
        taken[name] += 1
        if taken[name] > 1:
            out.notes.append(Note(f"Two columns are named {shown(name)}.", line))
            name = f"{name} ({taken[name]})"
        names.append(name)
    blank = sum(1 for c in cells if not c)
    if blank:
        out.notes.append(Note(f"{blank} of the columns have no name in the header.", line))
    return names


def _take_rows(
    rows: list[Row], lines: list[int], names: list[str], out: Layout, ragged: bool
) -> None:
    width = len(names)
    out.headers = tuple(names)
    # ordinary rows, the many, cost one comparison each
    if all(len(r) == width and r[0] for r in rows):
        out.rows, out.lines = rows, lines
        return
    footer = _footer_start(rows, width) if ragged else len(rows)
    blanks = 0
    for n, (row, line) in enumerate(zip(rows, lines, strict=True)):
        if len(row) == width and row[0] and not str(row[0]).isspace():
            out.rows.append(row)
            out.lines.append(line)
        elif is_blank(row):
            blanks += 1
        elif n >= footer:
            out.apart.append(Apart(line, tuple(str(c) for c in row), "text below the table"))
        elif len(row) == width:
            out.rows.append(row)
            out.lines.append(line)
        elif len(row) > width and is_blank(row[width:]):
            out.rows.append(row[:width])
            out.lines.append(line)
        elif not ragged:
            out.rows.append([*row, *[""] * (width - len(row))])
            out.lines.append(line)
        elif TOTAL.match(str(row[0])):
            out.apart.append(Apart(line, tuple(str(c) for c in row), "a total"))
        else:
            cells = f"{len(row)} cell{'' if len(row) == 1 else 's'}"
            reason = f"the row has {cells} where the header has {width}"
            out.refused.append(Refusal(line, "", ", ".join(str(c) for c in row)[:200], reason))
    if blanks:
        out.notes.append(
            Note(f"{blanks:,} blank line{'s were' if blanks > 1 else ' was'} skipped.")
        )


def _footer_start(rows: list[Row], width: int) -> int:
    """The index of the first line of a report's footer; the number of rows where it has none."""
    start, seen_blank = len(rows), False
    i = len(rows) - 1
    while i >= 0 and len(rows) - i < 40:
        row = rows[i]
        if is_blank(row):
            seen_blank = True
            start = i
        elif len(row) < max(2, width * 0.5) and _filled(row) == 1 and width > 1:
            text = next(str(c) for c in row if str(c).strip())
            if FOOTER.match(text) or TOTAL.match(text):
                start = i
            elif not (i > 0 and is_blank(rows[i - 1])):
                break
        else:
            break
        i -= 1
    return start if seen_blank or start < len(rows) else len(rows)


def _set_apart_totals(out: Layout, answers: Mapping[str, str]) -> None:
    """Totals at either end are no rows: told by their word, or by being the sum of the others."""
    while out.rows and _says_total(out, len(out.rows) - 1):
        _put_apart(out, len(out.rows) - 1)
    if len(out.rows) > 1 and _says_total(out, 0):
        _put_apart(out, 0)
    for index in (len(out.rows) - 1, 0):
        if len(out.rows) > 2 and _sums_up(out, index):
            answer = answers.get("totals", "apart")
            out.doubts.append(
                Doubt(
                    key="totals",
                    question=(
                        f"Line {out.lines[index]} names nothing and holds the sum of the other "
                        "lines. It is taken as a total and kept out of the rows."
                    ),
                    options=(Option("apart", "It is a total"), Option("row", "It is a row")),
                    answer=answer,
                )
            )
            if answer == "apart":
                _put_apart(out, index)
            break
    if out.apart:
        out.apart.sort(key=lambda a: a.line)
        where = lines_said([a.line for a in out.apart])
        text = f"Totals and report lines were skipped: {where}."
        out.notes.append(Note(text, out.apart[0].line))


def _put_apart(out: Layout, index: int) -> None:
    row, line = out.rows[index], out.lines[index]
    out.apart.append(Apart(line, tuple(str(c) for c in row), "a total"))
    out.rows = out.rows[:index] + out.rows[index + 1 :]
    out.lines = out.lines[:index] + out.lines[index + 1 :]


def _says_total(out: Layout, index: int) -> bool:
    """Whether a row calls itself a total, and is not something that happens to be called so."""
    row = out.rows[index]
    first = next((str(c) for c in row if str(c).strip()), "")
    if not TOTAL.match(first):
        return False
    return ":" in first or "(" in first or bool(_holes(out, index)) or len(out.rows) == 1


def _holes(out: Layout, index: int) -> list[int]:
    """The columns that this row leaves blank though its neighbours fill them."""
    row = out.rows[index]
    near = out.rows[max(0, index - 8) : index] if index else out.rows[1:9]
    if not near:
        return []
    return [
        k for k, c in enumerate(row)
        if not str(c).strip() and all(str(r[k]).strip() for r in near)
    ]  # fmt: skip


def _sums_up(out: Layout, index: int) -> bool:
    """Whether a row without a name holds, in every column of figures, the sum of the others."""
    row = out.rows[index]
    holes = _holes(out, index)
    texts = [
        k for k, c in enumerate(row)
        if str(c).strip() and (plain_value(c) is None or k == 0)
    ]  # fmt: skip
    if not holes or len(holes) < len(texts):
        return False
    others = out.rows[:index] + out.rows[index + 1 :]
    sums = 0
    for k, cell in enumerate(row):
        value = plain_value(cell) if k not in texts else None
        if value is None or not value:
            continue
        if plain_sum([r[k] for r in others]) != value:
            return False
        sums += 1
    return sums > 0
