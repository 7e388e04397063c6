"""A file's way in: received, looked at, answered, started, and loaded by a worker."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from execute.actions.imports import loading
from execute.actions.imports.ledger import keep_made
from execute.actions.imports.mappings import use_mapping
from execute.actions.imports.rows import Rows, Sheet
from execute.models import Import, ImportMapping, ImportRefusal
from execute.numerics.doubts import Refusal, Unreadable
from execute.numerics.understanding import Understanding
from execute.queries.events import import_told
from execute.queries.imports import has_stopped, likely_kind, read_file, understood
from execute.queries.mappings import top_of
from ipeo.actions.events import record_event
from ipeo.actions.runs import WorkRefused, queue_run
from ipeo.models import Membership, Run
from ipeo.runs import Report

RUN_KIND = "import"


def storable(text: str) -> str:
    """Return a text without zero bytes, halves of characters and others that do not print."""
    return "".join(c for c in text if c.isprintable())


class AlreadyStarted(Exception):
    """The file is being loaded, or has been."""


class Unanswered(Exception):
    """Something in the file has two readings that would store different facts."""

    def __init__(self, understanding: Understanding) -> None:
        super().__init__(" ".join(doubt.question for doubt in understanding.blocking))
        self.understanding = understanding


class TooLarge(Exception):
    """The file is larger than this installation takes."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"The file is larger than {limit // 2**20:,} MB, the most that is taken here. "
            "Split it, or ask whoever runs this installation to raise the limit."
        )


def receive_file(
    *,
    kind: str,
    file_name: str,
    data: bytes,
    by: Membership | None,
    mapping: Mapping[str, str] | None = None,
    answers: Mapping[str, Any] | None = None,
) -> Import:
    """Keep a file for a look; without a kind, the one its columns speak for.

    A mapping that was saved for its headers is used. `mapping` holds a person's choices alone:
    what is proposed stays a proposal, with its doubts.
    Raises `Unreadable` for a file that cannot be read at all, `TooLarge`, and `KeyError` for a
    field or column there is none of.
    """
    limit: int = settings.IMPORT_MAX_BYTES
    if len(data) > limit:
        raise TooLarge(limit)
    name = (storable(Path(file_name).name) or "file")[-250:]
    brought = Import(
        kind=kind or likely_kind(top_of(data, name)),
        file_name=name,
        file_digest=hashlib.sha256(data).hexdigest(),
        mapping=dict(mapping or {}),
        answers=dict(answers or {}),
        by=by,
    )
    use_mapping(brought=brought, data=data, any_kind=not kind)
    brought.rows = len(understood(brought, data=data).sheet)
    suffix = Path(name).suffix[:10] if Path(name).suffix.isascii() else ""
    brought.file.save(f"{brought.file_digest[:20]}{suffix}", ContentFile(data), save=False)
    try:
        brought.save()
    except Exception:
        brought.file.delete(save=False)
        raise
    return brought


def answer_import(
    *,
    brought: Import,
    mapping: Mapping[str, str] | None = None,
    answers: Mapping[str, str] | None = None,
    set_to: Mapping[str, str] | None = None,
    kind: str = "",
    anew: bool = False,
) -> Understanding:
    """Add to a person's choices for a file, and return what it means with them.

    `anew` forgets the choices before, a saved mapping's among them. Another kind begins with a
    mapping of its own. Raises `AlreadyStarted`, `Unreadable`, and
    `KeyError` for a field or column there is none of; nothing is kept then.
    """
    with transaction.atomic():
        held = _held(brought)
        if anew:
            held.mapping, held.answers, held.saved_mapping = {}, {}, None
        elif kind and kind != held.kind:
            held.kind, held.mapping, held.saved_mapping = kind, {}, None
            held.answers = {
                key: value
                for key, value in held.answers.items()
                if key != "set" and not key.startswith("map.")
            }
        else:
            held.mapping = {**held.mapping, **(mapping or {})}
            held.answers = {**held.answers, **(answers or {})}
            if set_to is not None:
                held.answers["set"] = dict(set_to)
        seen = understood(held)
        # What was loaded before a failure is met again as unchanged, with these answers.
        held.new = held.changed = held.unchanged = 0
        held.save()
    brought.refresh_from_db()
    return seen


