"""Accounts and contacts, found by name."""

from __future__ import annotations

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Lower

from insight.models import Account, Contact


def accounts(*, search: str = "", industry: str = "", region: str = "") -> QuerySet[Account]:
    """Return accounts whose name or website holds every word, with `people`, their contacts."""
    found: QuerySet[Account] = Account.objects.select_related("owner__user")
    for word in search.split():
        found = found.filter(Q(name__icontains=word) | Q(website__icontains=word))
    if industry:
        found = found.filter(industry=industry)
    if region:
        found = found.filter(region=region)
    return found


def contact_counts(rows: list[Account]) -> dict[int, int]:
    """Return how many people each of the shown accounts has, in one query."""
    counted = (
        Contact.objects.filter(account__in=[row.pk for row in rows])
        .values("account_id")
        .annotate(people=Count("pk"))
    )
    return {line["account_id"]: line["people"] for line in counted}


def contacts(
    *, search: str = "", source: str = "", consent: str = "", account_id: int | None = None
) -> QuerySet[Contact]:
    """Return contacts whose name, e-mail, title or account's name holds every word."""
    found: QuerySet[Contact] = Contact.objects.select_related("account", "owner__user")
    for word in search.split():
        found = found.filter(
            Q(name__icontains=word)
            | Q(email__icontains=word)
            | Q(title__icontains=word)
            | Q(account__name__icontains=word)
        )
    if source:
        found = found.filter(source=source)
    if consent:
        found = found.filter(consent=consent)
    if account_id is not None:
        found = found.filter(account_id=account_id)
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


def words_of(model: type[Account] | type[Contact], name: str, limit: int = 60) -> list[str]:
    """Return the values that a text column has, for a list to choose from."""
    found = (
        model._default_manager.exclude(**{name: ""})  # type: ignore[attr-defined]
        .values_list(name, flat=True)
        .order_by(Lower(F(name)), name)
        .distinct()[:limit]
    )
    return list(found)
