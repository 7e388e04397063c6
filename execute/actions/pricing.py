"""A deal's prices: in another currency than the workspace's, and as a manager approved them."""

from __future__ import annotations

from copy import copy
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from execute.actions.approvals import demand_settled
from execute.actions.deals import AmountNegative, save_deal
from execute.actions.lines import share_among_lines
from execute.models import Deal, DiscountApproval
from execute.queries.discounts import approvals_of, approved_price
from execute.queries.rates import converted, rate_on
from ipeo import tenancy
from ipeo.actions.versions import hold_version
from ipeo.database.holding import hold
from ipeo.models import Membership

AMOUNTS = ("list_amount", "net_amount", "cost_amount")


def day_of(deal: Deal) -> date:
    """Return the day at whose rate a deal is converted: it closed, was opened, or is today."""
    return deal.closed_date or deal.created_date or timezone.localdate()


class PriceNotOffered(Exception):
    """This approval is no price that the deal can be lowered to."""

    def __init__(self) -> None:
        super().__init__("This price no longer applies to the deal. Check the deal again.")


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
    the deal was in that currency: then it is not known any more. Raises `EditedMeanwhile`,
    `AmountNegative` of `execute.actions.deals`, `WonPastThreshold` of `execute.actions.approvals`,
    and `NoRate` and `TooLarge` of `execute.queries.rates`.
    """
    stored = hold_version(deal, version)
    before = copy(stored)
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
    demand_settled(deal=stored, before=before, now=stored.updated_at)
    return stored


@transaction.atomic
def take_approved_price(
    *, approval: DiscountApproval, by: Membership | None, now: datetime | None = None
) -> Deal:
    """Make the approved price an open deal's net price, and return the deal as stored.

    Raises `PriceNotOffered` where `approved_price` does not name this approval.
    """
    deal = hold(Deal, approval.deal_id)
    held = approved_price(deal, approvals_of(deal))
    if held is None or held.pk != approval.pk:
        raise PriceNotOffered
    deal.net_amount = held.net_amount
    return save_deal(deal=deal, by=by, version=deal.version, now=now)
