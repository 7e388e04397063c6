"""Text as people type it: blanks, words for nothing, yes and no, and invisible characters."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Any

# Words that stand for nothing wherever a number, a date or a yes is expected
NULLS = frozenset(
    re.findall(
        r"\S+",
        r"null (null) <null> \n nil na n/a #n/a #na n.a. n.v. k.a. none nan - -- --- — – . .. "
        r"… ? (blank) (leer) (vide) (none) undefined #null! #value! #ref! #div/0! #name? #num! ",
    )
) | {"", "(not set)", "not available", "nicht verfügbar", "no data"}
LONGEST_NULL = max(map(len, NULLS))
# In a text column these may be somebody's name, so they are asked about there
MAYBE_NAMES = frozenset({"na", "none", "nan", "nil", ".", "n.a.", "undefined", "?"})
INVISIBLE = re.compile("[\u200b\u2060\ufeff\u00ad\u200e\u200f\u202a-\u202e\u2066-\u2069]")
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
NBSP = re.compile("[\u00a0\u202f\u2007]")
EMAIL = re.compile(r"[^@\s,;<>()]+@[^@\s,;<>()]+\.[^@\s,;<>()]+$")
YES = frozenset(
    re.findall(
        r"\S+",
        r"1 true t yes y x ja j si sí s oui o sim vero vrai verdadero verdadeiro wahr waar on "
        r"✓ ✔ checked opted-in subscribed given granted won ",
    )
)
NO = frozenset(
    re.findall(
        r"\S+",
        r"0 false f no n nein nee não nao non falso faux falsch onwaar off unchecked opted-out "
        r"unsubscribed refused denied ",
    )
)


def is_email(value: str) -> bool:
    """Whether a text is one e-mail address; an endless one is none, and is not searched."""
    return len(value) <= 254 and EMAIL.match(value) is not None


def is_null(value: str) -> bool:
    """Whether a cell's text stands for nothing, where no text is expected."""
    return value.strip().casefold() in NULLS


def clean(value: str) -> str:
    """The text composed (NFC), trimmed, without control or invisible characters."""
    if value.isascii():
        if value.isprintable():
            return value.strip()
    else:
        value = INVISIBLE.sub("", NBSP.sub(" ", unicodedata.normalize("NFC", value)))
    return CONTROLS.sub("", value).strip()


def as_text(value: Any) -> str:
    """A cell as text: a workbook's whole number without a point, a date in ISO."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if hasattr(value, "isoformat"):
        return str(value.isoformat(sep=" ") if hasattr(value, "hour") else value.isoformat())
    return repr(value) if isinstance(value, float) else str(value)


def parse_text(values: Sequence[Any], keep_names: bool) -> tuple[list[str | None], Counter[str]]:
    """Every cell cleaned, None where it says nothing; and the words that may be names, counted.

    `keep_names` keeps a word such as 'NA' as text; otherwise it is nothing.
    """
    known: dict[Any, str | None] = {}
    maybe: dict[Any, str] = {}
    for value in set(values):
        text = clean(value if isinstance(value, str) else as_text(value))
        if len(text) > LONGEST_NULL:
            known[value] = text
            continue
        folded = text.casefold()
        if folded in MAYBE_NAMES:
            maybe[value] = text
            known[value] = text if keep_names else None
        else:
            known[value] = None if folded in NULLS else text
    counts: Counter[str] = Counter()
    if maybe:
        counts.update(maybe[v] for v in values if v in maybe)
    return [known[v] for v in values], counts


def parse_bool(values: Sequence[Any]) -> tuple[list[bool | None], list[int]]:
    """Every cell's yes or no (None where blank), and the positions that are neither."""
    known: dict[Any, bool | None] = {}
    bad = set()
    for value in set(values):
        folded = clean(as_text(value)).casefold().removesuffix(".0")
        if folded in YES or folded in NO:
            known[value] = folded in YES
        else:
            known[value] = None
            if folded not in NULLS:
                bad.add(value)
    return [known[v] for v in values], [i for i, v in enumerate(values) if v in bad]


def email_share(values: Sequence[Any]) -> float:
    """The share of the filled cells, among the first few hundred, that read as e-mail addresses."""
    filled = [v.strip() for v in values[:400] if isinstance(v, str) and not is_null(v)]
    return sum(1 for v in filled if is_email(v)) / len(filled) if filled else 0.0
