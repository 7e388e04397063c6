"""An import is taken back: what it made is removed, what it changed is as it was before.

Piece by piece, the last first, each in one transaction: a lost worker's successor goes on where it
stopped. A row that somebody has edited, changed by another file, or used since stays as it is, and
is counted with the reason.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction
from django.utils import timezone
from psycopg2 import sql

from execute.actions.imports.ledger import kept_from, piece_of, print_of, stored_columns
from execute.actions.imports.loading import move_touches
from execute.models import Import, ImportPiece
from execute.queries.undoing import KEPT, TABLES, can_be_undone
from ipeo import tenancy
from ipeo.actions.runs import queue_run
from ipeo.database import bulk
from ipeo.database.holding import hold
from ipeo.models import Membership, Run
from ipeo.runs import Report

UNDO_KIND = "undo_import"
# One piece writes to no more tables than this.
GROUP = 12
EDITED, LATER, USED = "edited", "later", "used"
LINES = "execute_dealline"
# Rows that stand and fall with the row that they belong to, and the column that names it.
PARTS = {
    "execute_dealstagechange": ("execute_deal", "deal_id"),
    "execute_dealdriver": ("execute_deal", "deal_id"),
    LINES: ("execute_deal", "deal_id"),
    "execute_touch": ("insight_contact", "contact_id"),
}


class CannotUndo(Exception):
    """The import stored nothing, is still running, or is undone already."""


def start_undo(*, brought: Import, by: Membership | None) -> Run:
    """Queue the undoing of an import; raises `CannotUndo`."""
    with transaction.atomic():
        held = hold(Import, brought.pk)
        if not can_be_undone(held):
            raise CannotUndo(
                "This import has already been undone."
                if held.state == Import.State.UNDONE
                else "This import is being undone."
                if held.state == Import.State.UNDOING
                else "This import cannot be undone: it stored no rows, or it is still running."
            )
        # Rows that had to stay are tried again, and counted again.
        held.undone = {key: n for key, n in held.undone.items() if key not in KEPT}
        last = ImportPiece.objects.filter(source=held).latest("pk")
        run = queue_run(
            kind=UNDO_KIND,
            arguments={"import": held.pk, "last": last.pk},
            title=f"Undoing the import of {held.file_name}"[:200],
            by=by,
        )
        held.state, held.undo_run, held.undo_by = Import.State.UNDOING, run, by
        held.save(update_fields=["state", "undo_run", "undo_by", "undone"])
    brought.refresh_from_db()
    return run


def undo_import(run: Run, report: Report) -> dict[str, Any]:
    """Take an import back: the work of an undo's run. Safe to do twice."""
    brought = Import.objects.get(pk=run.arguments["import"])
    last: int = run.arguments["last"]
    pieces = ImportPiece.objects.filter(source=brought, pk__lte=last)
    total = pieces.count()
    while (left := pieces.filter(undone=False).count()) > 0:
        report(total - left, total, "Undoing rows")
        undo_piece(brought=brought, last=last)
    Import.objects.filter(pk=brought.pk, state=Import.State.UNDOING).update(
        state=Import.State.UNDONE, undone_at=timezone.now()
    )
    brought.refresh_from_db()
    return dict(brought.undone)


@transaction.atomic
def undo_piece(*, brought: Import, last: int) -> None:
    """Take back what the import wrote last, up to the piece `last`; all of it or nothing.

    What must stay is kept as a new piece, to be tried again when it may go.
    """
    locked = hold(Import, brought.pk)
    main = TABLES[locked.kind]
    waiting = ImportPiece.objects.filter(source=locked, undone=False, pk__lte=last)
    group: list[dict[str, Any]] = []
    for piece in waiting.order_by("-pk").values("pk", "table", "columns")[:GROUP]:
        group.append(dict(piece))
        if piece["table"] == main:
            break
    else:
        group = group[:1]
    if not group:
        return
    # The import's own rows first; what followed from them goes where they go.
    own = [piece["pk"] for piece in group]
    rows = group[-1]
    counted = Counter(locked.undone)
    with bulk.unaudited():
        counted += _undo(locked, rows, own=own)
        if len(group) > 1:
            with connection.cursor() as cursor:
                cursor.execute(
                    "DROP TABLE IF EXISTS pg_temp.kept;"
                    "CREATE TEMPORARY TABLE kept ON COMMIT DROP AS"
                    " SELECT id FROM undoing WHERE why <> ''"
                )
            for part in group[:-1]:
                _undo(locked, part, own=own, within=rows["table"])
    if rows["table"] != main or rows["columns"] == ["import_key"]:
        counted = Counter(locked.undone)
    ImportPiece.objects.filter(pk__in=own).update(undone=True)
    locked.undone = dict(counted)
    locked.save(update_fields=["undone"])


