"""Exchange rates: set, pasted, removed; and money converted anew where they changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from execute.actions.lines import share_all_anew
from execute.models import ExchangeRate
from execute.numerics.rates import Rate, read_rates
from execute.queries.rates import DEAL_DAY, EXPENSE_DAY, LATEST, Outdated
from ipeo import tenancy
from ipeo.models import Membership


class OwnCurrency(Exception):
    """The workspace's own currency needs no rate."""


@transaction.atomic
def set_rates(
    *,
    rates: Sequence[Rate],
    origin: str = "",
    by: Membership | None,
    now: datetime | None = None,
) -> int:
    """Set rates, each in place of one for its currency and day; return how many are new or other.

    What was converted before stays as it is until `convert_anew`. Raises `OwnCurrency`.
    """
    _demand_foreign(*{rate.currency for rate in rates})
    held = {
        (row.currency, row.date): row
        for row in ExchangeRate.objects.filter(
            currency__in={rate.currency for rate in rates}, date__in={rate.day for rate in rates}
        )
    }
    changed = [
        rate
        for rate in rates
        if (rate.currency, rate.day) not in held or held[rate.currency, rate.day].rate != rate.rate
    ]
    ExchangeRate.objects.bulk_create(
        [
            ExchangeRate(
                currency=rate.currency,
                date=rate.day,
                rate=rate.rate,
                origin=origin,
                set_by=by,
                set_at=now or timezone.now(),
            )
            for rate in changed
        ],
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["workspace", "currency", "date"],
        update_fields=["rate", "origin", "set_by", "set_at"],
    )
    return len(changed)


def paste_rates(*, text: str, origin: str = "", by: Membership | None) -> int:
    """Set the rates that a text names, all of them or none; return how many are new or other.

    Raises `execute.numerics.rates.Unclear` and `OwnCurrency`.
    """
    return set_rates(rates=read_rates(text), origin=origin, by=by)


@transaction.atomic
def save_rate(*, rate: ExchangeRate, by: Membership | None) -> ExchangeRate:
    """Save one rate, in place of one for its currency and day; raises `OwnCurrency`."""
    _demand_foreign(rate.currency)
    others = ExchangeRate.objects.filter(currency=rate.currency, date=rate.date)
    others.exclude(pk=rate.pk).delete()
    rate.set_by, rate.set_at = by, timezone.now()
    rate.save()
    return rate


def delete_rate(*, rate: ExchangeRate) -> None:
    """Remove a rate; what was converted at it stays as it is."""
    rate.delete()


def _demand_foreign(*currencies: str) -> None:
    own = tenancy.current_workspace().currency
    if own in currencies:
        raise OwnCurrency(f"{own} is the workspace's currency and needs no rate.")


@transaction.atomic
def convert_anew() -> Outdated:
    """Convert every amount whose day has another rate by now; return how many rows changed.

    A row for whose day there is no rate any more keeps what it has.
    """
    workspace_id = tenancy.current_workspace_id()
    changed = Outdated(
        expenses=_convert("execute_expense", EXPENSE_DAY, ("amount",), "", workspace_id),
        deals=_convert(
            "execute_deal",
            DEAL_DAY,
            ("list_amount", "net_amount", "cost_amount"),
            ", version = t.version + 1, updated_at = now()",
            workspace_id,
        ),
    )
    share_all_anew()
    return changed


def _convert(table: str, day: str, amounts: tuple[str, ...], also: str, workspace_id: int) -> int:
    # An amount that nobody gave in the other currency, or that was edited since, stays.
    sets = ", ".join(
        f"{name} = CASE WHEN t.{name} = round(t.original_{name} * t.exchange_rate, 2)"
        f" THEN round(t.original_{name} * f.rate, 2) ELSE t.{name} END"
        for name in amounts
    )
    with connection.cursor() as cursor:
        cursor.execute(
            # Names of ours alone are put into these.
            f"UPDATE {table} t SET exchange_rate = f.rate, {sets}{also} FROM ("  # noqa: S608
            f" SELECT t.id, r.rate FROM {table} t CROSS JOIN LATERAL ({LATEST.format(day=day)}) r"
            "  WHERE t.workspace_id = %s AND t.original_currency <> ''"
            "  AND r.rate IS DISTINCT FROM t.exchange_rate) f"
            " WHERE t.workspace_id = %s AND t.id = f.id",
            [workspace_id, workspace_id],
        )
        count: int = cursor.rowcount
    return count
