"""What each kind of study asks, and how a cell of a file or a field of a form is read.

A price answer is `{"too_cheap": 20, "bargain": 40, "expensive": 60, "too_expensive": 90,
"likely_bargain": 0.5, "likely_expensive": 0.1}`, a step on a ladder `{"most": 45}`, a brand
answer `{"aware": true, "considering": true, "preferring": false}`, an interview
`{"outcome": "lost", "drivers": ["price"], "rival": "Acme", "account": "…", "words": "…"}`.
Drivers are coded by the small letters of their names.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from insight.models import Study
from insight.numerics.pricing import LIKELIHOODS

Kind = Study.Kind
LONGEST = 2000
PRICES = ("too_cheap", "bargain", "expensive", "too_expensive")
"""The four questions of a price study, in the order in which their answers should rise."""
OUTCOMES = {"won": "Won", "lost": "Lost", "no_decision": "No decision"}
_STEPS = tuple(LIKELIHOODS.values())
_YES = {"yes", "y", "true", "1", "x", "ja", "oui", "si", "sí", "✓"}
_NO = {"no", "n", "false", "0", "nein", "non", ""}


@dataclass(frozen=True)
class Question:
    """One thing a kind of study asks; `hints` are what a file's heading may hold of it."""

    key: str
    label: str
    read: Callable[[Any], Any]
    hints: tuple[str, ...]
    required: bool = True


def read_price(cell: Any) -> float | None:
    """Return a price of 0 or more; None for an empty cell. Raises ValueError for anything else."""
    if isinstance(cell, bool):
        raise ValueError("is not a price")
    if isinstance(cell, (int, float)):
        number = float(cell)
    else:
        text = re.sub(r"[\s\xa0'’]", "", str(cell if cell is not None else ""))
        if not text:
            return None
        text = re.sub(r"^[^\d.,-]{1,4}|[^\d.,]{1,4}$", "", text)
        if re.fullmatch(r"-?\d+,\d{1,2}", text):
            text = text.replace(",", ".")
        elif text.rfind(",") > text.rfind(".") > -1:
            text = text.replace(".", "").replace(",", ".")
        number = _number(text.replace(",", ""))
    if not math.isfinite(number) or not 0 <= number <= 10**9:
        raise ValueError("is not a price")
    return number


def holds_figures(cells: Iterable[Any]) -> bool:
    """Say whether every cell of a column that is filled in reads as a figure."""
    try:
        figures = [read_price(cell) for cell in cells]
    except ValueError:
        return False
    return any(figure is not None for figure in figures)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError("is not a number") from None


def read_likelihood(cell: Any) -> float | None:
    """Return how likely a purchase is, 0 to 1, from words or from a step of 1 to 5."""
    text = " ".join(str(cell if cell is not None else "").lower().split())
    if not text:
        return None
    if text in LIKELIHOODS:
        return LIKELIHOODS[text]
    step = _number(text)
    if step not in (1, 2, 3, 4, 5):
        raise ValueError("is not a value from 1 (very unlikely) to 5 (very likely)")
    return _STEPS[int(step) - 1]


def read_yes(cell: Any) -> bool:
    """Return yes or no; an empty cell is no."""
    text = str(cell if cell is not None else "").strip().lower()
    if text not in _YES | _NO:
        raise ValueError("is not yes or no")
    return text in _YES


def read_outcome(cell: Any) -> str:
    """Return how the deal ended."""
    text = re.sub(r"[\s_-]+", "_", str(cell or "").strip().lower())
    if text not in OUTCOMES:
        raise ValueError("is not won, lost or no decision")
    return text


def read_words(cell: Any) -> str:
    """Return text, not past what is kept."""
    return " ".join(str(cell if cell is not None else "").replace("\0", "").split())[:LONGEST]


def read_drivers(cell: Any) -> list[str]:
    """Return what decided it, as keys in small letters, each once and in its order."""
    parts: Iterable[Any] = cell if isinstance(cell, (list, tuple)) else re.split(
        r"[;,|/\n]", str(cell or "")
    )  # fmt: skip
    return list(dict.fromkeys(key for part in parts if (key := driver_key(str(part)))))[:10]


def driver_key(name: str) -> str:
    """Return the key by which an interview codes a driver."""
    return " ".join(name.lower().split())[:80]


