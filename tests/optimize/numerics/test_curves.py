"""Response curves: simulated with a known truth, found again, and honest about it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from optimize.numerics.curves import Lift, NotEnough, Weeks, fit, fitting
from optimize.numerics.curves.averaging import smoothed, stack
from optimize.numerics.curves.density import log_posterior
from optimize.numerics.curves.diagnostics import effective, rhat
from optimize.numerics.curves.fitting import explore, lengthen, sample, start_of
from optimize.numerics.curves.forms import FORMS, LAGS
from optimize.numerics.curves.problem import prepare
from optimize.numerics.curves.results import shortest
from optimize.numerics.curves.variates import means


def weeks(regions=1, many=110, seed=1, noise=1.5, **given):
    """Two channels with tanh curves and geometric carryover, trend and season."""
    random = np.random.default_rng(seed)
    spend = random.gamma(2.0, 50.0, (regions, 2, many))
    time = np.arange(many)
    season = (time / 52.18) % 1.0
    outcome = np.zeros((regions, many))
    brought = np.zeros((regions, 2))
    for r in range(regions):
        outcome[r] = 40.0 + 0.05 * time + 4.0 * np.sin(2 * np.pi * season)
        for k, (retention, size) in enumerate(((0.4, 30.0), (0.2, 15.0))):
            weights = retention ** np.arange(LAGS)
            held = np.convolve(spend[r, k], weights / weights.sum())[:many]
            effect = size * np.tanh(held / 120.0)
            brought[r, k] = effect.sum()
            outcome[r] += effect
        outcome[r] += random.normal(0.0, noise, many)
    return Weeks(outcome=outcome, spend=spend, season=season, **given), brought.sum(axis=0)


@cache
def fitted():
    data, truth = weeks()
    return fit(data, draws=250, seed=4), truth


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
@settings(max_examples=4, deadline=None)
@given(seed=some.integers(0, 10**6), regions=some.sampled_from([1, 3]))
def test_the_gradient_is_the_slope_of_the_density(form, seed, regions):
    lifts = [Lift(1, 20, 28, 60.0, 9.0), Lift(0, 40, 44, 50.0, 8.0, fraction=-0.5, region=0)]
    data, _ = weeks(regions=regions, many=60, lifts=lifts)
    data.outcome[0, 7] = np.nan
    problem = prepare(data).problem(form)
    random = np.random.default_rng(seed)
    theta = start_of(form, problem, 0.5)
    theta += random.normal(0.0, 0.5, theta.size)
    gradient, spare = np.empty(theta.size), np.empty(theta.size)
    log_posterior(theta, problem, gradient)
    for i in random.choice(theta.size, 6, replace=False):
        step = np.zeros(theta.size)
        step[i] = 1e-5
        rise = log_posterior(theta + step, problem, spare)
        rise -= log_posterior(theta - step, problem, spare)
        assert gradient[i] == pytest.approx(rise / 2e-5, rel=2e-4, abs=2e-4)


def test_what_each_channel_brought_lies_in_its_interval():
    found, truth = fitted()
    for channel, true in zip(found.channels, truth, strict=True):
        assert channel.contribution.low < true < channel.contribution.high
        assert channel.contribution.value == pytest.approx(true, rel=0.35)
        assert channel.roas.value == pytest.approx(channel.contribution.value / channel.spend)
        assert channel.moved.value > 0.5
        assert channel.is_informed


def test_the_chains_agree_and_are_worth_400_draws():
    found, _ = fitted()
    assert found.rhat <= 1.01
    assert found.ess >= 400
    assert sum(found.weights.values()) == pytest.approx(1.0)


def test_the_next_unit_brings_less_than_the_usual_one():
    found, _ = fitted()
    for channel in found.channels:
        assert 0 < channel.next.low < channel.next.value < channel.roas.value * 1.2


def test_the_same_seed_gives_the_same_figures():
    data, _ = weeks(many=40)
    one, other = (fit(data, forms=FORMS[:1], draws=150, seed=9) for _ in range(2))
    assert one.channels[0].contribution == other.channels[0].contribution


def test_spend_that_never_varies_leaves_the_prior_where_it_was():
    data, _ = weeks(many=60)
    spend = data.spend.copy()
    spend[0, 1] = 80.0
    found = fit(Weeks(data.outcome, spend, data.season), forms=FORMS[:1], draws=150)
    assert found.channels[1].moved.value < found.channels[0].moved.value
    assert not found.channels[1].is_informed


def test_variates_take_chance_off_a_mean():
    data, _ = weeks(many=60)
    problem = prepare(data).problem(FORMS[0])
    plain, corrected = [], []
    with ThreadPoolExecutor(1) as pool:
        pilot = explore(FORMS[0], problem, pool=pool, seed=1)
        for seed in range(6):
            draws = sample(pilot, pool=pool, draws=150, seed=seed).draws[:600]
            plain.append(draws[:, :2].mean(axis=0))
            corrected.append(means(draws[:, :2], draws, problem))
    assert (np.std(corrected, axis=0) < 0.6 * np.std(plain, axis=0)).all()
    assert np.mean(corrected, axis=0) == pytest.approx(np.mean(plain, axis=0), abs=0.05)
    # Too few for what they explain to be more than chance.
    few = draws[:20]
    assert means(few[:, :2], few, problem) == pytest.approx(few[:, :2].mean(axis=0))


def test_a_lift_test_calibrates_its_channel():
    random = np.random.default_rng(0)
    data, _ = weeks(many=60)
    spend = data.spend.copy()
    spend[0, 1] = 80.0 + random.normal(0.0, 0.5, 60)
    lift = Lift(channel=1, start=30, stop=40, value=90.0, se=9.0)
    found = fit(Weeks(data.outcome, spend, data.season, lifts=[lift]), forms=FORMS[:1], draws=150)
    # Nine a week, by the test, over sixty weeks.
    assert found.channels[1].contribution.value == pytest.approx(540.0, rel=0.2)
    assert found.channels[1].is_informed


def test_regions_lean_on_each_other_and_bring_what_they_bring():
    data, truth = weeks(regions=2, many=52)
    found = fit(data, forms=FORMS[:1], draws=150)
    assert found.rhat <= 1.01
    for channel, true in zip(found.channels, truth, strict=True):
        assert channel.contribution.low < true < channel.contribution.high


@pytest.mark.parametrize(
    ("outcome", "spend", "why"),
    [
        (np.ones((1, 1)), np.ones((1, 1, 1)), "too few"),
        (np.arange(20.0)[None], np.ones((1, 1, 20)), "hardly varies"),
        (np.zeros((1, 60)), np.ones((1, 1, 60)), "nothing was won"),
        (np.random.default_rng(0).normal(size=(1, 60)), np.zeros((1, 1, 60)), "never spent"),
        (np.full((1, 60), np.nan), np.ones((1, 1, 60)), "too few"),
    ],
)
def test_data_that_cannot_carry_a_fit_are_refused_with_the_reason(outcome, spend, why):
    with pytest.raises(NotEnough, match=why):
        fit(Weeks(outcome, spend))


@pytest.mark.parametrize("spend", [-1.0, np.nan, np.inf])
def test_a_spend_that_is_below_nothing_or_not_known_is_refused(spend):
    data, _ = weeks()
    data.spend[0, 1, 7] = spend
    with pytest.raises(ValueError, match="not below 0"):
        prepare(data)


@pytest.mark.parametrize("fraction", [0.0, 1.5, np.nan])
def test_a_lift_test_that_took_off_more_than_all_of_the_spend_is_refused(fraction):
    data, _ = weeks(lifts=[Lift(1, 0, 60, 540.0, 20.0, fraction)])
    with pytest.raises(ValueError, match="no more than all of it"):
        prepare(data)


def test_forms_that_predict_alike_share_the_weight_and_a_bad_one_has_none():
    random = np.random.default_rng(2)
    good = random.normal(-1.0, 0.3, 120)
    scores = np.column_stack([good, good + random.normal(0.0, 1e-3, 120), good - 2.0])
    weights = stack(scores, np.arange(120))
    assert weights[2] < 0.01
    assert weights[0] == pytest.approx(0.5, abs=0.1)


def test_smoothed_weights_are_those_of_the_draws_where_no_tail_is_heavy():
    random = np.random.default_rng(5)
    weights, index = smoothed(random.normal(0.0, 0.3, (1000, 3)))
    assert np.exp(weights).sum(axis=0) == pytest.approx(1.0)
    assert (index < 0.5).all()
    _, heavy = smoothed(random.standard_exponential((1000, 1)) * 1.5)
    assert heavy[0] > 0.7


def test_chains_that_disagree_are_told_from_those_that_agree():
    random = np.random.default_rng(1)
    chains = random.normal(size=(4, 500, 2))
    chains[0, :, 1] += 2.0
    assert rhat(chains)[0] < 1.01 < 1.2 < rhat(chains)[1]
    assert effective(chains)[0] > 1500
    # An autoregression of 0.8 is worth a ninth of its draws.
    slow = np.zeros((4, 2000, 1))
    for t in range(1, 2000):
        slow[:, t] = 0.8 * slow[:, t - 1] + random.normal(size=(4, 1))
    assert effective(slow)[0] == pytest.approx(8000 / 9, rel=0.3)


def test_a_chain_that_went_astray_is_drawn_anew_with_a_smaller_step(monkeypatch):
    data, _ = weeks()
    problem = prepare(data).problem(FORMS[3])
    with ThreadPoolExecutor(2) as pool:
        fit = sample(explore(FORMS[3], problem, pool=pool, seed=1), pool=pool, draws=60, seed=1)
        # A step so large that trajectories run away.
        ends = tuple(np.append(5.0 * end[0], end[1:]) for end in fit.pilot.ends)
        hasty = replace(fit, pilot=replace(fit.pilot, ends=ends))
        with monkeypatch.context() as patch:
            patch.setattr(fitting, "_HALVINGS", 0)
            assert lengthen(hasty, pool=pool, draws=60, seed=2).divergences > fit.divergences
        patient = lengthen(hasty, pool=pool, draws=60, seed=2)
    assert patient.divergences == fit.divergences
    assert patient.chains.shape[1] == fit.chains.shape[1] + 60
    assert min(end[0] for end in patient.pilot.ends) < min(end[0] for end in ends)


def test_an_interval_begins_at_nothing_where_nothing_is_not_excluded():
    random = np.random.default_rng(3)
    assert shortest(np.abs(random.normal(size=4000)), 0.94)[0] == 0.0
    low, high = shortest(random.normal(10.0, 1.0, 4000), 0.94)
    assert (low, high) == pytest.approx((8.1, 11.9), abs=0.25)
