"""A discount past the workspace's threshold is asked for, approved or sent back."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from execute.models import Deal, DiscountApproval, InReturn, Outcome
from execute.queries.discounts import STATUS, Terms, terms_of
from ipeo.actions.approving import demand_other_eyes
from ipeo.database.holding import hold
from ipeo.models import Membership

MILLIONTH = Decimal("0.000001")
LARGEST_UPLIFT = Decimal(10) ** 9


class DiscountRefused(Exception):
    """What was asked cannot be taken; `field` names what it lacks."""

    field = "in_return"


class ReturnMissing(DiscountRefused):
    """Nothing is said about what the buyer gives in return."""


class ReturnUnsaid(DiscountRefused):
    """Something else is given in return, and nobody says what."""

    field = "in_return_note"


class PriceUnknown(DiscountRefused):
    """There is no discount where a price is not known."""

    field = "net_amount"


class WithinThreshold(DiscountRefused):
    """The discount needs nobody's approval."""

    field = "net_amount"


class BackWithoutReason(DiscountRefused):
    """What is sent back without a reason teaches nobody."""

    field = "reason"


class WonPastThreshold(Exception):
    """A won deal's price was edited past the threshold; its outcome says what the buyer gives."""

    field = "net_amount"

    def __init__(self) -> None:
        super().__init__(
            "The deal is won, and this discount is beyond the threshold. Change the price in its "
            "outcome, where you enter what the buyer gives in return."
        )


class AlreadyDecided(Exception):
    """Somebody decided this meanwhile, or it was withdrawn; `approval` is how it stands."""

    def __init__(self, approval: DiscountApproval) -> None:
        super().__init__(f"This is no longer waiting: {approval.get_status_display().lower()}.")
        self.approval = approval


class AskedAnew(Exception):
    """Other terms wait now than those that were seen; nobody approves what they did not see."""

    def __init__(self) -> None:
        super().__init__("The request has changed since you opened this page. Check it again.")


@transaction.atomic
def ask_approval(
    *,
    deal: Deal,
    in_return: str,
    in_return_note: str = "",
    net_amount: Decimal | None = None,
    by: Membership | None,
    now: datetime | None = None,
) -> DiscountApproval:
    """Put a discount before a manager, before the deal is closed or after; return what waits.

    `net_amount` is the deal's own where none is given. What waited before is asked anew with
    these terms. Raises a `DiscountRefused`.
    """
    stored = hold(Deal, deal.pk)
    terms = terms_of(stored, net_amount=net_amount)
    if terms is None:
        raise PriceUnknown("The list price or net price is not known, so there is no discount.")
    if not terms.is_past_threshold:
        raise WithinThreshold("This discount is within the threshold and needs no approval.")
    _demand_return(in_return, in_return_note)
    return _ask(stored, terms, in_return, in_return_note, by, now or timezone.now())


@transaction.atomic
def settle_discount(
    *,
    deal: Deal,
    in_return: str = "",
    in_return_note: str = "",
    by: Membership | None,
    now: datetime | None = None,
) -> DiscountApproval | None:
    """See that a deal's discount is asked for where it must be, now that its outcome is stored.

    Returns what covers or asks for the discount, None where nothing need be asked; what waited
    in vain is withdrawn. The same terms are not asked for twice. Raises `ReturnMissing` or
    `ReturnUnsaid`.
    """
    now = now or timezone.now()
    terms = terms_of(deal) if deal.outcome == Outcome.WON else None
    if terms is None or not terms.is_past_threshold:
        _withdraw(deal, now)
        return None
    rows = DiscountApproval.objects.filter(deal=deal).exclude(status=STATUS.WITHDRAWN)
    covering = (
        rows.filter(
            status=STATUS.APPROVED,
            list_amount=terms.list_amount,
            net_amount__lte=terms.net_amount,
        )
        .order_by("-pk")
        .first()
    )
    if covering is not None:
        _withdraw(deal, now)
        return covering
    latest = rows.order_by("-pk").first()
    if latest is not None and _is_same(latest, terms, in_return, in_return_note):
        return latest
    _demand_return(in_return, in_return_note)
    return _ask(deal, terms, in_return, in_return_note, by, now)


