"""A list of deals with its filter, as facts that evidence keeps."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import QueryDict

from execute.forms.deals import DealFilterForm
from execute.models import Outcome
from execute.queries.deals import matching_deals, totals_of
from ipeo import tenancy
from ipeo.numerics.estimates import rate


def deal_set(query: str) -> list[dict[str, Any]]:
    """Return how many deals a filter leaves today, how they ended, and their net amount.

    Raises `OutOfScope` outside a workspace; on nobody's behalf, it holds no fact.
    """
    held = tenancy.current()
    if held.membership is None:
        return []
    found = matching_deals(**DealFilterForm(QueryDict(query), member=held.membership).wanted())
    ended = found.order_by().aggregate(
        won=Count("pk", filter=Q(outcome=Outcome.WON)),
        lost=Count("pk", filter=Q(outcome=Outcome.LOST)),
    )
    totals = totals_of(found)
    wins = rate(ended["won"], ended["won"] + ended["lost"], reason="None won or lost.")
    assert held.workspace is not None
    return [
        {"label": "Deals", "value": totals.deals, "kind": "count"},
        {"label": "Won", "value": ended["won"], "kind": "count"},
        {"label": "Lost", "value": ended["lost"], "kind": "count"},
        {
            "label": "Win rate",
            "value": wins.value,
            "low": wins.low,
            "high": wins.high,
            "n": wins.n,
            "reason": wins.reason,
            "kind": "percent",
        },
        {
            "label": "Net amount",
            "value": float(totals.net_amount) if totals.net_amount is not None else None,
            "n": totals.with_net,
            "reason": "No deals have a net price.",
            "kind": held.workspace.currency,
        },
    ]
