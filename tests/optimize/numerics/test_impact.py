"""Before and after, and regions: planted effects are found, and none where there is none."""

import numpy as np
import pytest

from optimize.numerics.impact import impact
from optimize.numerics.regions import regional_impact


def _series(random, periods=100):
    x = 100 + random.standard_normal(periods).cumsum() * 0.6
    return x, 1.2 * x + random.standard_normal(periods)


def test_a_planted_effect_lies_in_its_interval_about_as_often_as_it_says():
    random = np.random.default_rng(3)
    held, widths = 0, []
    for turn in range(40):
        x, y = _series(random)
        y[70:] += 3
        found = impact(y, 70, series=x, draws=300, seed=turn, level=0.9)
        held += found.effect.low <= 3 <= found.effect.high
        widths.append(found.effect.high - found.effect.low)
    assert held >= 33
    assert np.median(widths) < 2


def test_without_an_event_little_is_found():
    random = np.random.default_rng(4)
    alarms = 0
    for turn in range(40):
        x, y = _series(random)
        found = impact(y, 70, series=x, draws=300, seed=turn)
        alarms += found.effect.low > 0 or found.effect.high < 0
    assert alarms <= 4


def test_the_same_question_gets_the_same_answer():
    x, y = _series(np.random.default_rng(1))
    assert impact(y, 70, series=x).effect == impact(y, 70, series=x).effect


def test_a_series_that_never_moved_before_is_left_out():
    x, y = _series(np.random.default_rng(1))
    flat = np.where(np.arange(100) < 70, 5.0, 9.0)
    with_it = impact(y, 70, series=np.column_stack([x, flat]))
    assert with_it.effect == impact(y, 70, series=x).effect


@pytest.mark.parametrize(
    ("outcome", "start", "says"),
    [
        (np.arange(20.0), 4, "periods before"),
        (np.arange(20.0), 20, "one after"),
        (np.ones(20), 12, "did not vary"),
        (np.array([*range(19), np.nan]), 12, "every period"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_words(outcome, start, says):
    with pytest.raises(ValueError, match=says):
        impact(outcome, start)


def _regions(random, periods=90, regions=25):
    common = 20 + random.standard_normal((periods, 3)).cumsum(axis=0)
    loads = random.random((3, regions))
    return 50 + common @ loads + random.standard_normal((periods, regions))


def test_a_lift_in_treated_regions_is_found():
    table = _regions(np.random.default_rng(8))
    table[70:, :2] += 6
    found = regional_impact(table[:, :2], table[:, 2:], 70)
    assert found.effect.low <= 6 <= found.effect.high
    assert found.effect.low > 3
    assert found.p == pytest.approx(1 / 81)
    assert found.weights.sum() == pytest.approx(1)
    assert (found.weights >= 0).all()
    assert found.cumulative.value == pytest.approx(found.effect.value * 40)


def test_regions_that_nothing_was_done_to_show_nothing():
    random = np.random.default_rng(9)
    alarms = 0
    for _ in range(30):
        table = _regions(random)
        alarms += regional_impact(table[:, :2], table[:, 2:], 70).p <= 0.1
    assert alarms <= 7


def test_with_few_regions_the_interval_is_not_known():
    table = _regions(np.random.default_rng(9), regions=6)
    found = regional_impact(table[:, 0], table[:, 1:], 70)
    assert found.p >= 1 / 6
    assert np.isnan(found.effect.low)


def test_regions_need_others_to_compare_with():
    with pytest.raises(ValueError, match="two regions"):
        regional_impact(np.ones((20, 1)), np.ones((20, 1)), 10)
    with pytest.raises(ValueError, match="one after"):
        regional_impact(np.ones((20, 1)), np.ones((20, 3)), 20)
