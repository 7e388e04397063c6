"""What the planner knows of a table, refreshed after much of it changed."""

from __future__ import annotations

from django.db import connection
from psycopg2 import sql

MANY = 2_000
"""Below so many changed rows the former statistics will do."""


def refresh_statistics(*tables: str) -> None:
    """Let PostgreSQL look at tables anew, rather than at its next round some minutes later.

    Until then it plans for a table that is nearly empty, and a join may take minutes. Call it
    outside a long transaction: its lock holds others' refreshes up until that ends.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("ANALYZE {}").format(sql.SQL(", ").join(map(sql.Identifier, tables)))
        )
