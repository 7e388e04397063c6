"""Accounts and the people at them are written down."""

from __future__ import annotations

from insight.models import Account, Contact


class NobodyNamed(Exception):
    """A contact needs a name or an e-mail address."""


def save_account(*, account: Account) -> Account:
    """Save an account. Two companies may share a name; files tell them apart by their key."""
    account.save()
    return account


def save_contact(*, contact: Contact) -> Contact:
    """Save a contact; raises `NobodyNamed`."""
    if not (contact.name.strip() or contact.email.strip() or contact.import_key):
        raise NobodyNamed("Write a name or an e-mail address.")
    contact.save()
    return contact
