"""Price sensitivity: where the curves cross, what is set aside, what looks swapped."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insight.numerics.pricing import STEPS, price_sensitivity

PEOPLE = np.array([[10, 20, 30, 40], [20, 30, 40, 50], [15, 25, 35, 45], [5, 15, 45, 60]])


def test_those_whose_prices_do_not_rise_are_counted_and_set_aside():
    answers = np.vstack([PEOPLE, [[10, 10, 30, 40]], [[10, np.nan, 30, 40]]])
    found = price_sensitivity(answers, resamples=20)
    assert (found.valid, found.invalid) == (4, 2)


def test_curves_are_shares_of_people_that_fall_and_rise():
    found = price_sensitivity(PEOPLE, resamples=20)
    assert (np.diff(found.too_cheap) <= 0).all()
    assert (np.diff(found.bargain) <= 0).all()
    assert (np.diff(found.expensive) >= 0).all()
    assert (np.diff(found.too_expensive) >= 0).all()
    assert found.expensive[-1] == 1


def test_trial_runs_straight_through_the_prices_a_person_named():
    found = price_sensitivity([[10, 20, 30, 40]], likelihoods=[[0.8, 0.4]], resamples=2)
    assert list(found.prices) == [10, 20, 30, 40]
    assert list(found.trial) == pytest.approx([0, 0.8, 0.4, 0])
    assert found.most_trial.value == 20
    assert found.most_revenue.value == 20


def test_without_likelihoods_trial_is_not_known():
    found = price_sensitivity(PEOPLE, resamples=5)
    assert found.trial.size == 0
    assert np.isnan(found.most_trial.value)


def test_columns_that_look_swapped_are_said_to():
    with pytest.raises(ValueError, match="look swapped"):
        price_sensitivity(PEOPLE[:, [3, 1, 2, 0]])


@given(st.lists(st.lists(st.integers(1, 500), min_size=4, max_size=4), min_size=1, max_size=40))
@settings(max_examples=50, deadline=None)
def test_any_answers_are_read_or_refused_in_words(rows):
    if not any(one < two < three < four for one, two, three, four in rows):
        with pytest.raises(ValueError, match="rise"):
            price_sensitivity(rows)
        return
    found = price_sensitivity(rows, resamples=10)
    assert found.valid + found.invalid == len(rows)
    if found.lower.value == found.lower.value:
        assert found.prices[0] <= found.lower.value <= found.prices[-1]


def test_the_range_of_a_known_market_is_recovered():
    random = np.random.default_rng(2)
    middle = random.normal(70, 12, 2_000)
    gaps = np.exp(random.normal([2.8, 2.8, 2.8], 0.3, (2_000, 3)))
    answers = np.column_stack(
        [
            middle - gaps[:, 0] - gaps[:, 1] / 2,
            middle - gaps[:, 1] / 2,
            middle + gaps[:, 1] / 2,
            middle + gaps[:, 1] / 2 + gaps[:, 2],
        ]
    ).round()
    found = price_sensitivity(answers, resamples=60)
    assert found.indifference.value == pytest.approx(70, abs=2)
    assert found.optimum.value == pytest.approx(70, abs=3)
    assert found.lower.value < found.indifference.value < found.upper.value
    assert found.indifference.low <= 70 <= found.indifference.high


def test_many_people_are_read_in_groups_that_spread_as_much_as_they():
    random = np.random.default_rng(5)
    middle = random.normal(70, 12, 3_000)
    answers = np.column_stack([middle - 30, middle - 10, middle + 10, middle + 30]).round(2)
    chances = random.choice([0.1, 0.5], (3_000, 2))
    found = price_sensitivity(answers, likelihoods=chances, resamples=60)
    assert found.prices.size <= STEPS
    # What is found among all prices does not hang on which of them are shown.
    few = price_sensitivity(answers.round(), likelihoods=chances, resamples=60)
    for name in ("lower", "upper", "indifference", "optimum"):
        assert getattr(found, name).value == pytest.approx(getattr(few, name).value, abs=1)
    width = found.indifference.high - found.indifference.low
    # The crossing lies at the middle of the market: 2.56 standard errors of a median.
    assert width == pytest.approx(2.56 * 1.2533 * 12 / 3_000**0.5, rel=0.5)
