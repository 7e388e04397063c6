"""Campaigns, their cycles and where each stands."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import F, OuterRef, QuerySet, Subquery

from ipeo import stages
from ipeo.models import Campaign, Cycle, StageChange
from ipeo.stages import Blocker


@dataclass(frozen=True)
class StageStanding:
    """One stage of a cycle, as the ring and the strip show it."""

    key: str
    label: str
    line: str
    fraction: float
    state: str
    url_name: str


@dataclass(frozen=True)
class Standing:
    """Where a cycle stands, and what keeps it there."""

    cycle: Cycle
    stages: list[StageStanding]
    blockers: list[Blocker]
    next_label: str

    @property
    def fractions(self) -> list[float]:
        """How much of each stage is done, in the cycle's order."""
        return [stage.fraction for stage in self.stages]

    @property
    def is_closed(self) -> bool:
        """Whether the cycle is over."""
        return self.cycle.stage == Cycle.Stage.CLOSED


def campaigns_with_open_cycle() -> QuerySet[Campaign]:
    """Return campaigns with `cycle_number`, `cycle_stage` and dates of their latest cycle."""
    latest = Cycle.objects.filter(campaign=OuterRef("pk")).order_by("-number")
    return (
        Campaign.objects.select_related("owner", "owner__user")
        .annotate(
            cycle_id=Subquery(latest.values("pk")[:1]),
            cycle_number=Subquery(latest.values("number")[:1]),
            cycle_stage=Subquery(latest.values("stage")[:1]),
            cycle_starts_on=Subquery(latest.values("starts_on")[:1]),
            cycle_ends_on=Subquery(latest.values("ends_on")[:1]),
        )
        .order_by(F("cycle_ends_on").desc(nulls_last=True), "name")
    )


def cycle_before(cycle: Cycle) -> Cycle | None:
    """Return the campaign's cycle before this one."""
    earlier = Cycle.objects.filter(campaign=cycle.campaign_id, number__lt=cycle.number)
    return earlier.select_related("campaign").order_by("-number").first()


def standing(cycle: Cycle) -> Standing:
    """Return a cycle's four stages in words, and the blockers of its present gate."""
    here = list(stages.ORDER).index(Cycle.Stage(cycle.stage)) if _is_open(cycle) else 4
    lines = []
    for place, stage in enumerate(stages.stages()):
        state = "done" if place < here else "now" if place == here else "next"
        summary = stage.summary(cycle) if place <= here else stages.Summary(_waits(place))
        lines.append(
            StageStanding(
                key=stage.key,
                label=stage.label,
                line=summary.line,
                fraction=1.0 if state == "done" else summary.fraction if state == "now" else 0.0,
                state=state,
                url_name=stage.url_name,
            )
        )
    return Standing(
        cycle=cycle,
        stages=lines,
        blockers=stages.stage(cycle.stage).gate(cycle) if _is_open(cycle) else [],
        next_label=_next_label(cycle),
    )


def _is_open(cycle: Cycle) -> bool:
    return cycle.stage != Cycle.Stage.CLOSED


def _waits(place: int) -> str:
    before = stages.ORDER[place - 1]
    return f"Opens when {before.label.lower()} ends"


def _next_label(cycle: Cycle) -> str:
    if not _is_open(cycle):
        return ""
    following = stages.following(cycle.stage)
    if following == Cycle.Stage.CLOSED:
        return "Close the cycle"
    return f"Move to {following.label}"


def passages(campaign: Campaign) -> list[StageChange]:
    """Return a campaign's passages through gates, the latest first."""
    return list(
        StageChange.objects.filter(cycle__campaign=campaign)
        .select_related("cycle", "by", "by__user")
        .order_by("-at", "-pk")
    )
