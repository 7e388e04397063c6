"""The two database roles: one owns the schema, the other runs the application."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from psycopg2 import sql

OWNER_ALIAS = "owner"
_PREPARING = 0x1BE0


class UnsafeRole(Exception):
    """The application would connect as a role that row-level security does not bind."""


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Let two that prepare one database at once take turns; the second finds nothing to do."""
    with connections[OWNER_ALIAS].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_PREPARING])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_PREPARING])


def make_app_role() -> str:
    """Create the application's role where it is missing, let it use tables yet to come.

    Returns the role's name. Raises `UnsafeRole` where the application's address names the owner
    itself, a superuser or a role that bypasses row-level security.
    """
    settings: dict[str, Any] = connections[DEFAULT_DB_ALIAS].settings_dict
    role, password = settings["USER"], settings["PASSWORD"]
    with connections[OWNER_ALIAS].cursor() as cursor:
        cursor.execute("SELECT current_user")
        if cursor.fetchone()[0] == role:
            raise UnsafeRole(f"DATABASE_URL must not connect as the schema's owner {role!r}.")
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = %s", [role])
        row = cursor.fetchone()
        if row is None:
            cursor.execute(
                sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(
                    sql.Identifier(role), sql.Literal(password or None)
                )
            )
        elif row[0]:
            raise UnsafeRole(f"The role {role!r} bypasses row-level security; use a plain role.")
        name = sql.Identifier(role)
        cursor.execute(
            sql.SQL(
                "GRANT USAGE ON SCHEMA public TO {0};"
                "ALTER DEFAULT PRIVILEGES IN SCHEMA public"
                " GRANT SELECT, INSERT, UPDATE, DELETE, MAINTAIN ON TABLES TO {0};"
                "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {0};"
            ).format(name)
        )
    return str(role)


def grant_to_app_role() -> None:
    """Let the application's role read and write every table, and only append to the audit.

    It may also refresh their statistics, which a bulk load calls for.
    """
    role = sql.Identifier(connections[DEFAULT_DB_ALIAS].settings_dict["USER"])
    with connections[OWNER_ALIAS].cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "GRANT SELECT, INSERT, UPDATE, DELETE, MAINTAIN ON ALL TABLES IN SCHEMA public"
                " TO {0};"
                "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {0};"
                "REVOKE UPDATE, DELETE ON ipeo_auditevent FROM {0};"
            ).format(role)
        )
