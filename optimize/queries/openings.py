"""Which program opened each deal: what a program's efficacy and the price effect rest on.

Credit spread over a journey hides wear: a tiring program still stands in the journeys that
others begin. So a deal counts here for one program, the one under whose offer it was made, else
the one whose touch came last before it was opened.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from ipeo import tenancy
from optimize.models import ActivityTotal, Figure

Month = tuple[int, int]
"""A year and a month of it."""


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


def activity_by_month() -> dict[str, dict[int, dict[Month, float]]]:
    """Return each program's touches and spend by month: figure, program id, month."""
    found: dict[str, dict[int, dict[Month, float]]] = {
        Figure.TOUCHES: defaultdict(lambda: defaultdict(float)),
        Figure.ACTUAL: defaultdict(lambda: defaultdict(float)),
    }
    rows: Any = ActivityTotal.objects.filter(
        figure__in=list(found), program__isnull=False
    ).values_list("figure", "program_id", "date", "n", "amount")
    for figure, program_id, day, n, amount in rows:
        added = n if figure == Figure.TOUCHES else float(amount)
        found[figure][program_id][day.year, day.month] += added
    return found
