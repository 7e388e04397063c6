"""What each condition of an audience's rule means in SQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import DateField, DecimalField, F, Q, TextField, Value, lookups
from django.db.models.expressions import Combinable
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce

from insight.queries.fields import ATTRIBUTE, IS, Condition, Field

PARTY = Coalesce(F("account_id"), F("id") * -1)
# One party is one buyer: the account, or the person where no account is known.


def meaning_of(condition: Condition, today: date) -> Q:
    """Return a condition as a filter over contacts."""
    meaning = _MEANINGS[condition.operator.key]
    return _deed(condition, today) if condition.field.acts else meaning(condition, today)


def _deed(condition: Condition, today: date) -> Q:
    """Return who did, or did not do, what a condition says."""
    assert condition.field.acts is not None
    rows = condition.field.acts()
    key, value = condition.operator.key, condition.value
    if key in {"is_known", "is_unknown"}:
        did = _among(rows)
        return did if key == "is_known" else ~did
    if condition.field.kind == "date":
        since = today - timedelta(days=value) if isinstance(value, int) else value
        if key == "within_days":
            return _among(rows.filter(figure__gt=since, figure__lte=today))
        if key == "older_than":
            return _among(rows.filter(figure__lte=since))
        return _among(
            rows.filter(**{"on_or_after": {"figure__gte": since}}.get(key, {"figure__lt": since}))
        )
    low, high = _ends(key, value)
    if low is not None and low > 0:
        found = rows.filter(figure__gte=low)
        return _among(found if high is None else found.filter(figure__lte=high))
    return Q() if high is None else ~_among(rows.filter(figure__gt=high))


def _ends(key: str, value: Any) -> tuple[Decimal | None, Decimal | None]:
    """Return the least and the most that a number may be; a buyer without a row has 0."""
    if key == "between":
        return value[0], value[1]
    if key == "is":
        return value, value
    return (value, None) if key == "at_least" else (None, value)


def _among(rows: Any) -> Q:
    return Q(lookups.In(PARTY, rows.exclude(party=None).values("party")))


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
        joined |= _is(Condition(condition.field, IS, value), today)
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


def _older(condition: Condition, today: date) -> Q:
    until = Value(today - timedelta(days=condition.value), output_field=DateField())
    return Q(lookups.LessThanOrEqual(F(condition.field.path), until))


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
    "older_than": _older,
    "is_known": _known,
    "is_unknown": lambda condition, today: ~_known(condition, today),
}
