"""Audiences: who is in them, and how many."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from insight.models import Account, Audience, Contact
from insight.queries.fields import FIELDS, Field, field_of
from insight.queries.rules import Rule, read_rule


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


def rule_fields() -> list[Field]:
    """Return all that a rule is offered to ask about."""
    return [*FIELDS.values(), *own_fields()]
