"""Materials, and the deals they helped to win."""

from __future__ import annotations

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from execute.models import DealMaterial, Material, Outcome


def materials(*, status: str = "") -> QuerySet[Material]:
    """Return materials with `won`: in how many won deals each is said to have helped."""
    won = (
        DealMaterial.objects.filter(material=OuterRef("pk"), deal__outcome=Outcome.WON)
        .order_by()
        .values("material")
        .annotate(count=Count("pk"))
        .values("count")
    )
    found: QuerySet[Material] = Material.objects.select_related(
        "program", "proof_point", "approved_by__user"
    ).annotate(won=Coalesce(Subquery(won, output_field=IntegerField()), 0))
    return found.filter(status=status) if status else found
