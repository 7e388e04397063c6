"""Audiences are described and counted."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from insight.models import Audience
from insight.queries.audiences import size_of
from insight.queries.rules import read_rule
from ipeo.database.holding import hold
from ipeo.database.uniqueness import unless_taken
from ipeo.queries.kept import named_by


class AudienceNameTaken(Exception):
    """Another audience of the workspace has this name."""


class AudienceInUse(Exception):
    """Plans or experiments are made for the audience: they would forget for whom they are."""


@transaction.atomic
def save_audience(*, audience: Audience, now: datetime | None = None) -> Audience:
    """Save an audience with its rule made plain, and its size as counted now.

    Raises `RuleNotValid` or `AudienceNameTaken`.
    """
    rule = read_rule(audience.rule)
    audience.rule = rule.as_json()
    audience.size = size_of(rule).contacts
    audience.counted_at = now or timezone.now()
    with unless_taken(AudienceNameTaken(f"There is already an audience called “{audience.name}”.")):
        audience.save()
    return audience


@transaction.atomic
def count_audience(*, audience: Audience, now: datetime | None = None) -> Audience:
    """Count an audience afresh; raises `RuleNotValid`."""
    audience.size = size_of(read_rule(audience.rule)).contacts
    audience.counted_at = now or timezone.now()
    audience.save(update_fields=["size", "counted_at"])
    return audience


@transaction.atomic
def delete_audience(*, audience: Audience) -> None:
    """Remove an audience that nothing is made for; raises `AudienceInUse`."""
    held = hold(Audience, audience.pk)
    if named := named_by(held):
        raise AudienceInUse(f"{held} cannot be deleted: {' and '.join(named)} use it.")
    held.delete()
