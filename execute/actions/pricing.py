"""Deals that are priced in another currency than the workspace's."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from execute.actions.deals import AmountNegative
from execute.actions.lines import share_among_lines
from execute.models import Deal
from execute.queries.rates import converted, rate_on
from ipeo import tenancy
from ipeo.actions.versions import hold_version

AMOUNTS = ("list_amount", "net_amount", "cost_amount")


def day_of(deal: Deal) -> date:
    """Return the day at whose rate a deal is converted: it closed, was opened, or is today."""
    return deal.closed_date or deal.created_date or timezone.localdate()


@transaction.atomic
def price_deal(
    *,
    deal: Deal,
    currency: str,
    list_amount: Decimal | None = None,
    net_amount: Decimal | None = None,
    cost_amount: Decimal | None = None,
    version: int | None = None,
    now: datetime | None = None,
) -> Deal:
    """Set a deal's prices in a currency, converted at its day's rate, and return it as stored.

    What is said is kept beside what it is worth; an amount that is None stays as it is, unless
    the deal was in that currency: then it is not known any more. Raises `EditedMeanwhile` and
    `AmountNegative` of `execute.actions.deals`, and `NoRate` and `TooLarge` of
    `execute.queries.rates`.
    """
    stored = hold_version(deal, version)
    given = dict(zip(AMOUNTS, (list_amount, net_amount, cost_amount), strict=True))
    for name, amount in given.items():
        if amount is not None and amount < 0:
            raise AmountNegative(name)
    home = currency == tenancy.current_workspace().currency
    rate = None if home else rate_on(currency, day_of(stored))
    for name, amount in given.items():
        if amount is not None:
            setattr(stored, name, amount if rate is None else converted(amount, rate))
        elif stored.original_currency == currency:
            setattr(stored, name, None)
        setattr(stored, f"original_{name}", amount if rate is not None else None)
    stored.original_currency = "" if rate is None else currency
    stored.exchange_rate = rate
    stored.version += 1
    stored.updated_at = now or timezone.now()
    stored.save(
        update_fields=[
            *AMOUNTS,
            *(f"original_{name}" for name in AMOUNTS),
            "original_currency",
            "exchange_rate",
            "version",
            "updated_at",
        ]
    )
    share_among_lines(stored)
    stored.refresh_from_db()
    return stored
