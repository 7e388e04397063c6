import numpy as np
import pytest

from plan.numerics.bends import Bend, bends_of
from plan.numerics.responses import History, responses


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
    known = {"c": (Bend(2.0, 0.15),)}
    one = responses([("p", "c")], [past(months=4)], bends=known, seed=2)["p"]
    assert np.median(one.bend) == pytest.approx(2.0, rel=0.15)


def test_what_a_curve_says_of_its_next_dollar_becomes_a_bend():
    bend = np.full(50, 1.3)
    assert bends_of(bend / np.expm1(bend))[0].median == pytest.approx(1.3, rel=0.01)
    assert bends_of(np.asarray([1.4, 1.2]))[0].median < 0.05


def hill(shape, at=0.5, draws=400, seed=0):
    """Elasticities at the usual spend, and shapes, of draws of a Hill curve that is S-shaped."""
    rng = np.random.default_rng(seed)
    shapes = shape * rng.lognormal(0, 0.08, draws)
    return shapes / (1 + at**shapes), shapes


def test_an_s_shaped_fitted_curve_keeps_its_foot_and_its_next_dollar():
    elasticities, shapes = hill(2.5)
    found = bends_of(elasticities, shapes)
    assert [one.foot for one in found] == sorted(one.foot for one in found)
    assert np.mean([one.foot for one in found]) == pytest.approx(2.5, rel=0.03)
    share = [one.foot * one.median / np.expm1(one.median) for one in found]
    assert np.mean(share) == pytest.approx(np.median(elasticities), rel=0.03)


def test_a_curve_whose_foot_the_data_do_not_tell_is_no_s():
    shapes = np.random.default_rng(1).lognormal(0.1, 0.25, 400)
    (one,) = bends_of(shapes / 2, shapes)
    assert one.foot == 1


def test_a_program_on_an_s_shaped_channel_takes_off_at_a_spend():
    found = responses(
        [("p", "c"), ("q", "d")], [past(months=6)], bends={"c": bends_of(*hill(2.5))}, seed=2
    )
    one, plain = found["p"], found["q"]
    thin, more = one.margin(one.reference * np.asarray([0.1, 0.5])).mean(axis=0)
    assert more > 10 * thin
    spend = np.linspace(0.01, 8, 4000) * one.reference
    per_dollar = one.margin(spend).mean(axis=0) / spend
    assert one.takes_off() == pytest.approx(spend[per_dollar.argmax()], rel=0.02)
    assert plain.takes_off() is None
    assert one.slope(spend[1000:1001]) == pytest.approx(
        one.margin(spend[1000:1001] + 0.5) - one.margin(spend[1000:1001] - 0.5), rel=1e-4
    )


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
