"""Programs are made, changed and planned; objectives are set and frozen."""

from datetime import date
from decimal import Decimal

import pytest

from plan.actions.allocations import Limits, set_limits
from plan.actions.objectives import (
    ObjectiveSetAlready,
    ObjectivesFrozen,
    remove_objective,
    save_objective,
)
from plan.actions.programs import (
    DiscountMissing,
    FlightOutsideCycle,
    PlannedAlready,
    ProgramInUse,
    ProgramNameTaken,
    change_program_plan,
    plan_program,
    remove_program,
    remove_program_plan,
    save_program,
)
from plan.models import Objective, Program, ProgramPlan, Scenario
from plan.queries.readiness import missing_of
from plan.queries.scenarios import findings_for, unplanned_programs
from tests.factories.insight import DispositionFactory, FindingFactory, ProofPointFactory
from tests.factories.ipeo import CampaignFactory, CycleFactory
from tests.factories.plan import (
    BudgetLineFactory,
    ObjectiveFactory,
    ProgramFactory,
    ProgramPlanFactory,
    ScenarioFactory,
)

pytestmark = pytest.mark.usefixtures("workspace")


def test_a_programs_name_is_its_own():
    program = ProgramFactory(name="Field demos")
    with pytest.raises(ProgramNameTaken):
        save_program(
            program=Program(name="Field demos", campaign=program.campaign, channel=program.channel)
        )


def test_a_price_led_offer_names_its_discount():
    program = ProgramFactory()
    program.offer = "price"
    with pytest.raises(DiscountMissing):
        save_program(program=program)


def test_an_offer_that_is_not_price_led_has_no_discount():
    program = ProgramFactory(offer="price", discount=Decimal("0.1"))
    program.offer = "trial"
    assert save_program(program=program).discount == 0


def test_a_program_that_was_planned_stays():
    plan = ProgramPlanFactory()
    with pytest.raises(ProgramInUse):
        remove_program(program=plan.program)
    remove_program_plan(plan=plan)
    remove_program(program=plan.program)
    assert not Program.objects.exists()


def test_a_program_stands_once_in_a_scenario():
    plan = ProgramPlanFactory()
    with pytest.raises(PlannedAlready):
        plan_program(scenario=plan.scenario, plan=ProgramPlan(program=plan.program))


def test_programs_stand_in_the_order_in_which_they_were_added():
    scenario = ScenarioFactory()
    campaign = scenario.cycle.campaign
    positions = [
        plan_program(
            scenario=scenario, plan=ProgramPlan(program=ProgramFactory(campaign=campaign))
        ).position
        for _ in range(3)
    ]
    assert positions == [0, 1, 2]


@pytest.mark.parametrize(
    ("starts_on", "ends_on"),
    [
        (date(2025, 12, 31), None),
        (None, date(2026, 7, 1)),
        (date(2026, 3, 2), date(2026, 3, 1)),
    ],
)
def test_a_flight_lies_within_the_cycle(starts_on, ends_on):
    plan = ProgramPlanFactory()
    plan.starts_on, plan.ends_on = starts_on, ends_on
    with pytest.raises(FlightOutsideCycle):
        change_program_plan(plan=plan)


def test_proof_points_are_replaced_where_they_are_given():
    plan = ProgramPlanFactory()
    first = ProofPointFactory()
    second = ProofPointFactory(story=first.story)
    change_program_plan(plan=plan, proof_points=[first])
    change_program_plan(plan=plan)
    assert list(plan.proof_points.all()) == [first]
    change_program_plan(plan=plan, proof_points=[second])
    assert list(plan.proof_points.all()) == [second]


def test_what_is_intended_is_saved_beside_limits_that_were_set_meanwhile():
    plan = ProgramPlanFactory()
    set_limits(scenario=plan.scenario, limits={plan.pk: Limits(Decimal(10), None, True)})
    plan.message = "Prove the payback"
    change_program_plan(plan=plan)
    plan.refresh_from_db()
    assert (plan.message, plan.floor, plan.is_locked) == ("Prove the payback", Decimal(10), True)


def test_only_programs_of_the_campaign_that_are_not_there_yet_can_be_added():
    plan = ProgramPlanFactory()
    free = ProgramFactory(campaign=plan.program.campaign)
    ProgramFactory(campaign=CampaignFactory())
    assert list(unplanned_programs(plan.scenario)) == [free]


def test_a_program_rests_on_what_the_cycle_adopted():
    cycle = CycleFactory()
    adopted = DispositionFactory(
        cycle=cycle, finding__campaign=cycle.campaign, decision="adopted"
    ).finding
    DispositionFactory(cycle=cycle, finding__campaign=cycle.campaign)
    rejected = DispositionFactory(
        cycle=cycle, finding__campaign=cycle.campaign, decision="rejected", reason="Stale"
    ).finding
    general = FindingFactory()
    assert set(findings_for(cycle)) == {adopted, general}
    assert set(findings_for(cycle, rejected.pk)) == {adopted, general, rejected}


def test_a_program_without_ground_or_money_is_missing_something():
    plan = ProgramPlanFactory(program__name="Webinar", finding=FindingFactory())
    ObjectiveFactory(cycle=plan.scenario.cycle)
    assert [one.message for one in missing_of(plan.scenario)] == ["“Webinar” has no budget"]
    BudgetLineFactory(program_plan=plan)
    assert missing_of(plan.scenario) == []


def test_a_cycle_has_one_objective_for_a_metric():
    objective = ObjectiveFactory()
    with pytest.raises(ObjectiveSetAlready):
        save_objective(objective=Objective(cycle=objective.cycle, metric=objective.metric))


def test_objectives_freeze_with_the_approved_scenario_and_open_with_a_revision():
    objective = ObjectiveFactory()
    ScenarioFactory(cycle=objective.cycle, status=Scenario.Status.APPROVED)
    with pytest.raises(ObjectivesFrozen):
        save_objective(objective=objective)
    with pytest.raises(ObjectivesFrozen):
        remove_objective(objective=objective)
    ScenarioFactory(cycle=objective.cycle)
    save_objective(objective=objective)
    remove_objective(objective=objective)
    assert not Objective.objects.exists()
