"""Scenarios are drafted, cloned, proposed and taken back."""

from datetime import date
from decimal import Decimal

import pytest

from plan.actions.drafts import CycleOver, ScenarioLocked
from plan.actions.scenarios import (
    NoteMissing,
    NotProposed,
    NotReady,
    ScenarioNameTaken,
    begin_from_last_cycle,
    clone_scenario,
    create_scenario,
    propose_scenario,
    remove_scenario,
    send_back_scenario,
    take_back_scenario,
)
from plan.models import Approval, BudgetLine, Program, ProgramPlan, Scenario
from plan.queries.budget import amounts_of
from tests.factories.insight import BrandStoryFactory, FindingFactory, ProofPointFactory
from tests.factories.ipeo import CampaignFactory, CycleFactory
from tests.factories.plan import (
    BudgetLineFactory,
    ProgramFactory,
    ProgramPlanFactory,
    ReadyScenarioFactory,
    ScenarioFactory,
)

pytestmark = pytest.mark.usefixtures("workspace")


def test_two_scenarios_of_a_cycle_have_two_names():
    scenario = ScenarioFactory(name="B, prove the payback")
    with pytest.raises(ScenarioNameTaken):
        create_scenario(cycle=scenario.cycle, name="B, prove the payback ")


def test_a_closed_cycle_takes_no_new_scenario():
    cycle = CycleFactory(stage="closed", closed_at="2026-07-01T00:00Z")
    with pytest.raises(CycleOver):
        create_scenario(cycle=cycle, name="Too late")


def test_a_clone_has_the_programs_and_the_money_but_no_approval(member):
    scenario = ReadyScenarioFactory()
    plan = scenario.program_plans.get()
    plan.finding = FindingFactory()
    plan.save()
    point = ProofPointFactory(story=BrandStoryFactory())
    plan.proof_points.add(point)
    Approval.objects.create(scenario=scenario, program_plan=plan, by=member("manager"))

    copy = clone_scenario(scenario=scenario, name="C")

    copied = copy.program_plans.get()
    assert copy.status == Scenario.Status.DRAFT
    assert copied.program == plan.program
    assert copied.finding == plan.finding
    assert list(copied.proof_points.all()) == [point]
    assert [line.amount for line in copied.budget_lines.all()] == [Decimal("10000.00")]
    assert not copy.approvals.exists()


def test_clones_without_a_name_do_not_collide():
    scenario = ScenarioFactory(name="A")
    names = {clone_scenario(scenario=scenario).name for _ in range(3)}
    assert names == {"A, revised", "A, revised 2", "A, revised 3"}


def test_a_new_cycle_begins_with_what_the_last_one_followed():
    campaign = CampaignFactory()
    first = CycleFactory(
        campaign=campaign,
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 3, 31),
        stage="closed",
        closed_at="2026-04-01T00:00Z",
    )
    old = ScenarioFactory(cycle=first, status=Scenario.Status.APPROVED)
    plan = ProgramPlanFactory(scenario=old, starts_on=date(2026, 2, 1), ends_on=date(2026, 2, 28))
    BudgetLineFactory(program_plan=plan, month=date(2026, 2, 1), amount=Decimal(7_000))
    second = CycleFactory(
        campaign=campaign, number=2, starts_on=date(2026, 4, 1), ends_on=date(2026, 6, 29)
    )

    begun = begin_from_last_cycle(cycle=second)

    copied = begun.program_plans.get()
    assert begun.name == "As in cycle 1"
    assert (copied.starts_on, copied.ends_on) == (date(2026, 5, 1), date(2026, 5, 31))
    assert amounts_of(begun) == {(copied.pk, date(2026, 5, 1)): Decimal("7000.00")}
    assert begin_from_last_cycle(cycle=second) is None


def test_a_first_cycle_begins_empty():
    assert begin_from_last_cycle(cycle=CycleFactory()) is None


def test_proposing_names_everything_that_the_planner_must_mend():
    scenario = ScenarioFactory()
    ProgramPlanFactory(scenario=scenario, program__name="Field demos")
    with pytest.raises(NotReady) as refused:
        propose_scenario(scenario=scenario, by=None)
    assert [one.message for one in refused.value.missing] == [
        "No objective is set",
        "“Field demos” is not based on a finding or marked as a bet",
        "“Field demos” has no budget",
    ]


def test_a_price_led_program_may_be_proposed_before_a_manager_has_seen_it(member):
    scenario = ReadyScenarioFactory()
    Program.objects.update(offer="price", discount=Decimal("0.08"))
    propose_scenario(scenario=scenario, by=member("marketer"))
    scenario.refresh_from_db()
    assert scenario.status == Scenario.Status.PROPOSED
    assert scenario.proposed_by == member("marketer")


def test_what_waits_for_approval_cannot_be_removed_or_proposed_again(member):
    scenario = ReadyScenarioFactory(status=Scenario.Status.PROPOSED)
    with pytest.raises(ScenarioLocked, match="withdraw it"):
        remove_scenario(scenario=scenario)
    with pytest.raises(ScenarioLocked):
        propose_scenario(scenario=scenario, by=member("marketer"))


def test_a_proposed_scenario_can_be_taken_back():
    scenario = ReadyScenarioFactory(status=Scenario.Status.PROPOSED)
    assert take_back_scenario(scenario=scenario).status == Scenario.Status.DRAFT
    with pytest.raises(NotProposed):
        take_back_scenario(scenario=scenario)


def test_sending_back_needs_a_word_and_keeps_it(member):
    scenario = ReadyScenarioFactory(status=Scenario.Status.PROPOSED)
    with pytest.raises(NoteMissing):
        send_back_scenario(scenario=scenario, by=member("manager"), note="  ")
    back = send_back_scenario(scenario=scenario, by=member("manager"), note="Less on rebates")
    assert back.status == Scenario.Status.DRAFT
    assert back.note.endswith(": Less on rebates")


def test_removing_a_draft_keeps_its_programs():
    scenario = ReadyScenarioFactory()
    remove_scenario(scenario=scenario)
    assert not Scenario.objects.exists()
    assert not ProgramPlan.objects.exists()
    assert not BudgetLine.objects.exists()
    assert Program.objects.count() == 1


def test_a_program_of_another_campaign_cannot_be_planned():
    from plan.actions.programs import OtherCampaign, plan_program

    plan = ProgramPlan(program=ProgramFactory())
    with pytest.raises(OtherCampaign):
        plan_program(scenario=ScenarioFactory(), plan=plan)
