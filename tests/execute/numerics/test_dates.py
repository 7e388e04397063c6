"""Dates: the order of day and month is decided from the whole column, never in silence."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execute.numerics.dates import parse, read_one, survey
from execute.numerics.sheets import read
from execute.numerics.typed import Interpretation, interpret


def days(texts: list[str], **answers: str) -> Interpretation:
    lines = ["day\tamount"] + [f"{t}\t1" for t in texts]
    sheet = read("\n".join(lines).encode(), answers={"header": "first"})
    answers = {"duplicates": "keep", **answers}
    return interpret("expenses", sheet, {"date": "day", "amount": "amount"}, answers)


def doubt_of(rows: Interpretation):
    return next((d for d in rows.doubts if d.key == "dates.date"), None)


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-05",
        "2026/1/5",
        "2026.01.05",
        "20260105",
        "5 Jan 2026",
        "5. Januar 2026",
        "Jan 5, 2026",
        "January 5 2026",
        "Mon, 5 Jan 2026",
        "5 de enero de 2026",
        "5 janvier 2026",
        "05-Jan-26",
        "05.01.2026",
        "46027",
        "46027.0",
    ],
)
def test_a_date_with_one_meaning_is_read(text: str) -> None:
    assert read_one(text, "mdy") == date(2026, 1, 5)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-01-05 9:05", datetime(2026, 1, 5, 9, 5)),
        ("2026-01-05T09:05:07Z", datetime(2026, 1, 5, 9, 5, 7, tzinfo=UTC)),
        ("2026-01-05T10:05:07.000+0100", datetime(2026, 1, 5, 9, 5, 7, tzinfo=UTC)),
        ("1/5/2026 4:05 PM", datetime(2026, 1, 5, 16, 5)),
        ("1/5/2026 12:05 AM", datetime(2026, 1, 5, 0, 5)),
        ("46027.5", datetime(2026, 1, 5, 12)),
        ("1767603907", datetime(2026, 1, 5, 9, 5, 7, tzinfo=UTC)),
        ("1767603907000", datetime(2026, 1, 5, 9, 5, 7, tzinfo=UTC)),
    ],
)
def test_a_time_is_read(text: str, value: datetime) -> None:
    assert read_one(text, "mdy") == value


@pytest.mark.parametrize(
    "text", ["2026-13-01", "31/02/2024", "10-10.2020", "0000-01-01", "45k", "12:30", "next week"]
)
def test_what_is_no_date_is_refused_by_line(text: str) -> None:
    rows = days(["2026-01-05", text])
    assert rows.columns["date"] == [date(2026, 1, 5)]
    assert rows.refused[0].sentence == f"Line 3, day: “{text}” is not a date"


def test_one_day_past_the_twelfth_settles_the_column() -> None:
    rows = days(["02/01/2014", "31/12/2012"])
    assert rows.columns["date"] == [date(2014, 1, 2), date(2012, 12, 31)]
    assert doubt_of(rows) is None
    assert days(["02/01/2014", "12/31/2012"]).columns["date"][0] == date(2014, 2, 1)


def test_a_column_that_both_orders_read_is_a_blocking_question_with_both_readings() -> None:
    doubt = doubt_of(days(["05/01/2026", "06/01/2026"]))
    assert doubt
    assert doubt.blocking
    assert [o.label for o in doubt.options] == [
        "The day first: “05/01/2026” is 5 January 2026",
        "The month first: “05/01/2026” is 1 May 2026",
    ]
    answered = days(["05/01/2026"], **{"dates.date": "mdy"})
    assert answered.columns["date"] == [date(2026, 5, 1)]


def test_the_first_days_of_january_are_not_taken_for_the_first_of_each_month() -> None:
    doubt = doubt_of(days([f"01/{d:02}/2026" for d in range(1, 12)]))
    assert doubt
    assert doubt.blocking


def test_the_same_number_twice_is_no_doubt() -> None:
    assert doubt_of(days(["10-10-2020", "11-11-2020"])) is None


def test_two_habits_in_one_column_are_asked_about_and_never_mixed() -> None:
    rows = days(["31/01/2026", "01/31/2026", "05/01/2026"])
    doubt = doubt_of(rows)
    assert doubt
    assert doubt.blocking
    assert [r.line for r in rows.refused] == [3]


def test_a_time_with_a_zone_becomes_the_day_of_the_workspace() -> None:
    sheet = read(b"date,amount\n2026-01-05T23:30:00+00:00,1\n")
    mapping = {"date": "date", "amount": "amount"}
    rows = interpret("expenses", sheet, mapping, zone=ZoneInfo("Asia/Tokyo"))
    assert rows.columns["date"] == [date(2026, 1, 6)]


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.dates(date(1990, 1, 1), date(2060, 12, 31)), min_size=1, max_size=15),
    st.sampled_from(["%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y"]),
)
def test_a_column_in_one_order_is_never_read_in_the_other_without_a_doubt(
    truth: list[date], form: str
) -> None:
    rows = days([d.strftime(form) for d in truth])
    if doubt_of(rows) is None:
        assert rows.columns["date"] == truth
        assert not rows.refused
    else:
        order = "dmy" if form.startswith("%d") else "mdy"
        again = days([d.strftime(form) for d in truth], **{"dates.date": order})
        assert again.columns["date"] == truth


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text("0123456789/-.: TZaJn+", max_size=20), max_size=6))
def test_no_text_breaks_the_reading_of_dates(texts: list[str]) -> None:
    survey(texts)
    for order in ("dmy", "mdy"):
        values, bad = parse(texts, order)
        assert all(values[i] is None for i in bad)
