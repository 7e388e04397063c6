"""Rows that carry a version: what somebody else changed after it was read is never overwritten."""

from __future__ import annotations

from typing import Any, TypeVar

from ipeo.database.holding import hold
from ipeo.models import TenantModel

Row = TypeVar("Row", bound=TenantModel)


class EditedMeanwhile(Exception):
    """Somebody else changed the row after it was read; `current` is how it stands now."""

    def __init__(self, row: Any) -> None:
        super().__init__(f"Someone else changed this {row._meta.verbose_name} in the meantime.")
        self.current = row


def hold_version(row: Row, version: int | None) -> Row:
    """Lock and return a row as it is stored; raises `EditedMeanwhile` for another version."""
    stored: Any = hold(type(row), row.pk)
    if version is not None and stored.version != version:
        raise EditedMeanwhile(stored)
    return stored  # type: ignore[no-any-return]
