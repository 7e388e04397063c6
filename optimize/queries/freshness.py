"""Whether the measurement is up to date, and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q

from execute.models import DealStage
from insight.models import Channel
from ipeo import tenancy
from ipeo.models import Cycle, Workspace
from optimize.models import ActivityDelta, MeasurementState, StaleParty
from plan.models import Program


@dataclass(frozen=True)
class Measured:
    """When the workspace was last measured, and what has changed since.

    `waiting` counts the buyers to be measured again; `is_stale` is also true where only spend
    or a setting has changed.
    """

    measured_at: datetime | None
    facts_through: date | None
    is_stale: bool
    waiting: int


def measured() -> Measured:
    """Return how fresh the scope's measurement is."""
    state = MeasurementState.objects.first()
    marks = StaleParty.objects.aggregate(
        every=Count("pk"), waiting=Count("party", filter=~Q(party=0), distinct=True)
    )
    return Measured(
        measured_at=state.measured_at if state else None,
        facts_through=state.facts_through if state else None,
        is_stale=bool(marks["every"]) or ActivityDelta.objects.exists(),
        waiting=marks["waiting"],
    )


def is_stale() -> bool:
    """Return whether anything has changed since the last measurement."""
    return bool(StaleParty.objects.exists() or ActivityDelta.objects.exists())


def stale_workspaces() -> list[Workspace]:
    """Return the workspaces with something to measure, for work of the system."""
    with tenancy.system():
        return list(
            Workspace.objects.filter(
                Exists(StaleParty._base_manager.filter(workspace_id=OuterRef("pk")))
                | Exists(ActivityDelta._base_manager.filter(workspace_id=OuterRef("pk")))
            ).order_by("pk")
        )


def settings_now() -> dict[str, Any]:
    """Return the settings whose change calls for everything to be measured anew."""
    workspace = tenancy.current_workspace()
    workspace.refresh_from_db()
    return {
        "time_zone": workspace.time_zone,
        "lookback_days": workspace.lookback_days,
        "half_life_days": workspace.half_life_days,
        "discount_threshold": str(workspace.discount_threshold),
        "sales_channels": sorted(
            Channel.objects.filter(is_sales=True).values_list("pk", flat=True)
        ),
        "proposal_stages": sorted(
            DealStage.objects.filter(is_proposal=True).values_list("pk", flat=True)
        ),
    }


def calendar_now() -> dict[str, Any]:
    """Return each program's campaign and cycles, as JSON: `{program: [campaign, [cycles]]}`.

    A cycle is [id, first day, last day]; later numbers come later.
    """
    cycles: dict[int, list[list[Any]]] = {}
    rows = Cycle.objects.order_by("number", "pk").values_list(
        "campaign_id", "pk", "starts_on", "ends_on"
    )
    for campaign, pk, first, last in rows:
        cycles.setdefault(campaign, []).append([pk, first.isoformat(), last.isoformat()])
    return {
        str(program): [campaign, cycles.get(campaign, [])]
        for program, campaign in Program.objects.order_by("pk").values_list("pk", "campaign_id")
    }
