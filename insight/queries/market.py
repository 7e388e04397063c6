"""Products, channels, rivals, and the state of the market."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Count, Max, QuerySet
from django.utils import timezone

from insight import registry
from insight.models import Channel, Competitor, CompetitorMove, Product
from insight.numerics.market import Facts, MarketHealth, market_health

YEAR = timedelta(days=365)


def products() -> QuerySet[Product]:
    """Return the products, those still sold first."""
    return Product.objects.order_by("-is_active", "name", "id")


def channels() -> QuerySet[Channel]:
    """Return the channels by name, those in use first."""
    return Channel.objects.order_by("-is_active", "name", "id")


def competitors() -> QuerySet[Competitor]:
    """Return the rivals with `moves_count` and `last_move_on`, those of today first."""
    return Competitor.objects.annotate(
        moves_count=Count("moves"), last_move_on=Max("moves__happened_on")
    ).order_by("-is_active", "name", "id")


def moves(*, competitor_id: int | None = None) -> QuerySet[CompetitorMove]:
    """Return what rivals did, the latest first."""
    found = CompetitorMove.objects.select_related("competitor")
    if competitor_id is not None:
        found = found.filter(competitor_id=competitor_id)
    return found.order_by("-happened_on", "-id")


def health(*, today: date | None = None) -> MarketHealth:
    """Return the market's state by two years of deals and the rivals' price cuts of one."""
    today = today or timezone.localdate()
    told = registry.market_facts(today)
    cuts = CompetitorMove.objects.filter(
        kind=CompetitorMove.Kind.PRICE_CUT, happened_on__gt=today - YEAR, happened_on__lte=today
    ).count()
    if told is None:
        return market_health(Facts((0, 0), ((), ()), (0, 0), (0, 0), cuts))
    return market_health(Facts(told.opened, told.discounts, told.lost, told.lost_on_price, cuts))
