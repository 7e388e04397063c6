"""Figures as people read them: money, shares, counts, dates, and estimates with their interval.

A figure that is not known prints 'Not known', never a zero or an empty cell.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from babel.core import UnknownLocaleError
from babel.numbers import format_compact_currency, format_currency
from django import template
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from ipeo.numerics.estimates import Estimate

register = template.Library()

UNKNOWN = "Not known"
LOCALE = "en_US"
MINUS = "\N{MINUS SIGN}"
Number = Decimal | float | int


def _number(value: Any) -> Decimal | None:
    """Return the figure behind a number, an Estimate or None; anything else is not known."""
    if isinstance(value, Estimate):
        value = value.value
    if value is None or value == "":
        return None
    try:
        number = Decimal(str(value))
    except ArithmeticError:
        return None
    return number if number.is_finite() else None


def _rounded(number: Decimal, digits: int) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def _decimal(number: Decimal, digits: int) -> str:
    number = _rounded(number, digits)
    text = f"{abs(number):,.{max(digits, 0)}f}"
    return f"{MINUS}{text}" if number < 0 else text


def _signed(text: str, number: Decimal) -> str:
    return f"{MINUS}{text}" if number < 0 else text


@register.filter
def money(amount: Any, currency: str = "USD") -> str:
    """Print an amount in full: `$96,000`; cents only where they matter, below 100."""
    number = _number(amount)
    if number is None:
        return UNKNOWN
    whole = number == number.to_integral_value() or abs(number) >= 100
    text = format_currency(
        _rounded(abs(number), 0) if whole else abs(number),
        currency,
        format="¤#,##0" if whole else None,
        locale=LOCALE,
        currency_digits=not whole,
    )
    return _signed(text, number)


@register.filter
def money_exact(amount: Any, currency: str = "USD") -> str:
    """Print an amount with the currency's own number of decimals: `$96,000.50`."""
    number = _number(amount)
    if number is None:
        return UNKNOWN
    return _signed(format_currency(abs(number), currency, locale=LOCALE), number)


