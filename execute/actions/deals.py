"""Deals are opened, edited and moved; what somebody else changed meanwhile is never lost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from execute.actions.approvals import demand_settled
from execute.actions.lines import fill_amounts, keep_lines, share_among_lines, take_figures
from execute.actions.setup import closing_stage
from execute.models import Deal, DealLine, DealStage, DealStageChange, Outcome
from execute.queries.events import deal_told
from execute.queries.lines import AMOUNTS, lines_of
from ipeo.actions.events import record_event
from ipeo.actions.versions import EditedMeanwhile, hold_version
from ipeo.models import Membership

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


class OutcomeNeeded(Exception):
    """A deal ends by its outcome being logged, not by a move alone; `stage` is where it goes."""

    def __init__(self, stage: DealStage) -> None:
        super().__init__(f"To move a deal to {stage}, log its outcome.")
        self.stage = stage


class AmountNegative(Exception):
    """An amount is below zero; `field` names it."""

    def __init__(self, field: str) -> None:
        super().__init__("An amount cannot be negative.")
        self.field = field


class LineRefused(Exception):
    """Of several products one is not said, or the deal's own is changed beside its lines."""

    field = "product"


@transaction.atomic
def save_deal(
    *,
    deal: Deal,
    by: Membership | None,
    lines: Sequence[DealLine] | None = None,
    version: int | None = None,
    now: datetime | None = None,
) -> Deal:
    """Save a new or edited deal, and return it as stored.

    `version` is the one the person saw. The list and cost amounts follow the product and the
    quantity where nobody gave them. `lines` are the products of a deal that sells several, each
    with its `position`; the deal's amounts are their sums then, and its product is that of the
    largest. One line is the deal's own product and money; None leaves the lines, which share an
    amount that is changed. Raises `EditedMeanwhile`, `OutcomeNeeded` for a stage where deals
    end, `AmountNegative`, `LineRefused`, and `WonPastThreshold` of `execute.actions.approvals`.
    """
    now = now or timezone.now()
    stored = hold_version(deal, version) if deal.pk else None
    for row in (deal, *(lines or ())):
        for field in AMOUNTS:
            if (getattr(row, field) or 0) < 0:
                raise AmountNegative(field)
    moved = stored is None or stored.stage_id != deal.stage_id
    if moved and deal.stage.outcome != (stored.outcome if stored else Outcome.OPEN):
        raise OutcomeNeeded(deal.stage)
    _take_lines(deal, lines, stored)
    deal.updated_at = now
    if stored is None:
        deal.created_date = deal.created_date or timezone.localdate(now)
        deal.save()
    else:
        deal.version = stored.version + 1
        deal.save(update_fields=[*EDITABLE, "updated_at", "version"])
    if lines is None:
        share_among_lines(deal)
    else:
        keep_lines(deal, lines)
    if moved:
        record_move(deal, by=by, now=now)
    deal.refresh_from_db()
    if stored is not None:
        demand_settled(deal=deal, before=stored, now=now)
    record_event("deal.changed" if stored else "deal.created", deal_told(deal))
    return deal


def _take_lines(deal: Deal, lines: Sequence[DealLine] | None, stored: Deal | None) -> None:
    """Give a deal its product and its money, out of its lines where it has several."""
    held = lines_of(stored) if stored is not None else []
    if lines is None and held:
        assert stored is not None
        if (deal.product_id, deal.quantity) != (stored.product_id, stored.quantity):
            raise LineRefused("This deal has several products. Edit them in its product lines.")
        return
    former: dict[int, Deal | DealLine] = {line.position: line for line in held}
    if stored is not None and not held:
        former = {1: stored}
    for line in lines or ():
        if line.product_id is None and len(lines or ()) > 1:
            raise LineRefused("Choose a product for each line, or remove the line.")
        fill_amounts(line, former.get(line.position))
    if lines:
        take_figures(deal, lines)
    else:
        fill_amounts(deal, former.get(1))


def record_move(deal: Deal, *, by: Membership | None, now: datetime) -> None:
    """Write into the deal's history that it has entered its stage."""
    DealStageChange.objects.create(deal=deal, stage_id=deal.stage_id, by=by, entered_at=now)


class MovedMeanwhile(EditedMeanwhile):
    """Somebody else changed the deal after it was read; says in which stage it is now."""

    def __init__(self, deal: Deal) -> None:
        super().__init__(deal)
        self.args = (
            f"Someone else changed {deal} in the meantime. It is now in {deal.stage}. "
            "Move it again if that is wrong.",
        )


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

    Raises `OutcomeNeeded` for a stage where deals end, and `MovedMeanwhile`.
    """
    now = now or timezone.now()
    try:
        stored = hold_version(deal, version)
    except EditedMeanwhile as refusal:
        raise MovedMeanwhile(refusal.current) from None
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
