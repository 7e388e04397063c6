"""Findings keep what they rest on as it was, and are renewed when they have expired."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from insight import registry
from insight.actions.findings import LinkNotValid, demand_page
from insight.models import Finding, FindingEvidence, FindingRenewal, Study
from insight.queries.exhibits import snapshot_of
from ipeo.database.holding import hold
from ipeo.models import Membership
from ipeo.navigation import link
from ipeo.tenancy import current_workspace

__all__ = [
    "DateNotAhead",
    "LinkNotValid",
    "ReasonMissing",
    "add_evidence",
    "keep_study",
    "remove_evidence",
    "renew_finding",
]


class DateNotAhead(Exception):
    """A finding is renewed until a day that is still to come."""


class ReasonMissing(Exception):
    """Renewing a finding needs a reason: what was looked at again."""


@transaction.atomic
def keep_study(
    *,
    finding: Finding,
    study: Study,
    labels: Sequence[str] | None = None,
    chart: bool = True,
    by: Membership | None,
    now: datetime | None = None,
) -> FindingEvidence:
    """Keep what a study says now with a finding: the facts of these labels, or all of them."""
    snapshot = snapshot_of(study, current_workspace().currency)
    if labels is not None:
        snapshot["facts"] = [fact for fact in snapshot["facts"] if fact["label"] in set(labels)]
    if not chart:
        snapshot["figure"] = None
    return FindingEvidence.objects.create(
        finding=finding,
        kind=FindingEvidence.Kind.STUDY,
        title=study.title,
        url=link("insight:study", study.pk),
        study=study,
        snapshot=snapshot,
        taken_at=now or timezone.now(),
        taken_by=by,
    )


def add_evidence(
    *,
    finding: Finding,
    kind: str,
    title: str,
    url: str = "",
    facts: Sequence[dict[str, Any]] = (),
    words: str = "",
    by: Membership | None,
    now: datetime | None = None,
) -> FindingEvidence:
    """Keep a page with what it said on the day; raises `LinkNotValid`.

    Of a page of ours that can be counted, such as a list of deals, the counts are kept too.
    """
    demand_page(url)
    snapshot: dict[str, Any] = {"facts": [*facts, *registry.shown_at(url)]}
    if words.strip():
        snapshot["facts"].append({"label": "It said", "value": words.strip()})
    return FindingEvidence.objects.create(
        finding=finding,
        kind=kind,
        title=title,
        url=url,
        snapshot=snapshot,
        taken_at=now or timezone.now(),
        taken_by=by,
    )


def remove_evidence(*, evidence: FindingEvidence) -> None:
    """Take a piece of evidence away from its finding; the audit keeps what it said."""
    evidence.delete()


@transaction.atomic
def renew_finding(
    *,
    finding: Finding,
    expires_on: date | None,
    reason: str,
    by: Membership | None,
    now: datetime | None = None,
) -> FindingRenewal:
    """Let a finding hold until a new day, None for as long as nobody says otherwise.

    Raises `ReasonMissing` or `DateNotAhead`.
    """
    if not reason.strip():
        raise ReasonMissing("Describe what was reviewed.")
    today = timezone.localdate(now)
    if expires_on is not None and expires_on <= today:
        raise DateNotAhead("Choose a date in the future.")
    held = hold(Finding, finding.pk)
    made = FindingRenewal.objects.create(
        finding=held,
        expired_on=held.expires_on,
        expires_on=expires_on,
        reason=reason.strip(),
        renewed_by=by,
        renewed_at=now or timezone.now(),
    )
    held.expires_on = expires_on
    held.save(update_fields=["expires_on"])
    finding.expires_on = expires_on
    return made
