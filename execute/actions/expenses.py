"""Money spent: written down, converted, corrected, removed, and brought back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.core import signing
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction

from execute.models import Expense, SpendRule
from execute.queries.rates import converted, rate_on
from ipeo import tenancy
from ipeo.actions.versions import hold_version
from ipeo.database.holding import hold

UNDO_SECONDS = 3600
KEPT = (
    "date",
    "channel_id",
    "program_id",
    "description",
    "amount",
    "original_amount",
    "original_currency",
    "exchange_rate",
    "state",
    "committed_amount",
    "campaign_name",
    "rule_id",
    "channel_before_rule_id",
    "impressions",
    "clicks",
    "source_id",
    "import_key",
    "series",
)


class NothingToSpendOn(Exception):
    """An expense is for a program or for a channel."""


class CannotBeUndone(Exception):
    """The removal is too long ago, or the expense is back already."""


class NotCommitted(Exception):
    """An invoice comes for what was ordered and not yet paid."""


@transaction.atomic
def save_expense(*, expense: Expense, version: int | None = None) -> Expense:
    """Save a new or corrected expense; its channel is its program's where none is given.

    Where `original_currency` is another than the workspace's, `amount` follows from
    `original_amount` at the rate of the expense's date. What was converted before keeps its rate
    until its amount, currency or date is changed. `version` is the one the person saw. Raises
    `NothingToSpendOn`, `EditedMeanwhile` of `ipeo.actions.versions`, and
    `execute.queries.rates.NoRate` and `TooLarge`.
    """
    if expense.program is None and expense.channel is None:
        raise NothingToSpendOn("Choose the program or channel this expense is for.")
    stored = hold_version(expense, version) if expense.pk else None
    if stored is not None and stored.program_id != expense.program_id:
        # A person's word is above a rule's.
        expense.rule, expense.channel_before_rule = None, None
    if expense.channel is None and expense.program is not None:
        expense.channel = expense.program.channel
    _convert(expense, stored)
    expense.version = stored.version + 1 if stored else 1
    expense.save()
    return expense


def _convert(expense: Expense, stored: Expense | None) -> None:
    if expense.original_currency in {"", tenancy.current_workspace().currency}:
        expense.original_currency = ""
        expense.original_amount, expense.exchange_rate = None, None
        return
    said = ("original_amount", "original_currency", "date")
    if stored is not None and all(getattr(stored, n) == getattr(expense, n) for n in said):
        expense.amount, expense.exchange_rate = stored.amount, stored.exchange_rate
        return
    if expense.original_amount is None:
        expense.original_amount = expense.amount
    expense.exchange_rate = rate_on(expense.original_currency, expense.date)
    expense.amount = converted(expense.original_amount, expense.exchange_rate)


@transaction.atomic
def invoice_arrived(*, expense: Expense, amount: Decimal, day: date) -> Expense:
    """Turn what was ordered into what was paid, and keep what was ordered beside it.

    `amount` is in the currency of the order; `day` is the invoice's date. Raises `NotCommitted`,
    and what `save_expense` raises.
    """
    stored = hold(Expense, expense.pk)
    if stored.state != Expense.State.COMMITTED:
        raise NotCommitted("This expense is not waiting for an invoice.")
    stored.committed_amount = stored.amount
    stored.state, stored.date = Expense.State.ACTUAL, day
    if stored.original_currency:
        stored.original_amount = amount
    else:
        stored.amount = amount
    return save_expense(expense=stored)


def delete_expense(*, expense: Expense) -> str:
    """Remove an expense and return a token that brings it back within the hour."""
    token = remembered([expense])
    expense.delete()
    return token


def remembered(expenses: Sequence[Expense]) -> str:
    """Return a token that brings expenses back, once they are removed."""
    kept = [{name: getattr(one, name) for name in KEPT} | {"id": one.pk} for one in expenses]
    text = json.dumps(kept, cls=DjangoJSONEncoder)
    return signing.dumps(text, salt=_salt(), compress=True)


@transaction.atomic
def restore_expense(*, token: str) -> list[Expense]:
    """Bring back as they were what was removed together; raises `CannotBeUndone`."""
    try:
        text = signing.loads(token, salt=_salt(), max_age=UNDO_SECONDS)
    except signing.BadSignature:
        raise CannotBeUndone("This can no longer be undone.") from None
    return [_restored(raw) for raw in json.loads(text)]


def _restored(raw: dict[str, Any]) -> Expense:
    field: Any = Expense._meta.get_field
    kept = {name: field(name.removesuffix("_id")).to_python(raw[name]) for name in KEPT}
    # A rule may be gone since; the row keeps where it had put it.
    if not SpendRule.objects.filter(pk=kept["rule_id"]).exists():
        kept["rule_id"] = kept["channel_before_rule_id"] = None
    held = Expense.objects.filter(pk=raw["id"])
    if held.exists() or (
        kept["import_key"] and Expense.objects.filter(import_key=kept["import_key"]).exists()
    ):
        raise CannotBeUndone("This expense was already restored.")
    return Expense.objects.create(pk=raw["id"], **kept)


def _salt() -> str:
    return f"execute.expense.{tenancy.current_workspace_id()}"
