"""The rule of an audience: conditions, read and found valid.

A rule is `{"all": [...]}` or `{"any": [...]}` over conditions
`{"field": "industry", "op": "is", "value": "Healthcare"}`. Only the fields and operators that
`fields` lists are known; a value travels as a parameter of the query and never as part of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Q
from django.utils import timezone

from insight.queries.fields import OPERATORS, Condition, Field, Operator, field_of
from insight.queries.meanings import meaning_of

MAX_CONDITIONS = 20
MAX_VALUES = 50
MAX_TEXT = 200
MAX_NUMBER = Decimal(10) ** 15
MAX_DAYS = 36500
MATCHES = {"all": "all of these", "any": "any of these"}


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
class Rule:
    """Conditions of which all, or any, must hold. Without any condition it means everybody."""

    match: str
    conditions: tuple[Condition, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the rule as it is stored."""
        return {self.match: [condition.as_json() for condition in self.conditions]}

    def __str__(self) -> str:
        joint = " and " if self.match == "all" else " or "
        return joint.join(str(condition) for condition in self.conditions) or "Everyone"

    def as_q(self, *, today: date | None = None) -> Q:
        """Return the rule as a filter over contacts."""
        today = today or timezone.localdate()
        joined = Q()
        for condition in self.conditions:
            meant = meaning_of(condition, today)
            joined = joined & meant if self.match == "all" else joined | meant
        return joined


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
        raise RuleNotValid({-1: f"A rule can have up to {MAX_CONDITIONS} conditions."})
    conditions, errors = [], {}
    for place, line in enumerate(given):
        try:
            conditions.append(_read_condition(line))
        except ValueError as error:
            errors[place] = str(error)
    if errors:
        raise RuleNotValid(errors)
    return Rule(match, tuple(conditions))


def in_words(stored: Any) -> str:
    """Return what a stored rule asks for, in one line; empty where it cannot be read."""
    try:
        return str(read_rule(stored))
    except RuleNotValid:
        return ""


def _read_condition(line: Any) -> Condition:
    if not isinstance(line, dict) or not set(line) <= {"field", "op", "value"}:
        raise ValueError("A condition has a field, an operator (op) and a value.")
    key = line.get("field")
    field = field_of(key) if isinstance(key, str) else None
    if field is None:
        raise ValueError(f"There is no field “{_cut(key)}”.")
    operator = next((found for found in OPERATORS[field.kind] if found.key == line.get("op")), None)
    if operator is None:
        raise ValueError(f"{field.label} cannot be used with “{_cut(line.get('op'))}”.")
    return Condition(field, operator, _read_value(field, operator, line.get("value")))


def _read_value(field: Field, operator: Operator, given: Any) -> Any:
    if operator.shape == "nothing":
        if given not in (None, "", []):
            raise ValueError(f"“{operator.label}” takes no value.")
        return None
    if operator.shape == "days":
        days = _number(field, given)
        if days != int(days) or not 1 <= days <= MAX_DAYS:
            raise ValueError(f"Enter a number of days from 1 to {MAX_DAYS:,}.")
        return int(days)
    one = _READERS[field.kind]
    if operator.shape == "one":
        return one(field, given)
    if not isinstance(given, list):
        raise ValueError(f"“{operator.label}” needs a list of values.")
    if operator.shape == "two":
        if len(given) != 2:
            raise ValueError("Enter two values: the lowest and the highest.")
        low, high = (one(field, value) for value in given)
        if low > high:
            raise ValueError("The first value must not be above the second.")
        return [low, high]
    if not 1 <= len(given) <= MAX_VALUES:
        raise ValueError(f"Enter 1 to {MAX_VALUES} values.")
    return [one(field, value) for value in given]


def _text(field: Field, given: Any) -> str:
    if not isinstance(given, str) or not given.strip():
        raise ValueError(f"Enter a value for {field.label.lower()}.")
    text = given.strip()
    # Half a surrogate pair can stand in JSON, and in no database.
    odd = any(ord(letter) < 32 or 0xD800 <= ord(letter) < 0xE000 for letter in text)
    if len(text) > MAX_TEXT or odd:
        raise ValueError(f"Enter up to {MAX_TEXT} plain characters for {field.label.lower()}.")
    return text


def _number(field: Field, given: Any) -> Decimal:
    text = str(given).replace(",", "").strip() if not isinstance(given, bool) else ""
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -6 or abs(number) > MAX_NUMBER:
        raise ValueError(f"Enter a number for {field.label.lower()}, such as 250.")
    if field.whole and number != number.to_integral_value():
        raise ValueError(f"{field.label} must be a whole number.")
    return number


def _date(field: Field, given: Any) -> date:
    try:
        return date.fromisoformat(given.strip()) if isinstance(given, str) else _no_date()
    except ValueError:
        raise ValueError(f"Enter a date for {field.label.lower()}, such as 2026-03-31.") from None


def _no_date() -> date:
    raise ValueError


def _choice(field: Field, given: Any) -> str:
    if given not in dict(field.choices):
        words = ", ".join(label.lower() for _, label in field.choices)
        raise ValueError(f"{field.label} must be one of: {words}.")
    return str(given)


_READERS: dict[str, Callable[[Field, Any], Any]] = {
    "text": _text,
    "number": _number,
    "date": _date,
    "choice": _choice,
}


def _cut(given: Any) -> str:
    return str(given if given is not None else "")[:60]
