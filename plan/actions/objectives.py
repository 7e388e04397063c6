"""Objectives are set."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from ipeo.actions.versions import hold_version
from ipeo.database.holding import hold
from ipeo.database.uniqueness import unless_taken
from ipeo.models import Cycle
from plan.actions.drafts import demand_open
from plan.models import Objective, Scenario
from plan.queries.carried import offers_of


class ObjectiveSetAlready(Exception):
    """The cycle has an objective for this metric."""


class NothingToCarry(Exception):
    """The cycle lacks no objective that the campaign had last."""


class ObjectivesFrozen(Exception):
    """A scenario was approved for these objectives; they change with a revision of it."""


@transaction.atomic
def save_objective(*, objective: Objective, version: int | None = None) -> Objective:
    """Save a new or changed objective; `version` is the one the person saw.

    Raises `ObjectiveSetAlready`, `ObjectivesFrozen` while a scenario is approved and no revision
    is open, `CycleOver`, and `EditedMeanwhile` of `ipeo.actions.versions`.
    """
    _demand_unfrozen(objective.cycle)
    if objective.pk is not None:
        objective.version = hold_version(objective, version).version + 1
    with unless_taken(
        ObjectiveSetAlready(
            f"This cycle already has an objective for {objective.get_metric_display().lower()}."
        )
    ):
        objective.save()
    return objective


@transaction.atomic
def carry_objectives(*, cycle: Cycle, metrics: Collection[str] | None = None) -> list[Objective]:
    """Set in a cycle what the campaign's last one was to reach: some metrics, or all it lacks.

    Metric and audience stay, the day moves with the cycle, and the baseline is what was measured,
    empty where that is not known. The target is left to a person. Raises `NothingToCarry`,
    `ObjectivesFrozen` and `CycleOver`.
    """
    _demand_unfrozen(cycle)
    carried = [
        Objective.objects.create(
            cycle=cycle,
            metric=offer.objective.metric,
            audience=offer.objective.audience,
            baseline=offer.baseline.value,
            due_date=offer.due_date,
        )
        for offer in offers_of(cycle)
        if metrics is None or offer.objective.metric in metrics
    ]
    if not carried:
        raise NothingToCarry("This cycle already has these objectives.")
    return carried


@transaction.atomic
def remove_objective(*, objective: Objective) -> None:
    """Remove an objective that no forecast was frozen for; raises `ObjectivesFrozen`."""
    _demand_unfrozen(objective.cycle)
    if objective.forecasts.exists():
        raise ObjectivesFrozen(
            f"A forecast was frozen for {objective.get_metric_display().lower()}; "
            "it is scored when the cycle closes."
        )
    objective.delete()


def _demand_unfrozen(cycle: Cycle) -> None:
    # Whoever approves holds the cycle too: either sees what the other did.
    demand_open(hold(Cycle, cycle.pk, "campaign"))
    statuses = set(Scenario.objects.filter(cycle=cycle).values_list("status", flat=True))
    revising = statuses & {Scenario.Status.DRAFT, Scenario.Status.PROPOSED}
    if Scenario.Status.APPROVED in statuses and not revising:
        raise ObjectivesFrozen(
            "The objectives were frozen with the approved scenario. Revise it to change them."
        )
