"""Django's PostgreSQL backend, with the tenancy scope kept in step on every connection.

Row-level security reads the scope from settings of the connection. Writing them when a scope
is entered would not be enough: a rollback takes them back, and a reconnect forgets them. So
the wrapper compares, before each cursor, what the connection knows with what holds now.
"""

from typing import Any

from django.db.backends.postgresql import base

from ipeo.tenancy import settings_wanted

_SET = (
    "SELECT set_config('ipeo.workspace', %s, false), set_config('ipeo.person', %s, false), "
    "set_config('ipeo.system', %s, false)"
)


class DatabaseWrapper(base.DatabaseWrapper):
    """One connection that always speaks for the current scope."""

    _scope_known: tuple[str, str, str] | None = None

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

    def _savepoint_rollback(self, sid: str) -> None:
        super()._savepoint_rollback(sid)  # type: ignore[misc]
        self._scope_known = None

    def init_connection_state(self) -> None:
        """Forget what an earlier connection was told."""
        self._scope_known = None
        super().init_connection_state()

    def close(self) -> None:
        """Close, and forget what the connection was told."""
        self._scope_known = None
        super().close()
