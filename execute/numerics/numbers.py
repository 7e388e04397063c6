"""Numbers and money as people write them: the decimal mark is decided from the whole column."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from execute.numerics.texts import is_null

SYMBOLS = {
    "US$": "USD", "R$": "BRL", "C$": "CAD", "CA$": "CAD", "A$": "AUD", "AU$": "AUD",
    "NZ$": "NZD", "HK$": "HKD", "S$": "SGD", "MX$": "MXN", "€": "EUR", "£": "GBP", "¥": "JPY",
    "₹": "INR", "₽": "RUB", "₩": "KRW", "₺": "TRY", "₴": "UAH", "₪": "ILS", "฿": "THB",
    "₫": "VND", "₦": "NGN", "zł": "PLN", "Kč": "CZK", "kr": "SEK", "Fr.": "CHF", "$": "USD",
}  # fmt: skip
DOLLARS = ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN", "CLP", "COP", "ARS")
CODES = frozenset(
    re.findall(
        r"\w+",
        "USD EUR GBP CHF CAD AUD NZD JPY CNY INR BRL MXN PEN EGP SEK NOK DKK PLN CZK HUF RON "
        "BGN TRY RUB UAH ILS AED SAR QAR KWD ZAR NGN KES GHS MAD SGD HKD TWD KRW THB MYR IDR "
        "PHP VND CLP COP ARS UYU CRC ISK HRK RSD PKR BDT LKR ",
    )
)
LONGEST = 60  # no amount is written longer, and no longer text is searched
MINUS = "−–‒﹣－"
CLEAN = str.maketrans({**dict.fromkeys(MINUS, "-"), "\u00a0": " ", "\u202f": " ", "\u2009": " "})
PLAIN = re.compile(r"-?(?:0|[1-9]\d{0,2}|[1-9]\d{3,14})(?:\.\d{1,2}|\.\d{4,15})?$")
UNSIGNED = re.compile(r"\d[\d.,'’ ]*$|[.,]\d+$")
EXPONENT = re.compile(r"(\d+(?:[.,]\d+)?)[eE]([+-]?\d{1,3})$")
CODE_AT_EDGE = re.compile(r"^([A-Za-z]{3})(?=[\s\d.,+-])|(?<=[\s\d])([A-Za-z]{3})$")
SYMBOL_AT_EDGE = re.compile(
    "|".join(re.escape(s) for s in sorted(SYMBOLS, key=len, reverse=True)), re.IGNORECASE
)
SYMBOL_OF = {s.upper(): code for s, code in SYMBOLS.items()}


@dataclass(frozen=True, slots=True)
class Parts:
    """A written number taken apart: its sign, its digits with marks, and what stood beside it."""

    digits: str
    negative: bool = False
    percent: bool = False
    currency: str = ""  # an ISO code, or '$' where the dollar's country is not said
    exponent: int = 0


@dataclass(slots=True)
class NumberReading:
    """What a column's numbers look like, before they are read."""

    mark: str = "."
    ambiguous: str = ""  # the first cell that both marks would read, differently
    votes: Counter[str] = field(default_factory=Counter)
    percents: int = 0
    count: int = 0
    currencies: Counter[str] = field(default_factory=Counter)

    @property
    def settled(self) -> str:
        """'.' or ',' where the column itself proves its decimal mark, else ''."""
        dot, comma = self.votes["."], self.votes[","]
        if dot == comma:
            return ""
        return "." if dot > comma else ","


def take_apart(text: str) -> Parts | None:
    """A written number's parts, or None where the text is no number at all."""
    if len(text) > LONGEST:
        return None
    s = text.translate(CLEAN).strip()
    negative = percent = False
    currency = ""
    if s.startswith("(") and s.endswith(")"):
        negative, s = True, s[1:-1].strip()
    for _ in range(5):
        before = s
        if s[:1] in "+-":
            negative, s = negative != (s[:1] == "-"), s[1:].strip()
        if s.endswith("-"):
            negative, s = not negative, s[:-1].strip()
        if s.endswith("%") or s.startswith("%"):
            percent, s = True, s.strip("%").strip()
        if match := CODE_AT_EDGE.search(s):
            code = (match[1] or match[2]).upper()
            if code in CODES:
                currency = currency if currency and currency != "$" else code
                s = (s[: match.start()] + s[match.end() :]).strip()
        if match := SYMBOL_AT_EDGE.match(s):
            currency = currency or _symbol(match[0])
            s = s[match.end() :].strip()
        else:
            for match in SYMBOL_AT_EDGE.finditer(s):
                if match.end() == len(s):
                    currency = currency or _symbol(match[0])
                    s = s[: match.start()].strip()
        if s == before or not s:
            break
    if match := EXPONENT.match(s):
        return Parts(match[1], negative, percent, currency, int(match[2]))
    if not UNSIGNED.match(s):
        return None
    return Parts(s, negative, percent, currency)


