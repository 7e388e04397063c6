"""A file becomes one table, by its content, or is refused in plain words."""

import io
import zipfile
from datetime import date, datetime

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from execute.numerics.fields import FIELDS
from execute.numerics.headers import propose
from execute.numerics.sheets import Sheet, Unreadable, read
from execute.numerics.typed import interpret


def table(text: str, **answers: str) -> Sheet:
    return read(text.encode(), "file.csv", answers)


def workbook(
    rows: list[list[object]], sheets: dict[str, list[list[object]]] | None = None
) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for name, more in (sheets or {}).items():
        page = book.create_sheet(name)
        for row in more:
            page.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read_or_refuse(data: bytes, name: str) -> Sheet | None:
    """The table, or None where the reader says that there is none; anything else is a fault."""
    try:
        return read(data, name)
    except Unreadable:
        return None


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    text = "name,price\nDesk,10\nChair,20\n".replace(",", delimiter)
    sheet = table(text)
    assert sheet.headers == ("name", "price")
    assert sheet.columns == (["Desk", "Chair"], ["10", "20"])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_an_encoding_that_says_itself_is_not_asked_about(encoding: str) -> None:
    sheet = read("name,city\nDesk,Zürich 中\nChair,Bern\n".encode(encoding))
    assert sheet.columns[1] == ["Zürich 中", "Bern"]
    assert sheet.doubts == ()


def test_a_western_file_is_read_and_said() -> None:
    sheet = read("name;city\nDesk;Zürich\nStühle;Köln\n".encode("cp1252"))
    assert sheet.columns == (["Desk", "Stühle"], ["Zürich", "Köln"])
    (doubt,) = sheet.doubts
    assert (doubt.key, doubt.answer, doubt.blocking) == ("encoding", "cp1252", False)


def test_letters_that_could_be_of_several_alphabets_are_asked_about() -> None:
    data = "id,name\n1,Λεωνίδας\n2,Ξενοφών\n3,Αλέξανδρος\n".encode("iso8859_7")
    (doubt,) = read(data).doubts
    assert doubt.key == "encoding"
    assert doubt.blocking
    answered = read(data, answers={"encoding": "iso8859_7"})
    assert answered.columns[1][0] == "Λεωνίδας"
    assert not answered.doubts[0].blocking


def test_a_late_accent_is_still_utf8() -> None:
    sheet = table("name\n" + "Desk\n" * 5000 + "Stühle\n")
    assert sheet.encoding == "utf-8"
    assert sheet.columns[0][-1] == "Stühle"


def test_a_report_keeps_its_preamble_and_totals_out_of_the_rows() -> None:
    sheet = table(
        'Campaign report\n"1 March 2026 - 2 March 2026"\nDay,Campaign,Cost\n'
        "2026-03-01,Spring,10\n2026-03-02,Spring,20\nTotal: all campaigns,,30\n"
    )
    assert sheet.headers == ("Day", "Campaign", "Cost")
    assert sheet.line_numbers.tolist() == [4, 5]
    assert [a.line for a in sheet.apart] == [6]
    assert any("line 6" in note.text for note in sheet.notes)


def test_a_total_without_a_word_is_known_by_its_sum_and_asked_about() -> None:
    text = "day,campaign,cost\n2026-03-01,A,10\n2026-03-01,B,20\n2026-03-02,A,5\n,,35\n"
    sheet = table(text)
    assert len(sheet) == 3
    assert [d.key for d in sheet.doubts] == ["totals"]
    assert len(table(text, totals="row")) == 4


def test_an_open_deal_whose_amount_happens_to_be_a_sum_stays_a_row() -> None:
    sheet = table("id,name,close date,amount\n1,A,2026-01-01,10\n2,B,2026-01-02,20\n3,C,,30\n")
    assert len(sheet) == 3


def test_an_account_called_total_is_an_account() -> None:
    sheet = table("account,country\nShell,UK\nTotal,France\n")
    assert sheet.columns[0] == ["Shell", "Total"]


