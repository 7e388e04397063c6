"""Programs go before buyers once what they need is approved, or by a manager's word."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from execute.models import Launch
from execute.queries.events import launch_told
from execute.queries.launches import launching_of
from ipeo.actions.events import record_event
from ipeo.database.holding import hold
from ipeo.models import Cycle, Membership
from ipeo.permissions import may
from plan.models import ProgramPlan, Scenario
from plan.queries.later import MaterialState


class NotUnderWay(Exception):
    """Only what the approved scenario of a cycle in Execute plans can be launched."""


class LaunchedAlready(Exception):
    """The program was launched in this cycle; `launch` says when and by whom."""

    def __init__(self, launch: Launch) -> None:
        super().__init__(f"{launch.program} has already been launched.")
        self.launch = launch


class MaterialsMissing(Exception):
    """Something that the program needs is not approved; `missing` says what, and where it is."""

    def __init__(self, missing: list[MaterialState], says: str) -> None:
        super().__init__(says)
        self.missing = missing


class MayNotLaunchAnyway(Exception):
    """Only a manager or an owner lets a program go without what it needs."""


@transaction.atomic
def launch_program(
    *,
    plan: ProgramPlan,
    by: Membership | None,
    override_reason: str = "",
    now: datetime | None = None,
) -> Launch:
    """Let a planned program go before buyers in its scenario's cycle, and keep who did.

    A reason is kept only where something was missing. Raises `NotUnderWay`, `LaunchedAlready`,
    `MaterialsMissing` while something is not approved and no reason is given, and
    `MayNotLaunchAnyway` for a reason from somebody whose word does not open gates.
    """
    cycle = hold(Cycle, plan.scenario.cycle_id)
    if cycle.stage != Cycle.Stage.EXECUTE:
        raise NotUnderWay(
            f"The cycle is in {cycle.get_stage_display()}. Programs are launched in Execute."
        )
    # Asked again now that the cycle is held: another plan may have been approved meanwhile.
    if not Scenario.objects.filter(pk=plan.scenario_id, status=Scenario.Status.APPROVED).exists():
        raise NotUnderWay(f"“{plan.scenario}” is not the approved plan of this cycle.")
    standing = launching_of(plan)
    if standing.launch is not None:
        raise LaunchedAlready(standing.launch)
    missing, reason = standing.ready.missing, override_reason.strip()
    if missing and not reason:
        raise MaterialsMissing(missing, standing.ready.says)
    if missing and not may(by, "cycle.override"):
        raise MayNotLaunchAnyway(
            "Only a manager or an owner can launch without everything that is needed."
        )
    launch = Launch.objects.create(
        cycle=cycle,
        program=plan.program,
        by=by,
        at=now or timezone.now(),
        override_reason=reason if missing else "",
        overridden=[one.name for one in missing],
    )
    record_event("program.launched", launch_told(launch))
    return launch


@transaction.atomic
def take_back_launch(*, launch: Launch) -> None:
    """Undo a launch that was told by mistake; raises `NotUnderWay` once the cycle is measured."""
    cycle = hold(Cycle, launch.cycle_id)
    if cycle.stage != Cycle.Stage.EXECUTE:
        raise NotUnderWay(
            f"The cycle is in {cycle.get_stage_display()}. Its launches cannot be changed."
        )
    told = launch_told(launch, removed=True)
    launch.delete()
    record_event("program.launched", told)
