"""Figures as people read them."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from plotly import graph_objects as go

from ipeo.numerics.estimates import Estimate
from ipeo.templatetags import figures

UNKNOWN = "Not known"
WIN_RATE = Estimate(0.3105, 0.275, 0.346, 277)


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        (96_000, "USD", "$96,000"),
        (Decimal("46500.50"), "EUR", "€46,501"),
        (Decimal("12.50"), "USD", "$12.50"),
        (-1200, "USD", "−$1,200"),
        (0, "USD", "$0"),
        (3, "JPY", "¥3"),
        (None, "USD", UNKNOWN),
        (float("nan"), "USD", UNKNOWN),
    ],
)
def test_money_shows_cents_only_where_they_matter(amount, currency, shown):
    assert figures.money(amount, currency) == shown


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (1_860_000, "$1.86M"),
        (2_000_000, "$2M"),
        (420_000, "$420K"),
        (12_345, "$12.3K"),
        (999_600, "$1M"),
        (950, "$950"),
        (-61_000, "−$61K"),
        (None, UNKNOWN),
    ],
)
def test_short_money_has_three_significant_digits(amount, shown):
    assert figures.money_short(amount, "USD") == shown


@given(st.decimals(min_value=Decimal("-1e12"), max_value=Decimal("1e12"), places=2))
def test_short_money_is_short_for_every_amount(amount):
    assert len(figures.money_short(amount, "USD").replace("−", "")) <= 7


def test_exact_money_has_the_currency_s_own_decimals():
    assert figures.money_exact(Decimal("96000.5"), "USD") == "$96,000.50"
    assert figures.money_exact(96000, "JPY") == "¥96,000"


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("percent", 0.31, "31%"),
        ("percent:1", Decimal("0.0315"), "3.2%"),
        ("points", 0.008, "0.8 points"),
        ("times", 2.44, "2.4×"),
        ("count", 12_400, "12,400"),
        ("number:2", 1234.5, "1,234.50"),
        ("days", 1, "1.0 day"),
        ("days", 34.2, "34 days"),
        ("USD", 1_860_000, "$1,860,000"),
        ("USD:short", 1_860_000, "$1.86M"),
        ("percent", None, UNKNOWN),
        ("USD", Estimate.unknown("no spend is known"), UNKNOWN),
        ("percent", WIN_RATE, "31%"),
    ],
)
def test_a_figure_is_printed_in_its_kind(kind, value, shown):
    assert figures.figure(value, kind) == shown


def test_a_known_estimate_names_its_level_interval_and_sample():
    assert figures.interval(WIN_RATE, "percent") == "80% interval 28% to 35%, n = 277"
    assert figures.short_interval(WIN_RATE, "percent") == "28% to 35%"


def test_an_unknown_estimate_says_why():
    unknown = Estimate.unknown("no spend is known for this channel")
    assert figures.interval(unknown, "USD") == "No spend is known for this channel"
    assert figures.short_interval(unknown) == ""


def test_a_counted_figure_has_a_sample_but_no_interval():
    assert figures.interval(Estimate.exact(412, 412), "count") == "n = 412"


def test_dates_are_printed_the_same_everywhere():
    assert figures.day(date(2026, 6, 9)) == "9 Jun 2026"
    assert figures.short_day(date(2026, 6, 9)) == "9 Jun"
    assert figures.month(date(2026, 6, 9)) == "Jun 2026"
    assert figures.moment(datetime(2026, 6, 9, 14, 5, tzinfo=UTC)) == "9 Jun 2026, 14:05"
    assert figures.day(None) == UNKNOWN


@pytest.mark.parametrize(
    ("passed", "shown"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(minutes=12, seconds=4), "12 minutes ago"),
        (timedelta(hours=1, minutes=1), "1 hour ago"),
        (timedelta(days=3, hours=2), "3 days ago"),
    ],
)
def test_a_moment_is_told_by_how_long_ago_it_was(passed, shown):
    assert figures.ago(timezone.now() - passed) == shown


def test_a_moment_long_ago_is_told_by_its_date():
    assert figures.ago(datetime(2020, 2, 3, 12, tzinfo=UTC)) == "on 3 Feb 2020"
    assert figures.ago(None) == "never"


@pytest.mark.parametrize(
    ("name", "shown"),
    [("Maya Torres", "MT"), ("ada.moss@example.test", "AM"), ("Li", "L"), ("", "?"), (None, "?")],
)
def test_initials_come_from_a_name_or_an_address(name, shown):
    assert figures.initials(name) == shown


def test_a_share_of_nothing_is_not_known():
    assert figures.share_of(3, 0) is None
    assert figures.share_of(None, 5) is None
    assert figures.share_of(3, 4) == 0.75


@given(st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_a_bar_never_leaves_its_box(share):
    length = float(figures.svg_percent(share).rstrip("%"))
    assert 0 <= length <= 100


def test_json_in_a_page_cannot_end_its_block():
    block = figures.json_block({"name": "</script><b>&"})
    assert not set("<>&") & set(block)
    assert json.loads(block) == {"name": "</script><b>&"}


def test_a_plotly_figure_is_sent_as_its_json():
    sent = json.loads(figures.json_block(go.Figure(data=[go.Bar(x=["a"], y=[1])])))
    assert sent["data"][0]["type"] == "bar"


def test_the_ring_draws_each_stage_as_far_as_it_is_done():
    arcs = figures.ring_arcs([1, 0.5, 0, 7])
    assert [arc["stage"] for arc in arcs] == ["insight", "plan", "execute", "optimize"]
    assert [arc["done"].partition(" ")[0] for arc in arcs] == ["23.50", "11.75", "", "23.50"]
    assert [arc["offset"] for arc in arcs] == ["0", "-25", "-50", "-75"]


def test_a_sparkline_breaks_where_a_value_is_missing():
    assert figures.spark_path([1, 2, None, 4, 3]).count("M") == 2
    assert figures.spark_path([5]) == ""
    assert figures.spark_path([]) == ""


def test_a_flat_sparkline_is_a_level_line():
    assert figures.spark_path([3, 3, 3]) == "M0.0 22.0 L50.0 22.0 L100.0 22.0"


def test_a_currency_without_a_sign_keeps_its_letters():
    assert figures.currency_sign("USD") == "$"
    assert figures.currency_sign("CHF") == "CHF"
