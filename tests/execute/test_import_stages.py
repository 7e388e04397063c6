"""Stage histories: entries of deals into stages, each once."""

import pytest

from execute.models import Deal, DealStageChange, ImportRefusal
from execute.numerics.sheets import read
from execute.queries.imports import likely_kind
from tests.execute.importing import FILES, counts, load

SALESFORCE = (
    "Opportunity ID,Opportunity Name,From Stage,To Stage,Change Date,Amount\n"
    "D1,Desks for Halden,,Lead,2026-01-20T09:00:00,950\n"
    "D1,Desks for Halden,Lead,Proposal,2026-01-28T10:30:00,950\n"
    "D1,Desks for Halden,Proposal,Proposal,2026-02-01T08:00:00,940\n"
    "D1,Desks for Halden,Proposal,Closed Won,2026-02-15T16:45:00,950\n"
)
HUBSPOT = (
    "Record ID,Property name,Property value,Timestamp,Source\n"
    "D1,dealstage,Lead,2026-01-20 09:00:00,CRM\n"
    "D1,amount,950,2026-01-21 09:00:00,CRM\n"
    "D1,dealstage,Proposal,2026-01-28 10:30:00,CRM\n"
    "D1,dealstage,Closed Won,2026-02-15 16:45:00,CRM\n"
)


@pytest.fixture
def client(sign_in, settings, tmp_path, do_due_work):
    settings.MEDIA_ROOT = tmp_path
    client = sign_in("marketer")
    load(client, do_due_work, FILES["deals"], "deals")
    return client


def entries():
    return [
        (change.stage.name, f"{change.entered_at:%m-%d %H:%M}")
        for change in DealStageChange.objects.order_by("entered_at")
    ]


@pytest.mark.parametrize("text", [SALESFORCE, HUBSPOT], ids=["Salesforce", "HubSpot"])
def test_a_history_gives_each_entry_once_and_corrects_what_was_inferred(client, do_due_work, text):
    assert entries() == [("Closed Won", "02-15 00:00")]
    brought = load(client, do_due_work, text, "")
    assert brought.kind == "stage_history"
    assert counts(brought) == (2, 1, 0, 0)
    whole = [("Lead", "01-20 09:00"), ("Proposal", "01-28 10:30"), ("Closed Won", "02-15 16:45")]
    assert entries() == whole
    assert counts(load(client, do_due_work, text, "stage_history")) == (0, 0, 3, 0)
    assert entries() == whole
    load(client, do_due_work, FILES["deals"], "deals")
    assert entries() == whole
    assert Deal.objects.get().stage.name == "Closed Won"


WIDE = (
    'Record ID,Deal Name,Deal Stage,Amount,Create Date,Close Date,"Date entered ""Lead (Sales '
    'Pipeline)""","Date entered ""Proposal (Sales Pipeline)""","Date entered ""Closed Won (Sales '
    'Pipeline)"""\n'
    "W1,Booths,Closed Won,900,2026-01-20,2026-02-15,2026-01-20 09:00,2026-01-28 10:30,"
    "2026-02-15 16:45\n"
    "W2,Chairs,Proposal,300,2026-01-22,2026-03-15,2026-01-22 09:00,2026-02-01 10:30,\n"
)


def test_a_column_of_dates_for_each_stage_is_the_deals_history(client, do_due_work):
    DealStageChange.objects.all().delete()
    brought = load(client, do_due_work, WIDE, "deals")
    assert counts(brought) == (2, 0, 0, 0)
    assert "3 columns with stage entry dates became the stage history." in brought.notes
    whole = entries()
    assert [stage for stage, _ in whole] == ["Lead", "Lead", "Proposal", "Proposal", "Closed Won"]
    assert ("Closed Won", "02-15 16:45") in whole
    assert counts(load(client, do_due_work, WIDE, "deals")) == (0, 0, 2, 0)
    assert entries() == whole
    unclear = WIDE.replace("2026-01-28 10:30", "01/02/2026").replace("W", "V")
    notes = load(client, do_due_work, unclear, "deals").notes
    assert any("is kept with the deals but not read" in note for note in notes)


def test_what_is_no_entry_is_left_out_and_said(client, do_due_work):
    notes = load(client, do_due_work, SALESFORCE, "stage_history").notes
    assert "1 row skipped because the stage did not change." in notes
    notes = load(client, do_due_work, HUBSPOT, "stage_history").notes
    assert "1 row for fields other than the stage skipped (Property name)." in notes


def test_a_history_of_an_unknown_deal_is_refused(client, do_due_work):
    brought = load(client, do_due_work, SALESFORCE.replace("D1,", "D9,"), "stage_history")
    assert counts(brought) == (0, 0, 0, 4)
    assert "no single deal matches “D9”" in ImportRefusal.objects.first().reason


def test_an_export_of_deals_is_not_taken_for_a_history():
    assert likely_kind(read(FILES["deals"].encode())) == "deals"
