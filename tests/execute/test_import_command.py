"""Files from the command line: the same facts, the same questions, and nothing left behind."""

import io
import json
import pathlib
from collections import Counter
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db.models import Sum

from execute.actions.imports import files, loading
from execute.actions.imports.rows import Sheet
from execute.models import Deal, DealStageChange, Expense, Import, Touch
from execute.queries.imports import read_file, understood
from insight.models import Account, Product
from ipeo import tenancy
from ipeo.actions.runs import run_here
from ipeo.models import Run
from ipeo.tenancy import current_workspace
from tests.execute.importing import command, counts, shared
from tests.execute.test_imports import FILES


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def write(tmp_path):
    def give(text, name="file.csv") -> pathlib.Path:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return give


@pytest.mark.usefixtures("workspace")
def test_the_command_says_what_it_did(write):
    told = command("deals", write(FILES["deals"]))
    assert not told["failed"]
    assert counts(told) == (1, 0, 0, 0)
    assert told["rows"] == 1
    assert counts(command("deals", write(FILES["deals"]))) == (0, 0, 1, 0)


@pytest.mark.usefixtures("workspace")
def test_a_dry_run_counts_and_leaves_nothing(write, media):
    told = command("deals", write(FILES["deals"]), "--dry-run")
    assert counts(told) == (1, 0, 0, 0)
    assert told["dry_run"]
    for model in (Import, Deal, Account, Product, Touch, Run):
        assert not model.objects.exists(), model
    assert not media.exists()


@pytest.mark.usefixtures("workspace")
def test_an_open_question_stops_the_command_and_set_answers_it(write, media):
    path = write("Date,Channel,Amount,Status\n01/02/2026,Search,5,Actual\n")
    told = command("expenses", path)
    assert "day or the month" in told["failed"]
    assert "--set dates.date=" in told["failed"]
    assert [doubt["key"] for doubt in told["doubts"] if doubt["blocking"]] == ["dates.date"]
    assert not Import.objects.exists()
    assert not media.exists()
    told = command("expenses", path, "--set", "dates.date=dmy")
    assert counts(told) == (1, 0, 0, 0)
    assert str(Expense.objects.get().date) == "2026-02-01"


@pytest.mark.usefixtures("workspace")
def test_a_mapping_and_a_fixed_value_can_be_given(write):
    mapping = write(json.dumps({"amount": "Paid out"}), "mapping.json")
    path = write("Day,Paid out,Status\n2026-01-31,500,Actual\n")
    told = command("expenses", path, "--mapping", str(mapping), "--set", "channel=Search")
    assert counts(told) == (1, 0, 0, 0)
    assert Expense.objects.get().channel.name == "Search"


@pytest.mark.usefixtures("workspace")
@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n\x1a\n" + bytes(40), b"PK\x03\x04"])
def test_a_file_that_is_no_table_ends_with_a_sentence(write, media, data):
    told = command("deals", write(data))
    assert told["failed"]
    assert told["error"] == told["failed"]
    assert not Import.objects.exists()
    assert not media.exists()


@pytest.mark.usefixtures("workspace")
def test_a_column_that_does_not_exist_ends_with_a_sentence(write, media):
    mapping = write(json.dumps({"amount": "Nowhere"}), "mapping.json")
    told = command("expenses", write(FILES["expenses"]), "--mapping", str(mapping))
    assert "Nowhere" in told["failed"]
    assert not media.exists()


@pytest.mark.usefixtures("workspace")
@pytest.mark.parametrize("pieces_before", [0, 1, 3, 5])
def test_an_import_killed_between_pieces_ends_as_one_clean_run(monkeypatch, pieces_before):
    monkeypatch.setattr(loading, "PIECE", 7)
    head, row = FILES["deals"].splitlines()
    text = "\n".join([head, *(row.replace("D1,", f"D{n},") for n in range(40))])
    brought = files.receive_file(kind="deals", file_name="d.csv", data=text.encode(), by=None)
    seen = understood(brought, data=read_file(brought))
    frame = loading.BUILDERS["deals"](Sheet(seen.interpretation, {})).frame
    for place in range(pieces_before):
        piece = frame.iloc[7 * place : 7 * place + 7]
        brought = loading.record_piece(
            brought=brought, frame=piece, after=7 * place, upto=7 * place + len(piece)
        )
    if pieces_before:
        # Another worker that still holds the first piece counts nothing twice.
        loading.record_piece(brought=brought, frame=frame.iloc[:7], after=0, upto=7)
    run_here(kind=files.RUN_KIND, arguments={"import": brought.pk})
    assert counts(brought) == (40, 0, 0, 0)
    assert Deal.objects.count() == 40
    assert DealStageChange.objects.count() == 40


