"""Work that one transaction of a workspace does at a time, also before there is a row to lock."""

from __future__ import annotations

from django.db import connection

from ipeo import tenancy


def take_turn(what: str) -> None:
    """Wait until no other transaction of the scope's workspace does `what`, until this one ends.

    Two numbers make the key: PostgreSQL takes them as integers of 32 bits.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, hashtext(%s))",
            [tenancy.current_workspace_id() % 2**31, what],
        )
