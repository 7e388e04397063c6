"""What helped to win: materials and proof points, deals compared with similar ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from execute.models import Outcome
from ipeo.numerics.estimates import Estimate
from optimize.numerics.helping import help_effect
from optimize.queries.helping import Used, uses
from optimize.queries.openings import OpenedDeal

WON_ONLY = (
    "reps were asked of won deals only, so what was used in lost ones is not recorded and "
    "nothing can be compared"
)


def help_effects(deals: Sequence[OpenedDeal]) -> dict[str, Any]:
    """Return, by material and proof point, the win rate with it against similar deals without."""
    decided = [deal for deal in deals if deal.outcome in {Outcome.WON, Outcome.LOST}]
    found, lost_told = uses()
    won = np.array([deal.outcome == Outcome.WON for deal in decided], dtype=bool)
    size = [np.log(max(deal.list_amount or deal.net_amount or 1.0, 1.0)) for deal in decided]
    by_program = _codes([deal.program for deal in decided])
    shared = [
        _codes([deal.product for deal in decided]),
        _codes([deal.owner for deal in decided]),
        _codes([deal.competitor or 0 for deal in decided]),
    ]
    times = _codes(
        [
            None
            if deal.opened_on is None
            else deal.opened_on.year * 4 + (deal.opened_on.month - 1) // 3
            for deal in decided
        ]
    )
    # What helped is told of some deals only: the others say nothing either way.
    told = np.array([deal.deal in lost_told for deal in decided], dtype=bool)
    named = {pk for one in found for pk in one.deals}
    told |= np.array([deal.deal in named for deal in decided], dtype=bool)
    results: dict[str, Any] = {}
    for one in found:
        used = Estimate.unknown(WON_ONLY, len(one.deals))
        if lost_told:
            had = np.array([deal.deal in one.deals for deal in decided], dtype=bool)
            used = help_effect(
                won[told],
                had[told],
                categories=[np.array(column)[told] for column in (by_program, *shared)],
                numbers=[np.array(size)[told]],
            )
        since = _since(one, decided, won, [by_program, times, *shared], size)
        results[one.key] = {"used": asdict(used), "since": asdict(since)}
    return results


def _since(
    one: Used,
    decided: Sequence[OpenedDeal],
    won: Any,
    categories: list[list[int]],
    size: list[float],
) -> Estimate:
    """Deals under its program since sales has it, against before and against the others."""
    if one.program is None or one.since is None:
        return Estimate.unknown("it belongs to no program, or was never approved")
    after = np.array(
        [
            deal.program == one.program
            and deal.opened_on is not None
            and deal.opened_on >= one.since
            for deal in decided
        ],
        dtype=bool,
    )
    before = sum(deal.program == one.program for deal in decided) - int(after.sum())
    if before < MIN_BEFORE:
        return Estimate.unknown(
            f"{before} decided deals of its program were opened before sales had it; "
            f"{MIN_BEFORE} are needed",
            int(after.sum()),
        )
    return help_effect(won, after, categories=categories, numbers=[size])


MIN_BEFORE = 15


def _codes(keys: Sequence[int | None]) -> list[int]:
    seen: dict[int, int] = {}
    return [-1 if key is None else seen.setdefault(key, len(seen)) for key in keys]
