import json

import numpy as np
import pytest

from plan.numerics.forecast import History, ProgramPlan, forecast, score


def company(seed, programs=6, months=12, ahead=4):
    """Histories and plans of programs whose true margin per dollar is known, and what came."""
    rng = np.random.default_rng(seed)
    market = np.exp(rng.normal(0, 0.1))
    histories, plans, actual = [], [], 0.0
    for i in range(programs):
        rate = rng.lognormal(0.3, 0.4)
        past, planned = rng.uniform(2000, 8000, months), rng.uniform(2000, 8000, ahead)
        margins = [rng.lognormal(6, 0.7, rng.poisson(rate * s / 515)).sum() for s in past]
        key, channel = f"p{i}", "abc"[i % 3]
        histories.append(History(key, channel, tuple(past), tuple(margins)))
        plans.append(ProgramPlan(key, channel, tuple(planned)))
        deals = rng.poisson(market * rate * planned.sum() / 515)
        actual += rng.lognormal(6, 0.7, deals).sum()
    return histories, plans, actual


def test_the_interval_holds_what_came_about_as_often_as_it_says():
    # Measured over 300 companies: 80 %.
    held = 0
    for seed in range(100):
        histories, plans, actual = company(seed)
        held += score(forecast(plans, histories, draws=800), actual).inside
    assert 0.72 <= held / 100 <= 0.88


def young_company(seed, programs=6, months=8, ahead=9, lag=2.0):
    """A company all of whose programs began when its history does, and whose deals close late."""
    rng = np.random.default_rng(seed)
    market = np.exp(rng.normal(0, 0.1))
    histories, plans, actual = [], [], 0.0
    for i in range(programs):
        rate, spend = rng.lognormal(0.3, 0.4), rng.uniform(2000, 8000, months + ahead)
        won = np.zeros(months + ahead)
        for month, amount in enumerate(spend):
            deals = rng.poisson(rate * amount / 515 * (market if month >= months else 1))
            closed = (month + rng.random(deals) + rng.gamma(2.5, lag / 2.5, deals)).astype(int)
            inside = closed < won.size
            np.add.at(won, closed[inside], rng.lognormal(6, 0.7, int(inside.sum())))
        key, channel = f"p{i}", "abc"[i % 3]
        histories.append(History(key, channel, tuple(spend[:months]), tuple(won[:months])))
        plans.append(ProgramPlan(key, channel, tuple(spend[months:])))
        actual += won[months:].sum()
    return histories, plans, actual


def test_a_young_companys_first_months_do_not_make_its_forecast_low():
    # Deals close two months after the spend, so the first months of the past tell too little.
    held, above = 0, 0
    for seed in range(50):
        histories, plans, actual = young_company(seed)
        made = forecast(plans, histories, draws=500)
        held += score(made, actual).inside
        above += actual > made.margin.value
    assert 0.68 <= held / 50 <= 0.94
    assert 0.3 <= above / 50 <= 0.7


def test_the_chance_of_a_target_is_as_often_right_as_it_says():
    chances, reached = [], []
    for seed in range(100):
        histories, plans, actual = company(seed)
        middle = forecast(plans, histories, draws=800)
        chances.append(forecast(plans, histories, target=middle.quantiles[69], draws=800).chance)
        reached.append(actual >= middle.quantiles[69])
    assert np.mean(chances) == pytest.approx(0.3, abs=0.02)
    assert np.mean(reached) == pytest.approx(0.3, abs=0.1)


def test_the_same_seed_freezes_the_same_forecast():
    histories, plans, _ = company(1)
    assert forecast(plans, histories, seed=4) == forecast(plans, histories, seed=4)


def test_a_program_without_history_rests_on_its_channel_and_is_less_sure():
    histories, plans, _ = company(2)
    known = forecast(plans[:1], histories).by_program[0]
    new = forecast([ProgramPlan("new", plans[0].channel, plans[0].spend)], histories).by_program[0]
    assert (known.basis, new.basis) == ("program", "channel")
    assert "not have enough history" in new.rests_on
    wide = (new.margin.high - new.margin.low) / new.margin.value
    assert wide > (known.margin.high - known.margin.low) / known.margin.value


def test_a_new_channel_rests_on_the_workspace_and_an_empty_workspace_on_a_guess():
    histories, _, _ = company(3)
    plan = [ProgramPlan("new", "stand", (1000.0,))]
    assert forecast(plan, histories).by_program[0].basis == "workspace"
    guess = forecast(plan, [])
    assert guess.by_program[0].basis == "none"
    assert "rough guess" in guess.rests_on[0]
    assert guess.margin.high / guess.margin.low > 10


def test_money_that_has_won_nothing_yet_lowers_a_forecast_and_makes_it_no_surer():
    histories, plans, _ = company(3)
    bet = ProgramPlan("bet", "a", (6000.0,) * 4)

    def margin(spent):
        past = [History("bet", "a", (spent,) * 8, (0.0,) * 8)] if spent else []
        return forecast([*plans, bet], histories + past).by_program[-1].margin

    fresh, tried, spent = margin(0.0), margin(60.0), margin(600.0)
    assert tried.value < fresh.value
    assert spent.value < tried.value
    for held in (fresh, tried, spent):
        assert held.value > 100
        assert held.high - held.low > 0.8 * held.value


def test_a_plan_without_spend_has_no_forecast():
    empty = forecast([ProgramPlan("a", "b", (0.0, 0.0))], [])
    assert empty.margin.reason == "no spend is planned"
    assert empty.chance is None


def test_months_without_spend_bring_nothing():
    histories, _, _ = company(4)
    result = forecast([ProgramPlan("p0", "a", (0.0, 5000.0))], histories)
    assert result.by_month[0].value == 0
    assert result.by_month[1].value > 0


def test_a_frozen_forecast_is_json_and_scored_from_it():
    histories, plans, actual = company(5)
    result = forecast(plans, histories, target=1.0)
    frozen = json.loads(json.dumps(result.as_dict()))
    assert score(frozen["quantiles"], actual) == score(result, actual)
    assert frozen["chance"] == 1.0


def test_the_score_is_the_absolute_error_of_a_forecast_that_claims_certainty():
    sure = score([100.0] * 99, 130.0)
    assert sure.crps == pytest.approx(30)
    assert not sure.inside
    assert sure.relative_error == pytest.approx(0.3)


def test_the_score_prefers_the_sharper_of_two_right_forecasts():
    narrow, wide = np.linspace(90, 110, 99), np.linspace(0, 200, 99)
    assert score(narrow.tolist(), 100).crps < score(wide.tolist(), 100).crps


def test_plans_over_different_months_are_refused():
    with pytest.raises(ValueError, match="same months"):
        forecast([ProgramPlan("a", "b", (1.0,)), ProgramPlan("c", "b", (1.0, 2.0))], [])
