import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plan.numerics.allocation import Candidate, Impossible, allocate, evaluate
from tests.plan.companies import company, tried
from tests.plan.thresholds import searched, steep

YEAR = (1.0,) * 12


def saturating(level, half):
    """A curve that is certain: one draw."""
    return lambda x: (level * x / (x + half))[None, :]


def uncertain(seed, usual=5000.0, draws=200):
    rng = np.random.default_rng(seed)
    level, bend = rng.lognormal(0.2, 0.4, draws), rng.lognormal(-0.3, 0.5, draws)
    return lambda x: (
        (level * usual)[:, None] * np.expm1(-bend[:, None] * x / usual) / np.expm1(-bend[:, None])
    )


@pytest.mark.parametrize(("total", "expected"), [(0.5, (0.443, 0.057)), (1.0, (0.569, 0.431))])
def test_on_a_known_true_curve_the_split_is_the_known_best_one(total, expected):
    channels = [(3000, 2.0), (2000, 1.5)]
    split = allocate(
        [
            Candidate(f"x{i}", lambda x, b=b, k=k: (b * np.tanh(k * x))[None, :], (1.0,))
            for i, (b, k) in enumerate(channels, 1)
        ],
        total,
    )
    assert [share.amount for share in split.shares] == pytest.approx(expected, abs=5e-4)
    returns = [share.next_return.value for share in split.shares]
    assert returns[0] == pytest.approx(returns[1], rel=1e-3)


def test_the_split_comes_near_a_search_of_every_combination():
    candidates = [Candidate(f"p{i}", uncertain(i), YEAR) for i in range(3)]
    split = allocate(candidates, 120_000)
    steps = np.arange(0, 121) * 1000.0
    values = [one.curve(steps / 12).mean(axis=0) * 12 for one in candidates]
    best = max(
        values[0][i] + values[1][j] + values[2][120 - i - j]
        for i, j in itertools.product(range(121), repeat=2)
        if i + j <= 120
    )
    assert split.margin.value >= best * 0.999


def test_thin_money_is_not_spread_where_a_curve_is_s_shaped():
    def s_shaped(x):
        return (9000 * x**3 / (x**3 + 5000**3))[None, :]

    split = allocate([Candidate("a", s_shaped, YEAR), Candidate("b", s_shaped, YEAR)], 12_000)
    busy = [month for share in split.shares for month in share.by_month if month > 1]
    assert len(busy) in {2, 3}
    even = evaluate([Candidate("a", s_shaped, YEAR)], [[1000.0] * 12])
    assert split.margin.value > 10 * even.margin.value


@pytest.mark.parametrize("seed", range(4))
def test_programs_with_thresholds_get_enough_or_nothing_as_a_search_of_every_cell_would(seed):
    candidates, total = steep(seed, programs=9, months=5, draws=60)
    split = allocate(candidates, total)
    assert split.margin.value >= 0.995 * searched(candidates, total, steps=900)
    assert min(share.amount for share in split.shares) < 1
    for one, share in zip(candidates, split.shares, strict=True):
        assert share.amount >= one.floor - 0.01
        assert one.ceiling is None or share.amount <= one.ceiling + 0.01
        assert all(share.by_month[month] == amount for month, amount in one.locked)


def test_a_chance_is_raised_with_money_that_is_not_thinned_out_below_a_threshold():
    def steep_curve(x):
        return (9000 * x**3 / (x**3 + 5000**3))[None, :] * np.ones((50, 1))

    split = allocate([Candidate("a", steep_curve, YEAR)], 12_000, target=9_000, raise_chance=True)
    assert split.chance == 1