def demand_settled(*, deal: Deal, before: Deal, now: datetime) -> None:
    """See that a stored deal whose price was edited, from `before`, needs no approval it lacks.

    Raises `WonPastThreshold`. What waited for approval and needs none now is withdrawn.
    """
    if deal.outcome != Outcome.WON or (deal.list_amount, deal.net_amount) == (
        before.list_amount,
        before.net_amount,
    ):
        return
    try:
        settle_discount(deal=deal, by=None, now=now)
    except DiscountRefused:
        raise WonPastThreshold from None


def _is_same(row: DiscountApproval, terms: Terms, in_return: str, note: str) -> bool:
    prices = (row.list_amount, row.net_amount) == (terms.list_amount, terms.net_amount)
    given = not in_return or (row.in_return, row.in_return_note) == (in_return, note.strip())
    return prices and given


def _demand_return(in_return: str, note: str) -> None:
    if in_return not in InReturn.values:
        raise ReturnMissing("Enter what the buyer gives in return for this discount.")
    if in_return == InReturn.OTHER and not note.strip():
        raise ReturnUnsaid("Enter in a few words what the buyer gives in return.")


def _ask(
    deal: Deal, terms: Terms, in_return: str, note: str, by: Membership | None, now: datetime
) -> DiscountApproval:
    # Held, so that a manager decides either before it changes or on what it has become.
    pending = DiscountApproval.objects.filter(deal=deal, status=STATUS.PENDING)
    row = pending.select_for_update(of=("self",)).first() or DiscountApproval(deal=deal)
    row.list_amount, row.net_amount = terms.list_amount, terms.net_amount
    row.discount = terms.discount.quantize(MILLIONTH)
    row.margin = None if terms.margin is None else Decimal(terms.margin).quantize(MILLIONTH)
    row.break_even_uplift = (
        None
        if terms.uplift is None
        else min(Decimal(terms.uplift), LARGEST_UPLIFT).quantize(MILLIONTH)
    )
    row.shown = terms.says
    row.in_return, row.in_return_note = InReturn(in_return), note.strip()
    row.asked_by, row.asked_at = by, now
    row.save()
    return row


def _withdraw(deal: Deal, now: datetime) -> None:
    pending = DiscountApproval.objects.filter(deal=deal, status=STATUS.PENDING)
    pending.update(status=STATUS.WITHDRAWN, decided_at=now)


def approve_discount(
    *,
    approval: DiscountApproval,
    by: Membership,
    reason: str = "",
    asked_at: datetime | None = None,
    now: datetime | None = None,
) -> DiscountApproval:
    """Let a discount pass.

    `asked_at` is when the terms were asked for that the manager saw, None where nobody looked.
    Raises `AlreadyDecided`, and `AskedAnew` where other terms wait by now. Where the workspace
    wants four eyes, `OwnWork` is raised for whoever asked.
    """
    return _decide(approval, STATUS.APPROVED, by, reason, asked_at, now)


def send_back_discount(
    *,
    approval: DiscountApproval,
    by: Membership,
    reason: str,
    asked_at: datetime | None = None,
    now: datetime | None = None,
) -> DiscountApproval:
    """Send a discount back with a reason.

    Raises `BackWithoutReason`, and as `approve_discount` does.
    """
    if not reason.strip():
        raise BackWithoutReason("Enter a reason, so that the next offer can be better.")
    return _decide(approval, STATUS.SENT_BACK, by, reason, asked_at, now)


@transaction.atomic
def _decide(
    approval: DiscountApproval,
    status: DiscountApproval.Status,
    by: Membership,
    reason: str,
    asked_at: datetime | None,
    now: datetime | None,
) -> DiscountApproval:
    row = hold(DiscountApproval, approval.pk)
    if not row.waits:
        raise AlreadyDecided(row)
    if asked_at is not None and asked_at != row.asked_at:
        raise AskedAnew
    if status == STATUS.APPROVED:
        demand_other_eyes(by=by, maker_id=row.asked_by_id, done="asked for this")
    row.status, row.decided_by, row.decided_at = status, by, now or timezone.now()
    row.reason = reason.strip()
    row.save(update_fields=["status", "decided_by", "decided_at", "reason"])
    return row
