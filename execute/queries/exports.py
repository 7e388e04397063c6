"""The deals that a filter leaves, as a file for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from django.db.models import QuerySet

from execute.models import Deal
from execute.queries.previews import inert
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


def deal_rows(found: QuerySet[Deal]) -> Iterator[list[str]]:
    """Yield a heading and a line for each deal; what is not known is an empty cell.

    A text that a spreadsheet program would take for a formula begins with an apostrophe.
    """
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
            *(_text(value) for value in texts),
            deal.get_outcome_display(),
            _text(deal.product),
            str(deal.quantity),
            _text(deal.program),
            *("" if value is None else value.isoformat() for value in dates),
            *("" if value is None else str(value) for value in figures),
            currency,
        ]


def deals_file(found: QuerySet[Deal]) -> str:
    """Return the deals as CSV text."""
    text = io.StringIO()
    csv.writer(text).writerows(deal_rows(found))
    return text.getvalue()


def _text(value: object) -> str:
    return "" if value is None else inert(str(value))
