"""Files that break importers end as their manifest says: right rows, a question, or a refusal.

The files are not part of this repository; they stand beside a developer's checkout.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from execute.numerics.sheets import Sheet, Unreadable, read
from execute.numerics.understanding import understand
from tests.execute.numerics.test_real_files import DATA, keys, manifest, understood

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="the real data sets (../shared/data) are not on this machine"
)


def sheet_of(name: str, **answers: str) -> Sheet:
    return read(DATA / "csv_nasty" / name, answers=answers)


def shape(name: str, rows: int, columns: int, last: str | None = None) -> Callable[[], None]:
    def check() -> None:
        sheet = sheet_of(name)
        assert (len(sheet), len(sheet.headers)) == (rows, columns)
        if last is not None:
            assert sheet.columns[-1][-1] == last

    return check


def unreadable(name: str) -> Callable[[], None]:
    def check() -> None:
        with pytest.raises(Unreadable):
            sheet_of(name)

    return check


def greek() -> None:
    sheet = sheet_of("greek_iso8859_7.csv")
    assert len(sheet) == 4
    assert [(d.key, d.blocking) for d in sheet.doubts] == [("encoding", True)]
    assert sheet_of("greek_iso8859_7.csv", encoding="iso8859_7").columns[2][0] == "Λεωνιδας"


def null_words() -> None:
    u = understand(DATA / "csv_nasty/null_words.csv", "", "accounts", mapping={"name": "b"})
    assert u.interpretation.columns["name"] == ["NA"]
    assert "nulls.name" in keys(u)
    u = understand(DATA / "csv_nasty/null_words.csv", "", "accounts", mapping={"name": "c"})
    assert len(u.interpretation) == 0


def days_first() -> None:
    mapping = {"close_date": "a"}
    u = understand(DATA / "csv_nasty/ddmm_dates.csv", "", "deals", mapping=mapping)
    assert u.sheet.columns == (["02/01/2014", "31/12/2012"],)
    u = understand(
        DATA / "csv_nasty/ddmm_dates.csv", "", "deals", mapping=mapping, set_to={"account": "A"}
    )
    assert u.interpretation.columns["close_date"] == [date(2014, 1, 2), date(2012, 12, 31)]


def french() -> None:
    u = understand(
        DATA / "csv_nasty/fr_latin1_semicolon_decimalcomma.csv",
        "",
        "expenses",
        mapping={"date": "Date", "amount": "Occupancy rate"},
    )
    assert (len(u.sheet), len(u.sheet.headers)) == (638, 8)
    assert "Année" in u.sheet.headers
    columns = u.interpretation.columns
    assert columns["amount"][0] == Decimal("0.611553068")
    assert columns["date"][-1] == date(2017, 10, 1)
    assert not any(d.key == "dates.date" for d in u.blocking)


def late_dates() -> None:
    u = understand(
        DATA / "csv_nasty/broken_dates_late.csv",
        "",
        "deals",
        mapping={"close_date": "a"},
        set_to={"account": "A", "outcome": "won"},
        answers={"duplicates": "keep"},
    )
    assert [r.value for r in u.interpretation.refused] == ["10-10.2020", "10/10.2020"]


def mixed_dates() -> None:
    u = understood("csv_nasty/made_mixed_dates_one_column.csv", "expenses")
    assert [r.line for r in u.interpretation.refused] == [6]
    assert [d.key for d in u.blocking] == ["dates.date"]
    assert u.interpretation.columns["date"] == [date(2026, 1, 5)] * 3 + [date(2025, 1, 5)]


def repeated() -> None:
    u = understood("csv_nasty/made_dup_rows_no_id.csv", "expenses")
    assert [d.key for d in u.blocking] == ["duplicates"]


def formulas() -> None:
    sheet = sheet_of("made_formula_injection.csv")
    assert len(sheet) == 4
    assert sum(int(str(v)) for v in sheet.column("Spend")) == 100


def cut() -> None:
    sheet = sheet_of("made_utf8_declared_but_cut.csv")
    assert (len(sheet), [r.line for r in sheet.refused]) == (1, [3])


def unclosed() -> None:
    sheet = sheet_of("unclosed_quote.csv")
    assert (len(sheet), [r.line for r in sheet.refused]) == (0, [2])


def headless(name: str, rows: int) -> Callable[[], None]:
    def check() -> None:
        sheet = sheet_of(name)
        assert len(sheet) == rows
        assert "header" in {d.key for d in sheet.doubts}

    return check


def zeroes() -> None:
    sheet = sheet_of("leading_zeroes.csv")
    assert [c[0] for c in sheet.columns] == ["01", "00.11", "0.1"]


def old_excel() -> None:
    sheet = sheet_of("skip_lines.xls")
    assert sheet.headers[:3] == ("text", "date", "integer")
    assert sheet.columns[1][0] == date(1971, 1, 1)


def two_lines() -> None:
    sheet = sheet_of("two_line_headers.xlsx")
    assert [d.key for d in sheet.doubts] == ["header_lines"]
    assert sheet.headers[1] == "Caloric contribution (%)"


def quoted_twice() -> None:
    sheet = sheet_of("single_quotes_backslash.csv")
    assert (len(sheet), len(sheet.headers)) == (3, 3)
    assert sheet.columns[2][1] == "text'2'text"


def percents() -> None:
    assert sheet_of("percent_format.xlsx").columns[1][0] == 0.52


def spaced() -> None:
    assert sheet_of("leading_space.csv").columns[1] == ["leading space"]


def nul() -> None:
    sheet = sheet_of("null_byte.csv")
    assert len(sheet) == 1
    assert not any("\0" in str(cell) for column in sheet.columns for cell in column)


NASTY: dict[str, Callable[[], None]] = {
    "utf8_bom.csv": shape("utf8_bom.csv", 2, 2, "中国人"),
    "greek_iso8859_7.csv": greek,
    "utf16_be.csv": shape("utf16_be.csv", 2, 3, "ʤ"),
    "null_byte.csv": nul,
    "header_with_newline_and_controls.csv": shape("header_with_newline_and_controls.csv", 1, 3),
    "null_words.csv": null_words,
    "leading_zeroes.csv": zeroes,
    "ddmm_dates.csv": days_first,
    "skip_lines.xls": old_excel,
    "comment_before_header.csv": shape("comment_before_header.csv", 2, 2),
    "blank_header.csv": shape("blank_header.csv", 2, 3),
    "mixed_escaping.csv": shape("mixed_escaping.csv", 3, 2, 'Test " line 3'),
    "semicolon_leading_zero.csv": shape("semicolon_leading_zero.csv", 1, 2),
    "fr_latin1_semicolon_decimalcomma.csv": french,
    "fr_utf8_accent_header.csv": shape("fr_utf8_accent_header.csv", 2, 17),
    "late_non_ascii.csv": shape("late_non_ascii.csv", 507, 17),
    "long_cells_deviation.csv": shape("long_cells_deviation.csv", 12, 2),
    "two_line_headers.xlsx": two_lines,
    "percent_format.xlsx": percents,
    "zero_bytes.csv": unreadable("zero_bytes.csv"),
    "quotes_and_newlines.csv": shape("quotes_and_newlines.csv", 2, 2),
    "unclosed_quote.csv": unclosed,
    "leading_space.csv": spaced,
    "papaparse_long.csv": headless("papaparse_long.csv", 8),
    "broken_dates_late.csv": late_dates,
    "single_quotes_backslash.csv": quoted_twice,
    "made_formula_injection.csv": formulas,
    "made_utf8_declared_but_cut.csv": cut,
    "made_mixed_dates_one_column.csv": mixed_dates,
    "made_dup_rows_no_id.csv": repeated,
    "made_emoji_rtl_long.csv": shape("made_emoji_rtl_long.csv", 3, 2),
    "made_xlsx_named_csv.csv": unreadable("made_xlsx_named_csv.csv"),
}


@pytest.mark.parametrize("name", [row["file"] for row in manifest("csv_nasty")])
def test_a_nasty_file_ends_as_its_manifest_says(name: str) -> None:
    NASTY[name]()
