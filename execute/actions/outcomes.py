"""An outcome is logged: won, lost or no decision, what decided it, and at what price."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from execute.actions.approvals import DiscountRefused, settle_discount
from execute.actions.deals import place_of, record_move
from execute.actions.lines import share_among_lines
from execute.models import Deal, DealDriver, DealMaterial, Driver, Material, Outcome
from execute.queries.events import deal_told
from insight.models import Competitor
from ipeo.actions.events import record_event
from ipeo.actions.versions import hold_version
from ipeo.models import Membership


class OutcomeRefused(Exception):
    """What was logged cannot be taken; `field` names what it lacks."""

    field = "outcome"


class ReasonMissing(OutcomeRefused):
    """Nothing is said about what decided the deal."""

    field = "drivers"


class SecondReasonMissing(OutcomeRefused):
    """Price alone explains no deal: somebody is always cheaper."""

    field = "drivers"


class ReasonDoesNotFit(OutcomeRefused):
    """A driver does not decide deals of this outcome."""

    field = "drivers"


class NetAmountMissing(OutcomeRefused):
    """A deal was won at a price."""

    field = "net_amount"


class NetAmountNegative(OutcomeRefused):
    """A price is below zero."""

    field = "net_amount"


class ClosedInFuture(OutcomeRefused):
    """A deal cannot have ended on a day to come."""

    field = "closed_date"


class MaterialNotApproved(OutcomeRefused):
    """A material that sales was never given cannot have helped."""

    field = "materials"


class DiscountUnanswered(OutcomeRefused):
    """A discount past the threshold lacks what the buyer gives for it."""

    def __init__(self, refusal: DiscountRefused) -> None:
        super().__init__(str(refusal))
        self.field = refusal.field


@transaction.atomic
def log_outcome(
    *,
    deal: Deal,
    outcome: str,
    drivers: Sequence[Driver],
    by: Membership | None,
    competitor: Competitor | None = None,
    net_amount: Decimal | None = None,
    list_amount: Decimal | None = None,
    materials: Sequence[Material] = (),
    note: str = "",
    in_return: str = "",
    in_return_note: str = "",
    closed_date: date | None = None,
    version: int | None = None,
    now: datetime | None = None,
) -> Deal:
    """Log how a deal ended, or correct it, and return the deal as stored.

    `drivers` come in their order: the first decided most. `net_amount` is what the buyer pays
    or, of a lost deal, the last price asked; where none is given the deal keeps the one it has.
    `closed_date` is today, or the day logged before, where none is given. A rival is kept for
    deals that were not won. A deal won past the workspace's discount threshold says what the
    buyer gives in return, and its discount waits for a manager: the outcome stands all the
    same. Raises an `OutcomeRefused`, or `EditedMeanwhile`.
    """
    if outcome not in Outcome.values or outcome == Outcome.OPEN:
        raise OutcomeRefused("Choose whether the deal was won, lost or ended with no decision.")
    now = now or timezone.now()
    chosen = list(dict.fromkeys(drivers))
    _demand_reasons(outcome, chosen)
    stored = hold_version(deal, version)
    net = stored.net_amount if net_amount is None else net_amount
    _demand_price(outcome, net)
    if closed_date is not None and closed_date > timezone.localdate(now):
        raise ClosedInFuture("This date is in the future.")
    _demand_approved(stored, materials)
    moved = place_of(outcome, stored)
    enters = moved.pk != stored.stage_id
    stored.stage, stored.outcome = moved, Outcome(outcome)
    stored.closed_date = closed_date or stored.closed_date or timezone.localdate(now)
    stored.net_amount = net
    stored.list_amount = stored.list_amount if list_amount is None else list_amount
    stored.competitor = competitor if outcome != Outcome.WON else None
    stored.outcome_note = note.strip()
    stored.outcome_by, stored.outcome_at = by, now
    stored.version, stored.updated_at = stored.version + 1, now
    stored.save()
    share_among_lines(stored)
    _keep_drivers(stored, chosen)
    _keep_materials(stored, materials)
    if enters:
        record_move(stored, by=by, now=now)
    stored.refresh_from_db()
    try:
        settle_discount(
            deal=stored, in_return=in_return, in_return_note=in_return_note, by=by, now=now
        )
    except DiscountRefused as refusal:
        raise DiscountUnanswered(refusal) from None
    record_event("deal.outcome_logged", deal_told(stored))
    return stored


def _demand_reasons(outcome: str, chosen: Sequence[Driver]) -> None:
    if not chosen:
        raise ReasonMissing("Choose what decided it. It helps win the next deal.")
    if all(driver.is_price for driver in chosen):
        raise SecondReasonMissing(
            "Price is rarely the only reason: someone is always cheaper. What else decided it?"
        )
    for driver in chosen:
        fits = driver.decides_won if outcome == Outcome.WON else driver.decides_lost
        if not fits:
            raise ReasonDoesNotFit(f"“{driver}” does not apply to this outcome.")


def _demand_price(outcome: str, net: Decimal | None) -> None:
    if net is None and outcome == Outcome.WON:
        raise NetAmountMissing("Enter the net price at which the deal was won.")
    if net is not None and net < 0:
        raise NetAmountNegative("A price cannot be negative.")


def _demand_approved(deal: Deal, materials: Sequence[Material]) -> None:
    kept = set(deal.deal_materials.values_list("material_id", flat=True))
    for material in materials:
        if material.status != Material.Status.APPROVED and material.pk not in kept:
            raise MaterialNotApproved(f"“{material}” is not approved.")


def _keep_drivers(deal: Deal, chosen: Sequence[Driver]) -> None:
    """Store the drivers in their order, touching only the rows that differ."""
    held = {row.driver_id: row for row in deal.deal_drivers.all()}
    wanted = {driver.pk: rank for rank, driver in enumerate(chosen, start=1)}
    deal.deal_drivers.exclude(driver__in=wanted).delete()
    for driver_id, rank in wanted.items():
        row = held.get(driver_id)
        if row is None:
            DealDriver.objects.create(deal=deal, driver_id=driver_id, rank=rank)
        elif row.rank != rank:
            row.rank = rank
            row.save(update_fields=["rank"])


def _keep_materials(deal: Deal, materials: Sequence[Material]) -> None:
    wanted = {material.pk for material in materials}
    held = set(deal.deal_materials.values_list("material_id", flat=True))
    deal.deal_materials.exclude(material__in=wanted).delete()
    DealMaterial.objects.bulk_create(
        [DealMaterial(deal=deal, material_id=pk) for pk in sorted(wanted - held)]
    )
