"""What a scenario still lacks before it can be proposed, and before it can be approved."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Sum

from ipeo.models import Cycle
from plan.models import Approval, Objective, ProgramPlan, Scenario


@dataclass(frozen=True)
class Missing:
    """One thing that a plan lacks: in words, and the page where it is mended.

    `page` is the name of an address with `pk`; `needs_manager` says that a manager mends it.
    """

    message: str
    page: str
    pk: int
    action: str
    needs_manager: bool = False


def plans_of(scenario: Scenario) -> list[ProgramPlan]:
    """Return a scenario's programs in the order of the grid, with all that the grid names."""
    plans = list(
        ProgramPlan.objects.filter(scenario=scenario)
        .select_related(
            "program__channel",
            "audience",
            "finding",
            "marketing_owner__user",
            "sales_owner__user",
        )
        .order_by("position", "pk")
    )
    for plan in plans:
        plan.scenario = scenario
    return plans


def approval_of(scenario: Scenario) -> Approval | None:
    """Return the approval of a scenario as a whole, None where it has none."""
    rows = Approval.objects.filter(scenario=scenario, program_plan=None)
    return rows.select_related("by__user").first()


def price_approvals_of(scenario: Scenario) -> dict[int, Approval]:
    """Return the approvals of a scenario's price-led programs, by program plan."""
    found = Approval.objects.filter(scenario=scenario, program_plan__isnull=False).select_related(
        "by__user"
    )
    return {one.program_plan_id: one for one in found if one.program_plan_id is not None}


def missing_objectives(cycle: Cycle) -> list[Missing]:
    """Return what the cycle's objectives lack; at least one is needed."""
    objectives = list(Objective.objects.filter(cycle=cycle).order_by("pk"))
    if not objectives:
        return [Missing("No objective is set", "plan:new_objective", cycle.pk, "Set an objective")]
    found = []
    for objective in objectives:
        lacks = [
            word
            for word, value in (
                ("a baseline", objective.baseline),
                ("a target", objective.target),
                ("a date", objective.due_date),
            )
            if value is None
        ]
        if lacks:
            message = f"{objective} is missing {_listed(lacks)}"
            found.append(Missing(message, "plan:objective", objective.pk, "Complete it"))
    return found


def missing_programs(scenario: Scenario) -> list[Missing]:
    """Return what the scenario's programs lack: ground to stand on, money, a manager's yes."""
    plans = plans_of(scenario)
    if not plans:
        message = f"“{scenario}” has no program"
        return [Missing(message, "plan:add_program", scenario.pk, "Add a program")]
    money = (
        ProgramPlan.objects.filter(scenario=scenario)
        .annotate(money=Sum("budget_lines__amount"))
        .values_list("pk", "money")
    )
    has_money = {pk for pk, amount in money if amount}
    approvals = price_approvals_of(scenario)
    found = []
    for plan in plans:
        name = plan.program.name
        if plan.finding_id is None and not plan.is_bet:
            message = f"“{name}” is not based on a finding or marked as a bet"
            found.append(
                Missing(message, "plan:program_plan", plan.pk, "Choose what it is based on")
            )
        if plan.pk not in has_money:
            found.append(
                Missing(
                    f"“{name}” has no budget",
                    "plan:scenario",
                    scenario.pk,
                    "Add a budget in the grid, or remove it",
                )
            )
    for plan in plans:
        if plan.program.is_price_led and plan.pk not in approvals:
            message = f"“{plan.program.name}” is price-led and no manager has approved it"
            found.append(Missing(message, "plan:value_guard", plan.pk, "See the value guard", True))
    return found


def missing_of(scenario: Scenario) -> list[Missing]:
    """Return all that a scenario lacks before it can be approved."""
    return missing_objectives(scenario.cycle) + missing_programs(scenario)


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
