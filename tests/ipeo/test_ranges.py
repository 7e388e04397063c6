"""Which days a page tells of, which it is held against, and what may be called a change."""

from datetime import date

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ipeo.numerics import ranges
from ipeo.numerics.changes import change
from ipeo.numerics.estimates import Estimate
from ipeo.numerics.ranges import PERIODS, Days
from ipeo.queries.ranges import choices_of, range_of
from ipeo.templatetags.changes import change_tone, change_words
from tests.factories.ipeo import CampaignFactory, CycleFactory

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("key", "start", "first", "last"),
    [
        ("month", 1, date(2026, 11, 1), date(2026, 11, 30)),
        ("last_month", 1, date(2026, 10, 1), date(2026, 10, 31)),
        ("quarter", 1, date(2026, 10, 1), date(2026, 12, 31)),
        ("quarter", 3, date(2026, 9, 1), date(2026, 11, 30)),
        ("last_quarter", 2, date(2026, 8, 1), date(2026, 10, 31)),
        ("year", 7, date(2026, 7, 1), date(2027, 6, 30)),
        ("last_year", 12, date(2024, 12, 1), date(2025, 11, 30)),
        ("twelve", 1, date(2025, 12, 1), date(2026, 11, 30)),
    ],
)
def test_quarters_and_years_are_those_of_the_fiscal_year(key, start, first, last):
    assert ranges.period(key, TODAY, start) == Days(first, last)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.sampled_from(sorted(PERIODS)),
    st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    st.integers(1, 12),
)
def test_the_time_before_ends_the_day_before_or_is_cut_to_what_has_gone_by(key, today, start):
    days = ranges.period(key, today, start)
    earlier = ranges.before(days, today, months=ranges.whole_months(days))

    assert earlier.first <= earlier.last < days.first
    if days.last <= today:
        assert (days.first - earlier.last).days == 1


def test_a_running_month_is_held_against_as_many_days_of_the_month_before():
    days = ranges.period("month", TODAY)

    assert ranges.before(days, TODAY, months=1) == Days(date(2026, 10, 1), date(2026, 10, 23))
    assert ranges.before(days, TODAY, months=12) == Days(date(2025, 11, 1), date(2025, 11, 23))


def test_chosen_days_are_held_against_as_many_before(workspace):
    asked = {"range": "custom", "date_from": "2026-06-10", "date_to": "2026-06-19"}

    found = range_of(asked, on=TODAY)

    assert found.before == Days(date(2026, 5, 31), date(2026, 6, 9))
    assert range_of(found.parameters, on=TODAY).days == found.days


def test_a_cycle_is_held_against_the_one_before_it(workspace):
    campaign = CampaignFactory()
    first = CycleFactory(
        campaign=campaign,
        number=1,
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 3, 31),
        stage="closed",
        closed_at=timezone.now(),
    )
    second = CycleFactory(
        campaign=campaign, number=2, starts_on=date(2026, 4, 1), ends_on=date(2026, 6, 30)
    )

    found = range_of({}, cycle=second, on=TODAY)

    assert (found.first, found.last) == (second.starts_on, second.ends_on)
    assert found.before == Days(first.starts_on, first.ends_on)
    assert range_of({}, cycle=first, on=TODAY).before is None
    assert range_of({"range": f"cycle-{second.pk}"}, on=TODAY).days == found.days
    assert sum(choice.current for choice in choices_of(found, cycle=second)) == 1


@pytest.mark.parametrize(
    "asked",
    [
        {"range": "nonsense"},
        {"range": "cycle-999999"},
        {"range": "cycle"},
        {"range": "custom", "date_from": "x"},
        {"date_from": "2026-06-02", "date_to": "2026-06-01"},
        {"date_from": "0001-01-01", "date_to": "9999-12-31"},
        {"range": "custom", "date_to": "0001-03-01"},
    ],
)
def test_what_makes_no_sense_falls_back_to_twelve_months(workspace, asked):
    assert range_of(asked, on=TODAY).days == ranges.period("twelve", TODAY)


def test_a_change_within_the_intervals_is_not_shown():
    now, close = Estimate(0.31, 0.27, 0.35, 277), Estimate(0.28, 0.24, 0.33, 250)
    far = Estimate(0.2, 0.18, 0.22, 900)

    assert change(now, close).verdict == "within"
    assert "No clear change" in change_words(change(now, close), "percent")
    assert change_tone(change(now, close)) == ""
    assert change_words(change(now, far), "percent") == "Up from 20%"
    assert change_tone(change(now, far), "down") == "bad"


def test_counted_figures_change_by_what_they_differ():
    found = change(Estimate.exact(120.0, 12), Estimate.exact(100.0, 9))

    assert change_words(found, "USD") == "Up 20% from $100"
    assert change(Estimate.exact(0.0), Estimate.exact(0.0)).verdict == "same"


def test_what_is_not_known_is_compared_with_nothing():
    unknown = Estimate.unknown("no spend recorded")

    assert change(Estimate.exact(1.0), unknown).verdict == "unknown"
    assert "no spend recorded" in change_words(change(Estimate.exact(1.0), unknown))
    assert change_words(change(unknown, Estimate.exact(1.0))) == ""
    assert change(Estimate.exact(1.0), None).verdict == "unknown"