def start_import(*, brought: Import, by: Membership | None) -> Run:
    """Queue the loading of a file; raises `AlreadyStarted` or `Unanswered`.

    A file whose loading failed may be started again: it goes on after what was stored.
    """
    with transaction.atomic():
        held = _held(brought)
        seen = understood(held)
        if seen.blocking:
            raise Unanswered(seen)
        run = queue_run(
            kind=RUN_KIND, arguments={"import": held.pk}, title=f"Importing {held.file_name}", by=by
        )
        if held.saved_mapping is not None:
            ImportMapping.objects.filter(pk=held.saved_mapping.pk).update(
                last_used_at=timezone.now()
            )
        held.state, held.run = Import.State.RUNNING, run
        held.save(update_fields=["state", "run"])
    brought.refresh_from_db()
    return run


def _held(brought: Import) -> Import:
    """Lock a file that may still be answered; of two people who start it, one is second."""
    held: Import = Import.objects.select_for_update(of=["self"]).get(pk=brought.pk)
    if has_stopped(held) or held.state == Import.State.PREVIEW:
        return held
    raise AlreadyStarted(
        "This file has been imported."
        if held.state == Import.State.DONE
        else "Somebody has started this import already."
    )


def import_file(run: Run, report: Report) -> dict[str, Any]:
    """Load a file: the work of an import's run.

    A run that takes over from a lost worker goes on after the last piece that was recorded.
    """
    brought = Import.objects.get(pk=run.arguments["import"])
    Import.objects.filter(pk=brought.pk).update(state=Import.State.RUNNING, run=run)
    try:
        return load_file(brought=brought, report=report)
    except WorkRefused as refusal:
        with transaction.atomic():
            Import.objects.filter(pk=brought.pk).update(state=Import.State.FAILED)
            brought.refresh_from_db()
            record_event("import.finished", import_told(brought, reason=str(refusal)))
        raise


def forget_file(*, brought: Import) -> None:
    """Remove a file that was never loaded; raises `AlreadyStarted`."""
    with transaction.atomic():
        held = _held(brought)
        name, storage = str(held.file.name), held.file.storage
        held.delete()
        transaction.on_commit(lambda: storage.delete(name))


def load_file(
    *, brought: Import, report: Report, seen: Understanding | None = None
) -> dict[str, Any]:
    """Read, interpret and store a file; return its counts. Raises `WorkRefused`."""
    report(0, 100, "Reading the file")
    try:
        seen = seen or understood(brought, data=read_file(brought))
    except Unreadable as error:
        raise WorkRefused(str(error)) from None
    if seen.blocking:
        raise WorkRefused(str(Unanswered(seen)))
    sheet = Sheet(seen.interpretation, brought.answers)
    with transaction.atomic():
        rows = loading.BUILDERS[brought.kind](sheet)
        keep_made(source=brought, made=rows.made)
    _keep_what_was_said(brought, seen, rows)
    if not rows.frame["line"].is_monotonic_increasing:
        rows.frame = rows.frame.sort_values("line", kind="stable")
    lines = rows.frame["line"].to_numpy(dtype="int64")
    # Pieces are cut by lines, so that a period spread over days stays in one piece.
    places = np.unique(lines)
    ends = np.searchsorted(lines, places, side="right")
    done = loading.lines_done(brought)
    while done < len(places):
        report(done, len(places), f"Storing line {places[done]:,} and on")
        last = min(done + loading.PIECE, len(places)) - 1
        first = int(ends[done - 1]) if done else 0
        piece = rows.frame.iloc[first : int(ends[last])]
        brought = loading.record_piece(brought=brought, frame=piece, after=done)
        done = loading.lines_done(brought)
    brought.state, brought.finished_at = Import.State.DONE, timezone.now()
    brought.mapping = seen.mapping
    with transaction.atomic():
        brought.save(update_fields=["state", "finished_at", "mapping"])
        record_event("import.finished", import_told(brought))
    report(max(len(places), 1), max(len(places), 1))
    return {
        "rows": max(len(seen.sheet), done + brought.refused),
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
    brought.doubts = [asdict(doubt) for doubt in seen.doubts]
    brought.notes = [note.text for note in (*seen.notes, *rows.notes)]
    brought.save(update_fields=["refused", "rows", "doubts", "notes"])
    ImportRefusal.objects.filter(source=brought).delete()
    ImportRefusal.objects.bulk_create(
        [
            ImportRefusal(
                source=brought,
                line=one.line,
                column=one.column[:120],
                value=one.value.replace("\0", "")[:2000],
                reason=one.reason.replace("\0", "")[:300],
            )
            for one in refused
        ],
        batch_size=5000,
    )
