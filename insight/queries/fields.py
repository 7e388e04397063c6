"""What an audience can ask about: fields, and the ways of comparing each kind.

The stages to the right add fields of their own, about what people did (`register`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from insight.models import Contact

ATTRIBUTE = re.compile(r"(account_)?attributes\.([A-Za-z][\w .-]{0,58}\w|[A-Za-z])")


@dataclass(frozen=True)
class Field:
    """Something an audience can ask about.

    What people did is told by `acts`: rows with `party`, the account's id or the person's below
    zero, and `figure`, the number or the latest day of what that buyer did. A buyer without a row
    did nothing: 0, or no day.
    """

    key: str
    label: str
    kind: str
    path: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    whole: bool = False
    acts: Callable[[], QuerySet[Any]] | None = None


@dataclass(frozen=True)
class Operator:
    """A way to compare. `shape` says what is typed: one, many, two, days or nothing."""

    key: str
    label: str
    shape: str


@dataclass(frozen=True)
class Condition:
    """One line of a rule, read and found valid."""

    field: Field
    operator: Operator
    value: Any

    def as_json(self) -> dict[str, Any]:
        """Return the condition as it is stored."""
        stored: dict[str, Any] = {"field": self.field.key, "op": self.operator.key}
        if self.operator.shape != "nothing":
            stored["value"] = plain(self.value)
        return stored

    def __str__(self) -> str:
        words = f"{self.field.label} {self.operator.label}"
        if self.operator.shape == "nothing":
            return words
        names = dict(self.field.choices)
        values = self.value if isinstance(self.value, list) else [self.value]
        shown = [names.get(value, _shown(value)) for value in values]
        joined = " and ".join(shown) if self.operator.shape == "two" else ", ".join(shown)
        return f"{words} {joined}{' days' if self.operator.shape == 'days' else ''}"


FIELDS: dict[str, Field] = {
    field.key: field
    for field in (
        Field("industry", "Industry", "text", "account__industry"),
        Field("region", "Region", "text", "account__region"),
        Field("country", "Country", "text", "account__country"),
        Field("employees", "Employees", "number", "account__employees", whole=True),
        Field("annual_revenue", "Annual revenue", "number", "account__annual_revenue"),
        Field("source", "Lead source", "text", "source"),
        Field("lead_date", "First contact", "date", "lead_date"),
        Field("consent", "Consent", "choice", "consent", choices=tuple(Contact.Consent.choices)),
        Field("title", "Job title", "text", "title"),
    )
}

IS = Operator("is", "is", "one")
_IS_NOT = Operator("is_not", "is not", "one")
_IN = Operator("in", "is one of", "many")
_NOT_IN = Operator("not_in", "is none of", "many")
_KNOWN = Operator("is_known", "is known", "nothing")
_UNKNOWN = Operator("is_unknown", "is not known", "nothing")
OPERATORS: dict[str, tuple[Operator, ...]] = {
    "text": (
        IS,
        _IS_NOT,
        Operator("contains", "contains", "one"),
        Operator("starts_with", "starts with", "one"),
        _IN,
        _NOT_IN,
        _KNOWN,
        _UNKNOWN,
    ),
    "number": (
        Operator("at_least", "is at least", "one"),
        Operator("at_most", "is at most", "one"),
        Operator("between", "is between", "two"),
        IS,
        _KNOWN,
        _UNKNOWN,
    ),
    "date": (
        Operator("on_or_after", "is on or after", "one"),
        Operator("before", "is before", "one"),
        Operator("within_days", "is within the last", "days"),
        Operator("older_than", "is longer ago than", "days"),
        _KNOWN,
        _UNKNOWN,
    ),
    "choice": (IS, _IS_NOT, _IN),
}


def register(fields: Iterable[Field]) -> None:
    """Add what a stage knows of people's deeds."""
    FIELDS.update({field.key: field for field in fields})


def field_of(key: str) -> Field | None:
    """Return a known field, one of an import's own attributes included; None if there is none."""
    found = FIELDS.get(key)
    if found is not None:
        return found
    attribute = ATTRIBUTE.fullmatch(key)
    if attribute is None:
        return None
    of_account, name = attribute.groups()
    label = f"{'Account' if of_account else 'Contact'}: {name}"
    return Field(key, label, "text", "account__attributes" if of_account else "attributes")


def plain(value: Any) -> Any:
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else str(value)
    return value.isoformat() if isinstance(value, date) else value


def _shown(value: Any) -> str:
    if isinstance(value, (Decimal, int)):
        return f"{value:,}"
    if isinstance(value, date):
        return f"{value.day} {value:%B %Y}"
    return str(value)
