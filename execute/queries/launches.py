"""Launches: what has gone before buyers, what may go, and what waits for its materials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from execute.models import Launch
from ipeo.models import Cycle
from ipeo.navigation import link
from ipeo.stages import Blocker
from ipeo.templatetags.figures import short_day
from plan.models import ProgramPlan
from plan.queries.budget import approved_scenario
from plan.queries.later import LaunchState
from plan.queries.readiness import plans_of
from plan.queries.ready import Ready, readiness_of


@dataclass(frozen=True)
class Launching:
    """A planned program on its way before buyers, as it stands on a day.

    Without dates of its own a program flies for the whole cycle. One that names no material and
    has none needs nothing, and may be launched as it is.
    """

    plan: ProgramPlan
    ready: Ready
    launch: Launch | None
    on: date

    @property
    def starts_on(self) -> date:
        """The first day of its flight."""
        return self.plan.starts_on or self.plan.scenario.cycle.starts_on

    @property
    def is_due(self) -> bool:
        """Whether its flight has begun without it."""
        return self.launch is None and self.starts_on <= self.on

    @property
    def is_held(self) -> bool:
        """Whether it waits for something that is not approved."""
        return self.launch is None and not self.ready.is_ready


def launchings_of(cycle: Cycle, on: date | None = None) -> list[Launching]:
    """Return the programs of a cycle's approved scenario in its order; none where none is."""
    scenario = approved_scenario(cycle)
    if scenario is None:
        return []
    scenario.cycle = cycle
    plans = plans_of(scenario)
    ready = readiness_of(plans)
    rows = Launch.objects.filter(cycle=cycle).select_related("by__user")
    launched = {row.program_id: row for row in rows}
    return [
        Launching(plan, ready[plan.pk], launched.get(plan.program_id), on or timezone.localdate())
        for plan in plans
    ]


def launching_of(plan: ProgramPlan, on: date | None = None) -> Launching:
    """Return one planned program on its way before buyers."""
    launch = (
        Launch.objects.filter(cycle=plan.scenario.cycle_id, program=plan.program_id)
        .select_related("by__user")
        .first()
    )
    return Launching(plan, readiness_of([plan])[plan.pk], launch, on or timezone.localdate())


def held_flights(cycle: Cycle, on: date | None = None) -> list[Blocker]:
    """Return the flights that have begun though what they need is not approved, one by one.

    A manager who launches one all the same takes it off the list, with a reason that is kept.
    """
    return [
        Blocker(
            f"“{one.plan.program.name}” was due to start {short_day(one.starts_on)} and has "
            f"not launched: {one.ready.says}",
            link("execute:launch", one.plan.pk),
            "Launch",
        )
        for one in launchings_of(cycle, on)
        if one.is_held and one.is_due
    ]


def launch_states(cycle: Cycle, program_ids: Sequence[int]) -> Mapping[int, LaunchState]:
    """Return what Plan shows of the launches of programs in a cycle, by program id."""
    rows = Launch.objects.filter(cycle=cycle, program__in=program_ids).select_related("by__user")
    return {
        row.program_id: LaunchState(
            at=row.at,
            by=str(row.by) if row.by else "",
            reason=row.override_reason,
            lacked=[str(one) for one in row.overridden],
        )
        for row in rows
    }
