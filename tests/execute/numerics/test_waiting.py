"""The median wait: what still waits counts, and the interval covers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from execute.numerics.waiting import median_wait


def test_with_everybody_done_it_is_the_plain_median():
    found = median_wait([1, 2, 3, 4, 5], [True] * 5)
    assert (found.value, found.n) == (3, 5)
    assert found.low <= 3 <= found.high


def test_leaving_out_who_waits_would_flatter():
    waits, ended = [1, 2, 50, 60, 70], [True, True, True, False, False]
    assert median_wait(waits, ended).value == 50


def test_it_is_not_known_while_more_than_half_wait():
    assert not median_wait([1, 5, 6], [True, False, False]).known
    assert not median_wait([], []).known


def test_the_textbooks_example():
    # Six months of remission under 6-MP (Freireich and others 1963): the median is 23 weeks.
    weeks = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    over = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    found = median_wait(weeks, over)
    assert found.value == 23
    assert 13 <= found.low <= 23


@given(st.lists(st.tuples(st.floats(0, 1e4), st.booleans()), max_size=60))
def test_any_waits_give_an_ordered_estimate_or_a_reason(rows):
    found = median_wait([row[0] for row in rows], [row[1] for row in rows])
    if found.known:
        assert 0 <= found.low <= found.value <= found.high
    else:
        assert found.reason


def test_the_interval_covers_as_often_as_it_says():
    random = np.random.default_rng(7)
    hits, rounds = 0, 300
    for _ in range(rounds):
        waits, limit = random.exponential(10, 80), random.uniform(5, 40, 80)
        found = median_wait(np.minimum(waits, limit), waits <= limit)
        hits += found.low <= 10 * np.log(2) <= found.high
    assert hits / rounds == pytest.approx(0.8, abs=0.08)
