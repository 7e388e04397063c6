"""Deals are opened, edited and moved; what somebody else changed meanwhile is never lost."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from execute.actions.setup import closing_stage
from execute.models import Deal, DealStage, DealStageChange, Outcome
from execute.queries.days import today
from execute.queries.events import deal_told
from ipeo.actions.events import record_event
from ipeo.models import Membership

CENT = Decimal("0.01")
EDITABLE = (
    "name",
    "account",
    "contact",
    "owner",
    "product",
    "program",
    "quantity",
    "stage",
    "created_date",
    "expected_close_date",
    "list_amount",
    "net_amount",
    "cost_amount",
)


class ChangedMeanwhile(Exception):
    """Somebody else changed the deal after it was read; `deal` is how it stands now."""

    def __init__(self, deal: Deal) -> None:
        super().__init__("Somebody else changed this deal meanwhile.")
        self.deal = deal


class OutcomeNeeded(Exception):
    """A deal ends by its outcome being logged, not by a move alone; `stage` is where it goes."""

    def __init__(self, stage: DealStage) -> None:
        super().__init__(f"To move a deal to {stage}, log its outcome.")
        self.stage = stage


class AmountNegative(Exception):
    """An amount is below zero; `field` names it."""

    def __init__(self, field: str) -> None:
        super().__init__("An amount cannot be below zero.")
        self.field = field


def hold(deal: Deal, version: int | None) -> Deal:
    """Lock and return the deal as it is stored; raises `ChangedMeanwhile` for another version."""
    stored: Deal = Deal.objects.select_for_update(of=("self",)).get(pk=deal.pk)
    if version is not None and stored.version != version:
        raise ChangedMeanwhile(stored)
    return stored


@transaction.atomic
def save_deal(
    *, deal: Deal, by: Membership | None, version: int | None = None, now: datetime | None = None
) -> Deal:
    """Save a new or edited deal, and return it as stored.

    `version` is the one the person saw. The list and cost amounts follow the product and the
    quantity where nobody gave them. Raises `ChangedMeanwhile`, `OutcomeNeeded` for a stage
    where deals end, and `AmountNegative`.
    """
    now = now or timezone.now()
    stored = hold(deal, version) if deal.pk else None
    for field in ("list_amount", "net_amount", "cost_amount"):
        if (getattr(deal, field) or 0) < 0:
            raise AmountNegative(field)
    moved = stored is None or stored.stage_id != deal.stage_id
    if moved and deal.stage.outcome != (stored.outcome if stored else Outcome.OPEN):
        raise OutcomeNeeded(deal.stage)
    _fill_amounts(deal, stored)
    deal.updated_at = now
    if stored is None:
        deal.created_date = deal.created_date or today(now)
        deal.save()
    else:
        deal.version = stored.version + 1
        deal.save(update_fields=[*EDITABLE, "updated_at", "version"])
    if moved:
        record_move(deal, by=by, now=now)
    deal.refresh_from_db()
    record_event("deal.changed" if stored else "deal.created", deal_told(deal))
    return deal


def _fill_amounts(deal: Deal, stored: Deal | None) -> None:
    """Let amounts that nobody typed follow the product's list price and unit cost."""
    for field, price in (("list_amount", "list_price"), ("cost_amount", "unit_cost")):
        given = getattr(deal, field)
        followed = (
            stored is not None
            and given == getattr(stored, field)
            and given == _priced(stored, price)
        )
        if given is None or followed:
            setattr(deal, field, _priced(deal, price))


def _priced(deal: Deal, price: str) -> Decimal | None:
    each: Decimal | None = getattr(deal.product, price) if deal.product else None
    return None if each is None else (each * deal.quantity).quantize(CENT)


def record_move(deal: Deal, *, by: Membership | None, now: datetime) -> None:
    """Write into the deal's history that it has entered its stage."""
    DealStageChange.objects.create(deal=deal, stage_id=deal.stage_id, by=by, entered_at=now)


@transaction.atomic
def move_deal(
    *,
    deal: Deal,
    stage: DealStage,
    by: Membership | None,
    version: int | None = None,
    now: datetime | None = None,
) -> Deal:
    """Move a deal to a stage, and return it as stored; one that had ended is open again.

    Raises `OutcomeNeeded` for a stage where deals end, and `ChangedMeanwhile`.
    """
    now = now or timezone.now()
    stored = hold(deal, version)
    if stage.outcome != Outcome.OPEN:
        if stored.stage_id == stage.pk:
            return stored
        raise OutcomeNeeded(stage)
    if stored.stage_id == stage.pk:
        return stored
    if stored.outcome != Outcome.OPEN:
        _forget_outcome(stored)
    stored.stage, stored.version, stored.updated_at = stage, stored.version + 1, now
    stored.save()
    record_move(stored, by=by, now=now)
    stored.refresh_from_db()
    record_event("deal.changed", deal_told(stored))
    return stored


def _forget_outcome(deal: Deal) -> None:
    """Open a deal again; what was logged stays in the audit trail."""
    deal.outcome, deal.closed_date = Outcome.OPEN, None
    deal.outcome_by, deal.outcome_at, deal.outcome_note = None, None, ""
    deal.competitor = None
    deal.deal_drivers.all().delete()
    deal.deal_materials.all().delete()


def place_of(outcome: str, deal: Deal) -> DealStage:
    """Return the stage for an outcome: the deal's own where it fits, else the first that does."""
    return deal.stage if deal.stage.outcome == outcome else closing_stage(outcome)
