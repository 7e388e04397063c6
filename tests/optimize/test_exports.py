"""Pages as files: what stands in them is what stands on the page, and no cell is alive."""

import csv
import io
from datetime import date, datetime
from decimal import Decimal

import pytest
from openpyxl import load_workbook
from pptx import Presentation

from ipeo.exports.dossier import Chart, Column, Dossier, Fact, Section, Series, Table
from ipeo.exports.drawing import svg_of
from ipeo.exports.files import NoSuchForm, written
from ipeo.exports.pages import html_of, pdf_of
from ipeo.numerics.estimates import Estimate
from optimize.actions.recompute import recompute
from optimize.queries.breakdown import lines_of
from tests.optimize.scene import company

DANGEROUS = ('=HYPERLINK("http://x")', "+1+1", "-2+3", "@SUM(A1)", "\tx", "\rx")


def _dossier(name="Webinar"):
    table = Table(
        (
            Column("Program"),
            Column("Spend", "USD"),
            Column("Win rate", "percent", True),
            Column("On", "day"),
        ),
        (
            (name, Decimal("1200.50"), Estimate(0.31, 0.27, 0.35, 277), date(2026, 6, 9)),
            ("Demos", None, Estimate.unknown("no deal has ended"), None),
        ),
    )
    chart = Chart(
        "bars", ("May", "Jun"), (Series("Spend", (1.0, None)), Series(name, (-2.0, 3.5))), "USD"
    )
    return Dossier(
        title="Home",
        workspace="Northwind <b>",
        range_text="1 Jun 2026 to 30 Jun 2026",
        before_text="1 May 2026 to 31 May 2026",
        measured_at=datetime(2026, 6, 30, 8, 0),
        sections=(
            Section(
                "Key figures",
                "No key figure has changed",
                facts=(Fact("Win rate", Estimate(0.31, 0.27, 0.35, 277), "percent", "Within"),),
            ),
            Section("By program", "One pays", table=table, chart=chart, words=("A word.",)),
        ),
        method=("Intervals are at the 80 % level.",),
    )


def _texts(deck):
    for slide in deck.slides:
        for shape in slide.shapes:
            if shape.has_text_frame:
                yield shape.text_frame.text
            if shape.has_table:
                yield from (cell.text for row in shape.table.rows for cell in row.cells)


@pytest.mark.parametrize("name", DANGEROUS)
def test_no_cell_of_any_file_runs_as_a_formula(name):
    dossier = _dossier(name)

    rows = csv.reader(io.StringIO(written(dossier, "csv").decode("utf-8-sig")))
    assert any(cell.startswith("'") for row in rows for cell in row)
    book = load_workbook(io.BytesIO(written(dossier, "xlsx")))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value]
    assert all(cell.data_type != "f" for cell in cells)
    assert not any(isinstance(cell.value, str) and cell.value[:1] in "=+-@\t\r" for cell in cells)


def test_a_workbooks_cells_are_typed_and_its_head_stays_in_sight():
    book = load_workbook(io.BytesIO(written(_dossier(), "xlsx")))

    assert book.sheetnames == ["Key figures", "By program", "Method"]
    sheet = book["By program"]
    head = [cell.value for cell in sheet[1]]
    assert head[:6] == [
        "Program",
        "Spend",
        "Win rate",
        "Win rate, low end",
        "Win rate, high end",
        "Win rate, n",
    ]
    first = [cell.value for cell in sheet[2]]
    assert first[:6] == ["Webinar", 1200.5, 0.31, 0.27, 0.35, 277]
    assert first[7] == datetime(2026, 6, 9)
    assert sheet["B2"].number_format == '"$"#,##0.00'
    assert sheet["C2"].number_format == "0.0%"
    assert sheet["B3"].value is None
    assert sheet["G3"].value == "no deal has ended"
    assert sheet.freeze_panes == "B2"


def test_slides_are_wide_with_a_native_chart_a_message_and_notes():
    deck = Presentation(io.BytesIO(written(_dossier(), "pptx")))

    assert round(deck.slide_width / deck.slide_height, 2) == 1.78
    charts = [shape.chart for slide in deck.slides for shape in slide.shapes if shape.has_chart]
    assert [list(series.values) for series in charts[0].plots[0].series] == [
        [1.0, None],
        [-2.0, 3.5],
    ]
    assert [slide.shapes.title.text for slide in deck.slides] == [
        "Home",
        "No key figure has changed",
        "One pays",
        "By program",
    ]
    notes = [slide.notes_slide.notes_text_frame.text for slide in deck.slides]
    assert all("80 % level" in note and "measured 30 Jun 2026" in note for note in notes)
    assert "31% (27%\N{NO-BREAK SPACE}to\N{NO-BREAK SPACE}35%)" in list(_texts(deck))


def test_the_printed_page_is_a_pdf_whose_text_is_escaped():
    html = html_of(_dossier("<script>x</script>"))
    printed = pdf_of(_dossier())

    assert printed.startswith(b"%PDF-")
    assert b"/Type /Page" in printed or b"/ObjStm" in printed
    assert "<script>" not in html
    assert "Northwind &lt;b&gt;" in html
    assert "31% (27%\N{NO-BREAK SPACE}to\N{NO-BREAK SPACE}35%)" in html
    assert "A4" in html


def test_a_drawing_without_any_number_is_still_a_drawing():
    empty = Chart("lines", ("May", "Jun"), (Series("Spend", (None, None)),))

    assert svg_of(empty).startswith("<svg")


def test_an_unknown_form_is_refused():
    with pytest.raises(NoSuchForm):
        written(_dossier(), "doc")


@pytest.mark.django_db
def test_each_page_is_had_in_each_form_with_the_pages_own_numbers(workspace, sign_in):
    cycle, worn, _ = company()
    recompute()
    days = {"date_from": "2024-10-01", "date_to": "2026-06-30"}
    here = f"/w/{workspace.slug}/optimize/exports"
    client = sign_in("viewer")
    for part in (
        "home",
        "overview",
        f"cycles/{cycle.pk}",
        f"funnels/{cycle.pk}",
        f"programs/{worn.pk}",
    ):
        for form, mark in (("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK"), ("pptx", b"PK")):
            answer = client.get(f"{here}/{part}/{form}/", days)
            assert answer.status_code == 200, (part, form)
            assert answer.content.startswith(mark)
            assert f'.{form}"' in answer.headers["Content-Disposition"]
    assert client.get(f"{here}/home/doc/").status_code == 404

    page = client.get(f"/w/{workspace.slug}/optimize/", days)
    book = load_workbook(
        io.BytesIO(client.get(f"{here}/overview/xlsx/", days | {"by": "program"}).content)
    )
    sheet = book["By program"]
    head = [cell.value for cell in sheet[1]]
    rows = {row[0]: dict(zip(head, row, strict=True)) for row in sheet.iter_rows(values_only=True)}
    for line in page.context["rows"]:
        found, figures = rows[line.row.key], line.row.figures
        assert found["Won"] == figures.deals_won
        assert found["Spend"] == float(figures.spend)
        assert found["Win rate"] == pytest.approx(figures.win_rate.value)
        assert found["ROMI, high end"] == pytest.approx(figures.romi.high)
    chosen = page.context["chosen"]
    assert len(lines_of(by="program", days=chosen.days, model="first")) == len(rows) - 1