def test_a_footer_after_blank_lines_is_no_row() -> None:
    sheet = table(
        '"Id","Name","Amount"\n"1","A","5"\n"2","B","7"\n\n\n"Grand Totals (2 records)"\n\n'
        '"Confidential"\n"Copyright 2026"\n'
    )
    assert sheet.columns[0] == ["1", "2"]
    assert [a.line for a in sheet.apart] == [6, 8, 9]


def test_a_row_of_the_wrong_width_is_refused_by_its_line() -> None:
    sheet = table("a,b,c\n1,2,3\n4,5\n6,7,8\n9,9,9,9\n1,2,3,\n")
    assert sheet.line_numbers.tolist() == [2, 4, 6]
    assert [r.line for r in sheet.refused] == [3, 5]
    assert sheet.refused[0].sentence == "Line 3: the row has 2 cells where the header has 3"


def test_a_cell_over_several_lines_keeps_the_count_of_lines() -> None:
    sheet = table('a,b\n1,"two\nlines"\n3,4\n')
    assert sheet.line_numbers.tolist() == [2, 4]


def test_a_quote_never_closed_is_reported() -> None:
    sheet = table('a,b\n1,2\n3,"four\n')
    assert sheet.line_numbers.tolist() == [2]
    assert sheet.refused[0].sentence == "Line 3: a quote is opened and never closed"
    with pytest.raises(Unreadable, match=r"^Line 2: a quote is opened and never closed"):
        table('a,b\n1,"2\n3,4\n5,6\n')


def test_a_file_cut_inside_a_letter_refuses_that_line_only() -> None:
    sheet = read("Name,Amount\nMünchen,10\nKö".encode()[:-1])
    assert sheet.columns == (["München"], ["10"])
    assert sheet.refused[0].line == 3


def test_headers_are_cleaned_named_and_made_unique() -> None:
    sheet = table('id,,"two\n lines",id\n1,2,3,4\n')
    assert sheet.headers == ("id", "Column 2", "two lines", "id (2)")
    assert any("Two columns are named" in n.text for n in sheet.notes)


def test_a_first_line_of_data_is_asked_about_and_stays_a_row() -> None:
    text = "Grant,Dyer,grant@site.test\nAnn,Bell,ann@site.test\n"
    sheet = table(text)
    assert len(sheet) == 2
    assert [(d.key, d.answer) for d in sheet.doubts] == [("header", "none")]
    assert len(table(text, header="first")) == 1


def test_names_over_two_lines_are_joined_and_said() -> None:
    sheet = read(workbook([["Region", "Spend", None], [None, "(EUR)", "Clicks"], ["A", 1, 2]]))
    assert sheet.headers == ("Region", "Spend (EUR)", "Spend Clicks")
    assert [d.key for d in sheet.doubts] == ["header_lines"]


def test_nul_bytes_are_taken_out_and_said() -> None:
    sheet = table("a,b\n\x00x,2\n")
    assert sheet.columns[0] == ["x"]
    assert "line 2" in sheet.notes[0].text


def test_a_workbook_keeps_the_types_of_its_cells() -> None:
    data = workbook([["day", "at", "n", "x"], [date(2026, 1, 5), datetime(2026, 1, 5, 9), 7, 0.25]])
    sheet = read(data, "book.xlsx")
    assert [c[0] for c in sheet.columns] == [date(2026, 1, 5), datetime(2026, 1, 5, 9), 7, 0.25]
    assert sheet.kind == "xlsx"


def test_a_workbook_of_several_sheets_asks_which() -> None:
    data = workbook([["name"], ["a"]], {"More": [["title"], ["b"], ["c"]]})
    assert [d.key for d in read(data).doubts] == ["sheet"]
    assert read(data, answers={"sheet": "More"}).headers == ("title",)


