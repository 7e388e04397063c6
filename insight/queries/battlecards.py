"""Battlecards: what holds against each rival now, and the versions before it."""

from __future__ import annotations

from django.db.models import QuerySet

from insight.models import Battlecard, Competitor


def current_cards() -> QuerySet[Battlecard]:
    """Return the card that holds for each rival, by the rival's name."""
    return (
        Battlecard.objects.filter(is_current=True)
        .select_related("competitor", "created_by__user")
        .order_by("competitor__name", "id")
    )


def card_of(competitor: Competitor) -> Battlecard | None:
    """Return the card that holds against a rival; None where none is written."""
    found: Battlecard | None = current_cards().filter(competitor=competitor).first()
    return found


def card_versions(competitor: Competitor) -> QuerySet[Battlecard]:
    """Return a rival's cards, the latest first."""
    return (
        Battlecard.objects.filter(competitor=competitor)
        .select_related("created_by__user")
        .order_by("-version")
    )
