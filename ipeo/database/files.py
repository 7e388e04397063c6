"""Files beside rows: a file is kept with its row, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.core.files import File
from django.db import connections
from django.db.models.fields.files import FieldFile

if TYPE_CHECKING:
    from ipeo.database.base import DatabaseWrapper


def keep_file(file: FieldFile, name: str, content: File[Any]) -> None:
    """Store a row's file before the row is saved; a rollback of the transaction removes it.

    Raises `TransactionManagementError` outside a transaction.
    """
    connection = cast("DatabaseWrapper", connections["default"])
    file.save(name, content, save=False)
    kept, storage = str(file.name), file.storage
    connection.on_rollback(lambda: storage.delete(kept))


def remove_file(file: FieldFile) -> None:
    """Remove a deleted row's file once the transaction has committed."""
    kept, storage = str(file.name), file.storage
    connections["default"].on_commit(lambda: storage.delete(kept))
