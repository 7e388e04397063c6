"""The rule of an audience: which fields and operators there are, and what they mean in SQL.

A rule is `{"all": [...]}` or `{"any": [...]}` over conditions
`{"field": "industry", "op": "is", "value": "Healthcare"}`. Only the fields and operators listed
here are known; a value travels as a parameter of the query and never as part of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import DateField, DecimalField, F, Q, TextField, Value, lookups
from django.db.models.expressions import Combinable
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce
from django.utils import timezone

from insight.models import Contact

MAX_CONDITIONS = 20
MAX_VALUES = 50
MAX_TEXT = 200
MAX_NUMBER = Decimal(10) ** 15
MAX_DAYS = 36500
MATCHES = {"all": "all of these", "any": "any of these"}
ATTRIBUTE = re.compile(r"(account_)?attributes\.([A-Za-z][\w .-]{0,58}\w|[A-Za-z])")


class RuleNotValid(Exception):
    """A rule that cannot be read; `errors` maps a condition's place to what is wrong with it.

    The place is -1 where the rule as a whole is meant.
    """

    def __init__(self, errors: dict[int, str]) -> None:
        super().__init__(" ".join(self._line(place, text) for place, text in errors.items()))
        self.errors = errors

    @staticmethod
    def _line(place: int, text: str) -> str:
        return text if place < 0 else f"Condition {place + 1}: {text}"


@dataclass(frozen=True)
class Field:
    """Something an audience can ask about."""

    key: str
    label: str
    kind: str
    path: str
    choices: tuple[tuple[str, str], ...] = ()
    whole: bool = False


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
            stored["value"] = _plain(self.value)
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


@dataclass(frozen=True)
class Rule:
    """Conditions of which all, or any, must hold. Without any condition it means everybody."""

    match: str
    conditions: tuple[Condition, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the rule as it is stored."""
        return {self.match: [condition.as_json() for condition in self.conditions]}

    def as_q(self, *, today: date | None = None) -> Q:
        """Return the rule as a filter over contacts."""
        today = today or timezone.localdate()
        joined = Q()
        for condition in self.conditions:
            meant = _MEANINGS[condition.operator.key](condition, today)
            joined = joined & meant if self.match == "all" else joined | meant
        return joined


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

_IS = Operator("is", "is", "one")
_IS_NOT = Operator("is_not", "is not", "one")
_IN = Operator("in", "is one of", "many")
_NOT_IN = Operator("not_in", "is none of", "many")
_KNOWN = Operator("is_known", "is known", "nothing")
_UNKNOWN = Operator("is_unknown", "is not known", "nothing")
OPERATORS: dict[str, tuple[Operator, ...]] = {
    "text": (
        _IS,
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
        _IS,
        _KNOWN,
        _UNKNOWN,
    ),
    "date": (
        Operator("on_or_after", "is on or after", "one"),
        Operator("before", "is before", "one"),
        Operator("within_days", "is within the last", "days"),
        _KNOWN,
        _UNKNOWN,
    ),
    "choice": (_IS, _IS_NOT, _IN),
}


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


def read_rule(stored: Any) -> Rule:
    """Return the rule that JSON holds; raises `RuleNotValid` naming every condition at fault."""
    if stored == {}:
        return Rule("all", ())
    if not isinstance(stored, dict) or len(stored) != 1 or not set(stored) <= set(MATCHES):
        raise RuleNotValid({-1: "A rule holds one list of conditions, named “all” or “any”."})
    [(match, given)] = stored.items()
    if not isinstance(given, list):
        raise RuleNotValid({-1: f"“{match}” must be a list of conditions."})
    if len(given) > MAX_CONDITIONS:
        raise RuleNotValid({-1: f"A rule takes up to {MAX_CONDITIONS} conditions."})
    conditions, errors = [], {}
    for place, line in enumerate(given):
        try:
            conditions.append(_read_condition(line))
        except ValueError as error:
            errors[place] = str(error)
    if errors:
        raise RuleNotValid(errors)
    return Rule(match, tuple(conditions))


def _read_condition(line: Any) -> Condition:
    if not isinstance(line, dict) or not set(line) <= {"field", "op", "value"}:
        raise ValueError("A condition has a field, an operator (op) and a value.")
    key = line.get("field")
    field = field_of(key) if isinstance(key, str) else None
    if field is None:
        raise ValueError(f"There is no field “{_cut(key)}”.")
    operator = next((found for found in OPERATORS[field.kind] if found.key == line.get("op")), None)
    if operator is None:
        raise ValueError(f"{field.label} cannot be asked with “{_cut(line.get('op'))}”.")
    return Condition(field, operator, _read_value(field, operator, line.get("value")))


def _read_value(field: Field, operator: Operator, given: Any) -> Any:
    if operator.shape == "nothing":
        if given not in (None, "", []):
            raise ValueError(f"“{operator.label}” takes no value.")
        return None
    if operator.shape == "days":
        days = _number(field, given)
        if days != int(days) or not 1 <= days <= MAX_DAYS:
            raise ValueError(f"Write a number of days from 1 to {MAX_DAYS:,}.")
        return int(days)
    one = _READERS[field.kind]
    if operator.shape == "one":
        return one(field, given)
    if not isinstance(given, list):
        raise ValueError(f"“{operator.label}” needs a list of values.")
    if operator.shape == "two":
        if len(given) != 2:
            raise ValueError("Write two values: the lowest and the highest.")
        low, high = (one(field, value) for value in given)
        if low > high:
            raise ValueError("The first value must not be above the second.")
        return [low, high]
    if not 1 <= len(given) <= MAX_VALUES:
        raise ValueError(f"Write from 1 to {MAX_VALUES} values.")
    return [one(field, value) for value in given]


