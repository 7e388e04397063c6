"""What Optimize's pages show, as facts that a finding keeps as its evidence."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict

from ipeo.models import Cycle
from ipeo.queries.ranges import range_of
from optimize.queries.overview import (
    OVERVIEW,
    KeyFigures,
    Subject,
    key_figures_of,
    of_cycle,
)
from plan.models import Program


def overview_shown(query: str) -> list[dict[str, Any]]:
    """Return the key figures of all programs together, in the range that the address asks for."""
    return _facts(key_figures_of(range_of(QueryDict(query).dict()), names=OVERVIEW))


def cycle_shown(query: str, *, pk: int) -> list[dict[str, Any]]:
    """Return the key figures of a cycle's campaign; none where there is no such cycle."""
    cycle = Cycle.objects.select_related("campaign").filter(pk=pk).first()
    if cycle is None:
        return []
    return _facts(of_cycle(cycle, range_of(QueryDict(query).dict(), cycle=cycle)))


def program_shown(query: str, *, pk: int) -> list[dict[str, Any]]:
    """Return a program's key figures; none where there is no such program."""
    program = Program.objects.filter(pk=pk).first()
    if program is None:
        return []
    chosen = range_of(QueryDict(query).dict())
    return _facts(key_figures_of(chosen, subject=Subject(program=program)))


def _facts(held: KeyFigures) -> list[dict[str, Any]]:
    return [
        {
            "label": one.label,
            "value": one.estimate.value,
            "low": one.estimate.low,
            "high": one.estimate.high,
            "n": one.estimate.n,
            "reason": one.estimate.reason,
            "kind": one.kind.removesuffix(":short"),
            "period": held.shown.text,
        }
        for one in held.figures
    ]