def test_a_workbook_named_csv_is_read_by_its_content_and_said() -> None:
    sheet = read(workbook([["name"], ["Desk"]]), "products.csv")
    assert sheet.columns == (["Desk"],)
    assert any("workbook by its content" in n.text for n in sheet.notes)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b" \n\n ", "blank"),
        (b"\x89PNG\r\n\x1a\n0000", "picture"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"PK\x03\x04" + b"\0" * 60, "cut or damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "cut or damaged"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "web page"),
        (b'{"rows": []}', "JSON"),
        (b"a,b\n" + b"x" * 200_000 + b",1\n", "never closed"),
        (b"," * 50 + b"\n", "blank"),
        (b"a," * 5_000 + b"\n", "columns"),
    ],
)
def test_what_is_no_table_is_refused_in_plain_words(data: bytes, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        read(data, "export.csv")


def test_a_workbook_that_unpacks_to_far_more_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 60_000_000)
    with pytest.raises(Unreadable, match="far larger than"):
        read(out.getvalue(), "bomb.xlsx")


def test_a_workbook_with_two_cells_at_the_far_corners_is_refused() -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "name"
    book.active["XFD1048576"] = "far"
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(Unreadable, match="more than can be read"):
        read(out.getvalue(), "far.xlsx")


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400) | st.text(max_size=300).map(lambda t: t.encode("utf-8", "ignore")))
@example(b'"')
@example(b'\\"\n"')
@example(b"sep=;\n")
@example(b"\xff\xfe")
@example(b"\xff\xfe\x00\x00a")
@example(b"a\x00b\x00")
@example(b"'a\\'','b'\n'c','d'\n'e','f'")
def test_any_bytes_are_a_table_or_are_refused(data: bytes) -> None:
    sheet = read_or_refuse(data, "x.csv")
    if sheet is not None:
        assert all(len(column) == len(sheet) for column in sheet.columns)
        assert len(sheet.columns) == len(sheet.headers) == len(set(sheet.headers))


CELLS = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=20).filter(
    lambda t: t.strip() == t and not t.startswith("#") and "\\" not in t
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=8))
def test_quoted_cells_come_back_as_they_were(rows: list[tuple[str, str, str]]) -> None:
    import csv

    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(["name", "account", "stage"])
    writer.writerows([("Desk", "Acme", "Open"), *rows, ("Desk", "Acme", "Open")])
    sheet = read(out.getvalue().encode())
    assert sheet.headers == ("name", "account", "stage")
    assert list(zip(*sheet.columns, strict=True))[1:-1] == rows


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2000), st.binary(max_size=6))
def test_a_damaged_workbook_never_breaks_the_reader(at: int, junk: bytes) -> None:
    data = workbook([["name", "price"], ["Desk", 10], ["Chair", 20]])
    at = at % len(data)
    sheet = read_or_refuse(data[:at] + junk + data[at + len(junk) :], "book.xlsx")
    assert sheet is None or len(sheet.headers) == len(sheet.columns)


@pytest.mark.parametrize(
    "data",
    [
        b"a,b\n" + b",'x" * 80_000 + b"\n",
        b"email,name\na@" + b"." * 120_000 + b" ,x\n",
        b"a@" + b"." * 120_000 + b" ,x\n1,2\n",
        b"name\n" + b"x" * 60_000 + b"\xe4x\n" + b"y" * 60_000 + b"\n",
        b"(" * 100_000 + b",b\n1,2\n",
    ],
    ids=["quotes", "address", "address above", "letters", "brackets"],
)
def test_text_made_to_be_searched_for_ever_is_read_at_once(data: bytes) -> None:
    sheet = read_or_refuse(data, "x.csv")
    if sheet is not None:
        for kind in FIELDS:
            interpret(kind, sheet, propose(kind, sheet).mapping)


@pytest.mark.parametrize(("cell", "day"), [(46027, 5), (46027.0, 5), (20260105, 5)])
def test_a_workbooks_bare_number_can_be_a_day(cell: float, day: int) -> None:
    sheet = read(workbook([["date", "amount"], [cell, 1]]))
    rows = interpret("expenses", sheet, {"date": "date", "amount": "amount"})
    assert rows.columns["date"] == [date(2026, 1, day)]


def test_a_workbooks_year_is_no_day() -> None:
    sheet = read(workbook([["date", "amount"], [2026, 1]]))
    rows = interpret("expenses", sheet, {"date": "date", "amount": "amount"})
    assert [r.reason for r in rows.refused] == ["“2026” is not a date"]
