"""Accounts and contacts, found by name."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Lower

from insight.models import Account, Contact


def accounts(*, search: str = "") -> QuerySet[Account]:
    """Return accounts of which some text column holds every word."""
    found = Account.objects.select_related("owner__user")
    for word in search.split():
        found = found.filter(
            Q(name__icontains=word)
            | Q(website__icontains=word)
            | Q(industry__icontains=word)
            | Q(region__icontains=word)
            | Q(country__icontains=word)
        )
    return found


def contact_counts(rows: list[Account]) -> dict[int, int]:
    """Return how many people each of the shown accounts has, in one query."""
    counted = (
        Contact.objects.filter(account__in=[row.pk for row in rows])
        .values("account_id")
        .annotate(people=Count("pk"))
    )
    return {line["account_id"]: line["people"] for line in counted}


def contacts(*, search: str = "", consent: str = "") -> QuerySet[Contact]:
    """Return contacts of whom name, e-mail, title, source or account holds every word."""
    found = Contact.objects.select_related("account", "owner__user")
    for word in search.split():
        found = found.filter(
            Q(name__icontains=word)
            | Q(email__icontains=word)
            | Q(title__icontains=word)
            | Q(source__icontains=word)
            | Q(account__name__icontains=word)
        )
    if consent:
        found = found.filter(consent=consent)
    return found


def account_by_name(name: str) -> list[Account]:
    """Return up to two accounts of exactly this name, in whatever letters."""
    return list(Account.objects.filter(name__iexact=name.strip())[:2])


def account_options(search: str, limit: int = 20) -> list[Account]:
    """Return some accounts whose name begins with, or else holds, what was typed."""
    text = search.strip()
    if not text:
        return []
    return list(Account.objects.filter(name__icontains=text).order_by(Lower("name"))[:limit])
