"""Plan's gate, its line in the cycle, and what it hands on."""

from decimal import Decimal

import pytest

from ipeo import stages
from ipeo.actions.campaigns import GateClosed, advance_cycle
from ipeo.models import Cycle
from plan.actions.approvals import approve_price, approve_scenario
from plan.actions.scenarios import propose_scenario
from plan.models import Forecast, Program, Scenario
from plan.queries.handoff import gate, handoff, summary
from tests.factories.ipeo import CycleFactory
from tests.factories.plan import ObjectiveFactory, ReadyScenarioFactory, ScenarioFactory

pytestmark = pytest.mark.usefixtures("workspace")


def messages(cycle):
    return [blocker.message for blocker in gate(cycle)]


@pytest.fixture
def planned():
    return ReadyScenarioFactory(name="B", cycle=CycleFactory(stage=Cycle.Stage.PLAN))


def test_a_cycle_without_a_plan_is_told_what_to_begin_with():
    cycle = CycleFactory(stage=Cycle.Stage.PLAN)
    assert messages(cycle) == ["There is no scenario yet", "No objective is set"]
    assert summary(cycle).line == "No scenario yet"


def test_every_blocker_says_where_it_is_mended(planned, sign_in):
    Program.objects.update(offer="price", discount=Decimal("0.1"))
    planned.program_plans.update(is_bet=False)
    planned.cycle.objectives.update(baseline=None)
    found = gate(planned.cycle)
    assert [blocker.message for blocker in found] == [
        "No scenario is approved yet",
        "Won margin is missing a baseline",
        f"“{Program.objects.get().name}” is not based on a finding or marked as a bet",
        f"“{Program.objects.get().name}” is price-led and no manager has approved it",
    ]
    client = sign_in("manager")
    for blocker in found:
        assert client.get(blocker.href).status_code == 200


def test_a_proposed_plan_waits_for_its_manager(planned, member):
    propose_scenario(scenario=planned, by=member("marketer"))
    assert messages(planned.cycle) == ["“B” is waiting for a manager's approval"]
    assert summary(planned.cycle).line == "B waiting for approval, $10,000"


def test_an_approved_plan_opens_the_gate_and_is_handed_on_whole(planned, member):
    Program.objects.update(offer="price", discount=Decimal("0.1"))
    approve_price(plan=planned.program_plans.get(), by=member("manager"))
    propose_scenario(scenario=planned, by=member("marketer"))
    approve_scenario(scenario=planned, by=member("manager"))
    assert gate(planned.cycle) == []
    assert summary(planned.cycle).line == "B approved, $10,000"
    assert summary(planned.cycle).fraction == 1

    given = handoff(planned.cycle)
    assert given["scenario"]["name"] == "B"
    assert given["scenario"]["approved_by"] == str(member("manager"))
    assert given["planned"] == "10000.00"
    assert given["programs"][0]["budget"] == {"2026-01": "10000.00"}
    assert given["objectives"][0]["metric"] == "won_margin"
    assert {row["metric"] for row in given["forecast"]} == {"won_margin"}


def test_an_approved_plan_whose_forecast_is_lost_keeps_the_gate_closed(planned, member):
    planned.status = Scenario.Status.APPROVED
    planned.save()
    assert messages(planned.cycle) == ["The forecast of “B” is not frozen"]
    assert not Forecast.objects.exists()


def test_an_objective_added_after_approval_must_be_whole_too(planned, member):
    propose_scenario(scenario=planned, by=member("marketer"))
    approve_scenario(scenario=planned, by=member("manager"))
    ObjectiveFactory(cycle=planned.cycle, metric="win_rate", target=None)
    assert messages(planned.cycle) == ["Win rate is missing a target"]


def test_the_cycle_moves_to_execute_only_through_the_gate(planned, member):
    with pytest.raises(GateClosed):
        advance_cycle(cycle=planned.cycle, by=member("manager"))
    propose_scenario(scenario=planned, by=member("marketer"))
    approve_scenario(scenario=planned, by=member("manager"))
    change = advance_cycle(cycle=planned.cycle, by=member("manager"))
    assert change.to_stage == Cycle.Stage.EXECUTE
    assert change.handoff["scenario"]["name"] == "B"


def test_an_overridden_gate_hands_on_no_scenario():
    assert handoff(ScenarioFactory().cycle) == {"scenario": None}


def test_entering_plan_begins_with_what_was_followed_last(planned):
    old = CycleFactory(
        campaign=planned.cycle.campaign, number=7, stage="closed", closed_at="2026-01-01T00:00Z"
    )
    ReadyScenarioFactory(cycle=old, status=Scenario.Status.APPROVED)
    Cycle.objects.filter(pk=planned.cycle.pk).update(stage="closed", closed_at="2026-02-01T00:00Z")
    new = CycleFactory(campaign=planned.cycle.campaign, number=8)
    stages.stage(Cycle.Stage.PLAN).entered(new, None)
    assert [one.name for one in new.scenarios.all()] == ["As in cycle 7"]
