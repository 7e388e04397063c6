"""A file's way in: received, looked at, answered, started, and loaded by a worker."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from execute.actions.imports import loading
from execute.actions.imports.rows import Rows, Sheet
from execute.models import Import, ImportRefusal
from execute.numerics.doubts import Refusal, Unreadable
from execute.numerics.understanding import Understanding
from execute.queries.imports import read_file, understood
from ipeo.actions.runs import WorkRefused, queue_run
from ipeo.models import Membership, Run
from ipeo.runs import Report

RUN_KIND = "import"


class AlreadyStarted(Exception):
    """The file is being loaded, or has been."""


class Unanswered(Exception):
    """Something in the file has two readings that would store different facts."""

    def __init__(self, understanding: Understanding) -> None:
        super().__init__(" ".join(doubt.question for doubt in understanding.blocking))
        self.understanding = understanding


def receive_file(*, kind: str, file_name: str, data: bytes, by: Membership | None) -> Import:
    """Keep a file for a look; raises `Unreadable` for one that cannot be read at all."""
    brought = Import(
        kind=kind,
        file_name=Path(file_name).name[:250],
        file_digest=hashlib.sha256(data).hexdigest(),
        by=by,
    )
    seen = understood(brought, data=data)
    brought.rows = len(seen.sheet)
    brought.mapping = seen.mapping
    suffix = Path(file_name).suffix[:10]
    brought.file.save(f"{brought.file_digest[:20]}{suffix}", ContentFile(data), save=False)
    brought.save()
    return brought


def answer_import(
    *,
    brought: Import,
    mapping: Mapping[str, str],
    answers: Mapping[str, str],
    set_to: Mapping[str, str] | None = None,
) -> Understanding:
    """Keep a person's mapping and answers, and return what the file means with them.

    Raises `AlreadyStarted`, `Unreadable`, and `KeyError` for a field or column there is none of.
    """
    with transaction.atomic():
        held = Import.objects.select_for_update().get(pk=brought.pk)
        if held.state != Import.State.PREVIEW:
            raise AlreadyStarted("This file is being loaded already.")
        held.mapping = dict(mapping)
        held.answers = {**held.answers, **answers}
        if set_to is not None:
            held.answers["set"] = dict(set_to)
        seen = understood(held)
        held.save(update_fields=["mapping", "answers"])
    brought.refresh_from_db()
    return seen


@transaction.atomic
def start_import(*, brought: Import, by: Membership | None) -> Run:
    """Queue the loading of a file; raises `AlreadyStarted` or `Unanswered`."""
    held = Import.objects.select_for_update().get(pk=brought.pk)
    if held.state != Import.State.PREVIEW:
        raise AlreadyStarted("This file is being loaded already.")
    seen = understood(held)
    if seen.blocking:
        raise Unanswered(seen)
    run = queue_run(
        kind=RUN_KIND, arguments={"import": held.pk}, title=f"Importing {held.file_name}", by=by
    )
    held.state, held.run = Import.State.RUNNING, run
    held.save(update_fields=["state", "run"])
    return run


def import_file(run: Run, report: Report) -> dict[str, Any]:
    """Load a file: the work of an import's run.

    A run that takes over from a lost worker goes on after the last piece that was recorded.
    """
    brought = Import.objects.get(pk=run.arguments["import"])
    Import.objects.filter(pk=brought.pk).update(state=Import.State.RUNNING, run=run)
    try:
        return load_file(brought=brought, report=report)
    except WorkRefused:
        Import.objects.filter(pk=brought.pk).update(state=Import.State.FAILED)
        raise


def load_file(*, brought: Import, report: Report) -> dict[str, Any]:
    """Read, interpret and store a file; return its counts. Raises `WorkRefused`."""
    report(0, 100, "Reading the file")
    try:
        seen = understood(brought, data=read_file(brought))
    except Unreadable as error:
        raise WorkRefused(str(error)) from None
    if seen.blocking:
        raise WorkRefused(str(Unanswered(seen)))
    sheet = Sheet(seen.interpretation, brought.answers)
    with transaction.atomic():
        rows = loading.BUILDERS[brought.kind](sheet)
    _keep_what_was_said(brought, seen, rows)
    total = len(seen.sheet)
    lines = rows.frame["line"]
    done = brought.new + brought.changed + brought.unchanged
    # Pieces are cut by lines, so that a period spread over days stays in one piece.
    places = lines.drop_duplicates().tolist()
    for start in range(done, len(places), loading.PIECE):
        report(start, len(places), f"Storing line {places[start]:,} and on")
        piece = rows.frame[lines.isin(places[start : start + loading.PIECE])]
        brought = loading.record_piece(brought=brought, frame=piece)
    brought.state, brought.finished_at = Import.State.DONE, timezone.now()
    brought.save(update_fields=["state", "finished_at"])
    report(max(len(places), 1), max(len(places), 1))
    return {
        "rows": max(total, brought.new + brought.changed + brought.unchanged + brought.refused),
        "new": brought.new,
        "changed": brought.changed,
        "unchanged": brought.unchanged,
        "refused": brought.refused,
    }


@transaction.atomic
def _keep_what_was_said(brought: Import, seen: Understanding, rows: Rows) -> None:
    refused: list[Refusal] = sorted(
        [*seen.interpretation.refused, *rows.refused], key=lambda one: one.line
    )
    brought.refused = len({one.line for one in refused})
    brought.rows = len(seen.sheet)
    brought.mapping = seen.mapping
    brought.doubts = [asdict(doubt) for doubt in seen.doubts]
    brought.notes = [note.text for note in (*seen.notes, *rows.notes)]
    brought.save(update_fields=["refused", "rows", "mapping", "doubts", "notes"])
    ImportRefusal.objects.filter(source=brought).delete()
    ImportRefusal.objects.bulk_create(
        [
            ImportRefusal(
                source=brought,
                line=one.line,
                column=one.column[:120],
                value=one.value[:2000],
                reason=one.reason[:300],
            )
            for one in refused
        ],
        batch_size=5000,
    )
