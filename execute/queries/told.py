"""What Execute tells Insight: the words that decide deals, materials, two years of deals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

from django.db.models import Exists, OuterRef

from execute.models import Deal, DealDriver, Driver, Material, Outcome
from insight.registry import MarketFacts, Use
from ipeo.navigation import link

YEAR = timedelta(days=365)
MOST_DISCOUNTS = 20_000


def driver_names() -> list[str]:
    """Return the active drivers' names in their order."""
    return list(
        Driver.objects.filter(is_active=True)
        .order_by("position", "id")
        .values_list("name", flat=True)
    )


def uses_of_proofs(proof_points: Sequence[int]) -> dict[int, list[Use]]:
    """Return the materials in use that name each proof point, by name."""
    found: dict[int, list[Use]] = defaultdict(list)
    rows = Material.objects.filter(proof_point__in=proof_points).exclude(
        status=Material.Status.RETIRED
    )
    for row in rows.order_by("name"):
        assert row.proof_point_id is not None
        found[row.proof_point_id].append(
            Use(row.name, "material", link("execute:material", row.pk))
        )
    return found


def market_facts(today: date) -> MarketFacts:
    """Count the deals of the year up to a day, and of the year before it."""
    now, before = _year(today - YEAR, today), _year(today - 2 * YEAR, today - YEAR)
    return MarketFacts(
        opened=(now[0], before[0]),
        discounts=(now[1], before[1]),
        lost=(now[2], before[2]),
        lost_on_price=(now[3], before[3]),
    )


def _year(after: date, until: date) -> tuple[int, list[float], int, int]:
    closed = Deal.objects.filter(closed_date__gt=after, closed_date__lte=until)
    opened = Deal.objects.filter(created_date__gt=after, created_date__lte=until).count()
    discounts = closed.filter(outcome=Outcome.WON, discount__isnull=False).order_by("-closed_date")
    decided = DealDriver.objects.filter(deal=OuterRef("pk"))
    lost = closed.filter(Exists(decided), outcome=Outcome.LOST)
    on_price = lost.filter(Exists(decided.filter(driver__is_price=True)))
    return (
        opened,
        [float(one) for one in discounts.values_list("discount", flat=True)[:MOST_DISCOUNTS]],
        lost.count(),
        on_price.count(),
    )
