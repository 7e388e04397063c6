"""What each piece of an import wrote, kept with it, so that the import can be undone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from psycopg2 import sql

from execute.models import Import
from ipeo import tenancy

# What changes with every write, or follows from another row, tells nothing of an edit.
UNPRINTED = frozenset({"id", "workspace_id", "import_key", "version", "updated_at", "source_id"})
FOLLOWING: Mapping[str, frozenset[str]] = {"execute_touch": frozenset({"account_id"})}


def stored_columns(table: str) -> tuple[str, ...]:
    """Return a table's columns but for those that the database computes, in their order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
            " AND NOT attisdropped AND attgenerated = '' ORDER BY attnum",
            [table],
        )
        return tuple(name for (name,) in cursor.fetchall())


def printed_columns(table: str) -> tuple[str, ...]:
    """Return the columns whose values tell whether somebody has edited a row since."""
    left_out = UNPRINTED | FOLLOWING.get(table, frozenset())
    return tuple(name for name in stored_columns(table) if name not in left_out)


def print_of(row: str, columns: Sequence[str]) -> sql.Composed:
    """Return the expression of a row's print: a 64-bit hash of these columns."""
    return sql.SQL("hashtextextended(ROW({})::text, 0)").format(
        sql.SQL(", ").join(sql.Identifier(row, name) for name in columns)
    )


def returning(
    table: str, columns: Sequence[str], former: Sequence[str] | None = None
) -> sql.Composed:
    """Return what a writing statement gives of each row, for `keep` and `recorded`.

    `former` names the columns whose earlier values are kept; all that are stored by default.
    """
    before = sql.SQL("jsonb_build_object({})").format(
        sql.SQL(", ").join(
            sql.SQL("{}, {}").format(sql.Literal(name), sql.Identifier("old", name))
            for name in (former if former is not None else stored_columns(table))
            if name not in {"id", "workspace_id"}
        )
    )
    return sql.SQL(
        " RETURNING new.id, old.id IS NULL AS is_new, {print} AS print,"
        " CASE WHEN old.id IS NOT NULL THEN {before} END AS before"
    ).format(print=print_of("new", columns), before=before)


def recorded(
    *,
    source: Import,
    table: str,
    statement: sql.Composable,
    given: Sequence[Any],
    former: Sequence[str] | None = None,
) -> int:
    """Do a writing statement and keep what it wrote with the import; return how many rows.

    `statement` is an INSERT or UPDATE without its RETURNING. A statement that writes one row
    twice must not be given. Runs inside the caller's transaction.
    """
    columns = tuple(former) if former is not None else printed_columns(table)
    whole = sql.SQL("WITH w AS ({statement}{returning}) {kept}").format(
        statement=statement,
        returning=returning(table, columns, former),
        kept=kept_from("w"),
    )
    with connection.cursor() as cursor:
        cursor.execute(whole, [*given, *piece_of(source, table, columns)])
        found = cursor.fetchone()
        return int(found[0]) if found else 0


def kept_from(written: str) -> sql.Composed:
    """Return the statement that keeps written rows as one piece, and gives how many they are."""
    return sql.SQL(
        'INSERT INTO execute_importpiece (workspace_id, source_id, "table", columns, made,'
        " made_prints, changed, changed_prints, before, undone)"
        " SELECT %s, %s, %s, %s,"
        " coalesce(array_agg(id) FILTER (WHERE is_new), '{{}}'),"
        " coalesce(array_agg(print) FILTER (WHERE is_new), '{{}}'),"
        " coalesce(array_agg(id) FILTER (WHERE NOT is_new), '{{}}'),"
        " coalesce(array_agg(print) FILTER (WHERE NOT is_new), '{{}}'),"
        " coalesce(jsonb_agg(before) FILTER (WHERE NOT is_new), '[]'), false"
        " FROM {} HAVING count(*) > 0 RETURNING cardinality(made) + cardinality(changed)"
    ).format(sql.Identifier(written))


def keep_written(*, source: Import, table: str, columns: Sequence[str], written: str) -> None:
    """Keep the rows of a temporary table that `returning` filled as one piece of the import."""
    with connection.cursor() as cursor:
        cursor.execute(kept_from(written), piece_of(source, table, columns))


def keep_made(*, source: Import, made: Mapping[str, Sequence[int]]) -> None:
    """Keep the rows that were made on the way, because the file names them: ids by table."""
    for table, ids in made.items():
        if not ids:
            continue
        columns = printed_columns(table)
        with connection.cursor() as cursor:
            cursor.execute(
                sql.SQL(
                    "WITH w AS (SELECT t.id, true AS is_new, {print} AS print, NULL::jsonb AS"
                    " before FROM {table} t WHERE t.workspace_id = %s AND t.id = ANY(%s)) {kept}"
                ).format(
                    print=print_of("t", columns),
                    table=sql.Identifier(table),
                    kept=kept_from("w"),
                ),
                [tenancy.current_workspace_id(), list(ids), *piece_of(source, table, columns)],
            )


def piece_of(source: Import, table: str, columns: Sequence[str]) -> list[Any]:
    """Return what `kept_from` needs to be given."""
    return [tenancy.current_workspace_id(), source.pk, table, list(columns)]
