"""A row that was read before is locked, and read as it stands now."""

from __future__ import annotations

from typing import TypeVar

from django.db import models

Row = TypeVar("Row", bound=models.Model)


class RowGone(Exception):
    """Somebody else deleted a row after it was read, and before it was locked.

    It is answered as an address with nothing at it: no fault of ours, as any other row that is
    missing would be.
    """

    def __init__(self) -> None:
        super().__init__("Someone else has just deleted this.")


def hold(kind: type[Row], pk: int, *related: str) -> Row:
    """Lock a row until the transaction ends, and return it with what it names in `related`.

    The row alone is locked. Raises `RowGone`.
    """
    rows = kind._default_manager.select_related(*related) if related else kind._default_manager
    found: Row | None = rows.select_for_update(of=("self",)).filter(pk=pk).first()
    if found is None:
        raise RowGone
    return found
