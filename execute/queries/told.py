"""What Execute tells Insight: the words that decide deals."""

from __future__ import annotations

from execute.models import Driver


def driver_names() -> list[str]:
    """Return the active drivers' names in their order."""
    return list(
        Driver.objects.filter(is_active=True)
        .order_by("position", "id")
        .values_list("name", flat=True)
    )
