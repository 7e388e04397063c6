"""Accounts and the people at them are written down."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ForeignObjectRel

from insight.models import Account, Contact
from ipeo.database.holding import RowGone
from ipeo.database.uniqueness import is_taken


class NobodyNamed(Exception):
    """A contact needs a name or an e-mail address."""


class SameAccount(Exception):
    """An account cannot be merged into itself."""


def save_account(*, account: Account) -> Account:
    """Save an account. Two companies may share a name; files tell them apart by their key."""
    account.save()
    return account


def save_contact(*, contact: Contact) -> Contact:
    """Save a contact; raises `NobodyNamed`."""
    if not (contact.name.strip() or contact.email.strip() or contact.import_key):
        raise NobodyNamed("Enter a name or an email address.")
    contact.save()
    return contact


@transaction.atomic
def merge_accounts(*, account: Account, into: Account) -> Account:
    """Move all that is known of an account to another, and delete it; return the other.

    People, touches, deals and whatever else names the account come along, also from the stages
    to the right, and are measured anew. What both have where there may be one only, the other
    keeps. Its blanks are filled. Raises `SameAccount`, or `RowGone` where one of
    the two is gone.
    """
    if account.pk == into.pk:
        raise SameAccount("Choose another account. An account cannot be merged into itself.")
    both = Account.objects.filter(pk__in=[account.pk, into.pk]).order_by("pk")
    held: dict[int, Account] = {row.pk: row for row in both.select_for_update(of=("self",))}
    if len(held) < 2:
        raise RowGone
    gone, kept = held[account.pk], held[into.pk]
    for relation in Account._meta.get_fields(include_hidden=True):
        if isinstance(relation, ForeignObjectRel):
            _move(relation.related_model, relation.field.name, gone, kept)
    key = gone.import_key
    gone.delete()
    _fill(kept, gone, key)
    kept.save()
    return kept


def _move(model: Any, name: str, gone: Account, kept: Account) -> None:
    rows = model.objects.filter(**{name: gone})
    try:
        with transaction.atomic():
            rows.update(**{name: kept})
    except IntegrityError as error:
        if not is_taken(error):
            raise
        for row in rows:
            try:
                with transaction.atomic():
                    model.objects.filter(pk=row.pk).update(**{name: kept})
            except IntegrityError as also:
                if not is_taken(also):
                    raise
                row.delete()


def _fill(kept: Account, gone: Account, key: str | None) -> None:
    """Fill the blanks of the one that is kept; a later file finds it by either's key if it can."""
    for field in (
        "industry",
        "region",
        "country",
        "employees",
        "annual_revenue",
        "website",
        "parent_name",
        "owner_id",
    ):
        if getattr(kept, field) in (None, ""):
            setattr(kept, field, getattr(gone, field))
    kept.attributes = {**gone.attributes, **kept.attributes}
    kept.import_key = kept.import_key or key
