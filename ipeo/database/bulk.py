"""Rows in bulk: copied into a temporary table, then inserted with one statement.

PostgreSQL refuses `COPY` into a table under row-level security; a temporary table has none, and
the `INSERT ... SELECT` out of it is bound by the policies as any other.
"""

from __future__ import annotations

import io
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import connection
from psycopg2 import sql
from psycopg2.extensions import TRANSACTION_STATUS_INERROR, TRANSACTION_STATUS_UNKNOWN

if TYPE_CHECKING:
    import pandas as pd

ROWS_AT_ONCE = 200_000


@contextmanager
def unaudited() -> Iterator[None]:
    """Leave these writes out of the row-by-row audit: their load is recorded as a whole."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('ipeo.bulk', 'on', false)")
        try:
            yield
        finally:
            # After a failure nothing can be said; the rollback takes the setting back itself.
            if not (connection.needs_rollback or _has_failed(cursor)):
                cursor.execute("SELECT set_config('ipeo.bulk', '', false)")


def _has_failed(cursor: Any) -> bool:
    status = cursor.connection.info.transaction_status
    return status in {TRANSACTION_STATUS_INERROR, TRANSACTION_STATUS_UNKNOWN}


def next_ids(table: str, count: int) -> list[int]:
    """Reserve `count` ids of a table, in ascending order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [table, count],
        )
        return [row[0] for row in cursor.fetchall()]


def stage(temporary: str, types: Mapping[str, str], frame: pd.DataFrame) -> None:
    """Copy a frame's columns into a new temporary table, dropped at the transaction's end.

    `types` gives each column's PostgreSQL type; missing values (None, NaN, NaT) become nulls.
    """
    # A word that nobody can have typed, or a cell that says it would be taken for missing.
    null = secrets.token_hex(16)
    with connection.cursor() as cursor:
        columns = sql.SQL(", ").join(
            sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind))
            for name, kind in types.items()
        )
        cursor.execute(
            sql.SQL("CREATE TEMPORARY TABLE {} ({}) ON COMMIT DROP").format(
                sql.Identifier(temporary), columns
            )
        )
        copy = sql.SQL("COPY {} ({}) FROM STDIN WITH (FORMAT csv, NULL {})").format(
            sql.Identifier(temporary),
            sql.SQL(", ").join(map(sql.Identifier, types)),
            sql.Literal(null),
        )
        chosen = frame[list(types)]
        for start in range(0, len(chosen), ROWS_AT_ONCE):
            text = io.StringIO()
            # The csv module quotes what its line end holds, and COPY wants both quoted.
            chosen.iloc[start : start + ROWS_AT_ONCE].to_csv(
                text, header=False, index=False, na_rep=null, lineterminator="\r\n"
            )
            text.seek(0)
            cursor.cursor.copy_expert(copy.as_string(cursor.cursor), text)


def insert(
    table: str, workspace_id: int, frame: pd.DataFrame, fixed: Mapping[str, Any] = {}
) -> int:
    """Insert a frame's rows into a workspace's table; return how many.

    The frame's columns carry the table's column names; `fixed` gives columns that are the same
    in every row. Runs inside the caller's transaction.
    """
    types = column_types(table)
    temporary = f"staged_{table}"
    stage(temporary, {name: types[name] for name in frame.columns}, frame)
    names: Sequence[str] = ["workspace_id", *fixed, *frame.columns]
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("INSERT INTO {} ({}) SELECT {}, {} FROM {}").format(
                sql.Identifier(table),
                sql.SQL(", ").join(map(sql.Identifier, names)),
                sql.SQL(", ").join(sql.Placeholder() * (1 + len(fixed))),
                sql.SQL(", ").join(map(sql.Identifier, frame.columns)),
                sql.Identifier(temporary),
            ),
            [workspace_id, *fixed.values()],
        )
        written: int = cursor.rowcount
        cursor.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(temporary)))
    return written


def column_types(table: str) -> dict[str, str]:
    """Return the PostgreSQL type of each of a table's columns."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
            [table],
        )
        return dict(cursor.fetchall())
