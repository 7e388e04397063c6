"""Wear by weeks, on simulated companies; the long form of these stands in `make bench`."""

import numpy as np
import pytest

from optimize.numerics.efficacy import judge
from optimize.numerics.helping import help_effect
from optimize.numerics.seasons import shared_season
from optimize.numerics.settling import LONGEST, settling_plan
from tests.optimize.numerics.companies import COURSES, KINDS, company, judged


def test_steady_programs_are_rarely_called_tiring_whatever_the_company():
    # Measured over 200 of each kind: 1 to 3 % at the stricter look, 4 % at an alarm of 0.04.
    alarms = sum(
        judged(company(seed, kind=KINDS[seed % 5]), draws=299, alarm=0.02).tiring
        for seed in range(50)
    )
    assert alarms <= 4


def test_a_fall_of_forty_percent_is_found_within_eight_weeks():
    # Measured over 60 of each kind with 20 outcomes a week: 90 to 97 %.
    found = sum(
        judged(company(30_000 + seed, kind="seasonal", decline=0.4, since=8.0)).tiring
        for seed in range(20)
    )
    assert found >= 15


def test_ninety_percent_intervals_hold_the_date_of_change():
    # Measured over 120 of each kind: 87 to 93 %.
    held = found = 0
    for seed in range(30):
        rng = np.random.default_rng(seed)
        truth = company(
            seed,
            kind=KINDS[seed % 5],
            decline=rng.uniform(0.4, 0.7),
            course=COURSES[seed % 3],
            since=rng.uniform(12, 45),
            volume=30.0,
        )
        at = judged(truth, draws=299, alarm=0.04).changed_wide
        if at.low is not None:
            found += 1
            held += at.low <= truth.change <= at.high
    assert found >= 26
    assert held / found >= 0.78


def saturated(seed=1, weeks=104, power=0.4):
    """A program of which ever more was bought, and which never wore out."""
    rng = np.random.default_rng(seed)
    exposure = 1000 * np.linspace(0.4, 2.4, weeks)
    return exposure, rng.poisson(40 * (exposure / 1000) ** power).astype(float)


def test_what_saturation_explains_as_well_is_called_unclear_and_not_wear():
    exposure, outcome = saturated()
    wear = judge(exposure, outcome)
    assert not wear.tiring
    assert wear.unclear
    assert wear.ridge is not None
    assert wear.decline.low < wear.decline.high


def test_a_test_period_is_proposed_where_the_two_cannot_be_told_apart():
    exposure, outcome = saturated()
    wear = judge(exposure, outcome)
    plan = settling_plan(exposure, outcome, spread=wear.spread)
    assert plan is not None
    assert plan.settles
    (period,) = plan.periods
    assert 2 <= period.length <= LONGEST
    assert period.level < 1
    assert period.if_saturated > period.if_worn


def test_a_small_program_needs_two_periods_and_its_power_is_told_as_it_is():
    exposure, outcome = saturated()
    plan = settling_plan(exposure, outcome // 20, spread=1.5)
    assert plan is not None
    assert len(plan.periods) == 2
    assert 0 < plan.power < 0.8
    assert not plan.settles


def test_nothing_is_proposed_where_saturation_explains_nothing():
    exposure = np.full(40, 1000.0)
    assert settling_plan(exposure, np.full(40, 20.0), spread=1.0) is None
    assert settling_plan([1, 2], [3, 4], spread=1.0) is None


def test_a_season_leaves_the_program_itself_out():
    exposures = np.ones((3, 10)) * 1000
    outcomes = np.full((3, 10), 100.0)
    outcomes[0, 5:] = 10.0
    season = shared_season(exposures, outcomes)
    assert season[0] == pytest.approx(1.0)
    assert season[1, -1] < season[1, 0]


def test_deals_with_a_material_are_compared_with_similar_deals():
    rng = np.random.default_rng(3)
    n = 4000
    rep = rng.integers(0, 6, n)
    good = rep < 3
    used = rng.random(n) < np.where(good, 0.6, 0.1)
    won = rng.random(n) < np.where(good, 0.6, 0.3)
    raw = won[used].mean() - won[~used].mean()
    effect = help_effect(won, used, categories=[rep])
    assert raw > 0.1
    assert effect.low < 0.02
    assert effect.n == int(used.sum())


def test_what_was_used_in_won_deals_alone_cannot_be_compared():
    won = np.arange(100) < 50
    assert "0 lost" in help_effect(won, won).reason
    assert "15 of each" in help_effect(won, np.zeros(100)).reason
