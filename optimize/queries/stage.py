"""Optimize as a stage of a cycle: its gate, its line, and what it hands on."""

from __future__ import annotations

from typing import Any

from ipeo.models import Cycle
from ipeo.navigation import link
from ipeo.stages import Blocker, Summary
from optimize.models import Recommendation
from optimize.queries.fits import discount_fit, wears
from optimize.queries.measures import measured
from optimize.queries.periods import figures_of, period_of
from optimize.queries.recommendations import recommendations_of, waiting_of
from plan.models import Program


def gate(cycle: Cycle) -> list[Blocker]:
    """Return what closing would still miss: a measurement, decisions, closed books."""
    blockers = []
    page = link("optimize:cycle", cycle.pk)
    at = measured()
    period = period_of(cycle)
    if at.measured_at is None:
        blockers.append(Blocker("Nothing has been measured yet", page, "Measure now"))
    elif at.is_stale and period is None:
        blockers.append(Blocker("Measure again: new data has arrived", page, "Measure now"))
    waiting = waiting_of(cycle)
    if waiting:
        some = "1 recommendation" if waiting == 1 else f"{waiting} recommendations"
        blockers.append(Blocker(f"Decide on {some}", f"{page}#recommendations", "Decide"))
    if period is None:
        blockers.append(Blocker("Close the period", f"{page}#close", "Close it"))
    return blockers


def summary(cycle: Cycle) -> Summary:
    """Return the stage in one line, and the share of its gate's conditions that hold."""
    at, period = measured(), period_of(cycle)
    states = list(Recommendation.objects.filter(cycle=cycle).values_list("state", flat=True))
    decided = sum(state != Recommendation.State.WAITING for state in states)
    if at.measured_at is None:
        line = "Not measured yet"
    elif not states:
        line = "Measured, no changes recommended"
    else:
        line = f"{decided} of {len(states)} recommendations decided"
    if period is not None:
        line += ", period closed"
    held = [
        0.0 if at.measured_at is None or (at.is_stale and period is None) else 1.0,
        decided / len(states) if states else (0.0 if at.measured_at is None else 1.0),
        0.0 if period is None else 1.0,
    ]
    return Summary(line=line, fraction=sum(held) / len(held))


def handoff(cycle: Cycle) -> dict[str, Any]:
    """Return what the next cycle's Insight starts from, as JSON.

    The figures are the closed books where the period was closed, else as they are now.
    """
    period = period_of(cycle)
    fits = wears(Program.objects.filter(campaign=cycle.campaign_id).values_list("pk", flat=True))
    price = discount_fit()
    return {
        "figures": period.figures if period else figures_of(cycle),
        "closed_at": period and period.closed_at.isoformat(),
        "worn_programs": [
            {
                "program": program_id,
                "changed_on": fit.changed_on and fit.changed_on.isoformat(),
                "decline": fit.wear.decline.as_dict(),
                "half_life_months": fit.wear.half_life.as_dict(),
            }
            for program_id, fit in fits.items()
            if fit.wear.tiring
        ],
        "price": price
        and {
            "points_of_discount": price.points,
            "win_rate_bought": price.bought.as_dict(),
            "margin_given_away": price.cost.as_dict(),
        },
        "recommendations": [
            {
                "kind": row.kind,
                "title": row.title,
                "state": row.state,
                "reason": getattr(row, "history", [])[0].reason
                if getattr(row, "history", [])
                else "",
            }
            for row in recommendations_of(cycle)
        ],
    }
