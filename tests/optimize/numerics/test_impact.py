"""Before and after: planted effects are found, and none where there is none."""

import numpy as np
import pytest

from optimize.numerics.impact import impact


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
