"""Closed books, and the figures that a close freezes."""

from __future__ import annotations

from typing import Any

from ipeo.models import Cycle
from optimize.models import AttributionModel, Period
from optimize.queries.measures import Slice, by_model, by_program, funnel, measured


def period_of(cycle: Cycle) -> Period | None:
    """Return a cycle's closed books, None while they are open."""
    found: Period | None = (
        Period.objects.filter(cycle=cycle).select_related("closed_by__user").first()
    )
    return found


def figures_of(cycle: Cycle) -> dict[str, Any]:
    """Return a cycle's figures as they are now, as JSON: in all, by program, and its funnel.

    In all they are given under every attribution model, by program under first touch.
    """
    at = measured()
    found = funnel(cycle)
    return {
        "measured_at": at.measured_at and at.measured_at.isoformat(),
        "facts_through": at.facts_through and at.facts_through.isoformat(),
        "starts_on": cycle.starts_on.isoformat(),
        "ends_on": cycle.ends_on.isoformat(),
        "by_model": {
            model: figures.as_dict() for model, figures in by_model(Slice(cycle=cycle)).items()
        },
        "by_program": [
            {
                "program": one.program.pk,
                "name": one.program.name,
                "model": AttributionModel.FIRST.value,
                **one.figures.as_dict(),
            }
            for one in by_program(Slice(cycle=cycle))
        ],
        "funnel": {
            "steps": [{"label": step.label, "reached": step.reached} for step in found.steps],
            "handed_over": found.handed_over,
            "taken_up": found.taken_up,
            "handoff_hours": found.handoff_hours.as_dict(),
        },
    }
