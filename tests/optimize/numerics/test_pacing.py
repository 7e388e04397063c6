import numpy as np
import pytest

from ipeo.numerics.estimates import Estimate
from optimize.numerics.pacing import (
    Stretch,
    change_after,
    interval_score,
    outlook_of_share,
    outlook_of_sum,
)

UNKNOWN = Estimate.unknown("nobody made one")


def _forecast(mean, spread=0.3):
    return Estimate(mean, mean * (1 - 1.2816 * spread), mean * (1 + 1.2816 * spread), 40)


def test_the_outlook_holds_where_a_sum_ends_about_as_often_as_it_says():
    # Measured over 4,000 simulated cycles: 80 %.
    random = np.random.default_rng(1)
    held, chances, reached = 0, [], []
    for run in range(300):
        rate = random.gamma(1 / 0.3**2, 100_000 * 0.3**2)
        gone = random.uniform(0.1, 0.9)
        came = 2_000 * random.poisson(rate * gone / 2_000)
        end = came + 2_000 * random.poisson(rate * (1 - gone) / 2_000)
        found = outlook_of_sum(
            came, gone, forecast=_forecast(100_000), size=2_000, target=100_000, seed=run
        )
        held += found.ends_at.low <= end <= found.ends_at.high
        chances.append(found.chance)
        reached.append(end >= 100_000)
    assert 0.73 <= held / 300 <= 0.88
    assert np.mean(chances) == pytest.approx(np.mean(reached), abs=0.06)


def test_what_comes_in_moves_the_chance_and_the_end_settles_it():
    def chance(actual, gone):
        return outlook_of_sum(
            actual, gone, forecast=_forecast(100_000), size=2_000, target=100_000
        ).chance

    assert chance(80_000, 0.5) > 0.95 > chance(50_000, 0.5) > chance(20_000, 0.5)
    assert (chance(99_999, 1.0), chance(100_000, 1.0)) == (0.0, 1.0)


def test_without_a_forecast_what_came_carries_the_outlook_and_nothing_tells_nothing():
    found = outlook_of_sum(60, 0.5, forecast=UNKNOWN, size=1, target=100)
    assert found.ends_at.value == pytest.approx(120, rel=0.1)
    assert found.chance > 0.8
    assert not outlook_of_sum(0, 0.5, forecast=UNKNOWN, size=1, target=100).ends_at.known
    assert outlook_of_sum(-500, 0.5, forecast=UNKNOWN, size=1, target=100).chance is None


def test_a_share_narrows_as_deals_are_decided():
    early = outlook_of_share(6, 10, 0.1, forecast=UNKNOWN, target=0.5)
    late = outlook_of_share(60, 100, 0.9, forecast=UNKNOWN, target=0.5)
    assert late.ends_at.high - late.ends_at.low < early.ends_at.high - early.ends_at.low
    assert late.chance > early.chance
    assert outlook_of_share(0, 0, 0.5, forecast=UNKNOWN, target=0.5).chance is None
    assert outlook_of_share(3, 4, 1.0, forecast=UNKNOWN, target=0.5).chance == 1.0


def test_the_interval_score_prefers_the_narrow_that_holds_and_fines_the_miss():
    assert interval_score(90, 110, 100) == 20
    assert interval_score(90, 110, 120) == pytest.approx(20 + 10 * 10)
    assert interval_score(90, 110, 80) == pytest.approx(120)


def test_a_change_that_everybody_shared_is_no_change_of_ones_own():
    random = np.random.default_rng(2)
    market = random.normal(1000, 60, 12)
    market[6:] += 500
    ours = 0.5 * market + random.normal(0, 20, 12)
    alone = change_after(Stretch(tuple(ours[:6]), ()), Stretch(tuple(ours[6:]), ()))
    beside = change_after(
        Stretch(tuple(ours[:6]), tuple(market[:6])), Stretch(tuple(ours[6:]), tuple(market[6:]))
    )
    assert alone.excludes(0)
    assert abs(beside.value) < 60
    assert beside.low < 0 < beside.high


def test_the_interval_of_a_change_holds_it_about_as_often_as_it_says():
    # Measured over 20,000 runs: 80 %.
    random = np.random.default_rng(3)
    held = 0
    for _ in range(400):
        months = random.normal(100, 15, 10)
        months[6:] += 20
        found = change_after(Stretch(tuple(months[:6]), ()), Stretch(tuple(months[6:]), ()))
        held += found.low <= 20 <= found.high
    assert 0.74 <= held / 400 <= 0.87


def test_too_few_months_tell_nothing_of_a_decision():
    assert "before" in change_after(Stretch((1.0, 2.0), ()), Stretch((1.0, 2.0), ())).reason
    assert "not over" in change_after(Stretch((1.0, 2.0, 3.0), ()), Stretch((1.0,), ())).reason
