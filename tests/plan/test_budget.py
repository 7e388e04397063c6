"""The planned money, as the later stages ask for it, and the grid that fills it."""

from datetime import date
from decimal import Decimal

import pytest

from plan.actions.budget import AmountNotValid, ChangedMeanwhile, NotInThisPlan, set_budget
from plan.actions.drafts import ScenarioLocked
from plan.models import BudgetLine, Scenario
from plan.queries import budget
from tests.factories.ipeo import CycleFactory
from tests.factories.plan import BudgetLineFactory, ProgramPlanFactory, ScenarioFactory

pytestmark = pytest.mark.usefixtures("workspace")
JAN, FEB, MAR = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)


@pytest.fixture
def approved():
    scenario = ScenarioFactory(status=Scenario.Status.APPROVED)
    plan = ProgramPlanFactory(scenario=scenario)
    BudgetLineFactory(program_plan=plan, month=JAN, amount=Decimal(3_100))
    BudgetLineFactory(program_plan=plan, month=FEB, amount=Decimal(2_800))
    draft = ProgramPlanFactory(scenario=ScenarioFactory(cycle=scenario.cycle), program=plan.program)
    BudgetLineFactory(program_plan=draft, month=JAN, amount=Decimal(99_999))
    return plan


def test_only_the_approved_scenario_counts(approved):
    cycle = approved.scenario.cycle
    program = approved.program_id
    assert budget.approved_scenario(cycle) == approved.scenario
    assert budget.planned_by_program_month(cycle) == {
        (program, JAN): Decimal(3_100),
        (program, FEB): Decimal(2_800),
    }
    amounts = budget.planned_by_program_month(cycle)
    assert budget.in_programs(amounts) == {program: Decimal(5_900)}
    assert budget.in_months(amounts, cycle)[MAR] == 0
    assert budget.planned_by_month(cycle) == budget.in_months(amounts, cycle)


@pytest.mark.parametrize(
    ("until", "total"),
    [
        (date(2025, 12, 31), 0),
        (date(2026, 1, 1), 100),
        (date(2026, 1, 31), 3_100),
        (date(2026, 2, 14), 4_500),
        (date(2026, 12, 31), 5_900),
    ],
)
def test_the_running_month_counts_by_its_days(approved, until, total):
    planned = budget.planned_by_month(approved.scenario.cycle)
    assert budget.until_day(planned, until) == Decimal(total)


def test_without_an_approved_scenario_nothing_is_planned():
    cycle = CycleFactory()
    assert budget.approved_scenario(cycle) is None
    assert set(budget.planned_by_month(cycle).values()) == {0}


def test_months_run_over_the_turn_of_the_year():
    cycle = CycleFactory(starts_on=date(2025, 11, 15), ends_on=date(2026, 2, 3))
    assert budget.months_of(cycle) == [
        date(2025, 11, 1),
        date(2025, 12, 1),
        date(2026, 1, 1),
        date(2026, 2, 1),
    ]


def test_cells_that_are_not_named_stay():
    plan = ProgramPlanFactory()
    BudgetLineFactory(program_plan=plan, month=JAN, amount=Decimal(5))
    changed = set_budget(
        scenario=plan.scenario, amounts={(plan.pk, FEB): Decimal(7), (plan.pk, JAN): Decimal(5)}
    )
    assert changed == 1
    assert budget.total_of(plan.scenario) == 12


def test_another_scenarios_cell_or_a_month_outside_the_cycle_is_refused():
    plan, other = ProgramPlanFactory(), ProgramPlanFactory()
    for cell in ((other.pk, JAN), (plan.pk, date(2026, 7, 1)), (plan.pk, date(2026, 1, 2))):
        with pytest.raises(NotInThisPlan):
            set_budget(scenario=plan.scenario, amounts={cell: Decimal(1)})
    assert not BudgetLine.objects.exists()


@pytest.mark.parametrize("amount", ["-1", "NaN", "Infinity", "10000000000000"])
def test_an_amount_that_no_budget_holds_is_refused(amount):
    plan = ProgramPlanFactory()
    with pytest.raises(AmountNotValid):
        set_budget(scenario=plan.scenario, amounts={(plan.pk, JAN): Decimal(amount)})


def test_a_cell_that_changed_meanwhile_keeps_the_whole_from_being_saved():
    plan = ProgramPlanFactory()
    BudgetLineFactory(program_plan=plan, month=JAN, amount=Decimal(5))
    with pytest.raises(ChangedMeanwhile) as refused:
        set_budget(
            scenario=plan.scenario,
            amounts={(plan.pk, JAN): Decimal(6), (plan.pk, FEB): Decimal(1)},
            seen={(plan.pk, JAN): Decimal(4)},
        )
    assert refused.value.stored == {(plan.pk, JAN): Decimal(5)}
    assert budget.total_of(plan.scenario) == 5


@pytest.mark.parametrize("status", ["proposed", "approved", "replaced"])
def test_only_a_draft_is_filled(status):
    plan = ProgramPlanFactory(scenario=ScenarioFactory(status=status))
    with pytest.raises(ScenarioLocked):
        set_budget(scenario=plan.scenario, amounts={(plan.pk, JAN): Decimal(1)})
