"""Materials: what sales may use, what awaits approval, and the deals they were used in."""

from __future__ import annotations

from django.db.models import (
    Case,
    Count,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from execute.models import Deal, DealMaterial, Material, MaterialVersion, Outcome
from ipeo.models import Membership
from ipeo.numerics.estimates import Estimate, rate
from ipeo.permissions import may

FEWEST = 5


def sees_drafts(member: Membership | None) -> bool:
    """Whether a member works on materials, and so sees more than what sales has."""
    return may(member, "materials.edit") or may(member, "materials.approve")


def materials(*, member: Membership | None, status: str = "") -> QuerySet[Material]:
    """Return the materials that a member may see.

    Each has `won` (the won deals it is said to have helped), `waiting` and `newest` (the number
    of the newest version that waits for approval, and of the newest at all, None where there is
    none).
    """
    won = (
        DealMaterial.objects.filter(material=OuterRef("pk"), deal__outcome=Outcome.WON)
        .order_by()
        .values("material")
        .annotate(count=Count("pk"))
        .values("count")
    )
    versions = (
        MaterialVersion.objects.filter(material=OuterRef("pk")).order_by("-number").values("number")
    )
    waiting = versions.filter(state=MaterialVersion.State.WAITING)
    found = Material.objects.select_related(
        "program", "stage", "proof_point", "approved__decided_by__user"
    ).annotate(
        won=Coalesce(Subquery(won, output_field=IntegerField()), 0),
        waiting=Subquery(waiting[:1]),
        newest=Subquery(versions[:1]),
    )
    if not sees_drafts(member):
        found = found.filter(status=Material.Status.APPROVED)
    return found.filter(status=status) if status else found


def versions_for(member: Membership | None) -> QuerySet[MaterialVersion]:
    """Return the versions that a member may open: sales sees what it was given last, alone."""
    found = MaterialVersion.objects.select_related("material", "made_by__user", "decided_by__user")
    if sees_drafts(member):
        return found
    return found.filter(
        material__status=Material.Status.APPROVED, pk__in=Material.objects.values("approved")
    )


def materials_for_deal(deal: Deal, *, with_named: bool = False) -> QuerySet[Material]:
    """Return what sales may use in a deal, what fits its program and stage first.

    Each has `fit`: 2 for the deal's own program and 1 for its stage, added up; a material for
    another program or another stage comes last, with 0. `with_named` adds what the deal names
    as a help already, approved or not.
    """
    usable = Q(status=Material.Status.APPROVED)
    if with_named:
        usable |= Q(pk__in=DealMaterial.objects.filter(deal=deal).values("material"))
    program = When(program=deal.program_id, then=Value(2)) if deal.program_id else None
    return (
        Material.objects.filter(usable)
        .select_related("approved", "program", "stage", "proof_point")
        .annotate(
            fit=Case(
                *([program] if program else []),
                default=Value(0),
                output_field=IntegerField(),
            )
            + Case(
                When(stage=deal.stage_id, then=Value(1)),
                default=Value(0),
                output_field=IntegerField(),
            )
        )
        .order_by("-fit", "name", "pk")
    )


def uses_of(material: Material) -> QuerySet[DealMaterial]:
    """Return the deals in which a material was used, with how each ended."""
    return DealMaterial.objects.filter(material=material).select_related(
        "deal__account", "deal__stage", "deal__owner__user"
    )


def win_share(material: Material) -> Estimate:
    """Return won / (won + lost) of the deals a material was used in, at 80 %.

    Not known below five such deals. Reps name what helped where a deal is won more readily than
    where it is lost, so that the share runs high: it compares materials with each other, and
    says nothing of what a deal would have done without.
    """
    counts = uses_of(material).aggregate(
        won=Count("pk", filter=Q(deal__outcome=Outcome.WON)),
        lost=Count("pk", filter=Q(deal__outcome=Outcome.LOST)),
    )
    ended = counts["won"] + counts["lost"]
    if ended < FEWEST:
        return Estimate.unknown("Not enough deals", n=ended)
    return rate(counts["won"], ended)
