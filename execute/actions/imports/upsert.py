"""One set-based upsert: what is new is added, what differs is changed, the rest stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection
from psycopg2 import sql

from ipeo.database import bulk

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Upserted:
    """The import keys of the rows that were added, and of those that were changed."""

    added: frozenset[str]
    changed: frozenset[str]


def upsert(
    table: str,
    workspace_id: int,
    frame: pd.DataFrame,
    *,
    at_first: Mapping[str, Any] | None = None,
    with_change: Mapping[str, Any] | None = None,
) -> Upserted:
    """Write a frame's rows into a table by `import_key`, which is unique in the frame.

    Columns that the frame lacks keep what they hold. `at_first` gives values for added rows
    alone; `with_change` gives values for added and changed rows that make no change by
    themselves. Runs inside the caller's transaction.
    """
    if frame.empty:
        return Upserted(frozenset(), frozenset())
    first, along = dict(at_first or {}), dict(with_change or {})
    names = list(frame.columns)
    first = {name: value for name, value in first.items() if name not in names}
    types = bulk.column_types(table)
    temporary = f"upserted_{table}"
    bulk.stage(temporary, {name: types[name] for name in names}, frame)
    compared = [name for name in names if name != "import_key"]
    statement = sql.SQL(
        "INSERT INTO {table} AS t ({columns}) SELECT {values}, {staged} FROM {temporary}"
        " ON CONFLICT (workspace_id, import_key) DO UPDATE SET {updates}"
        " WHERE {different} RETURNING import_key, (xmax = 0)"
    ).format(
        table=sql.Identifier(table),
        columns=_listed(["workspace_id", *first, *along, *names]),
        values=sql.SQL(", ").join(sql.Placeholder() * (1 + len(first) + len(along))),
        staged=_listed(names),
        temporary=sql.Identifier(temporary),
        updates=sql.SQL(", ").join(
            sql.SQL("{0} = EXCLUDED.{0}").format(sql.Identifier(name))
            for name in [*compared, *along]
        )
        if compared
        else sql.SQL("import_key = EXCLUDED.import_key"),
        different=sql.SQL("ROW({}) IS DISTINCT FROM ROW({})").format(
            sql.SQL(", ").join(sql.Identifier("t", name) for name in compared),
            sql.SQL(", ").join(sql.Identifier("excluded", name) for name in compared),
        )
        if compared
        else sql.SQL("false"),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [workspace_id, *first.values(), *along.values()])
        written = cursor.fetchall()
        cursor.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(temporary)))
    return Upserted(
        added=frozenset(key for key, is_new in written if is_new),
        changed=frozenset(key for key, is_new in written if not is_new),
    )


def adopt(table: str, workspace_id: int, frame: pd.DataFrame) -> None:
    """Let rows made by hand, or by name alone, take the keys of the file's rows of that name.

    `frame` has `import_key`, `name` and `by_name` (the key that a name alone would give).
    """
    bulk.stage("adopting", {"import_key": "text", "name": "text", "by_name": "text"}, frame)
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
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
            [workspace_id, workspace_id, workspace_id],
        )
        cursor.execute("DROP TABLE adopting")


def _listed(names: list[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))