def report(*options: str):
    """Recompute, and give `manage.py report`'s rows by key."""
    slug = current_workspace().slug
    out = io.StringIO()
    with tenancy.nobody():
        call_command("recompute", f"--workspace={slug}", "--full", "--json", stdout=io.StringIO())
        call_command("report", f"--workspace={slug}", "--json", *options, stdout=out)
    return {row["key"]: row for row in json.loads(out.getvalue())["rows"]}


@pytest.mark.usefixtures("workspace")
def test_a_resellers_pipeline_is_told_as_it_is_known():
    folder = shared("maven_crm")
    command("products", folder / "products.csv")
    assert counts(command("accounts", folder / "accounts.csv")) == (85, 0, 0, 0)
    told = command("deals", folder / "sales_pipeline.csv")
    assert counts(told) == (8800, 0, 0, 0)
    assert [doubt["answer"] for doubt in told["doubts"]] == ["GTX Pro"]
    assert Product.objects.count() == 7
    assert Account.objects.count() == 85
    won = Deal.objects.filter(outcome="won")
    assert won.count() == 4238
    assert Deal.objects.filter(outcome="lost").count() == 2473
    sums = won.aggregate(net=Sum("net_amount"), listed=Sum("list_amount"))
    assert sums == {"net": Decimal(10_005_534), "listed": Decimal(10_023_482)}
    assert counts(command("deals", folder / "sales_pipeline.csv")) == (0, 0, 8800, 0)
    told = report("--by=all", "--model=first")["all"]
    assert (told["deals_won"], told["deals_lost"]) == (4238, 2473)
    assert round(told["win_rate"]["value"], 4) == 0.6315
    assert told["win_rate"]["n"] == 6711
    assert told["win_rate"]["low"] < 0.6315 < told["win_rate"]["high"]
    assert (told["net_amount"], told["list_amount"]) == (10_005_534, 10_023_482)
    assert told["spend"]["value"] is None


@pytest.mark.usefixtures("workspace")
def test_a_funnel_of_leads_keeps_blank_and_unknown_apart():
    folder = shared("olist_funnel")
    leads = command("leads", folder / "olist_marketing_qualified_leads_dataset.csv")
    assert counts(leads) == (8000, 0, 0, 0)
    deals = command("deals", folder / "olist_closed_deals_dataset.csv")
    assert counts(deals) == (842, 0, 0, 0)
    rows = report("--by=channel", "--model=first")
    found = {key: (row["leads"], row["deals_won"]) for key, row in rows.items()}
    assert found["organic_search"] == (2296, 271)
    assert found["paid_search"] == (1586, 195)
    assert found["unknown"] == (1099, 179)
    assert found["(none)"] == (60, 14)
    assert [sum(column) for column in zip(*found.values(), strict=True)] == [8000, 842]
    for row in rows.values():
        assert row["cost_per_lead"]["value"] is None
        assert row["cost_per_lead"]["reason"]


@pytest.mark.usefixtures("workspace")
def test_leads_of_two_spellings_of_a_source_are_asked_about_or_merged():
    folder = shared("leads_x_education")
    told = command("leads", folder / "Leads.csv")
    assert counts(told) == (9240, 0, 0, 0)
    assert any(doubt["key"].startswith("variants.") for doubt in told["doubts"])


@pytest.mark.usefixtures("workspace")
def test_a_salesforce_export_brings_deals_without_inventing_touches():
    folder = shared("loop_salesforce_dc")
    assert counts(command("accounts", folder / "Account.csv"))[0] == 22
    assert counts(command("contacts", folder / "Contact.csv"))[0] == 102
    told = command("deals", folder / "Opportunity.csv")
    assert counts(told) == (50, 0, 0, 0)
    assert Counter(Deal.objects.values_list("outcome", flat=True)) == {
        "open": 35,
        "won": 12,
        "lost": 3,
    }
    assert Deal.objects.aggregate(sum=Sum("net_amount"))["sum"] == Decimal("43603545.98")
    assert not Touch.objects.exists()
