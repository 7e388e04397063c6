"""What a plan is expected to bring, from what was measured."""

from datetime import date
from decimal import Decimal

import pytest

from plan.models import BudgetLine
from plan.queries import evidence
from plan.queries.evidence import History, register_history
from plan.queries.forecasts import expected_of
from plan.queries.guard import guard_of
from tests.factories.insight import ProductFactory
from tests.factories.plan import (
    BudgetLineFactory,
    ObjectiveFactory,
    ProgramPlanFactory,
    ScenarioFactory,
)

pytestmark = pytest.mark.usefixtures("workspace")
MONTHS = tuple(date(2025, month, 1) for month in range(1, 13))


@pytest.fixture
def measured(monkeypatch):
    """Lets a test say what programs brought, as Optimize does."""
    monkeypatch.setattr(evidence, "_providers", [])
    known = {}
    register_history(lambda ids, before: {pk: known[pk] for pk in ids if pk in known})
    return known


def history(rate, **more):
    return History(
        months=MONTHS,
        spend=(10_000.0,) * 12,
        margin=tuple(10_000.0 * rate * (1 + (n % 3 - 1) / 10) for n in range(12)),
        **more,
    )


@pytest.fixture
def plan():
    held = ProgramPlanFactory(scenario=ScenarioFactory())
    for month in range(1, 7):
        BudgetLineFactory(program_plan=held, month=date(2026, month, 1), amount=Decimal(10_000))
    return held


def test_a_plan_without_money_expects_nothing_and_says_so(measured):
    plan = ProgramPlanFactory()
    ObjectiveFactory(cycle=plan.scenario.cycle)
    found = expected_of(plan.scenario)
    assert found.margin.reason == "There is no budget in the plan yet."
    assert [one.expected.known for one in found.objectives] == [False]


def test_without_a_past_the_forecast_is_a_broad_guess_and_says_so(measured, plan):
    found = expected_of(plan.scenario)
    assert "rough guess" in found.says
    assert found.margin.high > 5 * found.margin.low


def test_a_programs_own_past_carries_its_forecast(measured, plan):
    measured[plan.program_id] = history(2.5)
    found = expected_of(plan.scenario)
    assert found.margin.value == pytest.approx(150_000, rel=0.1)
    assert found.margin.low < 150_000 < found.margin.high
    assert "The one program with a budget is forecast from its own measured history." in found.says


def test_a_new_program_leans_on_its_channel(measured, plan):
    sibling = ProgramPlanFactory(program__channel=plan.program.channel)
    measured[sibling.program_id] = history(2.5)
    found = expected_of(plan.scenario)
    assert "is forecast from the history of its channel" in found.says
    # Journeys under way began with others, so a newcomer is credited with up to its full due.
    assert found.margin.value == pytest.approx(75_000, rel=0.2)
    assert found.margin.high > 120_000


def test_the_chance_follows_the_target(measured, plan):
    measured[plan.program_id] = history(2.5)
    objective = ObjectiveFactory(cycle=plan.scenario.cycle, target=Decimal(90_000))
    likely = expected_of(plan.scenario).objectives[0].chance
    objective.target = Decimal(240_000)
    objective.save()
    assert likely > 0.9 > 0.1 > expected_of(plan.scenario).objectives[0].chance


def test_customers_are_expected_only_where_they_were_measured(measured, plan):
    ObjectiveFactory(cycle=plan.scenario.cycle, metric="new_customers", target=Decimal(12))
    measured[plan.program_id] = history(2.5)
    assert not expected_of(plan.scenario).objectives[0].expected.known
    measured[plan.program_id] = history(2.5, new_customers=(3.0,) * 12)
    found = expected_of(plan.scenario).objectives[0]
    assert found.expected.value == pytest.approx(18, rel=0.1)
    assert found.value == str(round(found.expected.value))
    assert found.chance > 0.5


def test_net_amount_follows_from_margin_where_only_that_was_measured(measured, plan):
    ProductFactory(list_price=Decimal(100), unit_cost=Decimal(50))
    ObjectiveFactory(cycle=plan.scenario.cycle, metric="net_amount", target=Decimal(240_000))
    measured[plan.program_id] = history(2.5)
    found = expected_of(plan.scenario).objectives[0]
    assert found.expected.value == pytest.approx(300_000, rel=0.1)
    assert found.chance > 0.9


def test_a_rate_is_expected_as_the_planned_programs_had_it(measured, plan):
    ObjectiveFactory(cycle=plan.scenario.cycle, metric="value_share", target=Decimal("0.6"))
    measured[plan.program_id] = history(2.5, won=100, decided=160, won_at_value=75)
    found = expected_of(plan.scenario).objectives[0]
    assert found.expected.value == pytest.approx(0.75)
    assert found.expected.n == 100
    assert found.chance > 0.99
    assert found.chance_text == "over 99%"


def test_what_a_discount_gives_away_follows_from_measured_sales(measured):
    plan = ProgramPlanFactory(
        program__offer="price",
        program__discount=Decimal("0.08"),
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 2, 28),
    )
    assert not guard_of(plan).given_away.known
    measured[plan.program_id] = history(1.0, list_amount=(90_000.0, 110_000.0) * 6)
    found = guard_of(plan).given_away
    assert found.value == pytest.approx(0.08 * 100_000 * 2)
    assert found.low < found.value < found.high


def test_ten_times_the_usual_money_brings_less_than_ten_times_as_much(measured, plan):
    measured[plan.program_id] = history(2.5)
    usual = expected_of(plan.scenario).margin.value
    BudgetLine.objects.filter(program_plan=plan).update(amount=100_000)
    assert usual < expected_of(plan.scenario).margin.value < 7 * usual


def test_the_same_plan_always_shows_the_same_figures(measured, plan):
    measured[plan.program_id] = history(2.5)
    assert expected_of(plan.scenario).quantiles == expected_of(plan.scenario).quantiles
