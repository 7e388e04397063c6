"""Files from the command line, understood and loaded as on the page."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from execute.actions.imports.files import RUN_KIND, TooLarge, load_file, receive_file
from execute.actions.imports.mappings import use_mapping
from execute.models import Import
from execute.numerics.doubts import Unreadable
from execute.numerics.fields import FIELDS
from execute.numerics.understanding import Understanding
from execute.queries.imports import understood
from ipeo import tenancy
from ipeo.actions.runs import WorkRefused, run_here
from ipeo.models import Run, Workspace
from ipeo.queries import find_workspace

ALSO = {"leads": "contacts"}


class Command(BaseCommand):
    """`manage.py import KIND FILE --workspace SLUG [--mapping M.json] [--set field=value]`."""

    help = "Imports a CSV, TSV, XLSX or XLS file; importing the same file again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("kind", choices=[*FIELDS, *ALSO])
        parser.add_argument("file", type=Path)
        parser.add_argument("--workspace", required=True, metavar="SLUG")
        parser.add_argument(
            "--mapping", type=Path, help="a JSON file that maps fields to column headers"
        )
        parser.add_argument(
            "--set",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help="a field's value for every row, or the answer to an open question by its key",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="report what would be stored, and store nothing"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import the file, or say why not."""
        try:
            workspace = find_workspace(options["workspace"])
        except Workspace.DoesNotExist:
            raise CommandError(f"There is no workspace “{options['workspace']}”.") from None
        with tenancy.scope(workspace):
            told = self._import(options)
        if options["json"]:
            self.stdout.write(json.dumps(told, default=str))
        else:
            self._say(told)
        if "error" in told:
            raise CommandError(told["error"])

    def _import(self, options: dict[str, Any]) -> dict[str, Any]:
        kind = ALSO.get(options["kind"], options["kind"])
        answers, set_to = _answers(kind, options["set"])
        path: Path = options["file"]
        try:
            with path.open("rb"):
                data = path
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}.") from None
        # Not a row yet: nothing is kept of a file that cannot be loaded.
        brought = Import(
            kind=kind,
            file_name=path.name,
            mapping=_mapping(options["mapping"]),
            answers={**answers, "set": set_to},
        )
        try:
            saved = use_mapping(brought=brought, data=data)
            seen = understood(brought, data=data)
        except Unreadable as error:
            return {"error": str(error), "rows": 0, "doubts": []}
        except KeyError as error:
            raise CommandError(str(error.args[0])) from None
        doubts = [asdict(doubt) for doubt in seen.doubts]
        if seen.blocking:
            asked = "; ".join(
                f"{doubt.question} (--set {doubt.key}="
                f"{'|'.join(option.value for option in doubt.options)})"
                for doubt in seen.blocking
            )
            return {"error": asked, "rows": seen.rows, "doubts": doubts}
        told = self._dry(brought, seen) if options["dry_run"] else self._real(brought, data)
        if saved is not None:
            told["mapped_as"] = saved.name
        return told | {"doubts": doubts, "mapping": seen.mapping}

    def _real(self, brought: Import, data: Path) -> dict[str, Any]:
        try:
            kept = receive_file(
                kind=brought.kind,
                file_name=brought.file_name,
                data=data,
                by=None,
                mapping=brought.mapping,
                answers=brought.answers,
            )
        except TooLarge as refusal:
            return {"error": str(refusal), "rows": 0}
        run = run_here(kind=RUN_KIND, arguments={"import": kept.pk})
        if run.state != Run.State.DONE:
            return {"error": run.error, "rows": kept.rows, "import": kept.pk}
        kept.refresh_from_db()
        return {**run.result, "import": kept.pk, "notes": kept.notes, "reasons": _reasons(kept)}

    def _dry(self, brought: Import, seen: Understanding) -> dict[str, Any]:
        with transaction.atomic():
            brought.save()
            try:
                told = load_file(brought=brought, report=_silent, seen=seen)
            except WorkRefused as refusal:
                told = {"error": str(refusal), "rows": seen.rows}
            else:
                brought.refresh_from_db()
                told |= {"dry_run": True, "notes": brought.notes, "reasons": _reasons(brought)}
            transaction.set_rollback(True)
        return told

    def _say(self, told: dict[str, Any]) -> None:
        if "mapped_as" in told:
            self.stdout.write(f"Mapped as in “{told['mapped_as']}”, saved for these headers.")
        for doubt in told.get("doubts", []):
            self.stdout.write(f"{doubt['question']} Used: {doubt['answer']} ({doubt['key']})")
        for note in [*told.get("notes", []), *told.get("reasons", [])]:
            self.stdout.write(note)
        names = ("rows", "new", "changed", "unchanged", "refused")
        if "error" not in told:
            self.stdout.write(", ".join(f"{told[name]:,} {name}" for name in names))


def _reasons(brought: Import) -> list[str]:
    refused = brought.refusals.order_by("line", "pk")[:20]
    return [f"Line {one.line}: {one.reason}" for one in refused]


def _silent(done: int, total: int, message: str = "") -> None:
    """Report to nobody."""


def _mapping(path: Path | None) -> dict[str, str]:
    if path is None:
        return {}
    try:
        mapping = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise CommandError(f"{path} is not a mapping: {error}") from None
    if not isinstance(mapping, dict) or not all(isinstance(v, str) for v in mapping.values()):
        raise CommandError(f"{path} must be one JSON object from field to column header.")
    return mapping


def _answers(kind: str, given: list[str]) -> tuple[dict[str, str], dict[str, str]]:
    fields = {field.name for field in FIELDS[kind]}
    answers: dict[str, str] = {}
    set_to: dict[str, str] = {}
    for one in given:
        name, mark, value = one.partition("=")
        if not mark:
            raise CommandError(f"--set {one}: write it as name=value.")
        (set_to if name in fields else answers)[name] = value
    return answers, set_to