QUESTIONS: dict[str, tuple[Question, ...]] = {
    Kind.PRICE: (
        Question("too_cheap", "Too cheap to be good", read_price, ("too cheap", "so low")),
        Question("bargain", "A bargain", read_price, ("bargain", "great buy", "cheap")),
        Question("expensive", "Getting expensive", read_price, ("getting expensive", "starting")),
        Question(
            "too_expensive",
            "Too expensive",
            read_price,
            ("too expensive", "so expensive", "not consider"),
        ),
        Question(
            "likely_bargain",
            "How likely to buy at the bargain",
            read_likelihood,
            ("likely", "bargain"),
            required=False,
        ),
        Question(
            "likely_expensive",
            "How likely to buy when it gets expensive",
            read_likelihood,
            ("likely", "expensive"),
            required=False,
        ),
    ),
    Kind.LADDER: (
        Question(
            "most",
            "The highest price they would pay",
            read_price,
            ("highest", "max", "pay", "price"),
        ),
    ),
    Kind.BRAND: (
        Question("aware", "Knows the brand", read_yes, ("aware", "know", "heard")),
        Question("considering", "Would consider it", read_yes, ("consider",)),
        Question("preferring", "Prefers it", read_yes, ("prefer", "first choice", "favo")),
    ),
    Kind.INTERVIEWS: (
        Question("outcome", "How it ended", read_outcome, ("outcome", "result", "won", "status")),
        Question(
            "drivers", "What decided it", read_drivers, ("driver", "reason", "why", "decided")
        ),
        Question("rival", "Competitor", read_words, ("rival", "competitor"), required=False),
        Question("account", "Account", read_words, ("account", "company", "customer"), False),
        Question(
            "words",
            "In their words",
            read_words,
            ("words", "quote", "comment", "note", "verbatim"),
            required=False,
        ),
    ),
}


def questions_of(kind: str) -> tuple[Question, ...]:
    """Return what a kind of study asks; nothing for a note."""
    return QUESTIONS.get(kind, ())


def guessed(kind: str, headers: Sequence[str]) -> dict[str, int]:
    """Return the column of each question, as the headings suggest it; each column once.

    Likelihoods stand after the prices in every file we know of, and their headings name both.
    """
    found: dict[str, int] = {}
    texts = [" ".join(re.sub(r"[_\W]+", " ", header.lower()).split()) for header in headers]
    for question in sorted(questions_of(kind), key=lambda one: not one.key.startswith("likely")):
        likely = question.key.startswith("likely")
        hints = ("likely",) if likely else question.hints
        free = [place for place in range(len(texts)) if place not in found.values()]
        exact = question.key.replace("_", " ")
        place = next((n for n in free if texts[n] == exact), None)
        for hint in hints:
            if place is None:
                place = next((n for n in free if hint in texts[n]), None)
        if place is not None:
            found[question.key] = place
    return found


@dataclass(frozen=True)
class Refused:
    """A row that is not taken, counted from the first below the heading, and why."""

    row: int
    reason: str


def read_rows(
    kind: str, columns: Mapping[str, Sequence[Any]], rows: int
) -> tuple[list[dict[str, Any]], list[Refused]]:
    """Return the answers that rows hold, and the rows that hold none, each with its reason."""
    taken: list[dict[str, Any]] = []
    refused: list[Refused] = []
    # A survey of thousands says the same few things again and again.
    known: dict[tuple[str, type, Any], Any] = {}
    for row in range(rows):
        try:
            taken.append(_read({key: cells[row] for key, cells in columns.items()}, kind, known))
        except ValueError as error:
            refused.append(Refused(row + 1, str(error)))
    return taken, refused


def read_one(kind: str, cells: Mapping[str, Any]) -> dict[str, Any]:
    """Return one answer as it is kept; raises ValueError that names the question at fault."""
    return _read(cells, kind, {})


def _read(
    cells: Mapping[str, Any], kind: str, known: dict[tuple[str, type, Any], Any]
) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for question in questions_of(kind):
        cell = cells.get(question.key)
        # Yes and 1 are equal to Python, and not to a survey.
        said = (question.key, type(cell), cell if isinstance(cell, Hashable) else repr(cell))
        if said not in known:
            known[said] = _read_cell(question, cell)
        given[question.key] = known[said]
    if kind == Kind.BRAND and (given["preferring"] or given["considering"]):
        # Nobody considers or prefers what they do not know.
        given["aware"] = True
        given["considering"] = True
    return given


def _read_cell(question: Question, cell: Any) -> Any:
    try:
        value = question.read(cell)
    except ValueError as error:
        raise ValueError(f"{question.label}: “{str(cell)[:60]}” {error}.") from None
    if question.required and value in (None, "", []):
        raise ValueError(f"{question.label} is empty.")
    return value


def price_order(answers: Sequence[Mapping[str, Any]]) -> tuple[str, ...] | None:
    """Return the order of the four prices by their medians where it is not the one asked for.

    None where they come in their order, or nobody answered: columns that look swapped are
    asked about before anything is kept.
    """
    rising = sum(all(one[low] < one[high] for low, high in pairwise(PRICES)) for one in answers)
    if not answers or rising >= 0.8 * len(answers):
        return None
    medians = {key: sorted(one[key] for one in answers)[len(answers) // 2] for key in PRICES}
    order = tuple(sorted(PRICES, key=lambda key: medians[key]))
    return order if order != PRICES else None
