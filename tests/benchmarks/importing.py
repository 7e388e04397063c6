"""The import of 100,000 deals against a bare staged `COPY` of the same rows."""

from __future__ import annotations

import csv
import io
import random
import statistics
from datetime import date, timedelta

from django.db import connection, transaction

from execute.actions.imports.files import RUN_KIND, receive_file
from execute.models import Import
from ipeo import tenancy
from ipeo.actions.runs import run_here
from ipeo.actions.workspaces import create_workspace
from ipeo.database import bulk
from ipeo.models import Run, Workspace
from tests.benchmarks.measuring import Line, interleaved, median_ratio, seconds

DEALS, ACCOUNTS, CONTACTS, PRODUCTS, REPS = 100_000, 5_000, 20_000, 20, 40
ROUNDS = 3
FIRST = date(2024, 1, 1)
STAGES = ("Lead", "Opportunity", "Proposal", "Won", "Lost")
HEAD = (
    "Opportunity ID",
    "Opportunity Name",
    "Account Name",
    "Contact Email",
    "Opportunity Owner",
    "Product",
    "Stage",
    "Amount",
    "Created Date",
    "Close Date",
)
COPIED = (
    "import_key, name, account_id, contact_id, owner_id, product_id, stage_id, outcome, quantity,"
    " list_amount, net_amount, cost_amount, created_date, expected_close_date, closed_date,"
    " outcome_note, version, attributes, updated_at"
)


def run() -> list[Line]:
    """Import, and copy what was imported, in turns; then import one file again."""
    ours = create_workspace(slug="importing", currency="USD")
    bare = create_workspace(slug="copying", currency="USD")
    with tenancy.scope(ours):
        _load("products", _products())
        _load("contacts", _contacts())
        _load("deals", _deals("warm", 1_000))
    turns: dict[str, int] = {"ours": 0, "floor": 0}
    files = [_deals(f"r{turn}", DEALS) for turn in range(ROUNDS)]

    def import_next() -> None:
        with tenancy.scope(ours):
            _load("deals", files[turns["ours"]])
        turns["ours"] += 1

    staged: list[str] = []

    def copy_next() -> None:
        _copy(bare, staged[turns["floor"]])
        turns["floor"] += 1

    times: dict[str, list[float]] = {"ours": [], "floor": []}
    for turn in range(ROUNDS):
        times["ours"] += interleaved(1, ours=import_next)["ours"]
        staged.append(_same_rows(ours, f"r{turn}-", bare))
        times["floor"] += interleaved(1, floor=copy_next)["floor"]
    with tenancy.scope(ours):
        replay = seconds(lambda: _load("deals", files[0]))
        again = Import.objects.latest("pk")
        assert (again.new, again.changed, again.unchanged) == (0, 0, DEALS)
    ratio = median_ratio(times["floor"], times["ours"])
    middle = {name: statistics.median(values) for name, values in times.items()}
    detail = (
        f"import {middle['ours']:.2f} s, staged copy {middle['floor']:.2f} s, "
        f"the same file again {replay:.2f} s"
    )
    name = "import of 100,000 deals: staged copy's time against ours"
    return [Line(name, ratio, "at least 0.2", ratio >= 0.2, detail)]


def _load(kind: str, data: bytes) -> None:
    """Load a file as the worker does: read, interpret, match, upsert, count."""
    brought = receive_file(kind=kind, file_name=f"{kind}.csv", data=data, by=None)
    done = run_here(kind=RUN_KIND, arguments={"import": brought.pk})
    assert done.state == Run.State.DONE, done.error
    assert not done.result["refused"]


def _written(head: tuple[str, ...], rows: list[tuple[object, ...]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([head, *rows])
    return text.getvalue().encode()


def _products() -> bytes:
    rows: list[tuple[object, ...]] = [
        (f"Desk {n}", 1000 + 50 * n, 600 + 30 * n) for n in range(PRODUCTS)
    ]
    return _written(("Product Name", "List Price", "Unit Cost"), rows)


def _contacts() -> bytes:
    rows: list[tuple[object, ...]] = [
        (f"C{n}", f"Person {n}", f"person{n}@buyer.test", f"Buyer {n % ACCOUNTS}")
        for n in range(CONTACTS)
    ]
    return _written(("Contact ID", "Name", "Email", "Account Name"), rows)


def _deals(prefix: str, count: int) -> bytes:
    pick = random.Random(prefix)
    rows: list[tuple[object, ...]] = []
    for n in range(count):
        person = pick.randrange(CONTACTS)
        created = FIRST + timedelta(days=pick.randrange(700))
        rows.append(
            (
                f"{prefix}-{n}",
                f"Desks {prefix} {n}",
                f"Buyer {person % ACCOUNTS}",
                f"person{person}@buyer.test",
                f"Rep {pick.randrange(REPS)}",
                f"Desk {pick.randrange(PRODUCTS)}",
                pick.choice(STAGES),
                f"{pick.uniform(500, 2000):.2f}",
                created,
                created + timedelta(days=pick.randrange(1, 90)),
            )
        )
    return _written(HEAD, rows)


def _same_rows(workspace: Workspace, prefix: str, into: Workspace) -> str:
    """Return the rows that were imported, ready to be copied, as CSV text."""
    with tenancy.scope(workspace), connection.cursor() as cursor:
        text = io.StringIO()
        cursor.cursor.copy_expert(
            cursor.cursor.mogrify(
                f"COPY (SELECT {COPIED} FROM execute_deal WHERE workspace_id = %s"
                " AND import_key LIKE %s) TO STDOUT (FORMAT csv)",
                [workspace.pk, f"{prefix}%"],
            ).decode(),
            text,
        )
    text.seek(0)
    return text.read()


def _copy(workspace: Workspace, text: str) -> None:
    """The floor: one `COPY` into a temporary table and one `INSERT ... SELECT` out of it."""
    with (
        tenancy.scope(workspace),
        transaction.atomic(),
        bulk.unaudited(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            f"CREATE TEMPORARY TABLE bare ON COMMIT DROP AS SELECT {COPIED}"
            " FROM execute_deal WITH NO DATA"
        )
        cursor.cursor.copy_expert(
            f"COPY bare ({COPIED}) FROM STDIN (FORMAT csv)", io.StringIO(text)
        )
        cursor.execute(
            f"INSERT INTO execute_deal (workspace_id, {COPIED}) SELECT %s, {COPIED} FROM bare",
            [workspace.pk],
        )
        assert cursor.rowcount == DEALS
