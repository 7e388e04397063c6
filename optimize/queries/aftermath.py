"""What happened to the money after a recommendation was decided on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from django.utils import timezone

from ipeo.numerics.estimates import Estimate
from ipeo.numerics.ranges import month_after, months_between
from ipeo.queries.named import id_in
from optimize.models import Recommendation
from optimize.numerics.pacing import Stretch, change_after
from optimize.queries.histories import histories_of
from plan.models import Program
from plan.queries.evidence import History

MONTHS = 6
"""How many whole months before a decision, and after it, are compared."""


def came_after(rows: Sequence[Recommendation], on: date) -> list[Estimate]:
    """Return of each decision how much more margin less spend came a month since, with intervals.

    Of the program it is about (of both, where money moved), beside the campaign's other programs;
    of price, of the whole campaign. Only months that are over count, the decision's own not.
    It takes as many queries for many decisions as for one.
    """
    campaigns: dict[int, list[int]] = defaultdict(list)
    for pk, campaign in Program.objects.filter(
        campaign__in={row.cycle.campaign_id for row in rows}
    ).values_list("pk", "campaign"):
        campaigns[campaign].append(pk)
    past = histories_of([pk for programs in campaigns.values() for pk in programs], on)
    found = []
    for row in rows:
        everybody = set(campaigns[row.cycle.campaign_id])
        theirs = {pk: history for pk, history in past.items() if pk in everybody}
        found.append(_came_after(row, theirs, everybody, on))
    return found


def _came_after(
    row: Recommendation, past: Mapping[int, History], everybody: set[int], on: date
) -> Estimate:
    if row.decided_at is None:
        return Estimate.unknown("no decision yet")
    subject = _subject(row) & everybody or everybody
    decided, running = timezone.localdate(row.decided_at).replace(day=1), on.replace(day=1)
    before = months_between(month_after(decided, -MONTHS), month_after(decided, -1))
    last = min(month_after(decided, MONTHS), month_after(running, -1))
    after = months_between(month_after(decided, 1), last) if last > decided else []
    known = {month for history in past.values() for month in history.months}
    first = min(known, default=running)
    return change_after(
        _stretch(past, subject, [month for month in before if month >= first]),
        _stretch(past, subject, after),
    )


def _subject(row: Recommendation) -> set[int]:
    named = [row.program_id, row.evidence.get("from"), row.evidence.get("to")]
    return {pk for one in named if (pk := id_in(str(one))) is not None}


def _stretch(past: Mapping[int, History], subject: set[int], months: Iterable[date]) -> Stretch:
    of = {
        program: {
            month: margin - spend
            for month, margin, spend in zip(
                history.months, history.margin, history.spend, strict=True
            )
        }
        for program, history in past.items()
    }
    ours, others = [], []
    for month in months:
        ours.append(sum(held.get(month, 0.0) for pk, held in of.items() if pk in subject))
        others.append(sum(held.get(month, 0.0) for pk, held in of.items() if pk not in subject))
    compared = any(pk not in subject for pk in of)
    return Stretch(tuple(ours), tuple(others) if compared else ())
