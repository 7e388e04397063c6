"""Notes for the other planner: who changed which cell, and who was refused in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.core.cache import cache

from ipeo.models import Membership
from plan.models import Scenario
from plan.queries.clashes import KEPT_SECONDS, CellKey, cell_name, last_hands, stored_name


def note_hands(scenario: Scenario, cells: Iterable[CellKey], by: Membership) -> None:
    """Keep for some minutes who changed these cells."""
    held = last_hands(scenario) | {cell_name(key): str(by) for key in cells}
    cache.set(stored_name(scenario, "hands"), held, KEPT_SECONDS)


def note_clash(scenario: Scenario, wanted: Mapping[CellKey, Decimal], by: Membership) -> None:
    """Keep for some minutes what somebody wanted in cells that another had changed first."""
    held = [one for one in cache.get(stored_name(scenario, "clashes")) or [] if one[2] != by.pk]
    held += [(cell_name(key), str(by), by.pk, str(amount)) for key, amount in wanted.items()]
    cache.set(stored_name(scenario, "clashes"), held[-50:], KEPT_SECONDS)


def settle_clashes(scenario: Scenario, by: Membership) -> None:
    """Forget what somebody wanted whose grid is saved: it is there now, or they gave it up."""
    held = cache.get(stored_name(scenario, "clashes")) or []
    kept = [one for one in held if one[2] != by.pk]
    if kept != held:
        cache.set(stored_name(scenario, "clashes"), kept, KEPT_SECONDS)
