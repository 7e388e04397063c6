"""One set-based upsert: what is new is added, what differs is changed, the rest stays as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection
from psycopg2 import sql

from execute.actions.imports import ledger
from execute.models import Import
from ipeo.database import bulk

if TYPE_CHECKING:
    import pandas as pd

WRITTEN = "written"


@dataclass(frozen=True)
class Counts:
    """How many of a piece's lines were new, changed or as they were."""

    new: int
    changed: int
    unchanged: int


def upsert(
    table: str,
    workspace_id: int,
    frame: pd.DataFrame,
    *,
    source: Import,
    at_first: Mapping[str, Any] | None = None,
    with_change: Mapping[str, Any] | None = None,
    counted_up: Sequence[str] = (),
) -> Counts:
    """Write a frame's rows into a table by `import_key`, which is unique in the frame.

    `line` is the row's line in the file, and what is counted; other columns are the table's, and
    those that the frame lacks keep what they hold. `at_first` gives values for added rows alone;
    `with_change` gives values for added and changed rows that make no change by themselves, and
    `counted_up` names columns that grow by one with a change. The rows written stand in the
    temporary table `written` (id, import_key, is_new) until the transaction ends, and are kept
    with the import. Runs inside the caller's transaction.
    """
    first, along = dict(at_first or {}), dict(with_change or {})
    names = [name for name in frame.columns if name != "line"]
    first = {name: value for name, value in first.items() if name not in names}
    types = bulk.column_types(table)
    temporary = f"upserted_{table}"
    bulk.stage(temporary, {name: types[name] for name in names} | {"line": "bigint"}, frame)
    compared = [name for name in names if name != "import_key"]
    columns = ledger.printed_columns(table)
    into = sql.Identifier(table)
    statement = sql.SQL(
        "WITH w AS (INSERT INTO {table} AS t ({columns}) SELECT {values}, {staged}"
        " FROM {temporary} s"
        " ON CONFLICT (workspace_id, import_key) DO UPDATE SET {updates}"
        " WHERE {different} {returning}, new.import_key)"
        " INSERT INTO {written} SELECT * FROM w"
    ).format(
        table=into,
        columns=_listed(["workspace_id", *first, *along, *names]),
        values=sql.SQL(", ").join(sql.Placeholder() * (1 + len(first) + len(along))),
        staged=sql.SQL(", ").join(sql.Identifier("s", name) for name in names),
        temporary=sql.Identifier(temporary),
        updates=sql.SQL(", ").join(
            [
                *(
                    sql.SQL("{0} = EXCLUDED.{0}").format(sql.Identifier(name))
                    for name in [*compared, *along]
                ),
                *(sql.SQL("{0} = t.{0} + 1").format(sql.Identifier(name)) for name in counted_up),
            ]
            or [sql.SQL("import_key = EXCLUDED.import_key")]
        ),
        different=_differs("excluded", compared),
        returning=ledger.returning(table, columns),
        written=sql.Identifier(WRITTEN),
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"DROP TABLE IF EXISTS pg_temp.{WRITTEN}; CREATE TEMPORARY TABLE {WRITTEN}"
            " (id bigint, is_new boolean, print bigint, before jsonb, import_key text)"
            " ON COMMIT DROP"
        )
        cursor.execute(statement, [workspace_id, *first.values(), *along.values()])
        counts = _counted(cursor, temporary)
        cursor.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(temporary)))
    ledger.keep_written(source=source, table=table, columns=columns, written=WRITTEN)
    return counts


def _counted(cursor: Any, temporary: str) -> Counts:
    """Count lines: one that became several rows is new with its first, and changed with any."""
    cursor.execute(
        sql.SQL(
            "SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new)"
            " FROM (SELECT s.line, bool_or(w.is_new) AS is_new FROM {written} w"
            " JOIN {temporary} s ON s.import_key = w.import_key GROUP BY s.line) AS lines"
        ).format(written=sql.Identifier(WRITTEN), temporary=sql.Identifier(temporary))
    )
    new, changed = cursor.fetchone()
    cursor.execute(sql.SQL("SELECT count(DISTINCT line) FROM {}").format(sql.Identifier(temporary)))
    (lines,) = cursor.fetchone()
    return Counts(new, changed, lines - new - changed)


def _differs(other: str, compared: Sequence[str]) -> sql.Composable:
    if not compared:
        return sql.SQL("false")
    return sql.SQL("ROW({}) IS DISTINCT FROM ROW({})").format(
        sql.SQL(", ").join(sql.Identifier("t", name) for name in compared),
        sql.SQL(", ").join(sql.Identifier(other, name) for name in compared),
    )


def adopt(table: str, workspace_id: int, frame: pd.DataFrame, *, source: Import) -> None:
    """Let rows made by hand, or by name alone, take the keys of the file's rows of that name.

    `frame` has `import_key`, `name` and `by_name` (the key that a name alone would give).
    """
    bulk.stage("adopting", {"import_key": "text", "name": "text", "by_name": "text"}, frame)
    ledger.recorded(
        source=source,
        table=table,
        former=("import_key",),
        statement=sql.SQL(
            "UPDATE {table} t SET import_key = a.import_key FROM ("
            " SELECT DISTINCT ON (lower(name)) lower(name) AS name, import_key, by_name"
            " FROM adopting ORDER BY lower(name), import_key) a"
            " WHERE t.workspace_id = %s AND lower(t.name) = a.name"
            " AND (t.import_key IS NULL OR t.import_key = a.by_name)"
            " AND t.id = (SELECT min(o.id) FROM {table} o WHERE o.workspace_id = %s"
            "  AND lower(o.name) = a.name"
            "  AND (o.import_key IS NULL OR o.import_key = a.by_name))"
            " AND NOT EXISTS (SELECT 1 FROM {table} o WHERE o.workspace_id = %s"
            "  AND o.import_key = a.import_key)"
        ).format(table=sql.Identifier(table)),
        given=[workspace_id, workspace_id, workspace_id],
    )
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE adopting")


def _listed(names: list[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))
