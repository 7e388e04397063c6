"""A million touches from a file and over the API, against a bare staged `COPY` and upsert."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import resource
import statistics
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import connection, connections, transaction
from django.test import Client

from execute.actions.imports.files import RUN_KIND, receive_file
from execute.models import Import
from ipeo import tenancy
from ipeo.actions.runs import run_here
from ipeo.actions.workspaces import create_workspace
from ipeo.database import bulk
from ipeo.models import Membership, Role, Run, User, Workspace
from tests.benchmarks.measuring import Line, seconds

TOUCHES, FEW, CONTACTS = 1_000_000, 10_000, 20_000
BULK = 10
FIRST = datetime(2024, 1, 1)
CHANNELS = ("Search", "Webinar", "Field event", "Email", "Partner")
KINDS = ("Click", "Visit", "Event", "Opened", "Form")
HEAD = ("Touch ID", "Email", "Channel", "Activity Type", "Date")
COPIED = "import_key, contact_id, account_id, channel_id, program_id, kind, level, occurred_at"


def run() -> list[Line]:
    """Import, replay, copy and send; each size's memory is a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        settings.MEDIA_ROOT = folder
        return _lines(Path(folder))


def _lines(folder: Path) -> list[Line]:
    many, few = _file(folder / "many.csv", TOUCHES, "m"), _file(folder / "few.csv", FEW, "f")
    ours, bare = (_workspace(slug) for slug in ("touching", "touching-bare"))
    peaks = [_in_a_process(partial(_load, ours, path)) for path in (few, many)]
    first = peaks[1][1]
    again = seconds(lambda: _load(ours, many, unchanged=TOUCHES))
    rows = _same_rows(ours, bare, "m", folder / "rows.csv")
    floor = seconds(lambda: _copy(bare, rows, TOUCHES))
    more = (peaks[1][0] - peaks[0][0]) / 1024
    lines = [
        Line(
            f"import of {TOUCHES:,} touches: staged copy's time against ours",
            floor / first,
            "at least 0.25",
            floor >= 0.25 * first,
            f"import {first:.1f} s, staged copy and upsert {floor:.1f} s",
        ),
        Line(
            "the same file again: the first import's time against it",
            first / again,
            "at least 1.5",
            first >= 1.5 * again,
            f"again {again:.1f} s, with no row changed",
        ),
        Line(
            f"peak memory at {TOUCHES:,} rows above that at {FEW:,}, in units of 16 MiB",
            more / 16,
            "at most 1",
            more <= 16,
            f"{peaks[1][0] / 1024:.0f} MiB and {peaks[0][0] / 1024:.0f} MiB",
        ),
    ]
    return [*lines, _bulk(ours, bare, folder)]


def _bulk(ours: Workspace, bare: Workspace, folder: Path) -> Line:
    """Send bodies of ten thousand touches, and copy each one's rows."""
    with tenancy.scope(ours):
        member = Membership.objects.get(workspace=ours, role=Role.OWNER)
    client = Client()
    client.force_login(member.user)
    ratios, times = [], []
    for turn in range(BULK):
        body = json.dumps(
            [
                dict(
                    zip(
                        ("external_id", "contact", "channel", "kind", "occurred_at"),
                        row,
                        strict=True,
                    )
                )
                for row in _rows(FEW, f"b{turn}")
            ]
        )

        def send(body: str = body) -> None:
            answer = client.post(
                "/api/v1/touches/bulk/",
                body,
                content_type="application/json",
                headers={"IPEO-Workspace": ours.slug},
            )
            assert answer.json()["new"] == FEW, answer.content[:300]

        took = seconds(send)
        rows = _same_rows(ours, bare, f"b{turn}", folder / "bulk.csv")
        floor = seconds(lambda rows=rows: _copy(bare, rows, FEW))  # type: ignore[misc]
        ratios.append(floor / took)
        times.append((took, floor))
    ratio = statistics.median(ratios)
    middle = [statistics.median(column) for column in zip(*times, strict=True)]
    return Line(
        f"bulk touches over the API, {FEW:,} a request: staged copy's time against ours",
        ratio,
        "at least 0.2",
        ratio >= 0.2,
        f"request {middle[0]:.2f} s, staged copy and upsert {middle[1]:.2f} s",
    )


