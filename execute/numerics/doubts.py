"""What the importer asks, says and refuses."""

from dataclasses import dataclass


class Unreadable(ValueError):
    """The file cannot be read at all; the message is for the person who sent it."""


class NoSuchName(KeyError):
    """A mapping names a field that the kind has not, or a column that the file has not."""

    def __str__(self) -> str:
        """Return the message as it was written: a KeyError would quote it."""
        return str(self.args[0])


@dataclass(frozen=True, slots=True)
class Option:
    """One possible answer: the value that is kept, and the words that are shown."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """A question the file leaves open, with the answer that is used meanwhile.

    A blocking doubt has readings that would store different facts, with no evidence for either:
    it wants a person's answer before anything is stored.
    """

    key: str
    question: str
    options: tuple[Option, ...]
    answer: str
    blocking: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """Something the reader did that a person should know; there is nothing to answer."""

    text: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """One row that is not taken, and why. Lines count from 1, as a text editor shows them."""

    line: int
    column: str
    value: str
    reason: str

    @property
    def sentence(self) -> str:
        """The whole reason: 'Line 17, close_date: “31/02/2024” is not a date'."""
        where = f"Line {self.line}, {self.column}" if self.column else f"Line {self.line}"
        return f"{where}: {self.reason}"


def shown(value: object, length: int = 60) -> str:
    """A cell's text as it is quoted in a sentence: one line, not too long."""
    text = " ".join(str(value).split())
    text = "".join(c if c.isprintable() else "�" for c in text)
    return f"“{text[: length - 1]}…”" if len(text) > length else f"“{text}”"


def lines_said(lines: list[int], most: int = 5) -> str:
    """'line 3', 'lines 3 and 9', 'lines 3, 9, 12 and 4 more'."""
    if len(lines) == 1:
        return f"line {lines[0]}"
    first = [str(line) for line in lines[:most]]
    rest = len(lines) - len(first)
    if rest:
        return f"lines {', '.join(first)} and {rest:,} more"
    return f"lines {', '.join(first[:-1])} and {first[-1]}"


def counted(number: int, noun: str, plural: str = "") -> str:
    """'1 row', '2,400 rows'."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
