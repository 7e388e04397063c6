"""Money and percentages as people type them: read with certainty, or refused with a question."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from babel.numbers import NumberFormatError, format_decimal, parse_decimal
from django import forms
from django.core.exceptions import ValidationError

LOCALE = "en_US"
OTHER_MANNER = "de_DE"
LARGEST = Decimal(10) ** 13
_SPACES = re.compile(r"[\s\u00a0\u202f'’]")
_SIGN = r"(?:[A-Z]{3}|[A-Z]{0,2}\$|[€£¥₹₽₩₺₫₴₪฿₦₱₡₲₸]|kr\.?|zł|Fr\.?|Kč|Ft)"
_SIGNS = re.compile(rf"^{_SIGN}\s*|\s*{_SIGN}$")
_CLEAR = re.compile(r"\d{1,9}|\d{1,3}(,\d{3}){1,2}")
_GROUPED = re.compile(r"\d{1,3}( \d{3})+([.,]\d{1,2})?")


def read_money(text: str) -> Decimal:
    """Return the amount that a text names, 0 for an empty one.

    Commas or spaces may part the thousands (`12,000`, `12 000.50`), and so may points where a
    decimal comma follows (`12.000,50`). Raises `ValidationError` for what is no amount, is
    negative, or can be read in two ways, such as `12.000`.
    """
    typed = text.strip()
    if typed in {"", "-", "–", "—"}:
        return Decimal(0)
    # Most cells are read in one way only; a grid has hundreds of them at each keystroke.
    if _CLEAR.fullmatch(typed):
        return Decimal(typed.replace(",", ""))
    plain = _SIGNS.sub("", typed).strip()
    spaced = _SPACES.sub(" ", plain)
    if " " in spaced and not _GROUPED.fullmatch(spaced):
        raise ValidationError(f"“{typed}” is not an amount. Write one such as 12,000.")
    plain = spaced.replace(" ", "")
    if plain.startswith(("-", "−", "(")):
        raise ValidationError("An amount cannot be negative.")
    if not re.fullmatch(r"[0-9][0-9.,]*", plain):
        raise ValidationError(f"“{typed}” is not an amount. Write one such as 12,000.")
    home, other = _read(plain, LOCALE), _read(plain, OTHER_MANNER)
    if home is None and other is None:
        raise ValidationError(f"“{typed}” is not an amount. Write one such as 12,000.")
    if home is not None and other is not None and home != other and "," not in plain:
        small, large = _shown(home), _shown(other)
        raise ValidationError(f"Is “{typed}” {small} or {large}? Write {large} or {small}.")
    amount = home if home is not None else other
    assert amount is not None
    if amount >= LARGEST:
        raise ValidationError(f"“{typed}” is larger than a budget can hold.")
    if amount != amount.quantize(Decimal("0.01")):
        raise ValidationError(f"“{typed}” has more than two decimals.")
    return amount


def _read(text: str, locale: str) -> Decimal | None:
    try:
        amount = parse_decimal(text, locale=locale, strict=True)
    except (NumberFormatError, ValueError):
        return None
    # Strict reading lets a group mark pass that parts no thousands: 1,5 or 12,00.
    group = "," if locale == LOCALE else "."
    whole = text.partition("." if group == "," else ",")[0]
    parts = whole.split(group)
    grouped = len(parts) == 1 or (
        1 <= len(parts[0]) <= 3 and all(len(part) == 3 for part in parts[1:])
    )
    return amount if grouped and amount.is_finite() else None


def _shown(amount: Decimal) -> str:
    return str(format_decimal(amount.normalize(), locale=LOCALE))


def amount_text(amount: Decimal) -> str:
    """Return an amount as an input shows it: `40,000`, with cents only where there are any."""
    pattern = "#,##0" if amount == amount.to_integral_value() else "#,##0.00"
    return str(format_decimal(amount, format=pattern, locale=LOCALE))


def read_percent(text: str) -> Decimal:
    """Return the share that a percentage names: `8%` and `8` are 0.08.

    Raises `ValidationError` for what is no percentage, and for a number below 1 without its
    sign, which could be a share.
    """
    typed = text.strip()
    signed = typed.endswith("%")
    number = typed.removesuffix("%").strip().replace(",", ".")
    if not re.fullmatch(r"\d{1,3}(\.\d{1,4})?", number):
        raise ValidationError(f"“{typed}” is not a percentage. Write one such as 8%.")
    value = Decimal(number)
    if not signed and 0 < value <= 1:
        raise ValidationError(f"Is “{typed}” {_shown(value * 100)}% or {_shown(value)}%?")
    if value > 100:
        raise ValidationError("A share is at most 100%.")
    return value / 100


def percent_text(share: Decimal) -> str:
    """Return a share as an input shows it: `8%`."""
    return f"{_shown(share * 100)}%"


class MoneyField(forms.CharField):
    """An amount in the workspace's currency; empty is None where it is not required."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal"}))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        """Return the amount."""
        text = super().clean(value)
        return read_money(text) if text else None

    def prepare_value(self, value: Any) -> Any:
        """Show a stored amount as it is typed."""
        return amount_text(value) if isinstance(value, Decimal) else value


class PercentField(forms.CharField):
    """A share, typed as a percentage; empty is None where it is not required."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal"}))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        """Return the share, between 0 and 1."""
        text = super().clean(value)
        return read_percent(text) if text else None

    def prepare_value(self, value: Any) -> Any:
        """Show a stored share as it is typed."""
        return percent_text(value) if isinstance(value, Decimal) else value
