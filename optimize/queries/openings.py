"""Which program opened each deal: what a program's efficacy and the price effect rest on.

Credit spread over a journey hides wear: a tiring program still stands in the journeys that
others begin. So a deal counts here for one program, the one under whose offer it was made, else
the one whose touch came last before it was opened.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from ipeo import tenancy
from optimize.models import ActivityTotal, Figure
from plan.models import ProgramPlan, Scenario


@dataclass(frozen=True, slots=True)
class OpenedDeal:
    """A measured deal with the program that opened it.

    `program` is None where the deal names none and no marketing touch is known in the lookback
    before the opening.
    `amounts` are list price, net price and margin, None where not known.
    """

    deal: int
    program: int | None
    outcome: str
    opened_on: date | None
    closed_on: date | None
    list_amount: float | None
    net_amount: float | None
    margin_amount: float | None
    product: int | None
    owner: int | None
    competitor: int | None

    @property
    def discount(self) -> float | None:
        """The share of the list price given away, None where a price is not known."""
        if not self.list_amount or self.net_amount is None:
            return None
        return 1 - self.net_amount / self.list_amount


# Sales answers a deal that is there already, so its touches open none. One look into the
# index of touches for each deal, whatever the length of the history.
_OPENERS = """
SELECT fact.deal_id, coalesce(deal.program_id, opener.program_id), fact.outcome, fact.created_date,
       CASE WHEN fact.outcome <> 'open' THEN fact.date END,
       fact.list_amount::float8, fact.net_amount::float8, fact.margin_amount::float8,
       fact.product_id, fact.owner_id, deal.competitor_id
FROM optimize_dealfact fact
JOIN execute_deal deal ON deal.workspace_id = fact.workspace_id AND deal.id = fact.deal_id
LEFT JOIN LATERAL (
    SELECT touch.program_id
    FROM execute_touch touch
    JOIN insight_channel channel ON channel.id = touch.channel_id AND NOT channel.is_sales
    WHERE touch.workspace_id = fact.workspace_id AND touch.party = fact.party
      AND touch.program_id IS NOT NULL
      AND touch.occurred_at < (fact.created_date + 1)::timestamp AT TIME ZONE %(zone)s
      AND touch.occurred_at >= (fact.created_date - %(lookback)s)::timestamp
                               AT TIME ZONE %(zone)s
    ORDER BY touch.occurred_at DESC
    LIMIT 1
) opener ON deal.program_id IS NULL AND fact.created_date IS NOT NULL
WHERE fact.workspace_id = %(workspace)s
ORDER BY fact.deal_id
"""


def opened_deals() -> list[OpenedDeal]:
    """Return every measured deal with the program that opened it; for the background, not pages."""
    workspace = tenancy.current_workspace()
    values: dict[str, int | str] = {
        "workspace": workspace.pk,
        "zone": workspace.time_zone,
        "lookback": workspace.lookback_days,
    }
    with connection.cursor() as cursor:
        cursor.execute(_OPENERS, values)
        return [OpenedDeal(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Activity:
    """What a program did on a day: touches, or money spent."""

    figure: str
    program: int
    on: date
    amount: float


def activities() -> list[Activity]:
    """Return every program's touches and actual spend by day."""
    rows: Any = ActivityTotal.objects.filter(
        figure__in=[Figure.TOUCHES, Figure.ACTUAL], program__isnull=False
    ).values_list("figure", "program_id", "date", "n", "amount")
    return [
        Activity(figure, program, day, float(n if figure == Figure.TOUCHES else amount))
        for figure, program, day, n, amount in rows
    ]


@dataclass(frozen=True, slots=True)
class Cell:
    """An audience that was told something in a channel; None and empty are not known."""

    audience: int | None
    audience_name: str
    message: str
    channel: int
    channel_name: str

    @property
    def key(self) -> str:
        """A short key that stays while the three do."""
        digest = hashlib.sha256(self.message.encode()).hexdigest()[:12]
        return f"{self.audience or 0}-{self.channel}-{digest}"


@dataclass(frozen=True, slots=True)
class CellTime:
    """When a program spoke to a cell: the days of a cycle with an approved plan."""

    cell: Cell
    program: int
    first: date
    last: date


def cell_times() -> list[CellTime]:
    """Return when each program spoke to which audience, with what message, by approved plans."""
    rows = (
        ProgramPlan.objects.filter(scenario__status=Scenario.Status.APPROVED)
        .exclude(audience=None, message="")
        .select_related("audience", "program__channel", "scenario__cycle")
        .order_by("scenario__cycle__starts_on", "pk")
    )
    return [
        CellTime(
            Cell(
                row.audience_id,
                row.audience.name if row.audience else "",
                row.message,
                row.program.channel_id,
                row.program.channel.name,
            ),
            row.program_id,
            row.scenario.cycle.starts_on,
            row.scenario.cycle.ends_on,
        )
        for row in rows
    ]
