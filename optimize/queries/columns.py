"""The columns of a plain file, by header or by number, and what is wrong with their cells."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from execute.numerics.sheets import Sheet, read

Floats = npt.NDArray[np.float64]

MISSING = {"", "na", "n/a", "nan", "null", "none"}
"""What a cell without an answer holds, in small letters."""

LARGEST = 1e15
"""No figure of a business is larger, and squares of larger ones lose what small ones say."""


class NotReadable(ValueError):
    """The file has no such column, or something in it that the question cannot take."""


def filled(file: Path) -> Sheet:
    """Read a file; raises `NotReadable` where it has no line, or one that is no row of it.

    Figures of what is left would pass for those of the file.
    """
    sheet = read(file)
    if sheet.refused:
        raise NotReadable(f"{sheet.refused[0].sentence}.")
    if not len(sheet):
        raise NotReadable("The file has no lines.")
    return sheet


def column(sheet: Sheet, name: str) -> Sequence[Any]:
    """A column by its header, or by its number from 1."""
    if name in sheet.headers:
        return sheet.column(name)
    if name.isdecimal() and 1 <= int(name) <= len(sheet.headers):
        return sheet.columns[int(name) - 1]
    raise NotReadable(f"There is no column “{name}”; there are {', '.join(sheet.headers)}.")


def first_of(sheet: Sheet, *names: str) -> str:
    """Return the first of these headers that the file has, in small letters or large."""
    found = _header(sheet, *names)
    if found is None:
        raise NotReadable(f"There is no column “{names[0]}”; there are {', '.join(sheet.headers)}.")
    return found


def optional(sheet: Sheet, *names: str) -> Floats | None:
    """Return the numbers of the first of these columns, None where there is none."""
    found = _header(sheet, *names)
    return None if found is None else numbers(sheet, found)


def _header(sheet: Sheet, *names: str) -> str | None:
    held = {header.casefold(): header for header in reversed(sheet.headers)}
    return next((held[name] for name in names if name in held), None)


def numbers(sheet: Sheet, name: str, *, gaps: bool = False, truth: bool = False) -> Floats:
    """Return a column of numbers; with `gaps` cells may be empty, with `truth` yes counts as 1."""
    found = np.empty(len(sheet))
    for i, cell in enumerate(column(sheet, name)):
        text = str(cell).strip()
        if text.lower() in MISSING:
            if not gaps:
                raise NotReadable(f"Line {sheet.line_numbers[i]}, {name}: there is no number.")
            found[i] = np.nan
        elif truth and text.lower() in {"true", "false", "yes", "no"}:
            found[i] = float(text.lower() in {"true", "yes"})
        else:
            try:
                found[i] = float(text)
            except ValueError:
                line = sheet.line_numbers[i]
                raise NotReadable(f"Line {line}, {name}: “{text[:60]}” is not a number.") from None
            if not abs(found[i]) <= LARGEST:
                line = sheet.line_numbers[i]
                raise NotReadable(f"Line {line}, {name}: “{text[:60]}” is too large a number.")
    return found


def as_day(cell: Any) -> str:
    """Return a cell as a date such as 2026-03-31."""
    text = str(cell)[:10]
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise NotReadable(f"“{text}” is not a date such as 2026-03-31.") from None


def estimate(value: Any, low: Any, high: Any, why: str = "") -> dict[str, Any]:
    """Return a value with its interval as the JSON has it; `why` where one is not known."""
    told: dict[str, Any] = {"value": number(value), "low": number(low), "high": number(high)}
    if None in told.values():
        told["reason"] = why or "not enough is known"
    return told


def number(value: Any) -> float | None:
    """Return a finite number, None for any other."""
    found = float(value)
    return found if math.isfinite(found) else None
