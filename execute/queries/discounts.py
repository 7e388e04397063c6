"""Discounts: what one must earn back, and which wait for a manager."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from execute.models import Deal, DiscountApproval, Outcome
from ipeo import tenancy
from ipeo.models import Membership
from ipeo.queries.approving import of_others
from ipeo.templatetags.figures import percent
from plan.numerics.value import BreakEven, break_even_uplift
from plan.queries.guard import margin_at_list

STATUS = DiscountApproval.Status
NO_MARGIN = "the volume needed to make up for it is not known, because the cost is not known"
FRESH = timedelta(days=30)


@dataclass(frozen=True)
class Terms:
    """A deal's price beside what it gives away: amounts in money, `discount` and `margin` shares.

    `margin` is the contribution margin at list price: the deal's own where its cost is known,
    else the mean over the products.
    """

    list_amount: Decimal
    net_amount: Decimal
    discount: Decimal
    margin: float | None
    break_even: BreakEven | None

    @property
    def is_past_threshold(self) -> bool:
        """Whether the discount is past what the workspace lets pass."""
        return self.discount > tenancy.current_workspace().discount_threshold

    @property
    def uplift(self) -> float | None:
        """The break-even uplift d / (m - d), a share; None where there is none or none is known."""
        return self.break_even.uplift if self.break_even else None

    @property
    def says(self) -> str:
        """The whole in one sentence."""
        return f"{percent(self.discount, 1)} off list price; {self.break_even_says}."

    @property
    def break_even_says(self) -> str:
        """What would make up for the discount, as a sentence's end."""
        if self.break_even is None:
            return NO_MARGIN
        at = f"at a margin of {percent(self.margin)}"
        if self.uplift is None:
            return f"no volume makes up for it {at}"
        return f"{percent(self.uplift)} more volume is needed to earn the same {at}"


def terms_of(
    deal: Deal, *, list_amount: Decimal | None = None, net_amount: Decimal | None = None
) -> Terms | None:
    """Return a deal's terms at given prices, or at its own; None where one of them is not known."""
    priced = deal.list_amount if list_amount is None else list_amount
    net = deal.net_amount if net_amount is None else net_amount
    if not priced or net is None:
        return None
    discount = (priced - net) / priced
    margin = margin_of(deal, list_amount=priced)
    known = margin is not None and 0 <= discount <= 1
    return Terms(
        list_amount=priced,
        net_amount=net,
        discount=discount,
        margin=margin,
        break_even=break_even_uplift(float(discount), margin) if known and margin else None,
    )


def margin_of(deal: Deal, *, list_amount: Decimal | None = None) -> float | None:
    """Return the contribution margin at list price, a share: the deal's own, or the products'."""
    priced = deal.list_amount if list_amount is None else list_amount
    if priced and deal.cost_amount is not None:
        return float((priced - deal.cost_amount) / priced)
    value = margin_at_list().value
    return None if value is None else min(value, 1.0)


def approvals() -> QuerySet[DiscountApproval]:
    """Return the workspace's asked approvals with what a line of a list names."""
    return DiscountApproval.objects.select_related(
        "deal__account", "asked_by__user", "decided_by__user"
    )


def waiting_approvals(by: Membership | None = None) -> QuerySet[DiscountApproval]:
    """Return what waits for a manager, or for this one of them, the longest waiting first."""
    found = approvals().filter(status=STATUS.PENDING).order_by("asked_at", "pk")
    return of_others(found, by, maker="asked_by")


def approvals_of(deal: Deal) -> list[DiscountApproval]:
    """Return what was asked for a deal, the latest first."""
    return list(approvals().filter(deal=deal).order_by("-pk")[:10])


def approved_price(deal: Deal, asks: Sequence[DiscountApproval]) -> DiscountApproval | None:
    """Return the approval that an open deal may still be lowered to, None where there is none.

    `asks` are the deal's, the latest first. An approval lets a price pass and offers it to
    nobody: the deal's net price stays the one in force until a rep takes the approved one.
    Left out are a deal in another currency, which is priced there, and one that is as low already.
    """
    latest = next((row for row in asks if row.status != STATUS.WITHDRAWN), None)
    if latest is None or latest.status != STATUS.APPROVED or deal.outcome != Outcome.OPEN:
        return None
    if deal.original_currency or deal.list_amount != latest.list_amount:
        return None
    lower = deal.net_amount is None or latest.net_amount < deal.net_amount
    return latest if lower else None


def sent_back_to(member: Membership, *, now: datetime | None = None) -> list[DiscountApproval]:
    """Return what a manager lately sent back to a member and was not asked for again."""
    later = DiscountApproval.objects.filter(deal=OuterRef("deal"), pk__gt=OuterRef("pk"))
    found = approvals().filter(
        ~Exists(later),
        status=STATUS.SENT_BACK,
        asked_by=member,
        decided_at__gte=(now or timezone.now()) - FRESH,
    )
    return list(found.order_by("-decided_at", "-pk")[:8])
