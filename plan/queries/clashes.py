"""Who typed what into a grid lately, so that two planners in one cell see each other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.core.cache import cache
from django.db import connection

from ipeo.models import Membership
from plan.models import Scenario

CellKey = tuple[int, date]
KEPT_SECONDS = 600


@dataclass(frozen=True)
class Clash:
    """Somebody was refused in a cell that another had changed: whose, and what they wanted."""

    cell: str
    by: str
    by_id: int
    wanted: str


def stored_name(scenario: Scenario, what: str) -> str:
    """Return under what name the cache keeps something of a scenario."""
    return f"plan-{what}-{connection.settings_dict['NAME']}-{scenario.pk}"


def cell_name(key: CellKey) -> str:
    """Return a cell's name, as forms write it."""
    return f"{key[0]}-{key[1]:%Y-%m}"


def last_hands(scenario: Scenario) -> dict[str, str]:
    """Return who changed which cell of a grid in the last minutes, by the cell's name."""
    return dict(cache.get(stored_name(scenario, "hands")) or {})


def clashes_for(scenario: Scenario, member: Membership) -> list[Clash]:
    """Return what others wanted in cells of this grid and did not get."""
    held = cache.get(stored_name(scenario, "clashes")) or []
    return [Clash(*one) for one in held if one[2] != member.pk]
