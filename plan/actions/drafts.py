"""Only a draft changes: what was proposed or approved stands as it was seen."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from ipeo.database.holding import hold
from ipeo.models import Cycle
from plan.models import Scenario

_WHY = {
    Scenario.Status.PROPOSED: "is waiting for approval; withdraw it to change it",
    Scenario.Status.APPROVED: "is approved; revise it to change it",
    Scenario.Status.REPLACED: "was replaced; clone it to continue from it",
}


class ScenarioLocked(Exception):
    """The scenario is no draft any more."""


class CycleOver(Exception):
    """The cycle is closed, so its plan cannot be changed."""


def demand_open(cycle: Cycle) -> None:
    """Raise `CycleOver` where the cycle is closed."""
    if cycle.closed_at is not None:
        raise CycleOver(f"{cycle} is closed, so its plan cannot be changed.")


def hold_draft(scenario: Scenario, *, now: datetime | None = None) -> Scenario:
    """Lock a draft for the rest of the transaction, mark it changed, and return it afresh.

    Raises `ScenarioLocked` where it is no draft, and `CycleOver`.
    """
    held = hold(Scenario, scenario.pk, "cycle__campaign")
    demand_open(held.cycle)
    if held.status != Scenario.Status.DRAFT:
        raise ScenarioLocked(f"“{held.name}” {_WHY[Scenario.Status(held.status)]}.")
    held.updated_at = now or timezone.now()
    held.save(update_fields=["updated_at"])
    return held
