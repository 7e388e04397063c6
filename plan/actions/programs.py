"""Programs are made, and planned within a scenario."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Max, ProtectedError

from insight.models import ProofPoint
from ipeo.actions.versions import hold_version
from ipeo.database.uniqueness import unless_taken
from plan.actions.drafts import hold_draft
from plan.models import Approval, PlanProof, Program, ProgramPlan, Scenario

INTENDED = (
    "audience",
    "message",
    "starts_on",
    "ends_on",
    "marketing_owner",
    "sales_owner",
    "finding",
    "is_bet",
    "materials",
)
"""What is intended with a program, as the page and the API change it."""


class ProgramNameTaken(Exception):
    """Another program of the workspace has this name."""


class OfferFrozen(Exception):
    """The program stands in an approved plan with the offer it has."""


class DiscountMissing(Exception):
    """A price-led offer says how much it gives away."""


class PlannedAlready(Exception):
    """The scenario has this program."""


class OtherCampaign(Exception):
    """The program belongs to another campaign."""


class FlightOutsideCycle(Exception):
    """The flight starts before the cycle does, ends after it, or ends before it starts."""


class ProgramInUse(Exception):
    """The program was planned, so its history stays."""


@transaction.atomic
def save_program(*, program: Program, version: int | None = None) -> Program:
    """Save a new or changed program; a discount is kept only on a price-led offer.

    `version` is the one the person saw. A changed offer makes earlier approvals of its price void
    in scenarios that are not approved yet. Raises `ProgramNameTaken`, `DiscountMissing`,
    `EditedMeanwhile` of `ipeo.actions.versions`, and `OfferFrozen` where the offer changes while
    an open cycle's approved scenario holds the program.
    """
    if not program.is_price_led:
        program.discount = Decimal(0)
    elif program.discount <= 0:
        raise DiscountMissing("A price-led offer needs a discount. Enter how much.")
    if program.pk is not None:
        before = hold_version(program, version)
        _keep_offer_honest(before, program)
        program.version = before.version + 1
    with unless_taken(ProgramNameTaken(f"There is already a program called “{program.name}”.")):
        program.save()
    return program


def _keep_offer_honest(before: Program, program: Program) -> None:
    if (before.offer, before.discount) == (program.offer, program.discount):
        return
    plans = ProgramPlan.objects.filter(program=program, scenario__cycle__closed_at=None)
    approved = plans.filter(scenario__status=Scenario.Status.APPROVED).first()
    if approved is not None:
        raise OfferFrozen(
            f"“{before.name}” is in an approved plan with its current offer. "
            "Create a new program for a different offer."
        )
    Approval.objects.filter(program_plan__in=plans).delete()


@transaction.atomic
def remove_program(*, program: Program) -> None:
    """Remove a program that no scenario holds; raises `ProgramInUse`."""
    try:
        with transaction.atomic():
            program.delete()
    except ProtectedError:
        raise ProgramInUse(
            f"“{program.name}” is part of a plan, so it cannot be deleted."
        ) from None


@transaction.atomic
def plan_program(
    *, scenario: Scenario, plan: ProgramPlan, proof_points: Iterable[ProofPoint] = ()
) -> ProgramPlan:
    """Add a program to a draft; `plan` is a new row with its program and what is intended.

    Raises `PlannedAlready`, `OtherCampaign`, `FlightOutsideCycle` and what `hold_draft` raises.
    """
    held = hold_draft(scenario)
    plan.scenario = held
    if plan.program.campaign_id != held.cycle.campaign_id:
        raise OtherCampaign(f"“{plan.program.name}” belongs to another campaign.")
    _demand_flight_inside(plan)
    last = ProgramPlan.objects.filter(scenario=held).aggregate(last=Max("position"))["last"]
    plan.position = 0 if last is None else last + 1
    with unless_taken(PlannedAlready(f"“{plan.program.name}” is already in this scenario.")):
        plan.save()
    _set_proof_points(plan, proof_points)
    return plan


@transaction.atomic
def change_program_plan(
    *,
    plan: ProgramPlan,
    proof_points: Iterable[ProofPoint] | None = None,
    version: int | None = None,
) -> ProgramPlan:
    """Save what a draft intends with a program; proof points stay as they are where not given.

    `version` is the one the person saw. Raises `FlightOutsideCycle`, `EditedMeanwhile` of
    `ipeo.actions.versions`, and what `hold_draft` raises.
    """
    plan.scenario = hold_draft(plan.scenario)
    plan.version = hold_version(plan, version).version + 1
    _demand_flight_inside(plan)
    # Floors, ceilings and locks are set elsewhere, and may have been meanwhile.
    plan.save(update_fields=[*INTENDED, "version"])
    if proof_points is not None:
        _set_proof_points(plan, proof_points)
    return plan


@transaction.atomic
def move_flight(*, plan: ProgramPlan, starts_on: date, ends_on: date) -> ProgramPlan:
    """Fly a draft's program from one day to another; its money stays in its months.

    Raises `FlightOutsideCycle` and what `hold_draft` raises.
    """
    plan.scenario = hold_draft(plan.scenario)
    plan.version = hold_version(plan, None).version + 1
    plan.starts_on, plan.ends_on = starts_on, ends_on
    _demand_flight_inside(plan)
    plan.save(update_fields=["starts_on", "ends_on", "version"])
    return plan


@transaction.atomic
def remove_program_plan(*, plan: ProgramPlan) -> None:
    """Take a program out of a draft, with its money; the program itself stays."""
    hold_draft(plan.scenario)
    plan.delete()


def flight_fault(starts_on: date | None, ends_on: date | None, first: date, last: date) -> str:
    """Return what is wrong with a flight within a cycle of these dates, empty where nothing is."""
    if starts_on and ends_on and ends_on < starts_on:
        return "The flight ends before it starts."
    outside = [day for day in (starts_on, ends_on) if day and not first <= day <= last]
    if outside:
        return f"The flight must lie within the cycle, {_day(first)} to {_day(last)}."
    return ""


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _demand_flight_inside(plan: ProgramPlan) -> None:
    cycle = plan.scenario.cycle
    fault = flight_fault(plan.starts_on, plan.ends_on, cycle.starts_on, cycle.ends_on)
    if fault:
        raise FlightOutsideCycle(fault)


def _set_proof_points(plan: ProgramPlan, proof_points: Iterable[ProofPoint]) -> None:
    wanted = {point.pk for point in proof_points}
    PlanProof.objects.filter(program_plan=plan).exclude(proof_point__in=wanted).delete()
    PlanProof.objects.bulk_create(
        [PlanProof(program_plan=plan, proof_point_id=pk) for pk in sorted(wanted)],
        ignore_conflicts=True,
    )
