"""A finding's evidence as facts that people read.

Evidence is JSON: `{"facts": [{"label": "Win rate with a demo", "value": 0.41, "low": 0.33,
"high": 0.5, "n": 54, "kind": "percent", "period": "2026-01-01 to 2026-03-31"}]}`. `kind` is one of
the figures' kinds (`percent`, `points`, `times`, `number`, `count`, `days` or a currency). `level`
is that of the interval where it is not the usual one. Where a figure is not known, `value` is null
and `reason` says why.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

from ipeo.numerics.estimates import LEVEL, Estimate

KINDS = {
    "number": "number",
    "percent": "percent",
    "points": "percentage points",
    "times": "times",
    "count": "count",
    "days": "days",
}


@dataclass(frozen=True)
class Fact:
    """One line of evidence: a figure with its interval and sample, or words."""

    label: str
    estimate: Estimate | None
    kind: str = "number"
    text: str = ""
    note: str = ""


def facts(evidence: Any) -> list[Fact]:
    """Return the facts that a finding's evidence holds; names that are no facts are words."""
    if not isinstance(evidence, dict):
        return []
    listed = evidence.get("facts")
    lines = listed if isinstance(listed, list) else []
    found = [_fact(line) for line in lines if isinstance(line, dict)]
    found += [
        _fact({"label": _words(name), **value})
        if isinstance(value, dict)
        else _plain(_words(name), value)
        for name, value in evidence.items()
        if name != "facts"
    ]
    return [fact for fact in found if fact.label]


def _fact(line: dict[str, Any]) -> Fact:
    label, value = str(line.get("label", "")), line.get("value")
    note = str(line.get("period") or line.get("note") or "")
    if isinstance(value, str) and _figure(value) is None:
        return Fact(label, None, text=value, note=note)
    figure, n = _figure(value), _figure(line.get("n"))
    if figure is None:
        reason = str(line.get("reason") or "Not measured.")
        return Fact(label, Estimate.unknown(reason, n=int(n or 0)), note=note)
    low, high = _figure(line.get("low")), _figure(line.get("high"))
    if low is None or high is None or low > high:
        low = high = None
    level = _figure(line.get("level")) or LEVEL
    return Fact(
        label,
        Estimate(
            figure,
            low,
            high,
            int(n or 0),
            str(line.get("reason") or ""),
            level if 0 < level < 1 else LEVEL,
        ),
        kind=str(line.get("kind") or "number"),
        note=note,
    )


def _plain(label: str, value: Any) -> Fact:
    figure = _figure(value) if not isinstance(value, (bool, str)) else None
    if figure is not None:
        return Fact(label, Estimate(value=figure, low=None, high=None, n=0))
    if isinstance(value, list):
        return Fact(label, None, text=", ".join(str(one) for one in value))
    if isinstance(value, bool):
        return Fact(label, None, text="Yes" if value else "No")
    return Fact(label, None, text="Not known" if value is None else str(value))


def _figure(value: Any) -> float | None:
    if value is None or isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _words(name: str) -> str:
    text = re.sub(r"[_\s]+", " ", name).strip()
    return text[:1].upper() + text[1:]
