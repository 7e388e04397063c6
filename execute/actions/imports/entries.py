"""A deals file with a column for each stage: its dates become the deals' stage history."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.db import connection
from psycopg2 import sql

from execute.actions.imports import ledger, references
from execute.actions.imports.rows import Sheet
from execute.models import Import
from execute.numerics.doubts import counted
from execute.numerics.entries import moment, stage_entered, without_pipeline
from ipeo import tenancy
from ipeo.database import bulk

if TYPE_CHECKING:
    import pandas as pd

COLUMN = "entered"


def take_entries(sheet: Sheet) -> None:
    """Take the dates of stages out of what stands beside the rows, as the column `entered`.

    A column with any date that could be read in two ways stays beside the rows, and is said.
    """
    beside, zone = sheet.given.attributes, tenancy.current_workspace().zone
    found: list[list[tuple[str, str]]] = [[] for _ in range(len(sheet))]
    taken: list[str] = []
    named = {str(name).casefold() for name in sheet.column("stage") if name}
    for header in [name for name in beside if stage_entered(name)]:
        texts = beside[header]
        moments = [moment(text, zone) for text in texts]
        if any(text and at is None for text, at in zip(texts, moments, strict=True)):
            sheet.say(
                f"{header} is kept with the deals but not read, because its dates are not in "
                "the form 2026-01-31. Import them as a stage history."
            )
            continue
        del beside[header]
        stage = stage_entered(header) or ""
        if stage.casefold() not in named:
            stage = without_pipeline(stage)
        taken.append(stage)
        for entries, at in zip(found, moments, strict=True):
            if at is not None:
                entries.append((stage, at.isoformat()))
    if not taken:
        return
    stages = references.stages_for(taken, sheet.made)
    sheet.set(COLUMN, [json.dumps([(stages[stage].pk, at) for stage, at in row]) for row in found])
    sheet.say(f"{counted(len(taken), 'column')} with stage entry dates became the stage history.")


def load_entries(workspace_id: int, frame: pd.DataFrame, source: Import) -> None:
    """Write down when deals came into their stages, each entry once."""
    bulk.stage("dated", {"import_key": "text", COLUMN: "jsonb"}, frame[["import_key", COLUMN]])
    ledger.recorded(
        source=source,
        table="execute_dealstagechange",
        statement=sql.SQL(
            "INSERT INTO execute_dealstagechange (workspace_id, deal_id, stage_id, entered_at)"
            " SELECT d.workspace_id, d.id, (e.one ->> 0)::bigint, (e.one ->> 1)::timestamptz"
            " FROM dated s JOIN execute_deal d"
            " ON d.workspace_id = %s AND d.import_key = s.import_key"
            " CROSS JOIN LATERAL jsonb_array_elements(s.entered) AS e (one)"
            " WHERE NOT EXISTS (SELECT FROM execute_dealstagechange c WHERE c.workspace_id = %s"
            "  AND c.deal_id = d.id AND c.stage_id = (e.one ->> 0)::bigint"
            "  AND c.entered_at = (e.one ->> 1)::timestamptz)"
            " ORDER BY d.id, (e.one ->> 1)::timestamptz"
        ),
        given=[workspace_id, workspace_id],
    )
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE dated")
