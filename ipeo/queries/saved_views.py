"""Saved views: one's own, and those that others share."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from ipeo.models import Membership, SavedView


def views_of(member: Membership, *, page: str = "") -> QuerySet[SavedView]:
    """Return the saved views that a member sees, of one list or of all, by name."""
    found = SavedView.objects.filter(Q(owner=member) | Q(is_shared=True))
    if page:
        found = found.filter(page=page)
    return found.select_related("owner__user").order_by("name", "pk")
