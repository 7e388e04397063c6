"""Findings are recorded, carried from cycle to cycle, and decided on."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from insight.models import Disposition, Finding
from insight.queries.findings import carried_over, open_cycle_of
from ipeo.models import Campaign, Cycle, Membership


class LinkNotValid(Exception):
    """The link to the evidence leads to no page."""


class AlreadyDecided(Exception):
    """Somebody else has decided on the finding meanwhile; `disposition` is what they decided."""

    def __init__(self, disposition: Disposition) -> None:
        decision = disposition.get_decision_display().lower()
        who = disposition.decided_by or "Someone"
        because = f", because “{disposition.reason}”" if disposition.reason else ""
        super().__init__(f"{who} has {decision} this finding in the meantime{because}.")
        self.disposition = disposition


class ReasonMissing(Exception):
    """Rejecting or deferring a finding needs a reason."""


class CycleIsClosed(Exception):
    """A cycle that is over takes no more decisions."""


class OtherCampaign(Exception):
    """The finding belongs to another campaign than the cycle."""


@transaction.atomic
def save_finding(*, finding: Finding, by: Membership | None = None) -> Finding:
    """Save a finding that a person wrote or edited.

    A new one is learned in its campaign's open cycle, where it awaits a decision. A finding of
    no campaign is known to all of them and awaits none. Raises `LinkNotValid`.
    """
    demand_page(finding.evidence_url)
    if finding.pk is not None:
        finding.save()
        return finding
    finding.recorded_by = by
    cycle = open_cycle_of(finding.campaign_id)
    if cycle is not None:
        finding.learned_in, finding.kind, finding.subject_key = cycle, "note", uuid4().hex
    finding.save()
    if cycle is not None:
        Disposition.objects.create(finding=finding, cycle=cycle)
    return finding


@transaction.atomic
def record_finding(
    *,
    cycle: Cycle,
    kind: str,
    subject_key: str,
    statement: str,
    detail: str = "",
    evidence: dict[str, Any] | None = None,
    evidence_url: str = "",
    confidence: str = Finding.Confidence.MEDIUM,
    expires_on: date | None = None,
    campaign: Campaign | None = None,
    learned_in: Cycle | None = None,
    carried_into: Cycle | None = None,
    source: str = Finding.Source.MEASUREMENT,
    by: Membership | None = None,
) -> Finding:
    """Record once what a cycle taught, and let it await a decision in the cycle after it.

    One cycle learns one thing of a kind about a subject: the same kind and subject again return
    the finding already there, unchanged. `learned_in` is `cycle` where it is not given, and so
    is the campaign. Safe before and after `carry_in` of the following cycle.
    """
    finding: Finding
    finding, _ = Finding.objects.get_or_create(
        learned_in=learned_in or cycle,
        kind=kind,
        subject_key=subject_key,
        defaults={
            "statement": statement,
            "detail": detail,
            "evidence": evidence or {},
            "evidence_url": evidence_url,
            "confidence": confidence,
            "expires_on": expires_on,
            "campaign": campaign or cycle.campaign,
            "source": source,
            "recorded_by": by,
        },
    )
    if carried_into is not None:
        Disposition.objects.get_or_create(
            finding=finding, cycle=carried_into, defaults={"carried": True}
        )
    return finding


@transaction.atomic
def carry_in(*, cycle: Cycle, today: date | None = None) -> int:
    """Let the campaign's findings that still hold await a decision in a cycle; return how many.

    Those already there keep their decision.
    """
    found = carried_over(cycle, today=today).exclude(dispositions__cycle=cycle)
    made = Disposition.objects.bulk_create(
        [Disposition(finding=finding, cycle=cycle, carried=True) for finding in found],
        ignore_conflicts=True,
    )
    return len(made)


def enter_insight(cycle: Cycle, by: Membership | None) -> None:
    """Do what entering Insight entails: the findings that still hold await a decision."""
    carry_in(cycle=cycle)


@transaction.atomic
def dispose_finding(
    *,
    finding: Finding,
    cycle: Cycle,
    decision: str,
    reason: str = "",
    by: Membership | None,
    seen: datetime | None = None,
    now: datetime | None = None,
) -> Disposition:
    """Decide what a cycle does with a finding: adopt, reject or defer it.

    `seen` is when the decision that the person saw was taken, None where they saw none. Raises
    `AlreadyDecided` where another decision was taken since, `ReasonMissing`, `CycleIsClosed`,
    or `OtherCampaign`; `ValueError` for what is no decision.
    """
    if decision not in Disposition.Decision.values or decision == Disposition.Decision.WAITING:
        raise ValueError(f"“{decision}” is not a valid decision.")
    reason = reason.strip()
    if cycle.closed_at is not None:
        raise CycleIsClosed(f"{cycle} is closed.")
    if finding.campaign_id not in (None, cycle.campaign_id):
        raise OtherCampaign("This finding belongs to another campaign.")
    Disposition.objects.get_or_create(finding=finding, cycle=cycle)
    held = (
        Disposition.objects.select_for_update(of=("self",))
        .select_related("finding", "cycle__campaign", "decided_by__user")
        .get(finding=finding, cycle=cycle)
    )
    if held.decided_at is not None and held.decided_at != seen:
        raise AlreadyDecided(held)
    if decision != Disposition.Decision.ADOPTED and not reason:
        raise ReasonMissing("Enter a reason. The next cycle will need it.")
    held.decision, held.reason = decision, reason
    held.decided_by, held.decided_at = by, now or timezone.now()
    held.save(update_fields=["decision", "reason", "decided_by", "decided_at"])
    return held


def adopt_waiting(
    *,
    cycle: Cycle,
    by: Membership | None,
    up_to: int | None = None,
    now: datetime | None = None,
) -> int:
    """Adopt every finding that still awaits a cycle's decision; return how many they were.

    `up_to`, the last disposition that the person saw, leaves what came later undecided. Raises
    `CycleIsClosed`.
    """
    if cycle.closed_at is not None:
        raise CycleIsClosed(f"{cycle} is closed.")
    waiting = Disposition.objects.filter(cycle=cycle, decision=Disposition.Decision.WAITING)
    if up_to is not None:
        waiting = waiting.filter(pk__lte=up_to)
    return waiting.update(
        decision=Disposition.Decision.ADOPTED, decided_by=by, decided_at=now or timezone.now()
    )


def delete_finding(*, finding: Finding) -> None:
    """Remove a finding with its dispositions; what a stage handed on before stays as it was."""
    finding.delete()


def demand_page(address: str) -> None:
    """Refuse an address that a browser would run instead of opening, or that hides its host."""
    inside = address.startswith("/") and not address.startswith(("//", "/\\"))
    if address and not inside and not address.startswith(("https://", "http://")):
        raise LinkNotValid("Start the link with https:// or, for a page in IPEO, with /.")
