"""Fits that take more than a page may: made after each measurement, and kept."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import numpy as np
from django.db import transaction
from django.utils import timezone

from execute.models import Outcome
from ipeo import tenancy
from optimize.actions.helping import help_effects
from optimize.actions.wearing import cell_wears, program_wears
from optimize.models import Fit
from optimize.numerics.price import DiscountEffect, discount_effect, price_dependence
from optimize.queries.fits import PROGRAMS, WORKSPACE, as_json
from optimize.queries.openings import OpenedDeal, activities, cell_times, opened_deals


def refresh_fits(*, now: datetime | None = None, on: date | None = None) -> int:
    """Fit each program's wear and the effect of discounts anew; return how many were fitted.

    Safe to do twice: a fit replaces the one before it.
    """
    now, on = now or timezone.now(), on or timezone.localdate(now)
    deals = opened_deals()
    fits = {WORKSPACE: _discount(deals)}
    made = [_row(Fit.Kind.DISCOUNT, WORKSPACE, as_json(fits[WORKSPACE]), now)]
    made.append(_row(Fit.Kind.DISCOUNT, PROGRAMS, _dependence(deals), now))
    made.append(_row(Fit.Kind.HELP, WORKSPACE, help_effects(deals), now))
    acts = activities()
    made += [
        _row(Fit.Kind.WEAR, str(program_id), result, now)
        for program_id, result in program_wears(deals, acts, on).items()
    ]
    cells = cell_wears(deals, acts, cell_times(), on)
    made += [_row(Fit.Kind.CELL, key, result, now) for key, result in cells.items()]
    # The seconds of fitting hold no lock; what is kept changes at once.
    with transaction.atomic():
        Fit.objects.filter(kind=Fit.Kind.CELL).exclude(subject_key__in=list(cells)).delete()
        Fit.objects.bulk_create(
            made,
            update_conflicts=True,
            unique_fields=["workspace", "kind", "subject_key"],
            update_fields=["result", "fitted_at"],
        )
    return len(made)


def _row(kind: str, subject_key: str, result: dict[str, Any], now: datetime) -> Fit:
    return Fit(kind=kind, subject_key=subject_key, result=result, fitted_at=now)


def _discount(deals: Sequence[OpenedDeal]) -> DiscountEffect:
    """Fit what discounts bought on the decided deals, with who, what, whose and against whom."""
    closed = [
        deal
        for deal in deals
        if deal.outcome in {Outcome.WON, Outcome.LOST} and deal.discount is not None
    ]
    lists = np.array([deal.list_amount for deal in closed], dtype=np.float64)
    margins = [deal.margin_amount for deal in closed]
    costs = np.array(
        [
            math.nan if margin is None or deal.net_amount is None else deal.net_amount - margin
            for deal, margin in zip(closed, margins, strict=True)
        ],
        dtype=np.float64,
    )
    # Prices of a few deals that nobody knows must not hide what the others tell.
    known = np.isfinite(costs)
    if known.mean() >= 0.5 if known.size else False:
        closed = [deal for deal, is_known in zip(closed, known, strict=True) if is_known]
        lists, costs = lists[known], costs[known]
    return discount_effect(
        np.array([deal.outcome == Outcome.WON for deal in closed], dtype=np.float64),
        np.array([deal.discount for deal in closed], dtype=np.float64),
        lists,
        costs,
        categories=[
            _codes([deal.program for deal in closed]),
            _codes([deal.product for deal in closed]),
            _codes([deal.owner for deal in closed]),
            _codes([deal.competitor or 0 for deal in closed]),
        ],
        numbers=[np.log(np.maximum(lists, 1.0))],
    )


def _dependence(deals: Sequence[OpenedDeal]) -> dict[str, Any]:
    """Fit each program's price dependence over the won deals that it opened itself.

    Credit spreads a deal over its journey, and so hides which program's offer was cheap.
    """
    won = [
        (deal.program, deal.net_amount, deal.discount)
        for deal in deals
        if deal.outcome == Outcome.WON and deal.program is not None and deal.discount is not None
    ]
    programs = sorted({program for program, _, _ in won})
    place = {program: at for at, program in enumerate(programs)}
    found = price_dependence(
        [place[program] for program, _, _ in won],
        [net or 0.0 for _, net, _ in won],
        [discount for _, _, discount in won],
        len(programs),
        float(tenancy.current_workspace().discount_threshold),
    )
    return {str(pk): asdict(one) for pk, one in zip(programs, found, strict=True)}


def _codes(keys: Sequence[int | None]) -> list[int]:
    seen: dict[int, int] = {}
    return [-1 if key is None else seen.setdefault(key, len(seen)) for key in keys]
