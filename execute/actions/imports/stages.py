"""Stage histories out of a file: when each deal came into which stage."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from django.db import connection
from psycopg2 import sql

from execute.actions.imports import ledger, references
from execute.actions.imports.rows import Rows, Sheet
from execute.actions.imports.upsert import Counts
from execute.models import Import
from execute.numerics.doubts import counted, shown
from execute.queries.references import deals_named
from ipeo import tenancy
from ipeo.database import bulk

if TYPE_CHECKING:
    import pandas as pd

TABLE = "execute_dealstagechange"


def stage_history(sheet: Sheet) -> Rows:
    """Return the entries of deals into stages; one of an unknown deal is refused."""
    names = sheet.column("deal")
    found = deals_named(references.distinct(names))
    for place, name in enumerate(names):
        if name not in found:
            why = f"no single deal matches {shown(name)}; import deals first"
            sheet.refuse(place, "deal", name, why)
    stages = references.stages_for(references.distinct(sheet.column("stage")), sheet.made)
    sheet.refer("deal_id", found, "deal")
    sheet.refer("stage_id", {name: stage.pk for name, stage in stages.items()}, "stage")
    sheet.plain("entered_at")
    _only_entries(sheet)
    return sheet.done()


def _only_entries(sheet: Sheet) -> None:
    """Leave out the rows at which a deal stayed where it was: other changes, or the same twice."""
    rows = sorted(
        zip(
            sheet.frame["deal_id"],
            sheet.column("entered_at"),
            range(len(sheet)),
            sheet.frame["stage_id"],
            strict=True,
        ),
        key=lambda row: (row[0] or 0, row[1], row[2]),
    )
    stayed = []
    for deal, moves in groupby(rows, key=lambda row: row[0]):
        before = None
        for _, _, place, stage in moves:
            if deal is not None and stage == before:
                stayed.append(place)
            before = stage
    if stayed:
        sheet.leave_out(stayed)
        sheet.say(f"{counted(len(stayed), 'row')} skipped because the stage did not change.")


def load_stages(workspace_id: int, frame: pd.DataFrame, brought: Import) -> Counts:
    """Write entries into stages down, each once.

    An entry that was inferred from a deal's own dates, at their midnight, gives way to what the
    history says of the same stage.
    """
    bulk.stage(
        "entering",
        {
            "deal_id": "bigint",
            "stage_id": "bigint",
            "entered_at": "timestamptz",
            "line": "bigint",
        },
        frame,
    )
    zone = tenancy.current_workspace().time_zone
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM entering e USING execute_dealstagechange c WHERE c.workspace_id = %s"
            " AND (c.deal_id, c.stage_id, c.entered_at) = (e.deal_id, e.stage_id, e.entered_at)",
            [workspace_id],
        )
        unchanged = cursor.rowcount
    corrected = ledger.recorded(
        source=brought,
        table=TABLE,
        statement=sql.SQL(
            "UPDATE execute_dealstagechange t SET entered_at = x.entered_at FROM ("
            " SELECT DISTINCT ON (near.id) near.id, near.entered_at FROM ("
            "  SELECT DISTINCT ON (e.deal_id, e.stage_id, e.entered_at) c.id, e.entered_at,"
            "   abs(extract(epoch FROM c.entered_at - e.entered_at)) AS apart"
            "  FROM entering e JOIN execute_deal d ON d.id = e.deal_id"
            "  JOIN execute_dealstagechange c ON c.workspace_id = %s AND c.deal_id = e.deal_id"
            "   AND c.stage_id = e.stage_id AND c.by_id IS NULL AND c.entered_at IN ("
            "    d.created_date::timestamp AT TIME ZONE %s,"
            "    d.closed_date::timestamp AT TIME ZONE %s)"
            "  ORDER BY e.deal_id, e.stage_id, e.entered_at, apart) near"
            " ORDER BY near.id, near.apart) x WHERE t.id = x.id"
        ),
        given=[workspace_id, zone, zone],
    )
    new = ledger.recorded(
        source=brought,
        table=TABLE,
        statement=sql.SQL(
            "INSERT INTO execute_dealstagechange (workspace_id, deal_id, stage_id, entered_at)"
            " SELECT %s, e.deal_id, e.stage_id, e.entered_at FROM entering e"
            " WHERE NOT EXISTS (SELECT FROM execute_dealstagechange c WHERE c.workspace_id = %s"
            "  AND (c.deal_id, c.stage_id, c.entered_at) = (e.deal_id, e.stage_id, e.entered_at))"
            " ORDER BY e.deal_id, e.entered_at"
        ),
        given=[workspace_id, workspace_id],
    )
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE entering")
    return Counts(new, corrected, unchanged)
