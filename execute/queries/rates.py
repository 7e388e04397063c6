"""Exchange rates: the latest on or before a day, asked for one amount or for a whole file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from babel.dates import format_date
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from execute.models import ExchangeRate
from execute.numerics.values import OPEN
from ipeo import tenancy

CENT = Decimal("0.01")
LARGEST = Decimal(10) ** 14
WHERE = "Expenses, Exchange rates"


class NoRate(Exception):
    """Money of another currency on a day for which the workspace has no rate."""

    def __init__(self, currency: str, day: date) -> None:
        shown = format_date(day, format="d MMMM yyyy", locale="en")
        super().__init__(f"No rate for {currency} on or before {shown}. Add one under {WHERE}.")
        self.currency, self.day = currency, day


class TooLarge(Exception):
    """An amount that no column holds once it is converted."""


def rates() -> QuerySet[ExchangeRate]:
    """Return the workspace's rates."""
    return ExchangeRate.objects.select_related("set_by__user")


def rates_on(wanted: Iterable[tuple[str, date]]) -> dict[tuple[str, date], Decimal]:
    """Return the rate to the workspace's currency of each currency and day, in one query.

    It is the latest on or before the day; a pair without one is left out.
    """
    pairs = sorted(set(wanted))
    if not pairs:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT w.currency, w.day, r.rate"
            " FROM unnest(%s::text[], %s::date[]) AS w (currency, day)"
            " CROSS JOIN LATERAL (SELECT rate FROM execute_exchangerate x"
            "  WHERE x.workspace_id = %s AND x.currency = w.currency AND x.date <= w.day"
            "  ORDER BY x.date DESC LIMIT 1) r",
            [
                [currency for currency, _ in pairs],
                [day for _, day in pairs],
                tenancy.current_workspace_id(),
            ],
        )
        return {(currency, day): rate for currency, day, rate in cursor.fetchall()}


def deal_day(closes: date | None, outcome: str | None, opened: date | None) -> date:
    """Return the day at whose rate a deal is converted: closed, or else opened, or else today."""
    return (closes if outcome != OPEN else None) or opened or timezone.localdate()


def rate_on(currency: str, day: date) -> Decimal:
    """Return the rate of one currency on one day; raises `NoRate`."""
    found = rates_on([(currency, day)])
    if not found:
        raise NoRate(currency, day)
    return found[currency, day]


def converted(amount: Decimal, rate: Decimal) -> Decimal:
    """Return amount x rate in the workspace's currency, to the cent; raises `TooLarge`."""
    whole = amount * rate
    if abs(whole) >= LARGEST:
        raise TooLarge("The amount is larger than can be kept.")
    return whole.quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True)
class Outdated:
    """How many rows were converted at another rate than the table has for their day now."""

    expenses: int
    deals: int

    @property
    def total(self) -> int:
        """Both together."""
        return self.expenses + self.deals


def outdated() -> Outdated:
    """Count the converted rows for whose day the table has another rate by now."""
    with connection.cursor() as cursor:
        counts = []
        for table, day in (("execute_expense", EXPENSE_DAY), ("execute_deal", DEAL_DAY)):
            cursor.execute(
                f"SELECT count(*) FROM {table} t CROSS JOIN LATERAL ({LATEST.format(day=day)}) r"  # noqa: S608
                " WHERE t.workspace_id = %s AND t.original_currency <> ''"
                " AND r.rate IS DISTINCT FROM t.exchange_rate",
                [tenancy.current_workspace_id()],
            )
            counts.append(cursor.fetchone()[0])
    return Outdated(*counts)


# The day at whose rate a row is converted.
EXPENSE_DAY = "t.date"
DEAL_DAY = "coalesce(t.closed_date, t.created_date, current_date)"
LATEST = (
    "SELECT rate FROM execute_exchangerate x WHERE x.workspace_id = t.workspace_id"
    " AND x.currency = t.original_currency AND x.date <= {day} ORDER BY x.date DESC LIMIT 1"
)
