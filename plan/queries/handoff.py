"""What Plan hands on, and what keeps its gate closed."""

from __future__ import annotations

from typing import Any

from ipeo import tenancy
from ipeo.models import Cycle
from ipeo.navigation import link
from ipeo.stages import Blocker, Summary
from ipeo.templatetags.figures import money
from plan.models import Forecast, Objective, PlanProof, Scenario
from plan.queries.budget import amounts_of, approved_scenario, months_of, total_of
from plan.queries.readiness import Missing, approval_of, missing_objectives, missing_of, plans_of


def gate(cycle: Cycle) -> list[Blocker]:
    """List what keeps a cycle in Plan: an approved scenario, whole, with its frozen forecast."""
    approved = approved_scenario(cycle)
    if approved is not None:
        found = [_blocker(one) for one in missing_of(approved)]
        if not Forecast.objects.filter(scenario=approved).exists():
            found.append(
                Blocker(
                    f"The forecast of “{approved}” is not frozen",
                    link("plan:scenario", approved.pk),
                    "See the scenario",
                )
            )
        return found
    leading = leading_scenario(cycle)
    if leading is None:
        missing = [_blocker(one) for one in missing_objectives(cycle)]
        return [
            Blocker("There is no scenario yet", link("plan:cycle", cycle.pk), "Create one"),
            *missing,
        ]
    waits = leading.status == Scenario.Status.PROPOSED
    first = Blocker(
        f"“{leading}” is waiting for a manager's approval"
        if waits
        else "No scenario is approved yet",
        link("plan:scenario", leading.pk),
        "Review and approve it" if waits else "Propose one",
    )
    return [first, *(_blocker(one) for one in missing_of(leading))]


def _blocker(missing: Missing) -> Blocker:
    return Blocker(missing.message, link(missing.page, missing.pk), missing.action)


def leading_scenario(cycle: Cycle) -> Scenario | None:
    """Return the scenario to show first: approved, then proposed, then the latest draft."""
    order: dict[str, int] = {
        status: place
        for place, status in enumerate(
            (
                Scenario.Status.APPROVED,
                Scenario.Status.PROPOSED,
                Scenario.Status.DRAFT,
                Scenario.Status.REPLACED,
            )
        )
    }
    scenarios = Scenario.objects.filter(cycle=cycle).select_related("cycle__campaign")
    return min(
        scenarios,
        key=lambda one: (order[one.status], -one.updated_at.timestamp(), -one.pk),
        default=None,
    )


def summary(cycle: Cycle) -> Summary:
    """Sum up the plan in one line: the scenario that leads, and its money."""
    leading = leading_scenario(cycle)
    if leading is None:
        return Summary("No scenario yet", 0.0)
    currency = tenancy.current_workspace().currency
    amount = money(total_of(leading), currency)
    fraction = {Scenario.Status.APPROVED: 1.0, Scenario.Status.PROPOSED: 0.75}.get(
        Scenario.Status(leading.status), 0.4
    )
    words = {
        Scenario.Status.APPROVED: "approved",
        Scenario.Status.PROPOSED: "waiting for approval",
    }.get(Scenario.Status(leading.status), "draft")
    return Summary(f"{leading} {words}, {amount}", fraction)


def handoff(cycle: Cycle) -> dict[str, Any]:
    """Return what Plan hands on: the approved scenario as JSON, or none where it was overridden."""
    approved = approved_scenario(cycle)
    if approved is None:
        return {"scenario": None}
    return described(approved)


def described(scenario: Scenario) -> dict[str, Any]:
    """Return a scenario whole, as JSON: objectives, programs, money by month and forecast."""
    amounts = amounts_of(scenario)
    months = months_of(scenario.cycle)
    approval = approval_of(scenario)
    proofs: dict[int, list[str]] = {}
    for proof in PlanProof.objects.filter(program_plan__scenario=scenario).select_related(
        "proof_point"
    ):
        proofs.setdefault(proof.program_plan_id, []).append(proof.proof_point.statement)
    return {
        "scenario": {
            "id": scenario.pk,
            "name": scenario.name,
            "approved_by": str(approval.by) if approval else None,
            "approved_at": approval.at.isoformat() if approval else None,
        },
        "currency": tenancy.current_workspace().currency,
        "planned": str(sum(amounts.values())),
        "objectives": [
            {
                "metric": objective.metric,
                "label": objective.get_metric_display(),
                "baseline": _text(objective.baseline),
                "target": _text(objective.target),
                "due_date": _text(objective.due_date),
            }
            for objective in Objective.objects.filter(cycle=scenario.cycle_id).order_by("pk")
        ],
        "programs": [
            {
                "id": plan.program_id,
                "name": plan.program.name,
                "channel": plan.program.channel.name,
                "offer": plan.program.offer,
                "discount": str(plan.program.discount),
                "audience": _text(plan.audience),
                "message": plan.message,
                "proof_points": proofs.get(plan.pk, []),
                "starts_on": _text(plan.starts_on),
                "ends_on": _text(plan.ends_on),
                "marketing_owner": _text(plan.marketing_owner),
                "sales_owner": _text(plan.sales_owner),
                "finding": _text(plan.finding),
                "is_bet": plan.is_bet,
                "budget": {
                    f"{month:%Y-%m}": str(amounts[plan.pk, month])
                    for month in months
                    if (plan.pk, month) in amounts
                },
            }
            for plan in plans_of(scenario)
        ],
        "forecast": [
            {
                "metric": row.metric,
                "program": row.program_id,
                "expected": _text(row.expected),
                "low": _text(row.low),
                "high": _text(row.high),
                "chance": row.chance,
            }
            for row in Forecast.objects.filter(scenario=scenario).order_by("pk")
        ],
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)
