"""Rows in bulk from a program: the importer's own way, without a file and without questions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils import timezone
from psycopg2 import sql

from execute.actions.imports import loading
from execute.actions.imports.ledger import keep_made
from execute.actions.imports.rows import Sheet
from execute.models import Import
from execute.numerics.doubts import Refusal
from execute.numerics.records import answers_for, read_records
from execute.numerics.typed import interpret
from execute.queries.events import import_told
from execute.queries.undoing import TABLES
from ipeo import tenancy
from ipeo.actions.events import record_event
from ipeo.models import Membership

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 10_000
# What a new row gets where none of these fields is sent; a known row keeps what it has.
INFERRED: dict[str, tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]] = {
    "deals": (
        (("stage", "outcome", "closed"), ("stage_id", "outcome", "closed_date")),
        (("name",), ("name",)),
    ),
    "touches": ((("kind",), ("kind", "level")),),
    "expenses": ((("state",), ("state",)), (("description", "campaign"), ("description",))),
}


class TooManyRows(Exception):
    """More rows than one request may bring."""

    def __init__(self, count: int) -> None:
        super().__init__(
            f"One request can bring at most {MOST_ROWS:,} rows; this one has {count:,}. Split it."
        )


@dataclass(frozen=True)
class Brought:
    """What became of rows that were sent; a refusal's line is the row's place from 1."""

    rows: int
    new: int
    changed: int
    unchanged: int
    refused: tuple[Refusal, ...]
    source: Import | None


@transaction.atomic
def bring_records(*, kind: str, rows: Sequence[Any], by: Membership | None) -> Brought:
    """Store rows by their external id, set-based; those that cannot be read are refused.

    What was stored is kept as an import of its own, which can be undone; rows that change
    nothing leave no trace. Raises `TooManyRows`.
    """
    if len(rows) > MOST_ROWS:
        raise TooManyRows(len(rows))
    workspace = tenancy.current_workspace()
    records = read_records(kind, rows)
    answers = answers_for(kind)
    source = Import.objects.create(
        kind=kind,
        origin=Import.Origin.API,
        state=Import.State.RUNNING,
        file_name="Sent over the API",
        file_digest=_digest(rows),
        rows=len(rows),
        by=by,
    )
    refused = list(records.refused)
    for table in records.tables:
        given = interpret(
            kind,
            table,
            {name: name for name in table.headers},
            answers,
            zone=workspace.zone,
            currency=workspace.currency,
        )
        built = loading.BUILDERS[kind](Sheet(given, answers))
        keep_made(source=source, made=built.made)
        refused += [*given.refused, *built.refused]
        _keep_unsaid(kind, table.headers, built.frame)
        counts = loading.load_piece(brought=source, frame=built.frame)
        source.new += counts.new
        source.changed += counts.changed
        source.unchanged += counts.unchanged
    source.refused = len({refusal.line for refusal in refused})
    if source.new or source.changed:
        source.state, source.finished_at = Import.State.DONE, timezone.now()
        source.save()
        record_event("import.finished", import_told(source))
        kept: Import | None = source
    else:
        source.delete()
        kept = None
    return Brought(
        rows=len(rows),
        new=source.new,
        changed=source.changed,
        unchanged=source.unchanged,
        refused=tuple(sorted(refused, key=lambda refusal: refusal.line)),
        source=kept,
    )


def _keep_unsaid(kind: str, said: Sequence[str], frame: pd.DataFrame) -> None:
    """Leave to known rows what was inferred for new ones, because the fields were not sent."""
    inferred = [
        column
        for fields, columns in INFERRED.get(kind, ())
        if not set(fields) & set(said)
        for column in columns
    ]
    if not inferred:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "SELECT import_key, {} FROM {} WHERE workspace_id = %s AND import_key = ANY(%s)"
                " FOR UPDATE"
            ).format(
                sql.SQL(", ").join(map(sql.Identifier, inferred)), sql.Identifier(TABLES[kind])
            ),
            [tenancy.current_workspace_id(), list(frame["import_key"])],
        )
        known = {key: values for key, *values in cursor.fetchall()}
    for place, column in enumerate(inferred):
        frame[column] = type(frame["line"])(
            [
                known[key][place] if key in known else value
                for key, value in zip(frame["import_key"], frame[column], strict=True)
            ],
            index=frame.index,
            dtype=object,
        )


def _digest(rows: Sequence[Any]) -> str:
    return hashlib.sha256(json.dumps(rows, default=str).encode()).hexdigest()