def _text(field: Field, given: Any) -> str:
    if not isinstance(given, str) or not given.strip():
        raise ValueError(f"Write a value for {field.label.lower()}.")
    text = given.strip()
    # Half a surrogate pair can stand in JSON, and in no database.
    odd = any(ord(letter) < 32 or 0xD800 <= ord(letter) < 0xE000 for letter in text)
    if len(text) > MAX_TEXT or odd:
        raise ValueError(f"Write up to {MAX_TEXT} plain characters for {field.label.lower()}.")
    return text


def _number(field: Field, given: Any) -> Decimal:
    text = str(given).replace(",", "").strip() if not isinstance(given, bool) else ""
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -6 or abs(number) > MAX_NUMBER:
        raise ValueError(f"Write a number for {field.label.lower()}, such as 250.")
    if field.whole and number != number.to_integral_value():
        raise ValueError(f"{field.label} is a whole number.")
    return number


def _date(field: Field, given: Any) -> date:
    try:
        return date.fromisoformat(given.strip()) if isinstance(given, str) else _no_date()
    except ValueError:
        raise ValueError(f"Write a date for {field.label.lower()}, such as 2026-03-31.") from None


def _no_date() -> date:
    raise ValueError


def _choice(field: Field, given: Any) -> str:
    if given not in dict(field.choices):
        words = ", ".join(label.lower() for _, label in field.choices)
        raise ValueError(f"{field.label} is one of: {words}.")
    return str(given)


_READERS: dict[str, Callable[[Field, Any], Any]] = {
    "text": _text,
    "number": _number,
    "date": _date,
    "choice": _choice,
}


def _cut(given: Any) -> str:
    return str(given if given is not None else "")[:60]


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else str(value)
    return value.isoformat() if isinstance(value, date) else value


def _shown(value: Any) -> str:
    if isinstance(value, (Decimal, int)):
        return f"{value:,}"
    if isinstance(value, date):
        return f"{value.day} {value:%B %Y}"
    return str(value)


def _expression(field: Field) -> Combinable:
    """Return the column; a text that is missing reads as empty, so that `is not` keeps it."""
    if field.kind != "text":
        return F(field.path)
    attribute = ATTRIBUTE.fullmatch(field.key)
    column = KeyTextTransform(attribute[2], field.path) if attribute else F(field.path)
    return Coalesce(column, Value(""), output_field=TextField())


def _typed(condition: Condition, value: Any) -> Any:
    if condition.field.kind == "number":
        return Value(value, output_field=DecimalField())
    return Value(value, output_field=DateField()) if isinstance(value, date) else value


def _compare(lookup: Any) -> Callable[[Condition, date], Q]:
    def meaning(condition: Condition, today: date) -> Q:
        expression = _expression(condition.field)
        return Q(lookup(expression, _typed(condition, condition.value)))

    return meaning


def _is(condition: Condition, today: date) -> Q:
    lookup = lookups.IExact if condition.field.kind == "text" else lookups.Exact
    return Q(lookup(_expression(condition.field), _typed(condition, condition.value)))


def _in(condition: Condition, today: date) -> Q:
    joined = Q()
    for value in condition.value:
        joined |= _is(Condition(condition.field, _IS, value), today)
    return joined


def _between(condition: Condition, today: date) -> Q:
    expression = _expression(condition.field)
    low, high = (_typed(condition, value) for value in condition.value)
    return Q(lookups.GreaterThanOrEqual(expression, low)) & Q(
        lookups.LessThanOrEqual(expression, high)
    )


def _within(condition: Condition, today: date) -> Q:
    since = Value(today - timedelta(days=condition.value), output_field=DateField())
    return Q(lookups.GreaterThan(F(condition.field.path), since)) & Q(
        lookups.LessThanOrEqual(F(condition.field.path), Value(today, output_field=DateField()))
    )


def _known(condition: Condition, today: date) -> Q:
    expression = _expression(condition.field)
    if condition.field.kind == "text":
        return ~Q(lookups.Exact(expression, Value("")))
    return Q(lookups.IsNull(expression, False))


_MEANINGS: dict[str, Callable[[Condition, date], Q]] = {
    "is": _is,
    "is_not": lambda condition, today: ~_is(condition, today),
    "in": _in,
    "not_in": lambda condition, today: ~_in(condition, today),
    "contains": _compare(lookups.IContains),
    "starts_with": _compare(lookups.IStartsWith),
    "at_least": _compare(lookups.GreaterThanOrEqual),
    "at_most": _compare(lookups.LessThanOrEqual),
    "on_or_after": _compare(lookups.GreaterThanOrEqual),
    "before": _compare(lookups.LessThan),
    "between": _between,
    "within_days": _within,
    "is_known": _known,
    "is_unknown": lambda condition, today: ~_known(condition, today),
}
