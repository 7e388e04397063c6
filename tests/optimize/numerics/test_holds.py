"""To hold is advised only where something suggests a change and the evidence says not to."""

from dataclasses import replace

import numpy as np
import pytest

from ipeo.numerics.estimates import Estimate
from optimize.numerics.advice import advise
from optimize.numerics.dips import dip
from optimize.numerics.efficacy import WEEKLY_ALARM, judge
from optimize.numerics.evidence import RunningTest
from optimize.numerics.seasons import shared_season
from tests.optimize.numerics.test_advice import around, program, tired

STEADY = judge(np.full(24, 1000.0), np.full(24, 60.0))
TEST = RunningTest("7", "Half without", "9 Jun 2026")


def _company(fall, *, months=24, programs=6, seed=3):
    """Deals of programs whose last three months bring the share `fall` less to all of them."""
    rng = np.random.default_rng(seed)
    touches = np.full((programs, months), 1000.0)
    brought = rng.poisson(
        np.where(np.arange(months) >= months - 3, 1 - fall, 1.0) * 60, touches.shape
    )
    season = shared_season(touches, brought.astype(float))
    return [
        replace(
            program(f"p{i}"),
            wear=STEADY,
            dip=dip(touches[i], brought[i], season[i], latest=3),
        )
        for i in range(programs)
    ]


def test_what_all_programs_lose_at_once_is_held_through_in_one_piece_of_advice():
    (advice,) = advise(_company(0.4))
    assert (advice.kind, advice.route, advice.subject_key) == ("hold", "", "")
    assert len(advice.evidence["programs"]) >= 2
    assert "season or the market" in advice.text
    assert advice.expected_gain.low > 0


def test_one_program_that_falls_with_the_others_is_held_with_what_retiring_it_would_lose():
    one = _company(0.4)[0]
    (advice,) = advise([one])
    assert (advice.kind, advice.subject_key) == ("hold", "p0")
    assert advice.expected_gain.value == pytest.approx(10_000)
    assert advice.evidence["instead"]["against"] == "retiring it"
    assert advice.evidence["dip"]["low"] > 0.2
    assert advice.evidence["dip_without_season"]["low"] <= 0


def test_a_program_that_may_not_pay_is_held_without_a_claim_of_gain():
    doubtful = replace(_company(0.4)[0], romi={"first": around(0.05), "last": around(1.0)})
    (advice,) = advise([doubtful])
    assert advice.kind == "hold"
    assert "pays for itself" in advice.expected_gain.reason


def test_programs_that_just_run_are_not_advised_to_hold():
    advised = sum(bool(advise(_company(0.0, seed=seed))) for seed in range(40))
    assert advised == 0


def test_a_program_that_falls_alone_is_no_matter_of_season():
    fallen = tired()
    rate = dip(np.full(24, 1000.0), np.where(np.arange(24) < 21, 80.0, 40.0), np.ones(24), latest=3)
    assert rate.p_value < 0.001
    assert not rate.is_seasonal
    (advice,) = advise([replace(program("mailing", wear=fallen), dip=rate)])
    assert advice.kind == "refresh"


def test_while_a_test_runs_on_a_program_nothing_else_is_advised_of_it():
    (advice,) = advise([program("mailing", wear=tired(), test=TEST)])
    assert (advice.kind, advice.subject_key, advice.route) == ("hold", "mailing", "program")
    assert advice.evidence["instead"]["title"] == "Refresh Mailing"
    assert advice.evidence["experiment"] == "7"
    assert "9 Jun 2026" in advice.text
    assert advice.expected_gain.value is None
    assert advise([program("mailing", test=TEST)]) == ()


def test_money_waits_where_it_would_go_to_a_program_under_test():
    (advice,) = advise([program("webinars", 2.0, test=TEST), program("banners", 0.2)])
    assert (advice.kind, advice.subject_key) == ("hold", "webinars")


@pytest.mark.parametrize(
    ("following", "kind"),
    [
        (Estimate(0.5, 0.3, 0.8, 104), "hold"),
        (Estimate(0.9, 0.5, 1.3, 104), "reallocate"),
        (Estimate.unknown("the data tell too little"), "reallocate"),
    ],
)
def test_no_money_moves_to_a_channel_whose_next_dollar_does_not_pay(following, kind):
    (advice,) = advise([program("webinars", 2.0, next_margin=following), program("banners", 0.2)])
    assert advice.kind == kind
    if kind == "hold":
        assert (advice.route, advice.subject_key) == ("audience", "webinars")
        assert advice.expected_gain.value == pytest.approx(2_000 * (1.2 - 0.5))
        assert advice.expected_gain.low > 0
        assert "0.50 (80% interval 0.30 to 0.80)" in advice.text


def test_where_staying_is_no_better_for_sure_a_hold_claims_no_gain():
    saturated = program("webinars", 0.5, next_margin=Estimate(0.5, 0.3, 0.8, 104))
    (advice,) = [a for a in advise([saturated, program("banners", -0.5)]) if a.kind == "hold"]
    assert advice.expected_gain.value is None
    assert "better spent" in advice.expected_gain.reason


def test_wear_that_no_short_test_tells_from_saturation_is_held():
    exposure = 1000 * np.linspace(0.4, 2.4, 104)
    brought = np.random.default_rng(1).poisson(60 * (exposure / 1000) ** 0.35)
    wear = judge(exposure, brought, alarm=WEEKLY_ALARM)
    (advice,) = advise([program("mail", wear=wear)])
    assert (advice.kind, advice.route) == ("hold", "audience")
    assert advice.expected_gain.value is None


def test_a_dip_needs_enough_on_both_sides():
    assert dip(np.ones(8), np.full(8, 30.0), np.ones(8), latest=3) is None
    assert dip(np.ones(12), np.full(12, 1.0), np.ones(12), latest=3) is None
    with pytest.raises(ValueError, match="one exposure"):
        dip(np.ones(12), np.ones(12), np.ones(3), latest=3)
