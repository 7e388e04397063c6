"""The deals that a filter leaves, as a file for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Prefetch, QuerySet

from execute.models import Deal, DealLine
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
    """Yield a heading and a line for each deal, None where something is not known.

    Of a deal that sells several products, all are named, and their quantities in that order.
    """
    currency = tenancy.current_workspace().currency
    yield list(HEADINGS)
    for deal in _with_lines(found).iterator(CHUNK):
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
            *_sold(deal),
            deal.program,
            *dates,
            *figures,
            currency,
        ]


def _with_lines(found: QuerySet[Deal]) -> QuerySet[Deal]:
    lines = DealLine.objects.select_related("product").order_by("position")
    return found.order_by("-updated_at", "-id").prefetch_related(Prefetch("lines", lines))


def _sold(deal: Deal) -> tuple[object, object]:
    """Return what a deal sells, and how many of it."""
    lines = list(deal.lines.all())
    if not lines:
        return deal.product, deal.quantity
    return (
        "; ".join(str(line.product) for line in lines),
        "; ".join(f"{line.quantity.normalize():f}" for line in lines),
    )
