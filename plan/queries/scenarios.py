"""Scenarios of a cycle, and what may be chosen for their programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Sum

from insight.models import Audience, Disposition, Finding, ProofPoint
from ipeo.models import Campaign, Cycle, Membership
from ipeo.queries.approving import of_others
from ipeo.templatetags.figures import short_day
from plan.models import Approval, Objective, Program, ProgramPlan, Scenario
from plan.queries.budget import totals_of
from plan.queries.objectives import in_metric


@dataclass(frozen=True)
class CyclePlan:
    """An open cycle's plan at a glance: what it is to reach, and its scenarios with their money."""

    cycle: Cycle
    goals: list[tuple[str, str]]
    scenarios: list[ScenarioLine]

    @property
    def leading(self) -> Scenario | None:
        """The scenario that is approved, else one that is proposed, else the first."""
        ranks = [Scenario.Status.APPROVED, Scenario.Status.PROPOSED, Scenario.Status.DRAFT]
        held = [line.scenario for line in self.scenarios]
        return min(held, key=lambda one: ranks.index(one.status), default=None)  # type: ignore[arg-type]


@dataclass(frozen=True)
class ScenarioLine:
    """A scenario and its money."""

    scenario: Scenario
    total: Decimal


@dataclass(frozen=True)
class Waiting:
    """Something that waits for a manager: a scenario, or a price-led program within one."""

    scenario: Scenario
    plan: ProgramPlan | None
    total: Decimal


def scenarios_of(cycle: Cycle) -> list[Scenario]:
    """Return a cycle's scenarios in the order in which they were made, the replaced ones last."""
    return sorted(
        Scenario.objects.filter(cycle=cycle).select_related("proposed_by__user"),
        key=lambda one: (one.status == Scenario.Status.REPLACED, one.pk),
    )


def open_plans(campaigns: Sequence[Campaign]) -> list[CyclePlan]:
    """Return the plans of the campaigns' open cycles, in the campaigns' order."""
    cycles = (
        Cycle.objects.filter(campaign__in=campaigns, closed_at=None)
        .select_related("campaign")
        .prefetch_related(
            Prefetch("scenarios", queryset=Scenario.objects.order_by("pk")),
            Prefetch("objectives", queryset=Objective.objects.order_by("pk")),
        )
    )
    by_campaign = {cycle.campaign_id: cycle for cycle in cycles}
    totals = totals_of([one for cycle in by_campaign.values() for one in cycle.scenarios.all()])
    return [
        CyclePlan(
            cycle,
            [_goal(one) for one in cycle.objectives.all()],
            [
                ScenarioLine(one, totals[one.pk])
                for one in cycle.scenarios.all()
                if one.status != Scenario.Status.REPLACED
            ],
        )
        for campaign in campaigns
        if (cycle := by_campaign.get(campaign.pk)) is not None
    ]


def _goal(held: Objective) -> tuple[str, str]:
    by = f" by {short_day(held.due_date)}" if held.due_date else ""
    return held.get_metric_display(), f"{in_metric(held.metric, held.target, 'not set')}{by}"


def waiting_for_approval(limit: int = 20, *, by: Membership | None = None) -> list[Waiting]:
    """Return what managers are asked to approve, or what one of them may; the oldest first.

    A price-led program comes before the scenario that needs its approval.
    """
    proposed = list(
        of_others(
            Scenario.objects.filter(status=Scenario.Status.PROPOSED, cycle__closed_at=None),
            by,
            maker="proposed_by",
        )
        .select_related("cycle__campaign", "proposed_by__user")
        .order_by("proposed_at", "pk")[:limit]
    )
    totals = totals_of(proposed)
    approved = Approval.objects.filter(program_plan=OuterRef("pk"))
    price_led: dict[int, list[ProgramPlan]] = {}
    for plan in (
        ProgramPlan.objects.filter(scenario__in=proposed, program__offer=Program.Offer.PRICE)
        .filter(~Exists(approved))
        .select_related("program")
        .order_by("position", "pk")
    ):
        price_led.setdefault(plan.scenario_id, []).append(plan)
    found = []
    for scenario in proposed:
        total = totals[scenario.pk]
        found += [Waiting(scenario, plan, total) for plan in price_led.get(scenario.pk, [])]
        found.append(Waiting(scenario, None, total))
    return found


def findings_for(cycle: Cycle, chosen_id: int | None = None) -> QuerySet[Finding]:
    """Return the findings on which a program of a cycle may rest.

    Those that the cycle adopted, and those of no campaign; what was rejected is left out, save
    the one that is chosen already.
    """
    adopted = Disposition.objects.filter(
        cycle=cycle, finding=OuterRef("pk"), decision=Disposition.Decision.ADOPTED
    )
    rejected = Disposition.objects.filter(
        cycle=cycle, finding=OuterRef("pk"), decision=Disposition.Decision.REJECTED
    )
    return Finding.objects.filter(
        Q(Exists(adopted)) | (Q(campaign=None) & ~Exists(rejected)) | Q(pk=chosen_id)
    ).order_by("-recorded_at", "-pk")


def may_be_cited(cycle: Cycle, finding_ids: Iterable[int]) -> set[int]:
    """Return which findings a cycle may rest on, or has still to decide on."""
    waiting = Disposition.objects.filter(cycle=cycle, decision=Disposition.Decision.WAITING)
    found = Finding.objects.filter(
        Q(pk__in=findings_for(cycle).values("pk")) | Q(pk__in=waiting.values("finding"))
    )
    return set(found.filter(pk__in=set(finding_ids)).values_list("pk", flat=True))


def proof_points(plan: ProgramPlan | None) -> QuerySet[ProofPoint]:
    """Return the current story's proof points, and those that a planned program uses already."""
    wanted = Q(story__is_current=True)
    if plan is not None:
        wanted |= Q(pk__in=plan.proof_points.values("pk"))
    return ProofPoint.objects.filter(wanted).order_by("story", "position")


def unplanned_programs(scenario: Scenario) -> QuerySet[Program]:
    """Return the campaign's programs that a scenario does not hold."""
    held = ProgramPlan.objects.filter(scenario=scenario, program=OuterRef("pk"))
    return (
        Program.objects.filter(campaign=scenario.cycle.campaign_id)
        .filter(~Exists(held))
        .order_by("name")
    )


def planned_for(audience: Audience) -> QuerySet[ProgramPlan]:
    """Return what open cycles intend for an audience, with its `total`, the latest cycle first."""
    return (
        ProgramPlan.objects.filter(audience=audience, scenario__cycle__closed_at=None)
        .exclude(scenario__status=Scenario.Status.REPLACED)
        .select_related("program__channel", "scenario__cycle__campaign")
        .annotate(total=Sum("budget_lines__amount"))
        .order_by("-scenario__cycle__starts_on", "scenario", "position", "pk")
    )


def programs() -> QuerySet[Program]:
    """Return the workspace's programs with their channel and campaign."""
    return Program.objects.select_related("channel", "campaign")


def latest_approved(campaign: Campaign, before: Cycle) -> Scenario | None:
    """Return the scenario that the campaign followed last before a cycle."""
    return (
        Scenario.objects.filter(
            cycle__campaign=campaign,
            cycle__number__lt=before.number,
            status=Scenario.Status.APPROVED,
        )
        .select_related("cycle")
        .order_by("-cycle__number")
        .first()
    )