@register.filter
def money_short(amount: Any, currency: str = "USD") -> str:
    """Print an amount in three significant digits: `$1.86M`, `$420K`, `$950`."""
    number = _number(amount)
    if number is None:
        return UNKNOWN
    size = abs(number)
    if size < 1000:
        return money(number if size < 10 else _rounded(number, 0), currency)
    shown = size.normalize()
    digits = 2 - shown.adjusted() % 3
    rounded = _rounded(size, digits - 3 * (shown.adjusted() // 3))
    text = format_compact_currency(rounded, currency, fraction_digits=digits, locale=LOCALE)
    return _signed(_without_trailing_zeros(text), number)


def _without_trailing_zeros(text: str) -> str:
    """Turn `$2.00M` into `$2M`."""
    head, dot, tail = text.partition(".")
    if not dot:
        return text
    decimals = tail.rstrip("KMBT\N{NO-BREAK SPACE}")
    unit = tail[len(decimals) :]
    kept = decimals.rstrip("0")
    return f"{head}.{kept}{unit}" if kept else f"{head}{unit}"


@register.filter
def percent(share: Any, digits: int = 0) -> str:
    """Print a share between 0 and 1 as a percentage: 0.31 is `31%`."""
    number = _number(share)
    return UNKNOWN if number is None else f"{_decimal(number * 100, int(digits))}%"


@register.filter
def points(share: Any, digits: int = 1) -> str:
    """Print a difference of two shares in percentage points: 0.008 is `0.8 points`."""
    number = _number(share)
    return UNKNOWN if number is None else f"{_decimal(number * 100, int(digits))} points"


@register.filter
def count(number: Any) -> str:
    """Print a count with thousands set apart: `12,400`."""
    value = _number(number)
    if value is None:
        return UNKNOWN
    return _decimal(value, 0 if value == value.to_integral_value() else 1)


@register.filter
def number(value: Any, digits: int = 1) -> str:
    """Print a plain number with a fixed number of decimals."""
    given = _number(value)
    return UNKNOWN if given is None else _decimal(given, int(digits))


@register.filter
def times(value: Any, digits: int = 1) -> str:
    """Print a ratio: 2.4 is `2.4×`."""
    given = _number(value)
    return UNKNOWN if given is None else f"{_decimal(given, int(digits))}\N{MULTIPLICATION SIGN}"


@register.filter
def figure(value: Any, kind: str = "number") -> str:
    """Print a number or an Estimate as `kind` says.

    Kinds: `percent`, `points`, `number`, `times`, `count`, `days`, or a currency's three letters;
    a suffix tells the decimals (`percent:1`) or, for money, `:short` or `:exact`.
    """
    name, _, suffix = (kind or "number").partition(":")
    if len(name) == 3 and name.isupper():
        printer = {"short": money_short, "exact": money_exact}.get(suffix, money)
        return str(printer(value, name))
    if name == "count":
        return str(count(value))
    if name == "days":
        given = _number(value)
        if given is None:
            return UNKNOWN
        text = _decimal(given, int(suffix or (0 if abs(given) >= 10 else 1)))
        return f"{text} {'day' if text in {'1', '1.0'} else 'days'}"
    printers = {"percent": (percent, 0), "points": (points, 1), "times": (times, 1)}
    chosen, digits = printers.get(name, (number, 1))
    return str(chosen(value, int(suffix or digits)))


@register.filter
def unbroken(text: str) -> str:
    """Keep a sign at its amount and a sample at its `n =` where a sentence is wrapped."""
    signed = re.sub(r"\N{MINUS SIGN}(?=[^\d\s])", "\N{MINUS SIGN}\N{WORD JOINER}", text)
    return signed.replace("n = ", "n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}")


@register.filter
def interval(estimate: Estimate | None, kind: str = "number") -> str:
    """Print an estimate's interval and sample: `80% interval 27% to 35%, n = 277`.

    Where the value is not known it prints why; where it was counted, only the sample.
    """
    if estimate is None:
        return ""
    if not estimate.known:
        return _sentence(estimate.reason)
    parts = []
    if estimate.has_interval:
        low, high = figure(estimate.low, kind), figure(estimate.high, kind)
        parts.append(f"{percent(estimate.level)} interval {low} to {high}")
    elif estimate.reason:
        parts.append(_sentence(estimate.reason))
    if estimate.n:
        parts.append(f"n = {count(estimate.n)}")
    return ", ".join(parts)


@register.filter
def short_interval(estimate: Estimate | None, kind: str = "number") -> str:
    """Print only the two ends, for a table whose head names the level: `27% to 35%`."""
    if estimate is None or not estimate.has_interval:
        return ""
    return f"{figure(estimate.low, kind)} to {figure(estimate.high, kind)}"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


@register.filter(expects_localtime=True)
def day(value: date | datetime | None) -> str:
    """Print a date: `9 Jun 2026`."""
    if not value:
        return UNKNOWN
    return f"{value.day} {value:%b %Y}"


@register.filter(expects_localtime=True)
def short_day(value: date | datetime | None) -> str:
    """Print a date without its year: `9 Jun`."""
    if not value:
        return UNKNOWN
    return f"{value.day} {value:%b}"


@register.filter(expects_localtime=True)
def month(value: date | datetime | None) -> str:
    """Print a month: `Jun 2026`."""
    return f"{value:%b %Y}" if value else UNKNOWN


@register.filter(expects_localtime=True)
def moment(value: datetime | None) -> str:
    """Print a date with its time of day: `9 Jun 2026, 14:05`."""
    return f"{day(value)}, {value:%H:%M}" if value else UNKNOWN


@register.filter
def ago(value: datetime | None) -> str:
    """Print how long ago it was, up to a week, and then the date: `12 minutes ago`."""
    if not value:
        return "never"
    seconds = (timezone.now() - value).total_seconds()
    if seconds < 60:
        return "just now"
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            many = int(seconds // size)
            if unit == "day" and many > 7:
                return f"on {day(timezone.localtime(value))}"
            return f"{many} {unit}{'' if many == 1 else 's'} ago"
    return "just now"


@register.filter
def initials(name: Any) -> str:
    """Return up to two initials of a name or an e-mail address: `AM`."""
    words = str(name or "").partition("@")[0].replace(".", " ").replace("_", " ").split()
    letters = [word[0] for word in words if word[0].isalnum()]
    return "".join(letters[:1] + letters[-1:] if len(letters) > 1 else letters).upper() or "?"


@register.filter
def share_of(part: Any, whole: Any) -> float | None:
    """Return part / whole as a share for a bar, or None where there is no whole."""
    top, bottom = _number(part), _number(whole)
    return None if top is None or not bottom else float(top / bottom)


@register.filter
def svg_percent(share: Any) -> str:
    """Return a share as an SVG length, held between 0% and 100%."""
    given = _number(share)
    return f"{min(max(float(given or 0), 0.0), 1.0) * 100:.1f}%"


@register.filter
def json_block(value: Any) -> SafeString:
    """Return JSON that may stand inside a `<script type="application/json">` block.

    Takes a Plotly figure, JSON text, or anything that `json.dumps` takes.
    """
    if hasattr(value, "to_json"):
        text = str(value.to_json())
    else:
        text = value if isinstance(value, str) else json.dumps(value, default=str)
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return mark_safe(text)  # noqa: S308 - the three characters that end a block are escaped


RING_GAP = 1.5
STAGES = ("insight", "plan", "execute", "optimize")


@register.simple_tag
def ring_arcs(fractions: Iterable[Any]) -> list[dict[str, Any]]:
    """Return the arcs of the cycle's ring, in hundredths of its circumference.

    One dict for each of the four stages: `stage`, `track` (the whole quarter's dash array),
    `done` (the dash array of its finished part, empty for none) and `offset`.
    """
    arcs = []
    quarter = 25 - RING_GAP
    for place, (stage, given) in enumerate(zip(STAGES, fractions, strict=False)):
        done = min(max(float(given or 0), 0.0), 1.0) * quarter
        arcs.append(
            {
                "stage": stage,
                "track": f"{quarter:g} {100 - quarter:g}",
                "done": f"{done:.2f} {100 - done:.2f}" if done else "",
                "offset": f"{-25 * place}",
            }
        )
    return arcs


@register.filter
def spark_path(values: Sequence[Any]) -> str:
    """Return the SVG path of a sparkline in a box of 100 by 24; gaps where a value is missing."""
    numbers = [_number(value) for value in values or ()]
    known = [float(given) for given in numbers if given is not None]
    if len(known) < 2:
        return ""
    low, high = min(known), max(known)
    reach = (high - low) or 1.0
    step = 100 / (len(numbers) - 1)
    path, pen = [], "M"
    for place, given in enumerate(numbers):
        if given is None:
            pen = "M"
            continue
        path.append(f"{pen}{place * step:.1f} {22 - 20 * (float(given) - low) / reach:.1f}")
        pen = "L"
    return " ".join(path)


@register.filter
def currency_sign(currency: str) -> str:
    """Return a currency's sign, `$` for USD; its own letters where it has none."""
    try:
        text = format_currency(0, currency, format="¤", locale=LOCALE)
    except (UnknownLocaleError, ValueError):
        return currency
    return text.replace("0", "").strip() or currency
