"""Exchange rates as they are pasted: a line has a currency, a day and a rate."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

MOST = 20_000
_HEADING = re.compile(r"[^\d]*\Z")
_CODE = re.compile(r"[A-Za-z]{3}\Z")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_RATE = re.compile(r"\d{1,10}(?:[.,]\d+)?\Z")


@dataclass(frozen=True)
class Rate:
    """What one unit of a currency is worth from a day on."""

    currency: str
    day: date
    rate: Decimal


class Unclear(Exception):
    """Lines that are no rates, or have two readings; `lines` says why, by line."""

    def __init__(self, lines: list[tuple[int, str]]) -> None:
        self.lines = lines
        few = " ".join(f"Line {number}: {why}" for number, why in lines[:5])
        more = f" And {len(lines) - 5:,} more lines." if len(lines) > 5 else ""
        super().__init__(few + more)


def read_rates(text: str) -> list[Rate]:
    """Read lines such as `GBP 2026-05-03 1.27`, in any order of the three, split by tabs,
    semicolons, commas or spaces; a heading is passed over. The last of two lines for one
    currency and day stays.

    Raises `Unclear`, and nothing is read then.
    """
    found: dict[tuple[str, date], Rate] = {}
    unclear: list[tuple[int, str]] = []
    lines = text.replace("\ufeff", "").splitlines()
    if len(lines) > MOST:
        raise Unclear([(MOST + 1, f"At most {MOST:,} lines are read at once.")])
    for number, line in enumerate(lines, 1):
        if not line.strip() or (number == 1 and _HEADING.match(line)):
            continue
        try:
            rate = _read(line)
        except ValueError as why:
            unclear.append((number, str(why)))
        else:
            found[rate.currency, rate.day] = rate
    if unclear:
        raise Unclear(unclear)
    return list(found.values())


def _read(line: str) -> Rate:
    mark = next((mark for mark in "\t;" if mark in line), None)
    parts = [part.strip(" \"'") for part in (line.split(mark) if mark else _split(line))]
    parts = [part for part in parts if part]
    codes = [part for part in parts if _CODE.match(part)]
    days = [part for part in parts if _DAY.match(part)]
    rates = [part for part in parts if _RATE.match(part)]
    if len(codes) != 1:
        raise ValueError("give one currency by its three-letter code, such as GBP.")
    if len(days) != 1:
        raise ValueError("write the date as 2026-05-03.")
    if len(rates) != 1:
        raise ValueError("write one rate, such as 1.27.")
    try:
        day = date.fromisoformat(days[0])
        rate = Decimal(rates[0].replace(",", "."))
    except (ValueError, InvalidOperation):
        raise ValueError("this date does not exist.") from None
    if "," in rates[0] and len(rates[0].partition(",")[2]) == 3:
        whole, _, places = rates[0].partition(",")
        raise ValueError(f"is {rates[0]} {whole}.{places} or {whole}{places}? Use a decimal point.")
    if not Decimal("0.00000001") <= rate < Decimal(10) ** 10:
        raise ValueError("a rate must be above zero.")
    return Rate(codes[0].upper(), day, rate.quantize(Decimal("0.00000001")))


def _split(line: str) -> list[str]:
    """Split by commas where the three parts are commas apart, else by spaces."""
    by_comma = [part.strip() for part in line.split(",")]
    return by_comma if len(by_comma) >= 3 else line.split()
