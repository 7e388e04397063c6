"""A manager says yes: to a price-led program, and to a scenario, whose forecast then freezes."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from ipeo.actions.approving import demand_other_eyes
from ipeo.database.holding import hold
from ipeo.models import Cycle, Membership
from ipeo.numerics.estimates import Estimate
from plan.actions.drafts import demand_open
from plan.actions.scenarios import NotProposed, NotReady, hold_proposed
from plan.models import Approval, Forecast, Objective, Program, ProgramPlan, Scenario
from plan.queries.budget import approved_scenario
from plan.queries.expectations import ScenarioForecast
from plan.queries.forecasts import SEED, expected_of
from plan.queries.guard import guard_of
from plan.queries.handoff import described
from plan.queries.readiness import missing_of

DIGITS = Decimal("0.0001")


class AlreadyApproved(Exception):
    """Somebody else has approved this meanwhile."""


class AnotherApproved(Exception):
    """Another scenario than the one that was seen holds the approval now; `current` is it."""

    def __init__(self, current: Scenario | None) -> None:
        super().__init__(
            f"“{current}” was approved in the meantime. Check it before you replace it."
            if current
            else "The scenario this would replace is no longer approved. Check again."
        )
        self.current = current


class ProposedAnew(Exception):
    """The scenario was withdrawn and proposed again; nobody approves what they did not see."""

    def __init__(self, scenario: Scenario) -> None:
        super().__init__(
            f"“{scenario.name}” was changed and proposed again since you opened this page. "
            "Check it again."
        )


class NotPriceLed(Exception):
    """Only a price-led program needs this approval."""


class OfferChanged(Exception):
    """The offer is not the one that was shown; look again before approving it."""


@transaction.atomic
def approve_price(
    *,
    plan: ProgramPlan,
    by: Membership,
    note: str = "",
    seen_discount: Decimal | None = None,
    now: datetime | None = None,
) -> Approval:
    """Approve a price-led program within a scenario, and keep what the value guard showed.

    Raises `NotPriceLed`, `AlreadyApproved`, `OfferChanged` where the discount is not
    `seen_discount`, `NotProposed` where the scenario was approved or replaced, `CycleOver`, and
    `OwnWork` for whoever proposed the scenario, where the workspace wants four eyes.
    """
    hold(Scenario, plan.scenario_id)
    # The offer stays as it is read below until this is kept.
    hold(Program, plan.program_id)
    plan = hold(ProgramPlan, plan.pk, "scenario__cycle", "program__channel")
    demand_open(plan.scenario.cycle)
    if not plan.program.is_price_led:
        raise NotPriceLed(f"“{plan.program.name}” is not price-led.")
    if plan.scenario.status not in {Scenario.Status.DRAFT, Scenario.Status.PROPOSED}:
        raise NotProposed(f"“{plan.scenario}” has already been decided, including this offer.")
    if Approval.objects.filter(program_plan=plan).exists():
        raise AlreadyApproved(f"“{plan.program.name}” is already approved.")
    if seen_discount is not None and seen_discount != plan.program.discount:
        raise OfferChanged("The discount has changed since you opened this page. Check it again.")
    proposer = plan.scenario.proposed_by_id if _is_proposed(plan.scenario) else None
    demand_other_eyes(by=by, maker_id=proposer, done="proposed this")
    return Approval.objects.create(
        scenario=plan.scenario,
        program_plan=plan,
        by=by,
        at=now or timezone.now(),
        note=note.strip(),
        shown=guard_of(plan).as_dict(),
    )


@transaction.atomic
def approve_scenario(
    *,
    scenario: Scenario,
    by: Membership,
    replacing: Scenario | None = None,
    proposed_at: datetime | None = None,
    note: str = "",
    now: datetime | None = None,
) -> Approval:
    """Approve a proposed scenario and freeze its forecast; the cycle's earlier one is replaced.

    `replacing` is the approved scenario that the manager saw, None where there was none, and
    `proposed_at` when the proposal that they saw was made, None where nobody looked. Raises
    `AlreadyApproved`, `AnotherApproved` where the cycle's approved scenario is not `replacing`,
    `NotProposed`, `ProposedAnew`, `NotReady` with what is missing, `CycleOver`, and `OwnWork` for
    whoever proposed it, where the workspace wants four eyes.
    """
    now = now or timezone.now()
    # Whoever comes second waits here, and then sees what the first did.
    hold(Cycle, scenario.cycle_id)
    if Scenario.objects.filter(pk=scenario.pk, status=Scenario.Status.APPROVED).exists():
        raise AlreadyApproved(f"“{scenario.name}” is already approved.")
    held = hold_proposed(scenario)
    demand_open(held.cycle)
    if proposed_at is not None and proposed_at != held.proposed_at:
        raise ProposedAnew(held)
    demand_other_eyes(by=by, maker_id=held.proposed_by_id, done="proposed this")
    current = approved_scenario(held.cycle)
    if (current.pk if current else None) != (replacing.pk if replacing else None):
        raise AnotherApproved(current)
    # No offer changes between the look at its approval and the end.
    list(
        Program.objects.filter(plans__scenario=held).order_by("pk").select_for_update(of=("self",))
    )
    missing = missing_of(held)
    if missing:
        raise NotReady(missing)
    if current is not None:
        current.status, current.updated_at = Scenario.Status.REPLACED, now
        current.save(update_fields=["status", "updated_at"])
    held.status, held.updated_at = Scenario.Status.APPROVED, now
    held.save(update_fields=["status", "updated_at"])
    expected = expected_of(held, before=timezone.localdate(now))
    _freeze(held, expected, now)
    return Approval.objects.create(
        scenario=held,
        by=by,
        at=now,
        note=note.strip(),
        shown={**described(held), "replaced": current.name if current else ""},
    )


def _is_proposed(scenario: Scenario) -> bool:
    return scenario.status == Scenario.Status.PROPOSED


def _freeze(scenario: Scenario, expected: ScenarioForecast, now: datetime) -> None:
    """Keep the forecast as rows: one per program, one per objective, one for all the margin."""
    margin = Objective.Metric.WON_MARGIN
    rows = [
        _row(scenario, margin, one.margin, now, one.rests_on, program_id=one.program_id)
        for one in expected.programs
    ]
    total: dict[str, object] = {"says": expected.says, "programs": len(expected.programs)}
    for one in expected.objectives:
        metric = one.objective.metric
        rests_on = {
            **total,
            "target": str(one.objective.target),
            "reason": one.expected.reason,
            "quantiles": list(one.quantiles),
        }
        row = _row(scenario, metric, one.expected, now, rests_on, objective_id=one.objective.pk)
        row.chance = one.chance
        rows.append(row)
    if margin not in {one.objective.metric for one in expected.objectives}:
        total["quantiles"] = list(expected.quantiles)
        rows.append(_row(scenario, margin, expected.margin, now, total))
    Forecast.objects.bulk_create(rows)


def _row(
    scenario: Scenario,
    metric: str,
    estimate: Estimate,
    now: datetime,
    rests_on: dict[str, object],
    *,
    program_id: int | None = None,
    objective_id: int | None = None,
) -> Forecast:
    return Forecast(
        scenario=scenario,
        program_id=program_id,
        objective_id=objective_id,
        metric=metric,
        expected=_decimal(estimate.value),
        low=_decimal(estimate.low),
        high=_decimal(estimate.high),
        rests_on={**rests_on, "n": estimate.n, "level": estimate.level, "seed": SEED},
        frozen_at=now,
    )


def _decimal(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(repr(value)).quantize(DIGITS)
