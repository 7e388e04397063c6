"""What a rep's phone keeps, so that it opens with no network."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.db.models import Count, F, Max
from django.db.models.functions import Coalesce
from django.utils import timezone

from execute.models import Deal, Driver, Material, Outcome
from insight.models import Competitor
from ipeo import tenancy
from ipeo.models import Membership

KEPT = 60


@dataclass(frozen=True)
class KeptForm:
    """A deal whose outcome form is kept; another stamp means that the form has changed."""

    deal_id: int
    stamp: str


def kept_forms(member: Membership) -> list[KeptForm]:
    """Return the member's own open deals, the soonest to close first, so many as a phone keeps."""
    choices = _choices_stamp()
    found = (
        Deal.objects.filter(owner=member, outcome=Outcome.OPEN)
        .order_by(F("expected_close_date").asc(nulls_last=True), "pk")
        .values_list("pk", "version")[:KEPT]
    )
    return [KeptForm(pk, f"{version}-{choices}") for pk, version in found]


def _choices_stamp() -> str:
    """Return a hash of what every form offers, the day it may close on included."""
    drivers = Driver.objects.order_by("pk").values_list(
        "pk", "name", "position", "is_active", "decides_won", "decides_lost", "is_price"
    )
    rivals = Competitor.objects.filter(is_active=True).aggregate(
        n=Count("pk"), last=Coalesce(Max("pk"), 0)
    )
    materials = Material.objects.filter(status=Material.Status.APPROVED).order_by("pk")
    held = [
        timezone.localdate(),
        tenancy.current_workspace().discount_threshold,
        list(drivers),
        sorted(rivals.items()),
        list(materials.values_list("pk", "name")),
    ]
    return hashlib.sha256(repr(held).encode()).hexdigest()[:12]
