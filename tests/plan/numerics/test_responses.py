import numpy as np
import pytest

from plan.numerics.responses import Bend, History, bend_of, responses


def past(key="p", channel="c", months=36, level=2.0, bend=1.2, usual=5000.0, deal=200.0, seed=0):
    rng = np.random.default_rng(seed)
    spend = usual * rng.lognormal(0, 0.6, months)
    truth = level * usual * np.expm1(-bend * spend / usual) / np.expm1(-bend)
    deals = rng.poisson(truth / deal)
    return History(key, channel, tuple(spend), tuple(deal * deals))


def test_a_long_history_finds_level_and_bend_again():
    held = []
    for seed in range(20):
        one = responses([("p", "c")], [past(months=120, seed=seed)], draws=400, seed=2)["p"]
        assert one.basis == "program"
        share = one.reference / 5000
        level = 2.0 * np.expm1(-1.2 * share) / np.expm1(-1.2) / share
        for drawn, truth in ((one.level, level), (one.bend, 1.2 * share)):
            low, high = np.quantile(drawn, [0.05, 0.95])
            held.append(low < truth < high)
    assert np.mean(held) > 0.7
    assert one.bend.std() < 0.45


def test_with_little_data_the_bend_is_the_stated_prior():
    one = responses([("p", "c")], [past(months=3)], seed=2)["p"]
    share = one.bend / np.expm1(one.bend)
    assert np.median(share) == pytest.approx(0.69, abs=0.12)
    assert np.quantile(share, 0.9) - np.quantile(share, 0.1) > 0.3


def test_a_fitted_curve_of_the_channel_takes_the_priors_place():
    known = {"c": Bend(2.0, 0.15)}
    one = responses([("p", "c")], [past(months=4)], bends=known, seed=2)["p"]
    assert np.median(one.bend) == pytest.approx(2.0, rel=0.15)


def test_what_a_curve_says_of_its_next_dollar_becomes_a_bend():
    bend = np.full(50, 1.3)
    assert bend_of(bend / np.expm1(bend)).median == pytest.approx(1.3, rel=0.01)
    assert bend_of(np.asarray([1.4, 1.2])).median < 0.05


def test_the_curve_rises_through_its_level_and_its_slope_is_its_derivative():
    one = responses([("p", "c")], [past()], draws=50, seed=1)["p"]
    spend = np.asarray([0.0, one.reference])
    assert one.margin(spend)[:, 0] == pytest.approx(0)
    assert one.margin(spend)[:, 1] == pytest.approx(one.level * one.reference)
    step = (one.margin(spend + 1) - one.margin(spend)) / 1
    assert one.slope(spend) == pytest.approx(step, rel=1e-3)


def test_another_program_changes_nothing_of_this_ones_draws_without_evidence_of_its_own():
    alone = responses([("p", "c")], [past()], seed=1)["p"]
    beside = responses([("p", "c"), ("q", "d")], [past()], seed=1)["p"]
    assert (alone.level == beside.level).all()


def test_programs_that_borrow_one_history_move_together():
    found = responses(
        [("new", "c"), ("newer", "c")], [past(months=5, deal=15_000.0)], draws=2000, seed=1
    )
    new, newer = found["new"], found["newer"]
    assert new.basis == newer.basis == "channel"
    assert np.corrcoef(new.level, newer.level)[0, 1] > 0.2
