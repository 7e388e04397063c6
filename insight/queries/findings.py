"""Findings: what is known, what is carried, what awaits a decision."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet
from django.db.models.lookups import IsNull
from django.utils import timezone

from insight.models import Disposition, Finding
from ipeo.models import Cycle

SOON = timedelta(days=30)
VALIDITY = ("valid", "soon", "expired")


def findings() -> QuerySet[Finding]:
    """Return the workspace's findings with their campaign and who recorded them."""
    return Finding.objects.select_related("campaign", "learned_in", "recorded_by__user")


def matching_findings(
    *,
    search: str = "",
    campaign_id: int | None = None,
    source: str = "",
    confidence: str = "",
    validity: str = "",
    today: date | None = None,
) -> QuerySet[Finding]:
    """Return findings by words in the text, campaign, source, confidence and validity.

    `validity` is `valid` (not expired), `soon` (expires within 30 days) or `expired`.
    """
    today = today or timezone.localdate()
    found = findings()
    for word in search.split():
        found = found.filter(Q(statement__icontains=word) | Q(detail__icontains=word))
    if campaign_id is not None:
        found = found.filter(campaign_id=campaign_id)
    if source:
        found = found.filter(source=source)
    if confidence:
        found = found.filter(confidence=confidence)
    if validity == "expired":
        found = found.filter(expires_on__lt=today)
    elif validity == "soon":
        found = found.filter(expires_on__range=(today, today + SOON))
    elif validity == "valid":
        found = found.filter(Q(expires_on=None) | Q(expires_on__gte=today))
    return found


def with_latest_disposition(found: QuerySet[Finding]) -> QuerySet[Finding]:
    """Give each finding `decisions`: its dispositions, those of the latest cycle first."""
    return found.prefetch_related(
        Prefetch(
            "dispositions",
            queryset=Disposition.objects.select_related(
                "cycle__campaign", "decided_by__user"
            ).order_by("-cycle__number", "-pk"),
            to_attr="decisions",
        )
    )


def carried_over(cycle: Cycle, *, today: date | None = None) -> QuerySet[Finding]:
    """Return what entering a cycle carries in: the campaign's findings that still hold.

    A finding that was rejected in an earlier cycle, or has expired, is left behind.
    """
    today = today or timezone.localdate()
    rejected = Disposition.objects.filter(
        finding=OuterRef("pk"),
        decision=Disposition.Decision.REJECTED,
        cycle__number__lt=cycle.number,
    )
    return (
        Finding.objects.filter(campaign=cycle.campaign_id)
        .filter(Q(expires_on=None) | Q(expires_on__gte=today))
        .exclude(learned_in=cycle)
        .filter(~Exists(rejected))
        .order_by("pk")
    )


def dispositions_of(cycle: Cycle) -> QuerySet[Disposition]:
    """Return what a cycle holds: those waiting first, those carried in before its own."""
    return (
        Disposition.objects.filter(cycle=cycle)
        .select_related("finding__learned_in", "finding__campaign", "decided_by__user")
        .order_by(IsNull(F("decided_at"), False), "-carried", "-finding__recorded_at", "-pk")
    )


def waiting_dispositions() -> QuerySet[Disposition]:
    """Return what awaits a decision in any open cycle, the earliest cycle to end first."""
    return (
        Disposition.objects.filter(decision=Disposition.Decision.WAITING, cycle__closed_at=None)
        .select_related("finding__learned_in", "finding__campaign", "cycle__campaign")
        .order_by("cycle__ends_on", "cycle_id", "-carried", "-finding__recorded_at", "-pk")
    )


def open_cycles() -> QuerySet[Cycle]:
    """Return the open cycles with their campaigns, and `waiting`, the findings to decide on."""
    return (
        Cycle.objects.filter(closed_at=None)
        .select_related("campaign")
        .annotate(
            held=Count("dispositions"),
            waiting=Count(
                "dispositions",
                filter=Q(dispositions__decision=Disposition.Decision.WAITING),
            ),
        )
        .order_by("ends_on", "campaign__name")
    )


def open_cycles_for(finding: Finding) -> list[Cycle]:
    """Return the open cycles that may decide on a finding: its campaign's, or all."""
    found = Cycle.objects.filter(closed_at=None).select_related("campaign")
    if finding.campaign_id is not None:
        found = found.filter(campaign_id=finding.campaign_id)
    return list(found.order_by("ends_on", "pk")[:20])


def disposition_of(finding: Finding, cycle: Cycle) -> Disposition:
    """Return what a cycle does with a finding; one not yet saved where it was never asked."""
    found = (
        Disposition.objects.filter(finding=finding, cycle=cycle)
        .select_related("decided_by__user")
        .first()
    )
    held = found or Disposition(finding=finding, cycle=cycle)
    held.finding, held.cycle = finding, cycle
    return held


def open_cycle_of(campaign_id: int | None) -> Cycle | None:
    """Return a campaign's open cycle, None where it has none."""
    if campaign_id is None:
        return None
    return Cycle.objects.filter(campaign_id=campaign_id, closed_at=None).first()


def expiry(finding: Finding, *, today: date | None = None) -> str:
    """Return in words until when a finding holds: `expires in 3 weeks`, `expired 2 Mar 2026`."""
    if finding.expires_on is None:
        return "does not expire"
    days = (finding.expires_on - (today or timezone.localdate())).days
    if days < 0:
        return f"expired {finding.expires_on.day} {finding.expires_on:%b %Y}"
    if days == 0:
        return "expires today"
    for size, unit in ((365, "year"), (30, "month"), (7, "week")):
        if days >= 2 * size:
            return f"expires in {days // size} {unit}s"
    return "expires tomorrow" if days == 1 else f"expires in {days} days"