def _undo(
    source: Import, piece: dict[str, Any], *, own: list[int], within: str = ""
) -> Counter[str]:
    """Undo one table's rows of a piece; `within` names the table whose kept rows keep theirs."""
    table, columns = piece["table"], piece["columns"]
    if not columns:
        return _bring_back(piece, within=within)
    into = sql.Identifier(table)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.undoing")
        cursor.execute(
            sql.SQL(
                "CREATE TEMPORARY TABLE undoing ON COMMIT DROP AS"
                " SELECT x.id, x.is_new, x.print, x.before,"
                "  CASE WHEN t.id IS NULL THEN 'gone' WHEN {print} <> x.print THEN %s ELSE '' END"
                "   AS why"
                " FROM (SELECT m.id, m.print, true AS is_new, NULL::jsonb AS before"
                "  FROM execute_importpiece p, unnest(p.made, p.made_prints) AS m(id, print)"
                "  WHERE p.id = %s UNION ALL"
                "  SELECT c.id, c.print, false, p.before -> (c.place::int - 1)"
                "  FROM execute_importpiece p, unnest(p.changed, p.changed_prints)"
                "   WITH ORDINALITY AS c(id, print, place) WHERE p.id = %s) x"
                " LEFT JOIN {table} t ON t.id = x.id AND t.workspace_id = %s"
            ).format(print=print_of("t", columns), table=into),
            [EDITED, piece["pk"], piece["pk"], tenancy.current_workspace_id()],
        )
        if within and table in PARTS and PARTS[table][0] == within:
            cursor.execute(
                sql.SQL(
                    "UPDATE undoing u SET why = %s FROM {table} t WHERE t.id = u.id"
                    " AND u.why = '' AND t.{parent} IN (SELECT id FROM kept)"
                ).format(table=into, parent=sql.Identifier(PARTS[table][1])),
                [USED],
            )
        if not within:
            _keep_with_edited_lines(cursor, table, own)
        _say_later(cursor, source, table)
        _keep_used(cursor, table, own)
        _restore(cursor, table)
        cursor.execute(
            sql.SQL(
                "DELETE FROM {table} t USING undoing u WHERE t.id = u.id AND u.is_new"
                " AND u.why = ''"
            ).format(table=into)
        )
        cursor.execute(
            sql.SQL("WITH w AS (SELECT * FROM undoing WHERE why NOT IN ('', 'gone')) {}").format(
                kept_from("w")
            ),
            piece_of(source, table, columns),
        )
        cursor.execute(
            "SELECT CASE WHEN why <> '' THEN why WHEN is_new THEN 'removed' ELSE 'restored' END,"
            " count(*) FROM undoing GROUP BY 1"
        )
        return Counter(dict(cursor.fetchall()))


def _bring_back(piece: dict[str, Any], *, within: str) -> Counter[str]:
    """Insert the rows again that an import removed, but for those of rows that stay or are gone."""
    parent_table, parent = PARTS[piece["table"]]
    # With their former ids, by which earlier imports know them.
    columns = [name for name in stored_columns(piece["table"]) if name != "workspace_id"]
    kept = sql.SQL("AND r.{} NOT IN (SELECT id FROM kept)").format(sql.Identifier(parent))
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "INSERT INTO {table} (workspace_id, {columns}) SELECT p.workspace_id, {values}"
                " FROM execute_importpiece p CROSS JOIN LATERAL jsonb_array_elements(p.before)"
                " AS e (one)"
                " CROSS JOIN LATERAL jsonb_populate_record(NULL::{table}, e.one) r"
                " WHERE p.id = %s AND r.{parent} IN (SELECT id FROM {parents}"
                "  WHERE workspace_id = p.workspace_id) {kept} ON CONFLICT DO NOTHING"
            ).format(
                table=sql.Identifier(piece["table"]),
                columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
                values=sql.SQL(", ").join(sql.Identifier("r", name) for name in columns),
                parent=sql.Identifier(parent),
                parents=sql.Identifier(parent_table),
                kept=kept if within else sql.SQL(""),
            ),
            [piece["pk"]],
        )
    return Counter()


