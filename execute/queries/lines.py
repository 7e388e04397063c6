"""The products of deals that sell several."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum

from execute.models import Deal, DealLine
from insight.models import Product

AMOUNTS = ("list_amount", "net_amount", "cost_amount")


def lines_of(deal: Deal) -> list[DealLine]:
    """Return a deal's lines in their order; none for a deal of one product, which holds it."""
    if deal.pk is None:
        return []
    return list(DealLine.objects.filter(deal=deal).select_related("product").order_by("position"))


def sells(product: Product | int) -> Q:
    """Return the condition that a deal sells a product, alone or as one of several."""
    named = DealLine.objects.filter(deal=OuterRef("pk"), product=product)
    return Q(product=product) | Q(Exists(named))


def sums_of(lines: Sequence[DealLine]) -> dict[str, Decimal | None]:
    """Return each amount over all lines; not known where it is not known for one of them."""
    sums: dict[str, Decimal | None] = {}
    for name in AMOUNTS:
        known = [value for line in lines if (value := getattr(line, name)) is not None]
        sums[name] = sum(known, Decimal(0)) if len(known) == len(lines) else None
    return sums


def largest(lines: Sequence[DealLine]) -> DealLine:
    """Return the line that brings most, by net price where all have one, else by list price."""
    for name in ("net_amount", "list_amount"):
        if all(getattr(line, name) is not None for line in lines):
            return max(lines, key=lambda line: getattr(line, name))
    return lines[0]


def out_of_balance() -> QuerySet[Deal]:
    """Return the deals whose lines do not add up to what the deal itself says."""
    found = Deal.objects.filter(lines__isnull=False)
    differs = Q()
    for name in AMOUNTS:
        found = found.annotate(**{f"lines_{name}": Sum(f"lines__{name}")})
        differs |= ~Q(**{name: F(f"lines_{name}")}) & ~Q(
            **{f"{name}__isnull": True, f"lines_{name}__isnull": True}
        )
    return found.filter(differs)
