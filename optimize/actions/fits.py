"""Fits that take more than a page may: made after each measurement, and kept."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from datetime import date, datetime
from typing import Any

import numpy as np
from django.utils import timezone

from execute.models import Outcome
from execute.queries.days import today
from optimize.models import Figure, Fit
from optimize.numerics.efficacy import judge
from optimize.numerics.metrics import Sums
from optimize.numerics.price import DiscountEffect, discount_effect
from optimize.queries.fits import WORKSPACE, as_json
from optimize.queries.openings import Month, OpenedDeal, activity_by_month, opened_deals
from plan.queries.budget import month_after

STEADY = 20.0
"""Deals' worth of belief that a month is like any other, where others have few deals."""


def refresh_fits(*, now: datetime | None = None, on: date | None = None) -> int:
    """Fit each program's wear and the effect of discounts anew; return how many were fitted.

    Safe to do twice: a fit replaces the one before it.
    """
    now, on = now or timezone.now(), on or today(now)
    deals = opened_deals()
    fits = {WORKSPACE: _discount(deals)}
    made = [_row(Fit.Kind.DISCOUNT, WORKSPACE, as_json(fits[WORKSPACE]), now)]
    made += [
        _row(Fit.Kind.WEAR, str(program_id), result, now)
        for program_id, result in _wears(deals, on).items()
    ]
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


def _codes(keys: Sequence[int | None]) -> list[int]:
    seen: dict[int, int] = {}
    return [-1 if key is None else seen.setdefault(key, len(seen)) for key in keys]


def _wears(deals: Sequence[OpenedDeal], on: date) -> dict[int, dict[str, Any]]:
    """Judge every program over the months before the running one, against all the others."""
    activity = activity_by_month()
    touches = activity[Figure.TOUCHES]
    opened: dict[int, dict[Month, float]] = defaultdict(lambda: defaultdict(float))
    won: dict[int, dict[Month, Sums]] = defaultdict(lambda: defaultdict(Sums))
    margin: dict[int, float] = defaultdict(float)
    decided: dict[int, int] = defaultdict(int)
    for deal in deals:
        if deal.program is None or deal.opened_on is None:
            continue
        opened[deal.program][deal.opened_on.year, deal.opened_on.month] += 1
        if deal.outcome != Outcome.OPEN:
            decided[deal.program] += 1
            if deal.outcome == Outcome.WON and deal.margin_amount is not None:
                margin[deal.program] += deal.margin_amount
                if deal.closed_on is not None:
                    month = (deal.closed_on.year, deal.closed_on.month)
                    won[deal.program][month] += Sums.of([deal.margin_amount])
    months = _months([*touches.values(), *opened.values()], on)
    seasons = _Season(touches, opened, months)
    results = {}
    for program_id, by_month in touches.items():
        first = next((n for n, month in enumerate(months) if by_month.get(_key(month))), None)
        if first is None:
            continue
        mine = months[first:]
        exposures = [by_month.get(_key(month), 0.0) for month in mine]
        outcomes = [opened[program_id].get(_key(month), 0.0) for month in mine]
        paid = activity[Figure.ACTUAL].get(program_id, {})
        break_even = _break_even(
            sum(paid.values()), sum(by_month.values()), margin[program_id], decided[program_id]
        )
        # A deal opened in a month without a touch belongs to touches just before it.
        judged = [out if seen else 0.0 for out, seen in zip(outcomes, exposures, strict=True)]
        wear = judge(
            exposures, judged, season=seasons.without(program_id)[first:], break_even=break_even
        )
        results[program_id] = {
            "wear": as_json(wear),
            "months": [month.isoformat() for month in mine],
            "touches": exposures,
            "opened": outcomes,
            "break_even": break_even,
            "spend": [paid.get(_key(month), 0.0) for month in mine],
            "won": [astuple(won[program_id].get(_key(month), Sums())) for month in mine],
        }
    return results


def _key(month: date) -> Month:
    return month.year, month.month


def _months(series: Sequence[Mapping[Month, float]], on: date) -> list[date]:
    """Return every month from the first with a fact to the last one that is over."""
    seen = [key for by_month in series for key in by_month]
    if not seen:
        return []
    first, running = date(*min(seen), 1), on.replace(day=1)
    months: list[date] = []
    while (month := month_after(first, len(months))) < running:
        months.append(month)
    return months


def _break_even(spend: float, touches: float, margin: float, decided: int) -> float | None:
    """Return the deals a touch must open to pay: cost of a touch over margin of a deal opened."""
    if spend <= 0 or touches <= 0 or margin <= 0 or decided <= 0:
        return None
    return (spend / touches) / (margin / decided)


class _Season:
    """How well a month went for the other programs, against what they do on average.

    Each is measured against its own average, so that a change of mix is no season, and a month
    with few deals is drawn toward 1.
    """

    def __init__(
        self,
        touches: Mapping[int, Mapping[Month, float]],
        opened: Mapping[int, Mapping[Month, float]],
        months: Sequence[date],
    ) -> None:
        keys = [_key(month) for month in months]
        self._opened: dict[int, np.ndarray[Any, np.dtype[np.float64]]] = {}
        self._expected: dict[int, np.ndarray[Any, np.dtype[np.float64]]] = {}
        for program_id, by_month in touches.items():
            seen = np.array([by_month.get(key, 0.0) for key in keys])
            deals = np.array([opened.get(program_id, {}).get(key, 0.0) for key in keys])
            total = float(seen.sum())
            self._opened[program_id] = deals
            self._expected[program_id] = seen * (float(deals.sum()) / total if total else 0.0)
        self._all_opened = sum(self._opened.values(), np.zeros(len(keys)))
        self._all_expected = sum(self._expected.values(), np.zeros(len(keys)))

    def without(self, program_id: int) -> Any:
        """Return the season by month as the programs but this one show it."""
        opened = self._all_opened - self._opened[program_id]
        expected = self._all_expected - self._expected[program_id]
        return (opened + STEADY) / (np.maximum(expected, 0.0) + STEADY)
