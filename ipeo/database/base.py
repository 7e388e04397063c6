"""Django's PostgreSQL backend, with the tenancy scope kept in step on every connection.

It also undoes what a transaction did outside the database, where that is rolled back.

Row-level security reads the scope from settings of the connection. Writing them when a scope
is entered would not be enough: a rollback takes them back, and a reconnect forgets them. So
the wrapper compares, before each cursor, what the connection knows with what holds now.
"""

from collections.abc import Callable
from typing import Any

import structlog
from django.db.backends.postgresql import base
from django.db.transaction import TransactionManagementError

from ipeo.tenancy import settings_wanted

log = structlog.get_logger(__name__)

_SET = (
    "SELECT set_config('ipeo.workspace', %s, false), set_config('ipeo.person', %s, false), "
    "set_config('ipeo.system', %s, false)"
)


class DatabaseWrapper(base.DatabaseWrapper):
    """One connection that always speaks for the current scope."""

    _scope_known: tuple[str, str, str] | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._undoing: list[tuple[set[Any], Callable[[], object]]] = []

    def on_rollback(self, undo: Callable[[], object]) -> None:
        """Call `undo` if what is written from here on is rolled back; the open part is enough.

        Django has this for the commit alone. What `undo` raises is logged. Raises
        `TransactionManagementError` outside a transaction, where nothing is rolled back.
        """
        if not self.in_atomic_block:
            raise TransactionManagementError("Only what a transaction does can be rolled back.")
        self._undoing.append((set(self.savepoint_ids), undo))

    def _undo(self, since: str | None = None) -> None:
        """Undo, the latest first, what was done in the transaction, or since a savepoint."""
        every, self._undoing = self._undoing, []
        for sids, undo in reversed(every):
            if since is not None and since not in sids:
                self._undoing.insert(0, (sids, undo))
                continue
            try:
                undo()
            except Exception:
                log.exception("not undone after a rollback")

    def create_cursor(self, name: str | None = None) -> Any:
        """Return a cursor, telling PostgreSQL the scope first where it has changed."""
        wanted = settings_wanted()
        if self._scope_known != wanted and self.connection is not None:
            with self.connection.cursor() as cursor:
                cursor.execute(_SET, wanted)
            self._scope_known = wanted
        return super().create_cursor(name)

    def _rollback(self) -> None:
        self._scope_known = None
        super()._rollback()  # type: ignore[misc]
        self._undo()

    def _savepoint_rollback(self, sid: str) -> None:
        super()._savepoint_rollback(sid)  # type: ignore[misc]
        self._scope_known = None
        self._undo(since=sid)

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]
        self._undoing = []

    def init_connection_state(self) -> None:
        """Forget what an earlier connection was told."""
        self._scope_known = None
        super().init_connection_state()

    def close(self) -> None:
        """Close, and forget what the connection was told; what was not committed is undone."""
        self._scope_known = None
        super().close()
        self._undo()
