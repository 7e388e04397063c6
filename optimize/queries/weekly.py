"""Weekly spend by channel and weekly outcome: what response curves are fitted to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
from django.db.models import Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from execute.models import Outcome
from insight.models import Channel, ResponseCurve
from optimize.models import ActivityTotal, DealFact, Figure, LeadFact
from optimize.numerics.refunds import less_refunds

Floats = npt.NDArray[np.float64]

LONGEST = 208
"""Weeks looked back at most: what spend did longer ago says little of today."""
_DAYS_OF_YEAR = 365.25


@dataclass(frozen=True)
class WeeklyFacts:
    """Weeks on end by their Mondays; `spend` has shape (channels, weeks), `outcome` (weeks,).

    A refund is taken off the money it gives back, so that no week's spend is below 0. `untold` is
    money that was spent by no channel that is known.
    """

    mondays: tuple[date, ...]
    kind: str
    outcome: Floats
    channels: tuple[tuple[int, str], ...]
    spend: Floats
    untold: float

    @property
    def season(self) -> Floats:
        """Each week's place in its year, in years."""
        days = [monday.timetuple().tm_yday for monday in self.mondays]
        return np.array(days, dtype=np.float64) / _DAYS_OF_YEAR


def weekly_facts(*, on: date | None = None) -> WeeklyFacts:
    """Return the workspace's weeks from the first with spend to the last that is over.

    The outcome is the margin of won deals in the week they were opened, which is when marketing
    did its part; a deal still open counts as what a decided one brings on average, so that recent
    weeks do not look poor. Where margins are mostly unknown the net amount stands for them, and
    where less is won than a deal in two weeks, leads are counted instead.
    """
    end = monday_of(on or timezone.localdate())
    spent: dict[int | None, dict[date, float]] = defaultdict(lambda: defaultdict(float))
    rows = (
        ActivityTotal.objects.filter(figure=Figure.ACTUAL, date__lt=end)
        .annotate(of=Coalesce("channel_id", "program__channel_id"))
        .values("of", "date")
        .annotate(total=Sum("amount"))
    )
    for row in rows:
        spent[row["of"]][monday_of(row["date"])] += float(row["total"])
    first = min((day for held in spent.values() for day in held), default=end)
    first = max(first, end - timedelta(weeks=LONGEST))
    mondays = tuple(first + timedelta(weeks=n) for n in range((end - first).days // 7))
    kind, outcome = _outcome(first, end, len(mondays))
    untold = sum(spent.pop(None, {}).values())
    names = dict(Channel.objects.values_list("pk", "name"))
    channels = sorted((names[pk], pk) for pk in spent if pk is not None and pk in names)
    return WeeklyFacts(
        mondays=mondays,
        kind=kind,
        outcome=_series(outcome, mondays),
        channels=tuple((pk, name) for name, pk in channels),
        spend=less_refunds(
            np.array([_series(spent[pk], mondays) for _, pk in channels], dtype=np.float64).reshape(
                len(channels), len(mondays)
            )
        ),
        untold=untold,
    )


def monday_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def curves_are_behind(*, on: date | None = None) -> bool:
    """Whether a week has ended since the curves were fitted, or none were."""
    latest = ResponseCurve.objects.filter(is_current=True).values_list("last_week").first()
    last_over = monday_of(on or timezone.localdate()) - timedelta(weeks=1)
    return latest is None or latest[0] is None or latest[0] < last_over


def _series(by_week: Mapping[date, float], mondays: tuple[date, ...]) -> Floats:
    return np.array([by_week.get(monday, 0.0) for monday in mondays], dtype=np.float64)


def _outcome(first: date, end: date, weeks: int) -> tuple[str, dict[date, float]]:
    deals = (
        DealFact.objects.annotate(on=Coalesce("created_date", "date"))
        .filter(on__gte=first, on__lt=end)
        .values_list("on", "outcome", "margin_amount", "net_amount")
    )
    won = [row for row in deals if row[1] == Outcome.WON]
    if len(won) * 2 < weeks:
        leads: dict[date, float] = defaultdict(float)
        for day in LeadFact.objects.filter(date__gte=first, date__lt=end).values_list(
            "date", flat=True
        ):
            leads[monday_of(day)] += 1.0
        if sum(leads.values()) >= len(won):
            return ResponseCurve.Outcome.LEADS, leads
    knows_margin = sum(row[2] is not None for row in won) * 2 >= len(won)
    kind = ResponseCurve.Outcome.MARGIN if knows_margin else ResponseCurve.Outcome.NET
    at = 2 if knows_margin else 3
    brought = sum(float(row[at] or 0) for row in won)
    decided = sum(row[1] in {Outcome.WON, Outcome.LOST} for row in deals)
    usual = brought / decided if decided else 0.0
    by_week: dict[date, float] = defaultdict(float)
    for row in deals:
        if row[1] == Outcome.WON:
            by_week[monday_of(row[0])] += float(row[at] or 0)
        elif row[1] == Outcome.OPEN:
            by_week[monday_of(row[0])] += usual
    return kind, by_week
