"""Money and percentages as people type them."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from ipeo.typed import amount_text, percent_text, read_money, read_percent


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("12000", "12000"),
        ("12,000", "12000"),
        ("12 000", "12000"),
        ("12\u00a0000,50", "12000.50"),
        ("12'000", "12000"),
        ("12.000,50", "12000.50"),
        ("12,000.50", "12000.50"),
        ("1.200.000", "1200000"),
        ("1,200,000", "1200000"),
        ("12000,5", "12000.5"),
        ("12000.50", "12000.50"),
        ("$12,000", "12000"),
        ("12 000 €", "12000"),
        ("USD 12,000", "12000"),
        ("", "0"),
        ("–", "0"),
        ("0", "0"),
    ],
)
def test_an_amount_is_read_as_it_was_meant(typed, amount):
    assert read_money(typed) == Decimal(amount)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("12.000", "Is “12.000” 12 or 12,000"),
        ("1.234", "Write 1,234 or 1.234"),
        ("twelve", "not an amount"),
        ("12,00,0", "not an amount"),
        ("1,2.3,4", "not an amount"),
        ("12 0000", "not an amount"),
        ("40k", "not an amount"),
        ("-5", "cannot be negative"),
        ("(5)", "cannot be negative"),
        ("NaN", "not an amount"),
        ("1e5", "not an amount"),
        ("12.3456", "two decimals"),
        ("99999999999999", "larger than a budget"),
        ("9" * 30, "larger than a budget"),
    ],
)
def test_what_is_no_amount_or_could_be_two_is_refused(typed, why):
    with pytest.raises(ValidationError) as refused:
        read_money(typed)
    assert why in refused.value.messages[0]


@given(st.decimals(min_value=0, max_value=10**12, places=2, allow_nan=False))
def test_what_a_cell_shows_is_read_back_as_itself(amount):
    assert read_money(amount_text(amount)) == amount


@given(st.text(max_size=12))
def test_any_text_is_an_amount_or_refused(typed):
    try:
        amount = read_money(typed)
    except ValidationError:
        return
    assert amount >= 0


@pytest.mark.parametrize(
    ("typed", "share"), [("8%", "0.08"), ("8", "0.08"), ("8,5 %", "0.085"), ("0.5%", "0.005")]
)
def test_a_percentage_is_read_as_a_share(typed, share):
    assert read_percent(typed) == Decimal(share)


@pytest.mark.parametrize("typed", ["0.08", "eight", "120%", "-5%", "1"])
def test_a_doubtful_percentage_is_refused(typed):
    with pytest.raises(ValidationError):
        read_percent(typed)


def test_a_share_is_shown_as_it_is_typed():
    assert percent_text(Decimal("0.0850")) == "8.5%"
