"""Numbers come back from every way of writing them, or are asked about."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execute.numerics.numbers import parse, survey, take_apart
from execute.numerics.sheets import read
from execute.numerics.typed import interpret

LOCALES = [(",", "."), (".", ","), (" ", ","), ("\u202f", ","), ("'", "."), ("", "."), ("", ",")]


def written(value: Decimal, group: str, mark: str, places: int) -> str:
    whole, _, fraction = f"{abs(value):,.{places}f}".partition(".")
    text = whole.replace(",", group) + (mark + fraction if fraction else "")
    return f"-{text}" if value < 0 else text


def amounts(texts: list[str], **answers: str):
    lines = ["date\tamount"] + [f"2026-01-05\t{t}" for t in texts]
    sheet = read("\n".join(lines).encode())
    mapping = {"date": "date", "amount": "amount"}
    return interpret("expenses", sheet, mapping, {"duplicates": "keep", **answers})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$1,204.50", "1204.50"),
        ("1.234,56 €", "1234.56"),
        ("EUR 12", "12"),
        ("12 CHF", "12"),
        ("(1,500.25)", "-1500.25"),
        ("1500.25-", "-1500.25"),
        ("−3.5", "-3.5"),
        ("- $ 3.50", "-3.50"),
        ("R$ 10,50", "10.50"),
        ("12,34,567.50", "1234567.50"),
        ("1e3", "1000"),
        (".5", "0.5"),
        ("+7", "7"),
        ("15%", "15"),
    ],
)
def test_a_number_is_read_as_it_is_written(text: str, value: str) -> None:
    mark = survey([text]).settled or "."
    assert parse([text], mark) == ([Decimal(value)], [])


@pytest.mark.parametrize("text", ["45k", "abc", "1.2.3,4,5", "12 34 5", "1/2", "$", "ten", "1-2"])
def test_what_is_no_number_is_refused(text: str) -> None:
    for mark in ".,":
        values, bad = parse([text], mark)
        assert (values, bad) == ([None], [0])


def test_words_for_nothing_are_blank() -> None:
    assert parse(["", "--", "N/A", "null", " - "], ".") == ([None] * 5, [])


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.decimals(-(10**9), 10**9, places=2), min_size=1, max_size=12),
    st.sampled_from(LOCALES),
    st.sampled_from([0, 1, 2]),
)
def test_a_number_in_any_locale_comes_back_or_is_asked_about(
    values: list[Decimal], locale: tuple[str, str], places: int
) -> None:
    truth = [round(v, places) for v in values]
    read_back = amounts([written(v, *locale, places) for v in truth])
    if any(d.key == "numbers.amount" for d in read_back.doubts):
        mark = locale[1]
        read_back = amounts(
            [written(v, *locale, places) for v in truth], **{"numbers.amount": mark}
        )
    assert not read_back.refused
    assert read_back.columns["amount"] == truth


def test_a_number_that_both_marks_read_is_a_blocking_question() -> None:
    (doubt,) = [d for d in amounts(["1.234", "5.678"]).doubts if d.key == "numbers.amount"]
    assert doubt.blocking
    assert [o.label for o in doubt.options] == [
        "Decimals follow a point: “1.234” is 1.234",
        "Decimals follow a comma: “1.234” is 1,234",
    ]
    assert amounts(["1.234"], **{"numbers.amount": ","}).columns["amount"] == [Decimal(1234)]


def test_another_column_is_evidence_and_is_said() -> None:
    sheet = read(b"day;cost;impr.\n01.03.2026;1.234,56;12.345\n02.03.2026;0,44;1\n")
    mapping = {"date": "day", "amount": "cost", "impressions": "impr."}
    rows = interpret("expenses", sheet, mapping)
    assert rows.columns["impressions"] == [12345, 1]
    (doubt,) = [d for d in rows.doubts if d.key == "numbers.impressions"]
    assert (doubt.answer, doubt.blocking) == (",", False)


def test_a_leading_zero_is_never_a_group_of_thousands() -> None:
    assert parse(["0,123"], ".") == ([None], [0])
    assert survey(["0,123"]).settled == ","


@pytest.mark.parametrize(
    ("text", "currency"),
    [("$5", "$"), ("US$ 5", "USD"), ("5 €", "EUR"), ("GBP 5", "GBP"), ("5kr", "SEK"), ("5", "")],
)
def test_the_currency_is_seen_beside_the_number(text: str, currency: str) -> None:
    parts = take_apart(text)
    assert parts
    assert parts.currency == currency


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text(max_size=12), max_size=6))
def test_no_text_breaks_the_reading_of_numbers(texts: list[str]) -> None:
    survey(texts)
    for mark in ".,":
        values, bad = parse(texts, mark)
        assert len(values) == len(texts)
        assert all(values[i] is None for i in bad)
