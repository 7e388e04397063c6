"""A large plain file is read block by block, and gives what reading it whole gives."""

import random

import pytest

from execute.actions.imports import loading
from execute.actions.imports.files import receive_file, start_import
from execute.models import Import, ImportRefusal, Touch
from execute.numerics import streams
from execute.numerics.understanding import understand
from ipeo.models import Run
from tests.execute.importing import shared
from tests.factories.insight import ContactFactory

HEAD = "Touch ID,Email,Channel,Activity Type,Date\n"
ROWS = [
    f"t{n},{'nobody' if n == 31 else 'ada'}@halden.test,{('Search', 'Webinar')[n % 2]},Click,"
    f"{'never' if n == 25 else f'2026-01-{n % 28 + 1:02d}T09:00:00Z'}\n"
    for n in range(60)
]
PLAIN = HEAD + "".join(ROWS)


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(streams, "SMALL", 0)
    monkeypatch.setattr(streams, "HEAD", 700)
    monkeypatch.setattr(streams, "BLOCK", 7)


def both(tmp_path, text, kind="touches", **given):
    path = tmp_path / "file.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    whole = understand(path.read_bytes(), "file.csv", kind, **given)
    return understand(path, "file.csv", kind, **given), whole


def test_a_plain_file_says_the_same_in_blocks(small_blocks, tmp_path):
    ours, whole = both(tmp_path, PLAIN)
    assert ours.whole is not None
    assert (ours.rows, ours.accepted, ours.refused) == (60, 59, 1)
    assert (ours.rows, ours.accepted, ours.refused) == (whole.rows, whole.accepted, whole.refused)
    assert ours.whole.refused == whole.interpretation.refused
    assert (ours.mapping, ours.doubts, ours.notes) == (whole.mapping, whole.doubts, whole.notes)


@pytest.mark.parametrize(
    "text",
    [
        PLAIN + "t1,ada@halden.test,Search,Click,2026-01-01T09:00:00Z\n",
        PLAIN + "t99,ada@halden.test,SEARCH,Click,2026-01-01T09:00:00Z\n",
        PLAIN + "t99,ada@halden.test,Search,Sneeze,2026-01-01T09:00:00Z\n",
        PLAIN + "t99,ada@halden.test,Search,Click,01/02/2026\n",
        PLAIN + "t99,ada@halden.test,Search,Click\n",
        PLAIN + "Total,,,,60\n",
        PLAIN + "\nt99,ada@halden.test,Search,Click,2026-01-01T09:00:00Z\n",
        PLAIN + 't99,"ada@halden.test,Search,Click,2026-01-01T09:00:00Z\n',
        PLAIN + "t99,ada@halden.test,\0Search,Click,2026-01-01T09:00:00Z\n",
        PLAIN.encode() + "t99,ada@halden.test,Büro,Click,2026-01-01\n".encode("latin-1"),
        PLAIN.replace("Touch ID", "Note"),
        PLAIN.encode("utf-16"),
    ],
    ids=[
        "an id twice",
        "two spellings",
        "an unknown kind",
        "another order of dates",
        "a short row",
        "a total",
        "a blank line",
        "an open quote",
        "a NUL",
        "other letters",
        "no id",
        "UTF-16",
    ],
)
def test_what_wants_judging_from_the_whole_is_read_whole(small_blocks, tmp_path, text):
    ours, whole = both(tmp_path, text)
    assert ours.whole is None
    assert ours.doubts == whole.doubts
    assert ours.notes == whole.notes
    assert ours.interpretation.identity == whole.interpretation.identity
    assert ours.interpretation.refused == whole.interpretation.refused


def test_real_exports_say_the_same_in_blocks(small_blocks, monkeypatch):
    monkeypatch.setattr(streams, "HEAD", 20_000)
    monkeypatch.setattr(streams, "BLOCK", 500)
    folder = shared("maven_crm")
    streamed = 0
    for name, kind in (("sales_pipeline.csv", "deals"), ("accounts.csv", "accounts")):
        for path in folder.rglob(name):
            ours = understand(path, name, kind)
            whole = understand(path.read_bytes(), name, kind)
            assert (ours.rows, ours.accepted, ours.refused) == (
                whole.rows,
                whole.accepted,
                whole.refused,
            )
            assert [doubt.key for doubt in ours.doubts] == [doubt.key for doubt in whole.doubts]
            streamed += 1
    assert streamed


def test_a_file_in_blocks_is_stored_as_one_read_whole(
    workspace, small_blocks, monkeypatch, settings, tmp_path, do_due_work
):
    settings.MEDIA_ROOT = tmp_path
    ContactFactory(email="ada@halden.test")
    path = tmp_path / "touches.csv"
    path.write_text(PLAIN)
    told = []
    for small in (0, 10**9):
        monkeypatch.setattr(streams, "SMALL", small)
        brought = receive_file(kind="touches", file_name="t.csv", data=path, by=None)
        start_import(brought=brought, by=None)
        do_due_work()
        brought.refresh_from_db()
        refusals = ImportRefusal.objects.filter(source=brought).order_by("line")
        told.append(
            (
                brought.state,
                brought.rows,
                brought.refused,
                brought.new + brought.unchanged,
                [(row.line, row.column, row.reason) for row in refusals],
                brought.notes,
                brought.doubts,
                brought.mapping,
            )
        )
    assert told[0] == told[1]
    assert brought.unchanged == Touch.objects.count() == 58


def test_a_worker_lost_between_blocks_is_taken_over(
    workspace, small_blocks, monkeypatch, settings, tmp_path, do_due_work
):
    settings.MEDIA_ROOT = tmp_path
    ContactFactory(email="ada@halden.test")
    path = tmp_path / "touches.csv"
    path.write_text(PLAIN)
    brought = receive_file(kind="touches", file_name="t.csv", data=path, by=None)
    record, lost = loading.record_piece, random.Random().randrange(1, 8)

    def record_or_die(**given):
        if given["after"] == 7 * lost:
            raise RuntimeError("lost")
        return record(**given)

    monkeypatch.setattr(loading, "record_piece", record_or_die)
    start_import(brought=brought, by=None)
    (run,) = do_due_work()
    assert run.state == Run.State.FAILED
    brought.refresh_from_db()
    assert brought.stored == 7 * lost
    monkeypatch.setattr(loading, "record_piece", record)
    start_import(brought=brought, by=None)
    do_due_work()
    brought.refresh_from_db()
    assert brought.state == Import.State.DONE
    assert (brought.new, brought.refused, brought.stored) == (58, 2, 60)
    assert ImportRefusal.objects.count() == 2
    assert Touch.objects.count() == 58
