"""Execute is left when outcomes are logged, work is finished and every flight has its spend."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from execute.queries import stage
from tests.factories.execute import DealFactory, ExpenseFactory, TaskFactory, TouchFactory
from tests.factories.ipeo import CycleFactory
from tests.factories.plan import BudgetLineFactory, ProgramFactory, ProgramPlanFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def cycle(workspace):
    return CycleFactory(stage="execute")


@pytest.fixture(autouse=True)
def addresses(monkeypatch):
    monkeypatch.setattr(stage, "link", lambda name, *args: f"/{name}")


def messages(cycle):
    return [blocker.message for blocker in stage.gate(cycle)]


def test_the_gate_is_open_when_nothing_is_missing(cycle):
    TaskFactory(cycle=cycle, state="dropped")
    assert stage.gate(cycle) == []


def test_deals_of_the_campaign_past_their_close_date_keep_the_gate_closed(cycle):
    late = timezone.localdate() - timedelta(days=1)
    program = ProgramFactory(campaign=cycle.campaign)
    DealFactory(program=program, expected_close_date=late)
    touched = DealFactory(expected_close_date=late)
    TouchFactory(contact=None, account=touched.account, program=program)
    DealFactory(expected_close_date=late)
    DealFactory(program=program, expected_close_date=late, won=True)
    (blocker,) = stage.gate(cycle)
    assert blocker.message == "2 deals past their close date need an outcome"
    assert blocker.href.endswith(f"?due=past&campaign={cycle.campaign_id}")


def test_open_tasks_keep_the_gate_closed(cycle):
    TaskFactory(cycle=cycle)
    TaskFactory(cycle=cycle, state="doing")
    TaskFactory(cycle=CycleFactory())
    assert messages(cycle) == ["2 tasks are open"]


def test_a_flight_with_money_planned_needs_spend_within_it(cycle):
    plan = ProgramPlanFactory(
        scenario__cycle=cycle,
        scenario__status="approved",
        program__name="Spring rebate",
        starts_on=date(2026, 2, 1),
        ends_on=date(2026, 2, 28),
    )
    assert messages(cycle) == []
    BudgetLineFactory(program_plan=plan)
    ExpenseFactory(program=plan.program, date=date(2026, 3, 1))
    ExpenseFactory(program=plan.program, date=date(2026, 2, 10), state="committed")
    assert messages(cycle) == ["Spring rebate has no spend during its flight"]
    ExpenseFactory(program=plan.program, date=date(2026, 2, 10))
    assert messages(cycle) == []


@pytest.mark.parametrize(
    ("on", "line", "share"),
    [
        (date(2025, 12, 1), "Starts on 1 Jan", 0),
        (date(2026, 1, 1), "Week 1 of 26", 1 / 181),
        (date(2026, 1, 8), "Week 2 of 26", 8 / 181),
        (date(2026, 7, 1), "All 26 weeks over", 1),
    ],
)
def test_the_line_tells_the_week(cycle, on, line, share):
    summary = stage.summary(cycle, on)
    assert (summary.line, summary.fraction) == (line, pytest.approx(share))


def test_the_line_counts_the_tasks(cycle):
    TaskFactory(cycle=cycle, state="dropped")
    TaskFactory(cycle=cycle)
    summary = stage.summary(cycle, date(2026, 6, 30))
    assert summary.line == "Week 26 of 26, 1 of 2 tasks done"
    assert summary.fraction == pytest.approx(0.75)


def test_the_facts_are_handed_on_as_they_are(cycle):
    plan = ProgramPlanFactory(scenario__cycle=cycle, scenario__status="approved")
    BudgetLineFactory(program_plan=plan, amount=Decimal(900))
    ExpenseFactory(program=plan.program, amount=Decimal(500))
    TouchFactory(program=plan.program)
    DealFactory(program=plan.program, won=True)
    DealFactory(program=plan.program, net_amount=None)
    DealFactory(program=plan.program, lost=True, closed_date=date(2025, 1, 1))
    facts = stage.handoff(cycle)
    assert facts["spend"]["by_program"][0]["actual"] == "500.00"
    assert facts["touches"]["by_program"] == {plan.program.name: 1}
    assert facts["deals"] == {
        "won": {"deals": 1, "net_amount": "950.00", "with_net": 1},
        "open": {"deals": 1, "net_amount": None, "with_net": 0},
    }


def test_the_touches_handed_on_are_those_of_the_cycles_days_in_the_workspaces_zone(cycle):
    zone, program = cycle.workspace.zone, ProgramFactory(campaign=cycle.campaign)
    first = datetime.combine(cycle.starts_on, time(), tzinfo=zone)
    end = datetime.combine(cycle.ends_on + timedelta(days=1), time(), tzinfo=zone)
    moment = timedelta(minutes=1)
    for at in (first - moment, first, end - moment, end):
        TouchFactory(program=program, occurred_at=at)
    told = stage.handoff(cycle)["touches"]
    assert (told["all"], told["last_at"]) == (2, (end - moment).astimezone(UTC).isoformat())
