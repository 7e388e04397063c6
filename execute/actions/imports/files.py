"""A file's way in: received, looked at, answered, started, and loaded by a worker."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.utils import timezone

from execute.actions.imports import loading
from execute.actions.imports.ledger import keep_made
from execute.actions.imports.loading import keep_refusals
from execute.actions.imports.mappings import use_mapping
from execute.actions.imports.rows import Sheet
from execute.models import Import, ImportMapping, ImportPiece, ImportRefusal
from execute.numerics.doubts import Note, Unreadable
from execute.numerics.understanding import Understanding, blocks_of
from execute.queries.events import import_told
from execute.queries.imports import has_stopped, likely_kind, rows_in, understood
from execute.queries.mappings import top_of
from ipeo import tenancy
from ipeo.actions.events import record_event
from ipeo.actions.runs import WorkRefused, queue_run
from ipeo.database.files import keep_file, remove_file
from ipeo.database.holding import hold
from ipeo.database.statistics import MANY, refresh_statistics
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
            f"The file is larger than {limit // 2**20:,} MB, the limit here. "
            "Split it, or ask whoever runs this installation to raise the limit."
        )


def receive_file(
    *,
    kind: str,
    file_name: str,
    data: bytes | Path,
    by: Membership | None,
    mapping: Mapping[str, str] | None = None,
    answers: Mapping[str, Any] | None = None,
) -> Import:
    """Keep a file for a look; without a kind, the one its columns speak for.

    A mapping that was saved for its headers is used. `mapping` holds a person's choices alone:
    what is proposed stays a proposal, with its doubts.
    Raises `Unreadable` for a file that cannot be read at all, `TooLarge`, and `NoSuchName` for a
    field or column there is none of.
    """
    limit: int = settings.IMPORT_MAX_BYTES
    if (data.stat().st_size if isinstance(data, Path) else len(data)) > limit:
        raise TooLarge(limit)
    name = (storable(Path(file_name).name) or "file")[-250:]
    brought = Import(
        kind=kind or likely_kind(top_of(data, name)),
        file_name=name,
        file_digest=_digest(data),
        mapping=dict(mapping or {}),
        answers=dict(answers or {}),
        by=by,
    )
    use_mapping(brought=brought, data=data, any_kind=not kind)
    brought.rows = rows_in(brought, data)
    suffix = Path(name).suffix[:10] if Path(name).suffix.isascii() else ""
    with (
        transaction.atomic(),
        data.open("rb") if isinstance(data, Path) else io.BytesIO(data) as handle,
    ):
        keep_file(brought.file, f"{brought.file_digest[:20]}{suffix}", File(handle))
        brought.save()
    return brought


def _digest(data: bytes | Path) -> str:
    with data.open("rb") if isinstance(data, Path) else io.BytesIO(data) as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


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
    `NoSuchName` for a field or column there is none of; nothing is kept then.
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
        held.new = held.changed = held.unchanged = held.stored = 0
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
    held = hold(Import, brought.pk)
    if has_stopped(held) or held.state == Import.State.PREVIEW:
        return held
    raise AlreadyStarted(
        "This file has already been imported."
        if held.state == Import.State.DONE
        else "Someone has already started this import."
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
        held.delete()
        remove_file(held.file)


def load_file(
    *, brought: Import, report: Report, seen: Understanding | None = None
) -> dict[str, Any]:
    """Read, interpret and store a file; return its counts. Raises `WorkRefused`."""
    report(0, 100, "Reading the file")
    try:
        seen = seen or understood(brought)
    except Unreadable as error:
        raise WorkRefused(str(error)) from None
    if seen.blocking:
        raise WorkRefused(str(Unanswered(seen)))
    brought = _load_blocks(brought, seen, report) if seen.whole else _load(brought, seen, report)
    brought.state, brought.finished_at = Import.State.DONE, timezone.now()
    brought.mapping = seen.mapping
    with transaction.atomic():
        brought.save(update_fields=["state", "finished_at", "mapping"])
        record_event("import.finished", import_told(brought))
    if brought.new + brought.changed >= MANY:
        filled = ImportPiece.objects.filter(source=brought).values_list("table", flat=True)
        refresh_statistics(*sorted(set(filled)))
    report(max(brought.stored, 1), max(brought.stored, 1))
    return {
        "rows": max(seen.rows, brought.stored + brought.refused),
        "new": brought.new,
        "changed": brought.changed,
        "unchanged": brought.unchanged,
        "refused": brought.refused,
    }


def _load(brought: Import, seen: Understanding, report: Report) -> Import:
    """Store a file that was read whole."""
    sheet = Sheet(seen.interpretation, brought.answers)
    with transaction.atomic():
        rows = loading.BUILDERS[brought.kind](sheet)
        keep_made(source=brought, made=rows.made)
    _keep_what_was_said(brought, seen, rows.notes)
    refused = [*seen.interpretation.refused, *rows.refused]
    with transaction.atomic():
        ImportRefusal.objects.filter(source=brought).delete()
        keep_refusals(brought=brought, refused=refused)
        brought.refused = len({one.line for one in refused})
        brought.save(update_fields=["refused"])
    if not rows.frame["line"].is_monotonic_increasing:
        rows.frame = rows.frame.sort_values("line", kind="stable")
    lines = rows.frame["line"].to_numpy(dtype="int64")
    # Pieces are cut by lines, so that a period spread over days stays in one piece.
    places = np.unique(lines)
    ends = np.searchsorted(lines, places, side="right")
    done = brought.stored
    while done < len(places):
        report(done, len(places), f"Storing line {places[done]:,} and up")
        last = min(done + loading.PIECE, len(places)) - 1
        first = int(ends[done - 1]) if done else 0
        piece = rows.frame.iloc[first : int(ends[last])]
        brought = loading.record_piece(brought=brought, frame=piece, after=done, upto=last + 1)
        done = brought.stored
    return brought


def _load_blocks(brought: Import, seen: Understanding, report: Report) -> Import:
    """Store a file block by block, each with its refusals in one transaction."""
    assert seen.whole is not None
    workspace = tenancy.current_workspace()
    answers = {key: value for key, value in brought.answers.items() if key != "set"}
    blocks = blocks_of(
        seen,
        answers=answers,
        set_to=brought.answers.get("set") or {},
        zone=workspace.zone,
        currency=workspace.currency,
    )
    if not brought.stored:
        ImportRefusal.objects.filter(source=brought).delete()
        brought.refused = 0
        brought.save(update_fields=["refused"])
    notes: list[Note] = []
    place = 0
    for block in blocks:
        upto = place + len(block) + len({one.line for one in block.refused})
        if place >= brought.stored:
            report(place, seen.rows, f"Storing row {place + 1:,} and up")
            with transaction.atomic():
                rows = loading.BUILDERS[brought.kind](Sheet(block, brought.answers))
                keep_made(source=brought, made=rows.made)
                brought = loading.record_piece(
                    brought=brought,
                    frame=rows.frame,
                    after=place,
                    upto=upto,
                    refused=[*block.refused, *rows.refused],
                )
            notes += [note for note in rows.notes if note not in notes]
        place = upto
    _keep_what_was_said(brought, seen, notes)
    return brought


@transaction.atomic
def _keep_what_was_said(brought: Import, seen: Understanding, notes: Sequence[Note]) -> None:
    brought.rows = seen.rows
    brought.doubts = [asdict(doubt) for doubt in seen.doubts]
    brought.notes = [note.text for note in (*seen.notes, *notes)]
    brought.save(update_fields=["rows", "doubts", "notes"])