def _workspace(slug: str) -> Workspace:
    owner = User.objects.create_user(email=f"{slug}@bench.test", password=None)
    made = create_workspace(slug=slug, currency="USD")
    with tenancy.scope(made):
        Membership.objects.create(workspace=made, user=owner, role=Role.OWNER)
        text = io.StringIO()
        csv.writer(text).writerows(
            [("Contact ID", "Name", "Email", "Account Name")]
            + [
                (f"C{n}", f"Person {n}", f"person{n}@buyer.test", f"Buyer {n % 5_000}")
                for n in range(CONTACTS)
            ]
        )
        brought = receive_file(
            kind="contacts", file_name="contacts.csv", data=text.getvalue().encode(), by=None
        )
        assert run_here(kind=RUN_KIND, arguments={"import": brought.pk}).state == Run.State.DONE
    return made


def _rows(count: int, prefix: str) -> list[tuple[str, str, str, str, str]]:
    pick = random.Random(prefix)
    return [
        (
            f"{prefix}-{n}",
            f"person{pick.randrange(CONTACTS)}@buyer.test",
            pick.choice(CHANNELS),
            pick.choice(KINDS),
            f"{FIRST + timedelta(seconds=pick.randrange(60_000_000)):%Y-%m-%dT%H:%M:%SZ}",
        )
        for n in range(count)
    ]


def _file(path: Path, count: int, prefix: str) -> Path:
    with path.open("w", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(HEAD)
        for start in range(0, count, FEW):
            writer.writerows(_rows(FEW, f"{prefix}{start // FEW}"))
    return path


def _load(workspace: Workspace, path: Path, unchanged: int = 0) -> None:
    """Load a file as the page and the worker do together."""
    with tenancy.scope(workspace):
        brought = receive_file(kind="touches", file_name=path.name, data=path, by=None)
        done = run_here(kind=RUN_KIND, arguments={"import": brought.pk})
        assert done.state == Run.State.DONE, done.error
        kept = Import.objects.get(pk=brought.pk)
        assert (kept.refused, kept.changed, kept.unchanged) == (0, 0, unchanged)


def _in_a_process(work: Callable[[], None]) -> tuple[int, float]:
    """Do a piece of work in a process of its own; its peak memory in KiB, and its seconds."""
    connections.close_all()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            took = seconds(work)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            os.write(writer, json.dumps([peak, took]).encode())
            code = 0
        finally:
            os._exit(code)
    os.close(writer)
    with os.fdopen(reader) as handle:
        told = handle.read()
    _, status = os.waitpid(child, 0)
    assert status == 0, f"the process ended with {status}"
    peak, took = json.loads(told)
    return int(peak), float(took)


def _same_rows(workspace: Workspace, into: Workspace, prefix: str, path: Path) -> Path:
    """Write the rows that were imported, ready to be copied, to a file."""
    with tenancy.scope(workspace), connection.cursor() as cursor, path.open("w") as handle:
        statement = cursor.cursor.mogrify(
            f"COPY (SELECT {COPIED} FROM execute_touch WHERE workspace_id = %s"
            " AND import_key LIKE %s) TO STDOUT (FORMAT csv)",
            [workspace.pk, f"{prefix}%"],
        )
        cursor.cursor.copy_expert(statement.decode(), handle)
    return path


def _copy(workspace: Workspace, path: Path, count: int) -> None:
    """The floor: one `COPY` into a temporary table, and one upsert out of it."""
    with (
        tenancy.scope(workspace),
        transaction.atomic(),
        bulk.unaudited(),
        connection.cursor() as cursor,
        path.open() as handle,
    ):
        cursor.execute(
            f"CREATE TEMPORARY TABLE bare ON COMMIT DROP AS SELECT {COPIED}"
            " FROM execute_touch WITH NO DATA"
        )
        cursor.cursor.copy_expert(f"COPY bare ({COPIED}) FROM STDIN (FORMAT csv)", handle)
        cursor.execute(
            f"INSERT INTO execute_touch (workspace_id, {COPIED}) SELECT %s, {COPIED} FROM bare"
            " ON CONFLICT (workspace_id, import_key) DO UPDATE SET contact_id ="
            " EXCLUDED.contact_id, account_id = EXCLUDED.account_id, channel_id ="
            " EXCLUDED.channel_id, kind = EXCLUDED.kind, level = EXCLUDED.level, occurred_at ="
            " EXCLUDED.occurred_at",
            [workspace.pk],
        )
        assert cursor.rowcount == count
