"""Markov and Shapley: equal to the definitions, exact in sum, additive over buckets."""

from itertools import combinations
from math import factorial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimize.numerics.pathways import credit, markov, removal_effects, tally

journeys = st.lists(
    st.tuples(
        st.lists(st.integers(0, 3), min_size=1, max_size=6),
        st.integers(0, 5),
        st.integers(0, 5),
    ),
    min_size=1,
    max_size=12,
)


def _tally(rows, bucket=None, n_buckets=1):
    codes = np.array([code for path, _, _ in rows for code in path])
    offsets = np.concatenate([[0], np.cumsum([len(path) for path, _, _ in rows])])
    return tally(
        codes,
        offsets,
        n_channels=4,
        converted=[row[1] for row in rows],
        lost=[row[2] for row in rows],
        bucket=bucket,
        n_buckets=n_buckets,
    )


def _conversions(chances):
    inner = len(chances) - 1
    reach = np.linalg.solve(np.eye(inner) - chances[1:, :inner], chances[1:, inner])
    return chances[0, :inner] @ reach + chances[0, inner]


@given(journeys)
@settings(max_examples=60, deadline=None)
def test_removal_effects_are_those_of_cutting_each_channel_out(rows):
    counts = _tally(rows).transitions.sum(axis=0)
    leaving = counts.sum(axis=1, keepdims=True)
    chances = np.divide(counts, leaving, out=np.zeros_like(counts), where=leaving > 0)
    whole = _conversions(chances)
    effects = removal_effects(counts)
    for channel in range(4):
        cut = chances.copy()
        cut[channel + 1] = 0.0
        cut[channel + 1, -1] = 1.0
        lost = 1 - _conversions(cut) / whole if whole > 0 else 0.0
        assert effects[channel] == pytest.approx(lost, abs=1e-9)


@given(journeys)
@settings(max_examples=60, deadline=None)
def test_shapley_equals_the_sum_over_all_coalitions(rows):
    found = _tally(rows).credits["shapley"].sum(axis=0)

    def worth(channels):
        return sum(bought for path, bought, _ in rows if set(path) <= channels)

    for channel in range(4):
        others = [one for one in range(4) if one != channel]
        value = 0.0
        for size in range(4):
            for chosen in combinations(others, size):
                weight = factorial(size) * factorial(3 - size) / factorial(4)
                value += weight * (worth({*chosen, channel}) - worth(set(chosen)))
        assert found[channel] == pytest.approx(value, abs=1e-9)


@given(journeys, st.integers(0, 11))
@settings(max_examples=40, deadline=None)
def test_a_journey_taken_out_leaves_what_would_be_without_it(rows, at):
    at %= len(rows)
    rest = rows[:at] + rows[at + 1 :]
    left = _tally(rows) - _tally([rows[at]])
    again = _tally(rest) if rest else _tally(rows) - _tally(rows)
    assert np.allclose(left.transitions, again.transitions)
    for model, held in left.credits.items():
        assert np.allclose(held, again.credits[model])


@given(journeys)
@settings(max_examples=30, deadline=None)
def test_every_model_gives_out_the_whole_and_no_more(rows):
    bucket = np.arange(len(rows)) % 3
    found = credit(_tally(rows, bucket, 3), resamples=20)
    whole = sum(row[1] for row in rows)
    for model, held in found.items():
        assert held.value.sum() == pytest.approx(whole, abs=1e-6), model
        # Where nobody bought, nothing says how much a purchase is worth.
        assert (held.low <= held.high).all() if whole else np.isnan(held.high).all()


def test_one_bucket_alone_has_no_interval():
    found = credit(_tally([([0, 1], 3, 1)]))
    assert np.isnan(found["markov"].low).all()


def test_nobody_who_bought_leaves_nothing_to_share():
    assert markov(_tally([([0, 1], 0, 4)]).transitions.sum(axis=0), 0.0).tolist() == [0, 0, 0, 0]


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    random = np.random.default_rng(11)
    truth, held = None, 0
    for turn in range(60):
        people = 200_000 if turn == 0 else 1_500
        first = random.integers(0, 4, people)
        second = random.integers(0, 4, people)
        chance = np.array([0.02, 0.05, 0.1, 0.2])
        bought = random.random(people) < chance[first] + chance[second]
        sums = tally(
            np.column_stack([first, second]).ravel(),
            np.arange(people + 1) * 2,
            n_channels=4,
            converted=bought,
            lost=~bought,
            bucket=np.arange(people) % 100,
            n_buckets=100,
        )
        found = credit(sums, resamples=120)["markov"]
        shares = [one / found.value.sum() for one in (found.value, found.low, found.high)]
        if truth is None:
            truth = shares[0]
        else:
            held += (shares[1][3] <= truth[3]) & (truth[3] <= shares[2][3])
    assert held / 59 >= 0.68


def test_what_does_not_fit_together_is_refused():
    with pytest.raises(ValueError, match="not there"):
        tally([4], [0, 1], n_channels=4, converted=[1], lost=[0])
    with pytest.raises(ValueError, match="one count"):
        tally([0], [0, 1], n_channels=4, converted=[1, 2], lost=[0])
