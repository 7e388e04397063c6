"""From text to rows of cells: the delimiter, the quotes, and the line each row begins at."""

import csv
import io
import re
from dataclasses import dataclass, field

from execute.numerics.doubts import Note, Refusal, Unreadable, lines_said

MAX_CELL = 131_072  # the csv module's own bound on one cell
MAX_COLUMNS = 2_000
SAMPLE = 262_144
DELIMITERS = ",;\t|^"
NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", "^": "carets"}
QUOTED_CELL = re.compile(r"(?:^|[,;|\t])'[^\r\n]{0,300}?'(?=[,;|\t\r\n]|$)", re.MULTILINE)


@dataclass(slots=True)
class Grid:
    """Rows of cells as they stand, each with its first line, counted from 1."""

    rows: list[list[str]]
    lines: list[int]
    delimiter: str = ","
    notes: list[Note] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)


def grid(text: str) -> Grid:
    """The rows of a delimited text. Raises Unreadable past the limits of a sane table."""
    notes: list[Note] = []
    if "\x00" in text:
        where = [n for n, line in enumerate(text.split("\n"), 1) if "\x00" in line]
        text = text.replace("\x00", "")
        notes.append(Note(f"NUL characters were taken out of {lines_said(where)}.", where[0]))
    sample = text[:SAMPLE]
    if len(text) > SAMPLE:
        sample = sample[: sample.rfind("\n") + 1] or sample
    quote = _quote(sample)
    delimiter = _delimiter(sample, quote)
    first = re.match(r"sep=(.)\r?\n", text, re.IGNORECASE)
    skipped = 0
    if first:
        delimiter, text, skipped = first[1], text[first.end() :], 1
    if quote == '"' and re.search(rf'\\"(?!\s*(?:[{re.escape(delimiter)}\r\n]|$))', text):
        text = text.replace('\\"', '""')
        notes.append(Note('Quotes written as \\" were read as quotes inside the cell.'))
    rows, lines = _rows(text, delimiter, quote)
    if skipped:
        lines = [n + skipped for n in lines]
    refused = _unclosed(text, rows, lines, delimiter, quote)
    return Grid(rows, lines, delimiter, notes, refused)


def _rows(text: str, delimiter: str, quote: str) -> tuple[list[list[str]], list[int]]:
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=delimiter,
        quotechar=quote,
        escapechar="\\" if quote == "'" else None,
        skipinitialspace=delimiter not in " \t",
    )
    rows: list[list[str]] = []
    ends: list[int] = []
    append, end = rows.append, ends.append
    try:
        for row in reader:
            append(row)
            end(reader.line_num)
    except csv.Error as error:
        line = (ends[-1] if ends else 0) + 1
        raise Unreadable(
            f"Line {line} holds a cell of more than {MAX_CELL:,} characters. "
            "Most likely a quote was opened there and never closed."
        ) from error
    widest = max(map(len, rows), default=0)
    if widest > MAX_COLUMNS:
        raise Unreadable(f"The file has {widest:,} columns; at most {MAX_COLUMNS:,} can be read.")
    return rows, [1, *(n + 1 for n in ends[:-1])] if ends else []


def _quote(sample: str) -> str:
    if '"' in sample:
        return '"'
    edges = len(QUOTED_CELL.findall(sample))
    return "'" if (edges >= 1 and "\\'" in sample) or edges >= 3 else '"'


def _delimiter(sample: str, quote: str) -> str:
    """The separator that cuts most lines into one same number of cells, and into the most cells."""
    best, best_score = ",", 0.0
    for candidate in DELIMITERS:
        if candidate not in sample:
            continue
        try:
            reader = csv.reader(
                io.StringIO(sample, newline=""),
                delimiter=candidate,
                quotechar=quote,
                skipinitialspace=candidate != "\t",
            )
            widths = [len(row) for _, row in zip(range(400), reader, strict=False) if row]
        except csv.Error:
            continue
        wide = [w for w in widths if w > 1]
        if not wide:
            continue
        usual = max(set(wide), key=lambda w: (wide.count(w), w))
        share = wide.count(usual) / len(widths)
        score = share * share * (1 + min(usual, 12) / 12)
        if candidate in "|^":
            score *= 0.95
        if score > best_score + 1e-9:
            best, best_score = candidate, score
    return best


def _unclosed(
    text: str, rows: list[list[str]], lines: list[int], delimiter: str, quote: str
) -> list[Refusal]:
    """A quote that is opened and never closed swallows the rest of the file: say so, by line."""
    if not rows or quote != '"' or not any('"' in c or "\n" in c or c for c in rows[-1]):
        return []
    start = lines[-1]
    tail = _from_line(text, start)
    if tail.count('"') % 2 == 0:
        return []
    try:
        list(
            csv.reader(
                io.StringIO(tail, newline=""),
                delimiter=delimiter,
                strict=True,
                skipinitialspace=delimiter != "\t",
            )
        )
    except csv.Error as error:
        if "unexpected end" not in str(error):
            return []
    if tail.rstrip("\r\n").count("\n") > 0:
        raise Unreadable(
            f"Line {start}: a quote is opened and never closed, so everything after it runs "
            "together into one cell. Close the quote, or export the file again."
        )
    rows.pop()
    lines.pop()
    reason = "a quote is opened and never closed"
    return [Refusal(start, "", tail.strip()[:200], reason)]


def _from_line(text: str, line: int) -> str:
    stream = io.StringIO(text, newline="")
    for _ in range(line - 1):
        stream.readline()
    return stream.read()
