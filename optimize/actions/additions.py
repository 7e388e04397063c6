"""Differences added to rows of totals, in one way for all that is counted."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection


def add(
    workspace_id: int,
    table: str,
    keys: Sequence[str],
    figures: Sequence[str],
    difference: str,
    *,
    is_empty: str,
) -> int:
    """Add a difference to the totals of a table; return how many rows of it changed.

    `difference` is a query with columns of the names of `keys` and `figures`. A total goes where
    afterwards `is_empty`, a condition on its columns, holds. Which ones those are is known as
    they are written: to look for them would read the table.
    """
    columns = ", ".join(f'"{name}"' for name in (*keys, *figures))
    differs = " OR ".join(f'"{name}" <> 0' for name in figures)
    values = ", ".join(f'"{name}" = total."{name}" + EXCLUDED."{name}"' for name in figures)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH added AS (INSERT INTO {table} AS total (workspace_id, {columns}) "  # noqa: S608
            f"SELECT %(workspace)s, {columns} FROM ({difference}) AS difference WHERE {differs} "
            f"ON CONFLICT (workspace_id, {', '.join(keys)}) DO UPDATE SET {values} "
            f"RETURNING id, {is_empty} AS is_empty) "
            "SELECT count(*), array_agg(id) FILTER (WHERE is_empty) FROM added",
            {"workspace": workspace_id},
        )
        changed, emptied = cursor.fetchone()
    drop(workspace_id, table, emptied)
    return int(changed)


def drop(workspace_id: int, table: str, emptied: list[int] | None) -> None:
    """Delete the totals of these ids, of which nothing is left."""
    if not emptied:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {table} WHERE workspace_id = %s AND id = ANY(%s)",  # noqa: S608
            [workspace_id, emptied],
        )
