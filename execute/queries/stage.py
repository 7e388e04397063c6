"""Execute as a stage of a cycle: its gate, its line, and what it hands on."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from django.db.models import Count, Max, Q
from django.utils import timezone

from execute.models import Deal, Outcome
from execute.queries.deals import of_campaign, outcomes_of, past_due
from execute.queries.launches import held_flights
from execute.queries.spending import flights_without_spend, spend_of
from execute.queries.tasks import counts_of
from execute.queries.touches import matching_touches
from ipeo import tenancy
from ipeo.models import Cycle
from ipeo.navigation import link
from ipeo.stages import Blocker, Summary


def gate(cycle: Cycle) -> list[Blocker]:
    """Return what measuring would still miss: outcomes, finished work, spend of each flight.

    A flight that began though what it needs is not approved keeps it closed too.

    The deals are those of the campaign (see `of_campaign`), whenever they were opened.
    """
    blockers = []
    waiting = Deal.objects.filter(past_due(), of_campaign(cycle.campaign_id)).count()
    if waiting:
        some = (
            "1 deal past its close date needs"
            if waiting == 1
            else (f"{waiting:,} deals past their close date need")
        )
        blockers.append(
            Blocker(
                f"{some} an outcome",
                f"{link('execute:deals')}?due=past&campaign={cycle.campaign_id}",
                "Log outcomes",
            )
        )
    closed, count = counts_of(cycle)
    if count > closed:
        left = count - closed
        blockers.append(
            Blocker(
                "1 task is open" if left == 1 else f"{left:,} tasks are open",
                f"{link('execute:tasks')}?cycle={cycle.pk}",
                "Finish or drop them",
            )
        )
    blockers += [
        Blocker(
            f"{plan.program.name} has no spend during its flight",
            f"{link('execute:new_expense')}?program={plan.program_id}",
            "Add an expense",
        )
        for plan in flights_without_spend(cycle)
    ]
    return blockers + held_flights(cycle)


def summary(cycle: Cycle, on: date | None = None) -> Summary:
    """Return the stage in one line; its share is the mean of the time and the tasks done."""
    on = on or timezone.localdate()
    closed, count = counts_of(cycle)
    days = (cycle.ends_on - cycle.starts_on).days + 1
    gone = min(max((on - cycle.starts_on).days + 1, 0), days)
    weeks = -(-days // 7)
    if gone == 0:
        line = f"Starts on {cycle.starts_on.day} {cycle.starts_on:%b}"
    elif on > cycle.ends_on:
        line = "1 week, over" if weeks == 1 else f"All {weeks} weeks over"
    else:
        line = f"Week {-(-gone // 7)} of {weeks}"
    shares = [gone / days]
    if count:
        line += f", {closed} of {count} tasks done"
        shares.append(closed / count)
    return Summary(line=line, fraction=sum(shares) / len(shares))


def handoff(cycle: Cycle) -> dict[str, Any]:
    """Return the facts that Optimize judges, as they are now, as JSON.

    Deals are the campaign's that were open in the cycle's time or closed within it.
    """
    spend = spend_of(cycle, on=timezone.localdate())
    during = Q(outcome=Outcome.OPEN) | Q(closed_date__range=(cycle.starts_on, cycle.ends_on))
    return {
        "currency": tenancy.current_workspace().currency,
        "spend": {
            "planned": str(spend.planned),
            "committed": str(spend.committed),
            "actual": str(spend.actual),
            "by_program": [
                {
                    "program": row.program.pk,
                    "name": row.program.name,
                    "planned": str(row.planned),
                    "committed": str(row.committed),
                    "actual": str(row.actual),
                }
                for row in spend.programs
            ],
        },
        "touches": _touches(cycle),
        "deals": outcomes_of(Deal.objects.filter(during, of_campaign(cycle.campaign_id))),
        "tasks": dict(zip(("closed", "all"), counts_of(cycle), strict=True)),
    }


def _touches(cycle: Cycle) -> dict[str, Any]:
    """Count the cycle's touches by program, in the workspace's days."""
    during = matching_touches(
        campaign=cycle.campaign_id, date_from=cycle.starts_on, date_to=cycle.ends_on
    )
    lines = (
        during.order_by()
        .values("program", "program__name")
        .annotate(count=Count("pk"), last=Max("occurred_at"))
    )
    by_program = Counter({line["program__name"]: line["count"] for line in lines})
    last = max((line["last"] for line in lines), default=None)
    return {
        "all": by_program.total(),
        "by_program": dict(by_program.most_common()),
        "last_at": last and last.isoformat(),
    }
