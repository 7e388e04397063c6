"""Scenarios are drafted, cloned, proposed, and taken or sent back."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from ipeo.actions.approving import demand_other_eyes
from ipeo.actions.versions import hold_version
from ipeo.database.holding import hold
from ipeo.database.uniqueness import unless_taken
from ipeo.models import Cycle, Membership
from plan.actions.drafts import demand_open, hold_draft
from plan.models import Approval, BudgetLine, PlanProof, ProgramPlan, Scenario
from plan.queries.budget import months_of
from plan.queries.carried import moved_day
from plan.queries.readiness import Missing, missing_of
from plan.queries.scenarios import latest_approved, may_be_cited


class ScenarioNameTaken(Exception):
    """Another scenario of the cycle has this name."""


class NotReady(Exception):
    """The scenario lacks something; `missing` says what, and where it is mended."""

    def __init__(self, missing: list[Missing]) -> None:
        super().__init__("; ".join(one.message for one in missing))
        self.missing = missing


class NotProposed(Exception):
    """The scenario does not wait for approval (any more)."""


class NoteMissing(Exception):
    """Sending a scenario back needs a word on why."""


@transaction.atomic
def create_scenario(
    *, cycle: Cycle, name: str, budget: Decimal | None = None, now: datetime | None = None
) -> Scenario:
    """Save an empty draft; raises `ScenarioNameTaken` and `CycleOver`."""
    demand_open(cycle)
    now = now or timezone.now()
    with unless_taken(
        ScenarioNameTaken(f"This cycle already has a scenario called “{name.strip()}”.")
    ):
        return Scenario.objects.create(
            cycle=cycle, name=name.strip(), budget=budget, created_at=now, updated_at=now
        )


@transaction.atomic
def rename_scenario(
    *, scenario: Scenario, name: str, budget: Decimal | None = None, version: int | None = None
) -> Scenario:
    """Rename a draft and set the money there is to spend, None for no limit.

    `version` is the one the person saw. Raises `ScenarioNameTaken`, `EditedMeanwhile` of
    `ipeo.actions.versions`, and what `hold_draft` raises.
    """
    held = hold_draft(scenario)
    held.version = hold_version(held, version).version + 1
    held.name, held.budget = name.strip(), budget
    with unless_taken(
        ScenarioNameTaken(f"This cycle already has a scenario called “{held.name}”.")
    ):
        held.save(update_fields=["name", "budget", "version"])
    return held


@transaction.atomic
def remove_scenario(*, scenario: Scenario) -> None:
    """Remove a draft; the programs themselves stay."""
    hold_draft(scenario).delete()


@transaction.atomic
def clone_scenario(
    *, scenario: Scenario, name: str = "", into: Cycle | None = None, now: datetime | None = None
) -> Scenario:
    """Copy a scenario as a new draft, in its own cycle or `into` another one of the campaign.

    Programs, what is intended with them and their money are copied; approvals and forecasts are
    not. In another cycle the first month's money goes to the first month, and so on, and flights
    move with the cycle's start; what does not fit into a shorter cycle is cut, and a finding that
    the cycle turned down, or that no longer holds, is not cited there. Without a name one is made.
    Raises `ScenarioNameTaken` and `CycleOver`.
    """
    cycle = into or scenario.cycle
    made = create_scenario(cycle=cycle, name=name or _free_name(scenario, cycle), now=now)
    if scenario.cycle_id == cycle.pk:
        made.budget = scenario.budget
        if scenario.status == Scenario.Status.APPROVED:
            made.revises = scenario
        made.save(update_fields=["budget", "revises"])
    source = scenario.cycle
    months = dict(zip(months_of(source), months_of(cycle), strict=False))
    plans = list(ProgramPlan.objects.filter(scenario=scenario).order_by("position", "pk"))
    cited = {plan.finding_id for plan in plans if plan.finding_id is not None}
    cited = cited if source.pk == cycle.pk else may_be_cited(cycle, cited)
    copies: dict[int, ProgramPlan] = {}
    for plan in plans:
        starts_on, ends_on = _moved_flight(plan, source, cycle)
        copies[plan.pk] = ProgramPlan(
            scenario=made,
            program_id=plan.program_id,
            audience_id=plan.audience_id,
            message=plan.message,
            starts_on=starts_on,
            ends_on=ends_on,
            marketing_owner_id=plan.marketing_owner_id,
            sales_owner_id=plan.sales_owner_id,
            finding_id=plan.finding_id if plan.finding_id in cited else None,
            is_bet=plan.is_bet,
            materials=plan.materials,
            tasks=plan.tasks,
            floor=plan.floor,
            ceiling=plan.ceiling,
            is_locked=plan.is_locked,
            position=plan.position,
        )
    ProgramPlan.objects.bulk_create(copies.values())
    PlanProof.objects.bulk_create(
        PlanProof(program_plan=copies[proof.program_plan_id], proof_point_id=proof.proof_point_id)
        for proof in PlanProof.objects.filter(program_plan__in=plans)
    )
    BudgetLine.objects.bulk_create(
        BudgetLine(
            program_plan=copies[line.program_plan_id],
            month=months[line.month],
            amount=line.amount,
            is_locked=line.is_locked,
        )
        for line in BudgetLine.objects.filter(program_plan__in=plans)
        if line.month in months
    )
    return made


def _moved_flight(
    plan: ProgramPlan, source: Cycle, cycle: Cycle
) -> tuple[date | None, date | None]:
    if source.pk == cycle.pk:
        return plan.starts_on, plan.ends_on
    return moved_day(plan.starts_on, source, cycle), moved_day(plan.ends_on, source, cycle)


def _free_name(scenario: Scenario, cycle: Cycle) -> str:
    same = scenario.cycle_id == cycle.pk
    wish = f"{scenario.name}, revised" if same else f"As in cycle {scenario.cycle.number}"
    wish = wish[:70]
    taken = set(Scenario.objects.filter(cycle=cycle).values_list("name", flat=True))
    name, number = wish, 2
    while name in taken:
        name, number = f"{wish} {number}", number + 1
    return name


@transaction.atomic
def propose_scenario(
    *, scenario: Scenario, by: Membership | None, now: datetime | None = None
) -> Scenario:
    """Hand a draft to the managers for approval.

    Raises `NotReady` with what the planner still has to mend (a manager's approval of a
    price-led program may come after), `OwnWork` where the workspace wants four eyes and `by` has
    approved such a program of it, and what `hold_draft` raises.
    """
    now = now or timezone.now()
    held = hold_draft(scenario, now=now)
    missing = [one for one in missing_of(held) if not one.needs_manager]
    if missing:
        raise NotReady(missing)
    if by is not None and Approval.objects.filter(program_plan__scenario=held, by=by).exists():
        demand_other_eyes(by=by, maker_id=by.pk, done="approved a price-led program of it")
    held.status = Scenario.Status.PROPOSED
    held.proposed_by, held.proposed_at, held.note = by, now, ""
    held.save(update_fields=["status", "proposed_by", "proposed_at", "note"])
    return held


@transaction.atomic
def take_back_scenario(*, scenario: Scenario, now: datetime | None = None) -> Scenario:
    """Make a proposed scenario a draft again, to go on working; raises `NotProposed`."""
    return _back_to_draft(scenario, note="", now=now)


@transaction.atomic
def send_back_scenario(
    *, scenario: Scenario, by: Membership | None, note: str, now: datetime | None = None
) -> Scenario:
    """Refuse a proposed scenario with a note that the planner sees on the draft.

    Raises `NoteMissing` and `NotProposed`.
    """
    words = note.strip()
    if not words:
        raise NoteMissing("Enter what should change before you send it back.")
    signed = f"{by}: {words}" if by else words
    return _back_to_draft(scenario, note=signed, now=now)


def _back_to_draft(scenario: Scenario, *, note: str, now: datetime | None) -> Scenario:
    held = hold_proposed(scenario)
    held.status, held.note = Scenario.Status.DRAFT, note
    held.updated_at = now or timezone.now()
    held.save(update_fields=["status", "note", "updated_at"])
    return held


def hold_proposed(scenario: Scenario) -> Scenario:
    """Lock a proposed scenario for the rest of the transaction; raises `NotProposed`."""
    held = hold(Scenario, scenario.pk, "cycle__campaign")
    if held.status != Scenario.Status.PROPOSED:
        raise NotProposed(
            f"“{held.name}” is not waiting for approval: it is {held.get_status_display().lower()}."
        )
    return held


@transaction.atomic
def begin_from_last_cycle(*, cycle: Cycle) -> Scenario | None:
    """Give a cycle without a scenario a first draft: what the campaign followed last, if it did."""
    if Scenario.objects.filter(cycle=cycle).exists():
        return None
    last = latest_approved(cycle.campaign, cycle)
    return None if last is None else clone_scenario(scenario=last, into=cycle)
