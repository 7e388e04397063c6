"""CSV, TSV, XLSX and XLS pass through the page and the command; what lies about itself does not."""

import csv
import io
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from execute.models import Expense, Import, ImportRefusal
from insight.models import Contact
from ipeo.downloads import inert
from ipeo.navigation import link
from tests.execute.importing import command, counts, load, press, sent, shared

ROWS = [
    ("Day", "Channel", "Amount", "Status"),
    ("2026-01-31", "Search", "1250.50", "Actual"),
    ("2026-02-28", "Messen", "80", "Actual"),
]
TEXT = "\n".join(",".join(row) for row in ROWS)


def workbook():
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


FORMATS = {
    "spend.csv": TEXT.encode(),
    "spend.tsv": TEXT.replace(",", "\t").encode(),
    "spend.xlsx": workbook(),
    "utf16.csv": TEXT.encode("utf-16"),
}


@pytest.fixture
def client(sign_in, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return sign_in("marketer")


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_passes_through_the_page_and_the_command(client, do_due_work, tmp_path, name):
    brought = sent(client, FORMATS[name], "expenses", name)
    assert press(client, brought).status_code == 302
    do_due_work()
    assert counts(brought) == (2, 0, 0, 0)
    assert {str(row.amount) for row in Expense.objects.all()} == {"1250.50", "80.00"}
    path = tmp_path / name
    path.write_bytes(FORMATS[name])
    assert counts(command("expenses", path)) == (0, 0, 2, 0)


def test_an_old_workbook_passes_through_the_page_and_the_command(client, do_due_work):
    path = shared("crm_ads_exports") / "real/odoo_crm_lead_template.xls"
    brought = sent(client, path.read_bytes(), "contacts", path.name)
    assert press(client, brought).status_code == 302
    do_due_work()
    new, _, _, refused = counts(brought)
    assert (new, refused) == (Contact.objects.count(), 0)
    assert new > 0
    assert counts(command("contacts", path)) == (0, 0, new, 0)


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n" + bytes(64),
        b"%PDF-1.7\n1 0 obj",
        b"MZ\x90\x00" + bytes(64),
        b"<html><body><table><tr><td>1</td></tr></table></body></html>",
        b"PK\x03\x04" + bytes(64),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        b'{"rows": [1, 2]}',
    ],
    ids=["picture", "pdf", "program", "page", "zip", "old office", "json"],
)
@pytest.mark.parametrize("name", ["rows.csv", "rows.xlsx"])
def test_an_upload_that_lies_about_its_type_is_refused(client, tmp_path, data, name):
    sent_file = SimpleUploadedFile(name, data, content_type="text/csv")
    response = client.post(link("execute:import_new"), {"kind": "deals", "file": sent_file})
    assert response.status_code == 422
    path = tmp_path / name
    path.write_bytes(data)
    assert command("deals", path)["failed"]
    assert not Import.objects.exists()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", " =", "\n=", "\u00a0="])
def test_a_cell_that_a_spreadsheet_would_run_is_inert(start):
    assert inert(f"{start}cmd|'/c calc'!A1").startswith("'")
    assert inert("plain") == "plain"


def test_numbers_stay_numbers_in_the_file_of_refused_rows():
    assert inert("-12.50") == "-12.50"
    assert inert("+49 30 1234") == "'+49 30 1234"


def test_the_refused_rows_of_a_hostile_file_hold_no_formula(client, do_due_work):
    text = (
        "Deal ID,=1+1,Stage,Amount,Close date\n"
        '1,"=HYPERLINK(""http://x"")",Won,@SUM(1),2026-01-31\n'
        "2,\t=1,Won,+twelve,2026-01-31\n"
        "3,Three,Won,3,2026-01-31\n4,Four,Won,4,2026-01-31\n"
    )
    brought = load(client, do_due_work, text, "deals")
    assert ImportRefusal.objects.count() >= 2
    answer = client.get(link("execute:import_refused", brought.pk))
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    cells = [cell for row in rows for cell in row]
    assert "'=1+1" in cells
    assert any("HYPERLINK" in cell for cell in cells)
    assert not [
        cell for cell in cells if cell.strip(" \u00a0\n").startswith(("=", "+", "-", "@", "\t"))
    ]


def test_text_from_right_to_left_markup_and_long_names_are_stored_as_text(client, do_due_work):
    path: Path = shared("csv_nasty") / "made_emoji_rtl_long.csv"
    header = path.read_text(encoding="utf-8").splitlines()[0].split(",")
    brought = sent(client, path.read_bytes(), "accounts", path.name)
    wanted = next((name for name in header if "name" in name.casefold()), header[0])
    press(client, brought, **{"map.name": wanted, "was.name": ""})
    do_due_work()
    brought.refresh_from_db()
    assert brought.state == Import.State.DONE
    page = client.get(link("insight:accounts")).content.decode()
    assert "<script>alert" not in page


def test_line_ends_and_the_word_for_nothing_of_databases_are_stored_as_they_were_typed(
    client, do_due_work
):
    text = 'Contact ID,Name,Email\nC1,"Ada\rBerg",ada@halden.test\nC2,\\N,mia@halden.test\n'
    brought = load(client, do_due_work, text, "contacts")
    assert brought.state == Import.State.DONE
    assert Contact.objects.get(email="ada@halden.test").name == "Ada\rBerg"
    assert Contact.objects.filter(email="mia@halden.test").exists()
