"""The week's digest: what changed, what waits for a decision, how spend keeps pace, what wears."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from execute.queries.discounts import waiting_approvals
from execute.queries.spending import spend_of
from ipeo import tenancy
from ipeo.models import Campaign, Cycle, Membership, Workspace
from ipeo.navigation import link
from ipeo.numerics.ranges import Days
from ipeo.permissions import PERMISSIONS
from ipeo.queries.ranges import Range
from ipeo.templatetags.changes import change_words
from ipeo.templatetags.figures import day, figure, interval, money, month, percent
from optimize.models import DigestMail
from optimize.queries.fits import wears
from optimize.queries.measures import measured
from optimize.queries.overview import KeyFigure, KeyFigures, key_figures_of
from optimize.queries.recommendations import shown, waiting_everywhere
from plan.models import Program
from plan.queries.scenarios import waiting_for_approval

HOUR = 7
LATEST = timedelta(days=2)
"""So long after its hour a digest is still sent, where the product did not run at that hour."""
PERMISSION = "digest.view"
WEEK = ("margin_amount", "sourced_pipeline_amount", "win_rate", "romi", "value_share")
SHOWN = 8


@dataclass(frozen=True)
class Line:
    """One line, and where more is said."""

    text: str
    note: str = ""
    href: str = ""


@dataclass(frozen=True)
class Part:
    """Lines under a heading; `empty` stands where there is none."""

    title: str
    lines: tuple[Line, ...]
    empty: str


@dataclass(frozen=True)
class Digest:
    """A workspace's week, against the week before."""

    workspace: Workspace
    week: Days
    before: Days
    measured_at: datetime | None
    parts: tuple[Part, ...]

    @property
    def subject(self) -> str:
        """The mail's subject."""
        return f"{self.workspace}: week of {day(self.week.first)}"


def week_before(today: date) -> Days:
    """Return the last whole week, Monday to Sunday."""
    monday = today - timedelta(days=today.weekday() + 7)
    return Days(monday, monday + timedelta(days=6))


def due_week(workspace: Workspace, now: datetime) -> Days | None:
    """Return the week whose digest is due in a workspace's zone, None where none is."""
    local = timezone.localtime(now, workspace.zone)
    monday = local.date() - timedelta(days=local.weekday())
    begins = datetime.combine(monday, time(HOUR), tzinfo=workspace.zone)
    return week_before(local.date()) if begins <= local < begins + LATEST else None


def readers() -> QuerySet[Membership]:
    """Return the members who get the digest: those with the role, who want it and sign in."""
    return Membership.objects.select_related("user", "workspace").filter(
        workspace=tenancy.current_workspace(),
        is_active=True,
        wants_digest=True,
        user__is_active=True,
        role__in=PERMISSIONS[PERMISSION],
    )


def unsent(week: Days) -> list[Membership]:
    """Return the readers who were not yet sent a week's digest, and were there in that week."""
    zone = tenancy.current_workspace().zone
    over = datetime.combine(week.last + timedelta(days=1), time(), tzinfo=zone)
    sent = DigestMail.objects.filter(membership=OuterRef("pk"), week_starts_on=week.first)
    return list(readers().filter(created_at__lt=over).exclude(Exists(sent)).order_by("pk"))


def digest_of(week: Days) -> Digest:
    """Return the digest of a week."""
    before = Days(week.first - timedelta(days=7), week.first - timedelta(days=1))
    at = measured()
    cycles = list(
        Cycle.objects.filter(closed_at=None, starts_on__lte=week.last, ends_on__gte=week.first)
        .exclude(campaign__status=Campaign.Status.ABORTED)
        .select_related("campaign")
        .order_by("campaign__name")
    )
    parts = (
        Part("What changed", _changed(week, before) if at.measured_at else (), "Not measured yet."),
        Part("Waiting for a decision", _waiting(), "Nothing is waiting."),
        Part("Spend against plan", _pacing(cycles, week.last), "No cycle was active this week."),
        Part(
            "Programs wearing out", _worn(cycles), "No active program is known to be wearing out."
        ),
    )
    return Digest(tenancy.current_workspace(), week, before, at.measured_at, parts)


def _changed(week: Days, before: Days) -> tuple[Line, ...]:
    chosen = Range("custom", "Weekly digest", week, before, "before")
    held: KeyFigures = key_figures_of(chosen, names=WEEK)
    return tuple(
        Line(
            f"{one.label}: {figure(one.estimate, one.kind)}",
            ". ".join(
                part
                for part in (
                    interval(one.estimate, one.kind),
                    "" if _says_why(one) else change_words(one.change, one.kind),
                )
                if part
            ),
            one.href,
        )
        for one in held.figures
    )


def _says_why(one: KeyFigure) -> bool:
    """Whether the figure's own interval tells already why there is nothing to compare with."""
    return one.change is not None and one.change.reason == one.estimate.reason != ""


def _waiting() -> tuple[Line, ...]:
    currency = tenancy.current_workspace().currency
    lines = []
    for one in waiting_for_approval(SHOWN):
        what = f"{one.plan.program.name} in {one.scenario}" if one.plan else str(one.scenario)
        lines.append(Line(f"Approve {what}", money(one.total, currency), link("plan:approvals")))
    discounts = waiting_approvals().count()
    if discounts:
        some = "1 discount" if discounts == 1 else f"{discounts} discounts"
        lines.append(Line(f"Decide on {some}", "", link("execute:discounts")))
    for advice in shown(waiting_everywhere(SHOWN), currency):
        href = link("optimize:recommendation", advice.row.pk)
        lines.append(Line(advice.row.title, advice.evidence_line, href))
    return tuple(lines)


def _pacing(cycles: Sequence[Cycle], on: date) -> tuple[Line, ...]:
    currency = tenancy.current_workspace().currency
    lines = []
    for cycle in cycles:
        held = spend_of(cycle, on=on)
        if held.pacing is None:
            text = f"{cycle}: no approved plan"
        else:
            text = f"{cycle}: {percent(held.pacing)} of spend planned to {day(on)}"
        note = f"{money(held.actual, currency)} spent"
        if held.pacing is not None:
            note += f" of {money(held.planned_to_date, currency)} planned"
        lines.append(Line(text, note, link("ipeo:cycle", cycle.campaign_id, cycle.number)))
    return tuple(lines)


def _worn(cycles: Sequence[Cycle]) -> tuple[Line, ...]:
    campaigns = {cycle.campaign_id for cycle in cycles}
    programs = {one.pk: one for one in Program.objects.filter(campaign__in=campaigns)}
    lines = []
    for pk, fit in wears(list(programs)).items():
        if not fit.wear.tiring:
            continue
        lost = interval(fit.wear.decline, "percent")
        between = fit.break_even_between
        note = lost
        if fit.break_even_on is not None and between is not None:
            ends = f"{month(between[0])} to {month(between[1])}"
            note += f". Break-even about {day(fit.break_even_on)} ({ends})"
        text = f"{programs[pk].name} has lost {percent(fit.wear.decline)} of its efficacy"
        lines.append(Line(text, note, link("optimize:program", pk)))
    return tuple(sorted(lines, key=lambda line: line.text))
