"""The deals that a filter leaves, as a file for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet

from execute.models import Deal
from ipeo import tenancy

HEADINGS = (
    "Deal",
    "Account",
    "Contact",
    "Owner",
    "Stage",
    "Outcome",
    "Product",
    "Quantity",
    "Program",
    "Opened",
    "Expected to close",
    "Closed",
    "List price",
    "Net price",
    "Cost",
    "Discount",
    "Margin",
    "Currency",
)
CHUNK = 2000


def deal_rows(found: QuerySet[Deal]) -> Iterator[list[object]]:
    """Yield a heading and a line for each deal, None where something is not known."""
    currency = tenancy.current_workspace().currency
    yield list(HEADINGS)
    for deal in found.order_by("-updated_at", "-id").iterator(CHUNK):
        texts = (deal.name, deal.account, deal.contact, deal.owner, deal.stage)
        figures = (
            deal.list_amount,
            deal.net_amount,
            deal.cost_amount,
            deal.discount,
            deal.margin_amount,
        )
        dates = (deal.created_date, deal.expected_close_date, deal.closed_date)
        yield [
            *texts,
            deal.get_outcome_display(),
            deal.product,
            deal.quantity,
            deal.program,
            *dates,
            *figures,
            currency,
        ]
