"""Money spent: written down, corrected, removed, and brought back."""

from __future__ import annotations

import json
from typing import Any

from django.core import signing
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction

from execute.models import Expense
from ipeo import tenancy

UNDO_SECONDS = 3600
KEPT = (
    "date",
    "channel_id",
    "program_id",
    "description",
    "amount",
    "state",
    "impressions",
    "clicks",
    "source_id",
    "import_key",
)


class NothingToSpendOn(Exception):
    """An expense is for a program or for a channel."""


class CannotBeUndone(Exception):
    """The removal is too long ago, or the expense is back already."""


@transaction.atomic
def save_expense(*, expense: Expense) -> Expense:
    """Save a new or corrected expense; its channel is its program's where none is given.

    Raises `NothingToSpendOn`.
    """
    if expense.program is None and expense.channel is None:
        raise NothingToSpendOn("Name the program or the channel that the money is for.")
    if expense.channel is None and expense.program is not None:
        expense.channel = expense.program.channel
    expense.save()
    return expense


def delete_expense(*, expense: Expense) -> str:
    """Remove an expense and return a token that brings it back within the hour."""
    kept = {name: getattr(expense, name) for name in KEPT} | {"id": expense.pk}
    expense.delete()
    text = json.dumps(kept, cls=DjangoJSONEncoder)
    return signing.dumps(text, salt=_salt(), compress=True)


@transaction.atomic
def restore_expense(*, token: str) -> Expense:
    """Bring a removed expense back as it was; raises `CannotBeUndone`."""
    try:
        text = signing.loads(token, salt=_salt(), max_age=UNDO_SECONDS)
    except signing.BadSignature:
        raise CannotBeUndone("This removal can no longer be undone.") from None
    field: Any = Expense._meta.get_field
    raw: dict[str, Any] = json.loads(text)
    kept = {name: field(name.removesuffix("_id")).to_python(raw[name]) for name in KEPT}
    held = Expense.objects.filter(pk=raw["id"])
    if held.exists() or (
        kept["import_key"] and Expense.objects.filter(import_key=kept["import_key"]).exists()
    ):
        raise CannotBeUndone("This expense is back already.")
    return Expense.objects.create(pk=raw["id"], **kept)  # type: ignore[no-any-return]


def _salt() -> str:
    return f"execute.expense.{tenancy.current_workspace_id()}"
