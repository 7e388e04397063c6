import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipeo.numerics.estimates import (
    Estimate,
    difference,
    from_draws,
    mean,
    mean_from_sums,
    rate,
    ratio,
    shrunk_rate,
    shrunk_rates,
)


def test_a_rate_has_the_jeffreys_interval():
    # Brown, Cai and DasGupta's table holds the 95 % interval of 4 of 20.
    estimate = rate(4, 20, 0.95)
    assert estimate.value == 0.2
    assert estimate.low == pytest.approx(0.0711, abs=5e-4)
    assert estimate.high == pytest.approx(0.4083, abs=5e-4)


def test_a_rate_of_nothing_says_why_it_is_not_known():
    estimate = rate(0, 0, reason="no closed deals")
    assert not estimate.known
    assert estimate.as_dict() == {
        "value": None,
        "low": None,
        "high": None,
        "n": 0,
        "reason": "no closed deals",
    }


def test_a_value_without_an_interval_says_why_in_its_json():
    assert mean([3.0]).as_dict() == {
        "value": 3.0,
        "low": None,
        "high": None,
        "n": 1,
        "reason": "a single value has no interval",
    }


def test_a_rate_cannot_have_more_successes_than_trials():
    with pytest.raises(ValueError, match="no rate"):
        rate(3, 2)


def test_an_unknown_estimate_needs_a_reason():
    with pytest.raises(ValueError, match="reason"):
        Estimate(None, None, None, 0)


def test_infinity_is_no_estimate():
    with pytest.raises(ValueError, match="finite"):
        Estimate.exact(math.inf)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_rate_lies_inside_its_interval(counts):
    won, n = counts
    estimate = rate(won, n)
    assert 0 <= estimate.low <= estimate.value <= estimate.high <= 1
    assert estimate.as_dict().keys() == {"value", "low", "high", "n"}


def test_the_interval_of_a_rate_covers_about_as_often_as_it_says():
    rng = np.random.default_rng(1)
    held = total = 0
    for truth in (0.05, 0.2, 0.5):
        for won in rng.binomial(60, truth, 400):
            estimate = rate(int(won), 60)
            held += estimate.low <= truth <= estimate.high
            total += 1
    assert 0.75 < held / total < 0.86


@given(st.lists(st.floats(-1e4, 1e4), min_size=2, max_size=40))
def test_a_mean_from_sums_is_the_mean_from_values(values):
    by_values = mean(values)
    by_sums = mean_from_sums(len(values), sum(values), sum(v * v for v in values))
    assert by_sums.value == pytest.approx(by_values.value, abs=1e-6)
    assert by_sums.low == pytest.approx(by_values.low, abs=1e-2, rel=1e-3)


def test_one_value_alone_has_no_interval():
    estimate = mean([5.0])
    assert estimate.value == 5.0
    assert not estimate.has_interval
    assert estimate.reason


def test_the_interval_of_a_ratio_covers_about_as_often_as_it_says():
    rng = np.random.default_rng(2)
    held = 0
    for _ in range(400):
        below = rng.gamma(4, 10, 30)
        estimate = ratio(3 * below + rng.normal(0, 20, 30), below)
        held += estimate.low <= 3 <= estimate.high
    assert 0.74 < held / 400 < 0.86


def test_a_ratio_over_nothing_is_not_known():
    assert not ratio([1.0, 2.0], [0.0, 0.0]).known


def test_a_difference_of_rates_is_newcombes():
    # Newcombe 1998, method 10 uses Wilson ends; with Jeffreys ends it stays close to them.
    estimate = difference(rate(56, 70, 0.95), rate(48, 80, 0.95))
    assert estimate.value == pytest.approx(0.2)
    assert estimate.low == pytest.approx(0.0524, abs=0.01)
    assert estimate.high == pytest.approx(0.3339, abs=0.01)


def test_a_difference_with_something_unknown_is_unknown():
    assert difference(rate(1, 2), Estimate.unknown("no deals")).reason == "no deals"


def test_scaling_by_a_negative_factor_swaps_the_ends():
    flipped = Estimate(2.0, 1.0, 4.0, 9).scaled(-1, 1)
    assert (flipped.value, flipped.low, flipped.high) == (-1.0, -3.0, 0.0)


@given(st.integers(0, 30), st.integers(0, 30), st.floats(0.01, 0.99), st.floats(1, 100))
def test_a_shrunk_rate_lies_between_the_sample_and_the_prior(won, lost, prior, weight):
    estimate = shrunk_rate(won, won + lost, prior, weight)
    sample = won / (won + lost) if won + lost else prior
    assert min(sample, prior) - 1e-9 <= estimate.value <= max(sample, prior) + 1e-9
    assert estimate.low <= estimate.value <= estimate.high


def test_rates_are_shrunk_the_more_the_more_alike_their_groups_are():
    # Six of forty, beside groups that all have a quarter, and beside groups that have any rate.
    sizes = np.full(12, 40.0)
    alike = shrunk_rates([6.0] + [10.0] * 11, sizes)[0]
    differing = shrunk_rates([6.0, *np.linspace(0, 40, 11)], sizes)[0]
    assert alike.value > 0.21
    assert differing.value == pytest.approx(6 / 40, abs=0.03)


def test_the_intervals_of_a_few_small_groups_hold_as_many_truths_as_they_say():
    rng = np.random.default_rng(5)
    held = []
    for _ in range(14):
        truth, sizes = rng.beta(3, 7, 8), rng.integers(2, 30, 8)
        found = shrunk_rates(rng.binomial(sizes, truth), sizes)
        held += [one.low <= rate <= one.high for one, rate in zip(found, truth, strict=True)]
    assert 0.72 <= sum(held) / len(held) <= 0.88


def test_draws_give_their_mean_and_middle_interval():
    estimate = from_draws(np.arange(101.0), 7)
    assert (estimate.value, estimate.low, estimate.high, estimate.n) == pytest.approx(
        (50, 10, 90, 7)
    )