def test_a_month_flown_in_part_gets_its_part_of_the_money():
    split = allocate([Candidate("a", saturating(9000, 4000), (0.5, 1.0, 1.0, 0.0))], 10_000)
    assert split.shares[0].by_month == pytest.approx((2000, 4000, 4000, 0), rel=1e-6)


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_every_constraint_holds_and_the_whole_total_is_spent_where_there_is_room(data):
    count = data.draw(st.integers(2, 5))
    candidates = []
    for i in range(count):
        floor = data.draw(st.sampled_from([0.0, 3000.0, 8000.0]))
        ceiling = data.draw(st.sampled_from([None, 9000.0, 40_000.0]))
        locked = data.draw(st.sampled_from([(), ((1, 2500.0),), ((0, 0.0), (2, 4000.0))]))
        flight = data.draw(st.sampled_from([(1.0,) * 4, (0.0, 1.0, 1.0, 0.3)]))
        candidates.append(
            Candidate(f"p{i}", uncertain(i, draws=40), flight, floor, ceiling, locked)
        )
    total = data.draw(st.sampled_from([60_000.0, 90_000.0]))
    split = allocate(candidates, total)
    assert split.spent + split.unspent == pytest.approx(total)
    for one, share in zip(candidates, split.shares, strict=True):
        assert share.amount >= one.floor - 0.01
        assert one.ceiling is None or share.amount <= one.ceiling + 0.01
        for place, amount in one.locked:
            assert share.by_month[place] == amount
        held = {place for place, _ in one.locked}
        for place, amount in enumerate(share.by_month):
            if not one.months[place] and place not in held:
                assert amount == 0
    if any(one.ceiling is None for one in candidates):
        assert split.unspent == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize(
    ("candidate", "says"),
    [
        (Candidate("Fair", uncertain(1), YEAR, floor=20_000), "floors .* above the total"),
        (Candidate("Fair", uncertain(1), YEAR, 5000, 4000), "above its ceiling"),
        (Candidate("Fair", uncertain(1), YEAR, locked=((0, 20_000),)), "locked cells hold more"),
        (Candidate("Fair", uncertain(1), YEAR, ceiling=1, locked=((0, 9),)), "more than its ceil"),
        (Candidate("Fair", uncertain(1), (0.0,) * 12, floor=100), "no free month"),
    ],
)
def test_what_cannot_be_is_said_plainly(candidate, says):
    with pytest.raises(Impossible, match=says):
        allocate([candidate], 10_000)


def test_the_chance_of_a_target_can_be_raised_above_that_of_the_highest_mean():
    sure = Candidate("sure", saturating(40_000, 30_000), (1.0,))
    rng = np.random.default_rng(3)
    wins = (rng.random(400) < 0.3) * 10.0
    risky = Candidate("risky", lambda x: wins[:, None] * 20_000 * x / (x + 40_000), (1.0,))
    sure_many = Candidate("sure", lambda x: np.repeat(sure.curve(x), 400, axis=0), (1.0,))
    mean = allocate([sure_many, risky], 50_000, target=22_000)
    likely = allocate([sure_many, risky], 50_000, target=22_000, raise_chance=True)
    assert likely.chance > mean.chance + 0.2
    assert likely.margin.value < mean.margin.value


def test_a_locked_program_has_no_next_dollar():
    split = allocate(
        [
            Candidate("held", uncertain(1), (1.0,), locked=((0, 4000.0),)),
            Candidate("free", uncertain(2), (1.0,)),
        ],
        9000,
    )
    held, free = split.shares
    assert not held.next_return.known
    assert "locked" in held.next_return.reason
    assert free.amount == pytest.approx(5000)


def test_an_empty_plan_spends_nothing():
    split = allocate([], 1000)
    assert (split.spent, split.unspent) == (0, 1000)


def test_the_split_beats_an_equal_one_and_last_years_and_its_band_holds_the_truth():
    # Measured over 200 companies by `make bench`: 90 % bands hold 86 to 94 % of them.
    trials = [tried(seed, draws=300) for seed in range(16)]
    ours = np.asarray([one.ours for one in trials])
    assert np.mean(ours / [one.equal for one in trials]) > 1.04
    assert np.mean(ours / [one.last_years for one in trials]) > 1.03
    assert np.mean(ours / [one.best for one in trials]) > 0.92
    assert sum(one.inside for one in trials) >= 12


def test_a_company_of_the_simulation_is_the_same_each_time():
    assert company(3).histories == company(3).histories
