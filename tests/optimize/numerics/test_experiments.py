"""Experiments: the published digits, what may be looked at when, and what cannot be told."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimize.numerics.experiments import (
    Arm,
    compare,
    leaving_bound,
    power,
    sample_ratio_p,
    smallest_lift,
)


def _arm(*sums):
    return Arm(*(np.array(float(one)) for one in sums))


def test_conversions_give_the_published_digits():
    found = compare(Arm.of_rate(10_000, 1_000), Arm.of_rate(10_000, 1_080))
    assert float(found.lift) == pytest.approx(0.08, abs=5e-11)
    assert float(found.se) == pytest.approx(0.0448678058, abs=5e-11)
    assert float(found.low) == pytest.approx(-0.0079446, abs=5e-8)
    assert float(found.high) == pytest.approx(0.1679446, abs=5e-8)
    assert float(found.p) == pytest.approx(0.0745989, abs=5e-8)
    assert float(found.always_low) == pytest.approx(-0.0603068, abs=5e-8)
    assert float(found.always_high) == pytest.approx(0.2203068, abs=5e-8)


def test_what_was_known_before_narrows_the_interval_by_the_published_digits():
    control = _arm(5_000, 52_000, 1.34e6, 50_000, 1.25e6, 1.12e6)
    treated = _arm(5_100, 54_200, 1.40e6, 51_100, 1.275e6, 1.15e6)
    found = compare(control, treated)
    assert float(found.lift) == pytest.approx(0.0203663, abs=5e-8)
    assert float(found.se) == pytest.approx(0.0156431, abs=5e-8)
    assert float(found.low) == pytest.approx(-0.0102974, abs=5e-8)
    assert float(found.high) == pytest.approx(0.0510299, abs=5e-8)
    assert float(found.p) == pytest.approx(0.1929694, abs=5e-8)


def test_many_experiments_are_read_as_each_alone():
    n, did = np.array([500.0, 9_000.0]), np.array([60.0, 700.0])
    together = compare(Arm.of_rate(n, did), Arm.of_rate(n + 10, did + 25))
    for i in range(2):
        alone = compare(Arm.of_rate(n[i], did[i]), Arm.of_rate(n[i] + 10, did[i] + 25))
        assert together.lift[i] == alone.lift
        assert together.always_low[i] == alone.always_low


def _looked_at_daily(lift, *, looks=30, people=14_760, simulations=1_500):
    """How often 30 looks at the monitored interval, and one at the end, find a difference."""
    random = np.random.default_rng(20260401)
    step = people // looks
    arms = [
        Arm.of_rate(
            np.broadcast_to(step * np.arange(1.0, looks + 1), (simulations, looks)),
            random.binomial(step, rate, (simulations, looks)).cumsum(axis=1),
        )
        for rate in (0.1, 0.1 * (1 + lift))
    ]
    found = compare(*arms, planned=2.0 * step * looks)
    seen = (found.always_low > 0) | (found.always_high < 0)
    return seen.any(axis=1).mean(), (found.p[:, -1] < 0.05).mean()


def test_thirty_looks_at_no_difference_rarely_find_one():
    monitored, _ = _looked_at_daily(0.0)
    assert monitored <= 0.05


def test_looking_daily_costs_little_power():
    monitored, fixed = _looked_at_daily(0.1)
    assert 0.75 < fixed < 0.85
    assert monitored > 0.65


def test_the_monitored_interval_is_silent_after_the_planned_end():
    found = compare(Arm.of_rate(1_000, 100), Arm.of_rate(1_000, 130), planned=1_500)
    assert np.isnan(found.always_low)
    assert not np.isnan(found.low)


def test_brownian_motion_leaves_the_bound_as_often_as_asked():
    assert leaving_bound(0.05) == pytest.approx(2.2414, abs=1e-4)
    random = np.random.default_rng(5)
    walk = random.standard_normal((2_000, 2_000)).cumsum(axis=1) / np.sqrt(2_000)
    left = (np.abs(walk).max(axis=1) > leaving_bound(0.2)).mean()
    assert left == pytest.approx(0.19, abs=0.03)


@pytest.mark.parametrize(
    ("control", "treated"),
    [
        (Arm.of_rate(0, 0), Arm.of_rate(0, 0)),
        (Arm.of_rate(1, 1), Arm.of_rate(900, 30)),
        (Arm.of_values([3.0, 3.0, 3.0]), Arm.of_values([3.0, 3.0])),
    ],
    ids=["nobody", "one person", "no variance"],
)
def test_what_cannot_be_told_is_not_a_number(control, treated):
    found = compare(control, treated)
    for value in (found.lift, found.se, found.low, found.p, found.always_high):
        assert np.isnan(value)


@pytest.mark.parametrize(
    ("control", "treated", "gained"),
    [
        (Arm.of_rate(500, 0), Arm.of_rate(500, 10), 0.02),
        (Arm.of_values([-3.0, -1.0, -2.0]), Arm.of_values([-6.0, -8.0, -7.0]), -5.0),
    ],
    ids=["a control that did nothing", "a control that lost"],
)
def test_of_nothing_or_a_loss_a_difference_is_known_and_no_lift(control, treated, gained):
    found = compare(control, treated)
    assert found.difference == pytest.approx(gained)
    assert found.difference_se > 0
    assert found.p < 0.05
    for value in (found.lift, found.se, found.low, found.always_high):
        assert np.isnan(value)


@given(st.integers(2, 10_000), st.floats(0, 1), st.integers(2, 10_000), st.floats(0, 1))
def test_any_two_arms_give_an_interval_about_the_lift_or_nothing(n, share, other, other_share):
    found = compare(
        Arm.of_rate(n, round(n * share)), Arm.of_rate(other, round(other * other_share))
    )
    assert np.isnan(found.lift) or found.low <= found.lift <= found.high
    assert np.isnan(found.lift) or found.always_low <= found.low


def test_uneven_arms_that_were_meant_to_be_even_are_noticed():
    assert sample_ratio_p([5_000, 5_060]) > 0.1
    assert sample_ratio_p([5_000, 5_600]) < 0.001
    assert sample_ratio_p([5_000, 500], weights=[10, 1]) == 1.0
    assert np.isnan(sample_ratio_p([0, 0]))
    with pytest.raises(ValueError, match="two arms"):
        sample_ratio_p([10])


def test_the_smallest_lift_is_the_one_with_the_wanted_power():
    size = {"mean": 0.1, "sd": 0.3, "n_control": 14_750, "n_treated": 14_750}
    lift = smallest_lift(**size)
    assert power(**size, lift=lift) == pytest.approx(0.8, abs=1e-6)
    assert lift == pytest.approx(0.0979, abs=1e-3)
    with pytest.raises(ValueError, match="above zero"):
        power(mean=0, sd=1, lift=0.1, n_control=10, n_treated=10)
