"""A worker that is killed leaves nothing halfway: its successor ends as one clean run does.

The worker is a process of its own, killed by the system before a statement chosen at random: at
the borders of pieces and inside them.
"""

import random

import pytest

from execute.actions.imports import loading
from execute.actions.imports.files import receive_file, start_import
from execute.actions.imports.undoing import start_undo
from execute.models import (
    Deal,
    DealDriver,
    DealStageChange,
    Expense,
    Import,
    ImportPiece,
    ImportRefusal,
    Touch,
)
from insight.models import Account, Channel, Contact, Product
from ipeo import tenancy
from ipeo.actions import runs
from ipeo.models import Run
from tests.factories.ipeo import WorkspaceFactory
from tests.killing import work, work_and_be_killed

DEALS = "Opportunity ID,Opportunity Name,Account Name,Contact,Opportunity Owner,Product,Stage,"
DEALS += "Amount,Created Date,Close Date,Loss Reason\n" + "".join(
    f"D{n},Desks {n},Halden {n % 5},p{n % 4}@halden.test,Mia,Desk {n % 3},"
    f"{('Closed Won', 'Closed Lost', 'Proposal')[n % 3]},{900 + n},2026-01-20,2026-02-15,Price\n"
    for n in range(24)
)
CONTACTS = "Contact ID,Name,Email,Account Name,Lead Source,Created Date\n" + "".join(
    f"C{n},Person {n},p{n}@halden.test,Halden {n % 3},Source {n % 2},2026-01-0{n % 9 + 1}\n"
    for n in range(16)
)
EXPENSES = "Reporting starts,Reporting ends,Channel,Amount,Status\n" + "".join(
    f"2026-01-01,2026-01-0{n + 2},Channel {n % 2},{100 + n},Actual\n" for n in range(6)
)
EXPENSES += "2026-01-01,2026-01-02,Channel 1,much,Actual\n"
FILES = {"deals": DEALS, "contacts": CONTACTS, "expenses": EXPENSES}
UNTOLD = {"id", "workspace_id", "source_id", "created_at", "updated_at", "party", "run_id"}


def tables():
    """Every row of the workspace that an import could write, without ids and times of writing."""
    names = {
        f"{model._meta.db_table}.{row['id']}": row.get("import_key") or row.get("name")
        for model in (Account, Contact, Product, Channel, Deal)
        for row in model.objects.values()
    }
    told = []
    for model in (Account, Contact, Product, Channel, Deal, Touch, Expense, DealStageChange):
        for row in model.objects.values():
            kept = {}
            for name, value in row.items():
                if name in UNTOLD:
                    continue
                table = {
                    "account_id": "insight_account",
                    "contact_id": "insight_contact",
                    "product_id": "insight_product",
                    "channel_id": "insight_channel",
                    "deal_id": "execute_deal",
                }.get(name)
                if table:
                    value = names.get(f"{table}.{value}")
                elif name.endswith("_id"):
                    value = value is not None
                kept[name] = value
            told.append((model.__name__, sorted((key, str(value)) for key, value in kept.items())))
    told.append(("DealDriver", [DealDriver.objects.count()]))
    told += [("Refusal", [row.line, row.reason]) for row in ImportRefusal.objects.all()]
    told += [
        ("Import", [row.state, row.new, row.changed, row.unchanged, row.refused])
        for row in Import.objects.order_by("pk")
    ]
    return sorted(told, key=str)


def sent(kind):
    brought = receive_file(kind=kind, file_name="f.csv", data=FILES[kind].encode(), by=None)
    return brought, start_import(brought=brought, by=None).pk


@pytest.fixture
def small_pieces(committed_database, settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(loading, "PIECE", 5)
    monkeypatch.setattr(runs, "_send", lambda *args: None)


def test_a_killed_import_ends_as_one_clean_run_and_so_does_its_undoing(small_pieces):
    with tenancy.scope(WorkspaceFactory()):
        empty = [row for row in tables() if row[0] != "Import"]
        steps = {kind: work(sent(kind)[1]) for kind in FILES}
        clean = tables()
        undone = {}
        for brought in Import.objects.order_by("-pk"):
            undone[brought.kind] = work(start_undo(brought=brought, by=None).pk)
        nothing = tables()
    assert [row for row in nothing if row[0] not in {"Import", "Refusal"}] == empty
    pick = random.Random()
    killed = 0
    with tenancy.scope(WorkspaceFactory()):
        for kind, count in steps.items():
            _, run_id = sent(kind)
            for point in (pick.randrange(1, count), pick.randrange(1, count)):
                killed += work_and_be_killed(run_id, point)
            if Run.objects.get(pk=run_id).state != Run.State.DONE:
                work(run_id)
        assert tables() == clean
        for brought in Import.objects.order_by("-pk"):
            run_id = start_undo(brought=brought, by=None).pk
            killed += work_and_be_killed(run_id, pick.randrange(1, undone[brought.kind]))
            if Run.objects.get(pk=run_id).state != Run.State.DONE:
                work(run_id)
        assert tables() == nothing
        assert not ImportPiece.objects.filter(undone=False).exists()
    assert killed >= 5