def _keep_with_edited_lines(cursor: Any, table: str, own: list[int]) -> None:
    """Take a deal for edited where somebody has edited a line that came with it."""
    if table != PARTS[LINES][0]:
        return
    found = ImportPiece.objects.filter(pk__in=own, table=LINES).exclude(columns=[])
    for pk, columns in found.values_list("pk", "columns"):
        cursor.execute(
            sql.SQL(
                "UPDATE undoing u SET why = %s WHERE u.why = '' AND u.id IN (SELECT t.deal_id"
                " FROM execute_importpiece p, unnest(p.made || p.changed,"
                "  p.made_prints || p.changed_prints) AS x (id, print)"
                " JOIN execute_dealline t ON t.id = x.id"
                " WHERE p.id = %s AND t.workspace_id = p.workspace_id AND {} <> x.print)"
            ).format(print_of("t", columns)),
            [EDITED, pk],
        )


def _say_later(cursor: Any, source: Import, table: str) -> None:
    """Tell the rows that another import has changed since from those that people edited."""
    cursor.execute("SELECT EXISTS (SELECT FROM undoing WHERE why = %s)", [EDITED])
    if not cursor.fetchone()[0]:
        return
    cursor.execute(
        "UPDATE undoing SET why = %s WHERE why = %s AND id IN (SELECT unnest(p.changed)"
        " FROM execute_importpiece p JOIN execute_import i ON i.id = p.source_id"
        ' WHERE p.workspace_id = %s AND p."table" = %s AND NOT p.undone AND i.id <> %s'
        " AND coalesce(i.finished_at, i.created_at) >= %s)",
        [
            LATER,
            EDITED,
            tenancy.current_workspace_id(),
            table,
            source.pk,
            source.finished_at or source.created_at,
        ],
    )


def _keep_used(cursor: Any, table: str, own: list[int]) -> None:
    """Keep the new rows that others point at, but for those of the same piece."""
    for pointing, column in _pointing_at(table):
        cursor.execute(
            sql.SQL(
                "UPDATE undoing u SET why = %s WHERE u.is_new AND u.why = ''"
                " AND u.id IN (SELECT r.{column} FROM {pointing} r WHERE r.workspace_id = %s"
                "  AND r.{column} IN (SELECT id FROM undoing)"
                "  AND r.id NOT IN (SELECT unnest(p.made) FROM execute_importpiece p"
                '   WHERE p.id = ANY(%s) AND p."table" = %s))'
            ).format(column=sql.Identifier(column), pointing=sql.Identifier(pointing)),
            [USED, tenancy.current_workspace_id(), own, pointing],
        )


def _pointing_at(table: str) -> list[tuple[str, str]]:
    """Return the tables and columns that hold on to rows of a table.

    What is worked out from the rows, and follows when they go, has no constraint on them.
    """
    model = next(model for model in apps.get_models() if model._meta.db_table == table)
    return [
        (field.model._meta.db_table, field.column)
        for other in apps.get_models()
        for field in other._meta.local_concrete_fields
        if isinstance(field, models.ForeignKey)
        and field.related_model is model
        and field.db_constraint  # type: ignore[attr-defined]
        and other._meta.db_table != table
        and any(own.column == "workspace_id" for own in other._meta.local_concrete_fields)
    ]


def _restore(cursor: Any, table: str) -> None:
    """Give changed rows their former values; people take their touches back along."""
    if table == "insight_contact":
        cursor.execute(
            "CREATE TEMPORARY TABLE moved ON COMMIT DROP AS"
            " SELECT c.workspace_id, c.id, coalesce(c.account_id, -c.id) AS party,"
            "  (u.before ->> 'account_id')::bigint AS account_id"
            " FROM undoing u JOIN insight_contact c ON c.id = u.id"
            " WHERE NOT u.is_new AND u.why = '' AND u.before ? 'account_id'"
            " AND c.account_id IS DISTINCT FROM (u.before ->> 'account_id')::bigint"
        )
    columns = [name for name in stored_columns(table) if name not in {"id", "workspace_id"}]
    # A form that was opened before must notice, so a version never goes back.
    wanted = [
        sql.SQL("{0} = {1}").format(
            sql.Identifier(name),
            sql.SQL("t.version + 1") if name == "version" else sql.Identifier("r", name),
        )
        for name in columns
    ]
    cursor.execute(
        sql.SQL(
            "UPDATE {table} t SET {wanted} FROM (SELECT f.id AS at, r.* FROM undoing u"
            "  JOIN {table} f ON f.id = u.id"
            "  CROSS JOIN LATERAL jsonb_populate_record(f, u.before) r"
            "  WHERE NOT u.is_new AND u.why = '') r WHERE t.id = r.at"
        ).format(table=sql.Identifier(table), wanted=sql.SQL(", ").join(wanted))
    )
    if table == "insight_contact":
        move_touches()