def _symbol(text: str) -> str:
    return "$" if text == "$" else SYMBOL_OF[text.upper()]


def mark_of(digits: str) -> str:
    """'.' or ',' where these digits prove the decimal mark, '?' where both readings are numbers of
    different value, '' where it does not matter, '!' where they are no number."""
    dots, commas = digits.count("."), digits.count(",")
    if not dots and not commas:
        return ""
    if dots and commas:
        mark = "." if digits.rfind(".") > digits.rfind(",") else ","
        return mark if digits.count(mark) == 1 else "!"
    sign = "." if dots else ","
    other = "," if dots else "."
    if dots + commas > 1:
        return other
    head, tail = digits.split(sign)
    if any(c in head for c in "'’ "):
        return sign
    if len(tail) != 3 or len(head) > 3 or head in {"", "0"} or head.startswith("0"):
        return sign
    return "?"


def value_of(parts: Parts, mark: str) -> Decimal | None:
    """The number under one decimal mark; None where its groups do not stand in threes."""
    digits = parts.digits
    group = "," if mark == "." else "."
    whole, _, fraction = digits.partition(mark)
    if mark in fraction or any(c in fraction for c in ".,'’ "):
        return None
    separators = {c for c in whole if not c.isdigit()}
    if len(separators) > 1 or separators - {group, "'", "’", " "}:
        return None
    if separators:
        groups = whole.split(separators.pop())
        # lakhs stand in twos before the last three
        if not 1 <= len(groups[0]) <= 3 or len(groups[-1]) != 3 or groups[0][0] == "0":
            return None
        middle = {len(g) for g in groups[1:-1]}
        if middle - {3} and middle - {2}:
            return None
        whole = "".join(groups)
    if not (whole + fraction).isascii():
        return None
    try:
        number = Decimal(f"{whole or '0'}.{fraction or '0'}" if fraction else whole or "0")
        if parts.exponent:
            number = number.scaleb(parts.exponent)
            number = number.quantize(Decimal(1)) if number == number.to_integral() else number
    except InvalidOperation:
        return None
    return -number if parts.negative else number


def survey(values: Iterable[Any]) -> NumberReading:
    """Look at a column's cells and gather what decides how they are read."""
    reading = NumberReading()
    for value, times in Counter(v for v in values if isinstance(v, str)).items():
        if PLAIN.match(value):
            reading.count += times
            if "." in value:
                reading.votes["."] += times
            continue
        if is_null(value):
            continue
        parts = take_apart(value)
        if parts is None:
            continue
        reading.count += times
        reading.percents += times * parts.percent
        if parts.currency:
            reading.currencies[parts.currency] += times
        mark = mark_of(parts.digits)
        if mark == "?":
            reading.ambiguous = reading.ambiguous or value
        elif mark in {".", ","}:
            reading.votes[mark] += times
    return reading


def parse(values: Sequence[Any], mark: str) -> tuple[list[Decimal | None], list[int]]:
    """Every cell's number (None where blank), and the positions that are no number."""
    known: dict[Any, Decimal | None] = {}
    bad: set[Any] = set()
    for value in set(values):
        if isinstance(value, str):
            if mark == "." and PLAIN.match(value):
                known[value] = Decimal(value)
                continue
            if is_null(value):
                known[value] = None
                continue
            parts = take_apart(value)
            number = value_of(parts, mark) if parts else None
        elif isinstance(value, bool | date):
            number = None
        else:
            number = Decimal(repr(value)) if isinstance(value, int | float) else None
            number = number if number is None or number.is_finite() else None
        known[value] = number
        if number is None:
            bad.add(value)
    out = [known[v] for v in values]
    return out, [i for i, v in enumerate(values) if v in bad] if bad else []


def plain_value(cell: Any) -> Decimal | None:
    """A cell's number where it can be read one way only; for judging totals."""
    if isinstance(cell, bool | date):
        return None
    if isinstance(cell, int | float):
        number = Decimal(repr(cell))
        return number if number.is_finite() else None
    parts = take_apart(str(cell))
    if parts is None:
        return None
    mark = mark_of(parts.digits)
    return value_of(parts, "." if mark in {"", "?"} else mark) if mark != "!" else None


def plain_sum(cells: Sequence[Any]) -> Decimal | None:
    """The sum of a column's cells, or None where one that is not blank is no number."""
    total = Decimal(0)
    for cell, times in Counter(cells).items():
        if isinstance(cell, str) and is_null(cell):
            continue
        value = plain_value(cell)
        if value is None:
            return None
        total += value * times
    return total
