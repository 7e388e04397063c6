"""Products, channels and rivals that were noted by mistake are removed."""

from __future__ import annotations

from django.db import transaction

from insight.models import Channel, Competitor, Product
from ipeo.database.holding import hold
from ipeo.queries.kept import named_by


class StillNamed(Exception):
    """Other rows name this: it can be taken out of use, and its history keeps it."""


@transaction.atomic
def remove_kept(*, row: Product | Channel | Competitor) -> None:
    """Remove a product, channel or rival that nothing names; raises `StillNamed`."""
    held = hold(type(row), row.pk)
    if named_by(held):
        raise StillNamed(
            f"{held} is in use elsewhere, so it cannot be deleted. Mark it as not in use instead."
        )
    held.delete()
