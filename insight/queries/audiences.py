"""Audiences: who is in them, and how many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from insight.models import Account, Audience, Contact
from insight.queries.fields import ATTRIBUTE, FIELDS, Field, field_of
from insight.queries.rules import Rule, read_rule

NEWEST = 2000
"""How many of the newest rows are asked what a field holds."""


@dataclass(frozen=True)
class Size:
    """How many people and companies a rule finds, and how many of them refused contact.

    `as_of` is when that was true, None for now.
    """

    contacts: int
    accounts: int
    refused: int
    as_of: datetime | None = None


def audiences() -> QuerySet[Audience]:
    """Return the workspace's audiences by name."""
    return Audience.objects.order_by("name", "id")


def contacts_of(audience: Audience) -> QuerySet[Contact]:
    """Return the people of an audience as they are now; raises `RuleNotValid`."""
    return contacts_by(read_rule(audience.rule))


def contacts_by(rule: Rule) -> QuerySet[Contact]:
    """Return the people whom a rule describes."""
    return Contact.objects.filter(rule.as_q())


def size_of(rule: Rule) -> Size:
    """Count the people and accounts that a rule finds now."""
    found: dict[str, Any] = contacts_by(rule).aggregate(
        contacts=Count("pk"),
        accounts=Count("account", distinct=True),
        refused=Count("pk", filter=Q(consent=Contact.Consent.REFUSED)),
    )
    return Size(**found)


def own_fields(limit: int = 40) -> list[Field]:
    """Return the fields under which imports kept columns of their own.

    They are gathered from the newest rows, which is enough to offer them in a list; a rule may
    name any other.
    """
    keys = set()
    for model, prefix in ((Contact, "attributes"), (Account, "account_attributes")):
        rows = model.objects.exclude(attributes={}).order_by("-pk")[:200]
        for attributes in rows.values_list("attributes", flat=True):
            keys |= {f"{prefix}.{name}" for name in attributes}
    return [field for key in sorted(keys) if (field := field_of(key)) is not None][:limit]


def known_values(field: Field, limit: int = 40) -> list[str]:
    """Return what people and accounts hold of a text field, the commonest first.

    They are gathered from the newest rows, as the fields of imports are.
    """
    of_account, _, column = field.path.rpartition("__")
    rows = (Account if of_account else Contact).objects.order_by("-pk")
    held: Iterable[Any] = rows.values_list(column, flat=True)[:NEWEST]
    if (own := ATTRIBUTE.fullmatch(field.key)) is not None:
        held = (attributes.get(own[2]) for attributes in held)
    counted = Counter(str(value) for value in held if value)
    return [value for value, _ in counted.most_common(limit)]


def rule_fields() -> list[Field]:
    """Return all that a rule is offered to ask about."""
    return [*FIELDS.values(), *own_fields()]
