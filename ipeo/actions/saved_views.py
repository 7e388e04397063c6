"""A list's filter is kept under a name, shared, and forgotten."""

from __future__ import annotations

from django.db import transaction
from django.urls import NoReverseMatch

from ipeo.models import Membership, Role, SavedView
from ipeo.navigation import link

MANAGERS = (Role.OWNER, Role.MANAGER)


class NoSuchList(Exception):
    """No list has this name."""


class NotYours(Exception):
    """A saved view is changed by its owner, and a shared one by a manager too."""


@transaction.atomic
def save_view(
    *, page: str, name: str, query: str, owner: Membership, is_shared: bool = False
) -> SavedView:
    """Keep a list's filter under a name; the owner's view of that name is replaced.

    `page` names the list's address, such as `execute:deals`. Raises `NoSuchList`.
    """
    try:
        link(page)
    except NoReverseMatch:
        raise NoSuchList(f"“{page}” is not a list in this workspace.") from None
    saved: SavedView
    saved, _ = SavedView.objects.update_or_create(
        page=page,
        owner=owner,
        name=name.strip(),
        defaults={"query": query.lstrip("?"), "is_shared": is_shared},
    )
    return saved


def delete_view(*, view: SavedView, by: Membership) -> None:
    """Forget a saved view; raises `NotYours`."""
    if view.owner_id != by.pk and not (view.is_shared and by.role in MANAGERS):
        raise NotYours("Only its owner can delete a saved view; a shared one, also a manager.")
    view.delete()
