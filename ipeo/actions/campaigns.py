"""Campaigns begin, and their cycles pass the gates."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from ipeo import stages
from ipeo.actions.events import record_event
from ipeo.actions.versions import hold_version
from ipeo.database.holding import hold
from ipeo.database.uniqueness import unless_taken
from ipeo.models import Campaign, Cycle, Membership, StageChange
from ipeo.permissions import may


class NameTaken(Exception):
    """Another campaign of the workspace has this name."""


class GateClosed(Exception):
    """The stage cannot be left yet; `blockers` says what is missing."""

    def __init__(self, blockers: list[stages.Blocker]) -> None:
        super().__init__("; ".join(blocker.message for blocker in blockers))
        self.blockers = blockers


class MayNotOverride(Exception):
    """Only a manager or owner opens a closed gate, and only with a reason."""


class AlreadyMoved(Exception):
    """Somebody else has moved the cycle meanwhile."""


@transaction.atomic
def start_campaign(
    *,
    name: str,
    owner: Membership | None,
    starts_on: date,
    ends_on: date,
    goal: str = "",
) -> Campaign:
    """Save a campaign with its first cycle in Insight; raises `NameTaken`."""
    campaign = Campaign(name=name, owner=owner, goal=goal)
    _save_named(campaign)
    cycle = Cycle.objects.create(campaign=campaign, number=1, starts_on=starts_on, ends_on=ends_on)
    _enter(cycle, owner)
    return campaign


@transaction.atomic
def save_campaign(*, campaign: Campaign, version: int | None = None) -> Campaign:
    """Save a changed campaign; `version` is the one the person saw.

    Raises `NameTaken`, and `EditedMeanwhile` of `ipeo.actions.versions`.
    """
    campaign.version = hold_version(campaign, version).version + 1
    _save_named(campaign, update_fields=["name", "goal", "owner", "status", "version"])
    return campaign


def _save_named(campaign: Campaign, **how: Any) -> None:
    with unless_taken(NameTaken(f"There is already a campaign called “{campaign.name}”.")):
        campaign.save(**how)


@transaction.atomic
def advance_cycle(
    *,
    cycle: Cycle,
    by: Membership | None,
    override_reason: str = "",
    expected_stage: str = "",
    now: datetime | None = None,
) -> StageChange:
    """Move a cycle through its stage's gate and freeze what the stage hands on.

    Leaving Optimize closes the cycle and opens the next one, of the same length. Raises
    `GateClosed` while the gate has blockers and no reason to override it is given,
    `MayNotOverride` where the member may not, and `AlreadyMoved` where the cycle is no longer in
    `expected_stage`.
    """
    now = now or timezone.now()
    cycle = hold(Cycle, cycle.pk, "campaign")
    if cycle.stage == Cycle.Stage.CLOSED or (expected_stage and cycle.stage != expected_stage):
        raise AlreadyMoved(f"The cycle is already in {cycle.get_stage_display()}.")
    stage = stages.stage(cycle.stage)
    blockers = stage.gate(cycle)
    reason = override_reason.strip()
    if blockers and not reason:
        raise GateClosed(blockers)
    if blockers and not may(by, "cycle.override"):
        raise MayNotOverride("Only a manager or an owner can override what is missing.")
    change = StageChange.objects.create(
        cycle=cycle,
        from_stage=cycle.stage,
        to_stage=stages.following(cycle.stage),
        by=by,
        at=now,
        override_reason=reason if blockers else "",
        overridden_blockers=[asdict(blocker) for blocker in blockers],
        handoff=stage.handoff(cycle),
    )
    cycle.stage = change.to_stage
    next_cycle = None
    if cycle.stage == Cycle.Stage.CLOSED:
        cycle.closed_at = now
    cycle.save(update_fields=["stage", "closed_at"])
    if cycle.stage == Cycle.Stage.CLOSED:
        next_cycle = _open_next(cycle)
    if stage.left is not None:
        stage.left(cycle, next_cycle, by)
    _enter(next_cycle or cycle, by)
    _keep_status(cycle.campaign, next_cycle or cycle)
    record_event(
        "cycle.advanced",
        {
            "cycle": cycle.pk,
            "campaign": cycle.campaign_id,
            "campaign_name": cycle.campaign.name,
            "number": cycle.number,
            "from_stage": change.from_stage,
            "to_stage": change.to_stage,
            "overridden": bool(change.override_reason),
            "next_cycle": next_cycle.pk if next_cycle else None,
        },
    )
    return change


def _open_next(cycle: Cycle) -> Cycle:
    length = cycle.ends_on - cycle.starts_on
    starts_on = cycle.ends_on + timedelta(days=1)
    return Cycle.objects.create(
        campaign=cycle.campaign,
        number=cycle.number + 1,
        starts_on=starts_on,
        ends_on=starts_on + length,
    )


def _enter(cycle: Cycle, by: Membership | None) -> None:
    entered = stages.stage(cycle.stage).entered
    if entered is not None:
        entered(cycle, by)


def _keep_status(campaign: Campaign, cycle: Cycle) -> None:
    running = cycle.number > 1 or cycle.stage in {Cycle.Stage.EXECUTE, Cycle.Stage.OPTIMIZE}
    if running and campaign.status == Campaign.Status.PLANNED:
        stored = hold(Campaign, campaign.pk)
        stored.status = Campaign.Status.IN_PROGRESS
        save_campaign(campaign=stored)
