"""Objectives are set."""

from __future__ import annotations

from django.db import transaction

from ipeo.database.holding import hold
from ipeo.database.uniqueness import unless_taken
from ipeo.models import Cycle
from plan.actions.drafts import demand_open
from plan.models import Objective, Scenario


class ObjectiveSetAlready(Exception):
    """The cycle has an objective for this metric."""


class ObjectivesFrozen(Exception):
    """A scenario was approved for these objectives; they change with a revision of it."""


@transaction.atomic
def save_objective(*, objective: Objective) -> Objective:
    """Save a new or changed objective.

    Raises `ObjectiveSetAlready`, `ObjectivesFrozen` while a scenario is approved and no revision
    is open, and `CycleOver`.
    """
    _demand_unfrozen(objective)
    with unless_taken(
        ObjectiveSetAlready(
            f"This cycle already has an objective for {objective.get_metric_display().lower()}."
        )
    ):
        objective.save()
    return objective


@transaction.atomic
def remove_objective(*, objective: Objective) -> None:
    """Remove an objective that no forecast was frozen for; raises `ObjectivesFrozen`."""
    _demand_unfrozen(objective)
    if objective.forecasts.exists():
        raise ObjectivesFrozen(
            f"A forecast was frozen for {objective.get_metric_display().lower()}; "
            "it is scored when the cycle closes."
        )
    objective.delete()


def _demand_unfrozen(objective: Objective) -> None:
    # Whoever approves holds the cycle too: either sees what the other did.
    demand_open(hold(Cycle, objective.cycle_id))
    statuses = set(
        Scenario.objects.filter(cycle=objective.cycle_id).values_list("status", flat=True)
    )
    revising = statuses & {Scenario.Status.DRAFT, Scenario.Status.PROPOSED}
    if Scenario.Status.APPROVED in statuses and not revising:
        raise ObjectivesFrozen(
            "The objectives were frozen with the approved scenario. Revise it to change them."
        )
