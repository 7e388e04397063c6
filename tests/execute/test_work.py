"""Tasks, expenses and touches, as they are written down."""

import time
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from execute.actions import expenses, tasks, touches
from execute.models import Expense, Task, Touch
from execute.queries.spending import spend_of
from execute.queries.tasks import grouped, matching_tasks
from tests.factories.execute import ExpenseFactory, TaskFactory
from tests.factories.insight import ChannelFactory, ContactFactory
from tests.factories.ipeo import CycleFactory
from tests.factories.plan import BudgetLineFactory, ProgramFactory, ProgramPlanFactory

pytestmark = pytest.mark.django_db


def test_a_task_done_keeps_its_first_time(workspace):
    task, now = TaskFactory(), timezone.now()
    tasks.set_task_state(state=Task.State.DONE, task=task, now=now)
    done = tasks.set_task_state(state=Task.State.DONE, task=task, now=now + timedelta(hours=1))
    assert (done.state, done.done_at) == ("done", now)
    again = tasks.set_task_state(state=Task.State.TO_DO, task=task)
    assert (again.state, again.done_at) == ("to_do", None)
    assert tasks.set_task_state(state=Task.State.DROPPED, task=task).state == "dropped"


def test_a_programs_task_joins_the_open_cycle(workspace):
    cycle = CycleFactory()
    program = ProgramFactory(campaign=cycle.campaign)
    assert tasks.save_task(task=Task(title="Book the hall", program=program)).cycle == cycle


def test_a_closed_cycle_takes_no_new_task(workspace):
    cycle = CycleFactory(stage="closed", closed_at=timezone.now())
    with pytest.raises(tasks.CycleIsClosed):
        tasks.save_task(task=Task(title="Book the hall", cycle=cycle))


def test_tasks_stand_by_when_they_are_due(workspace):
    on = timezone.localdate()
    for days in (-1, 0, 7, 8):
        TaskFactory(title=str(days), due_date=on + timedelta(days=days))
    TaskFactory(title="whenever", due_date=None)
    TaskFactory(title="past", due_date=on - timedelta(days=9), state="dropped")
    groups = {
        group.key: [task.title for task in group.tasks] for group in grouped(matching_tasks())
    }
    assert groups == {
        "overdue": ["-1"],
        "week": ["0", "7"],
        "later": ["8"],
        "undated": ["whenever"],
        "done": [],
        "dropped": ["past"],
    }


def test_an_expense_is_for_a_program_or_a_channel(workspace):
    with pytest.raises(expenses.NothingToSpendOn):
        expenses.save_expense(expense=Expense(amount=Decimal(10)))
    program = ProgramFactory()
    saved = expenses.save_expense(expense=Expense(amount=Decimal(10), program=program))
    assert saved.channel == program.channel


def test_a_removed_expense_is_gone_after_an_hour(workspace, monkeypatch):
    token = expenses.delete_expense(expense=ExpenseFactory())
    later = time.time() + expenses.UNDO_SECONDS + 1
    monkeypatch.setattr("django.core.signing.time.time", lambda: later)
    with pytest.raises(expenses.CannotBeUndone):
        expenses.restore_expense(token=token)


def test_a_removed_expense_can_be_brought_back_once(workspace):
    expense = ExpenseFactory(amount=Decimal("12.34"), import_key="ads-1", clicks=7)
    before = Expense.objects.values().get()
    token = expenses.delete_expense(expense=expense)
    assert not Expense.objects.exists()
    expenses.restore_expense(token=token)
    assert Expense.objects.values().get() == before
    with pytest.raises(expenses.CannotBeUndone):
        expenses.restore_expense(token=token)
    with pytest.raises(expenses.CannotBeUndone):
        expenses.restore_expense(token="made up")


def test_what_is_available_is_the_plan_less_what_is_committed_and_spent(workspace):
    plan = ProgramPlanFactory(scenario__status="approved")
    cycle = plan.scenario.cycle
    BudgetLineFactory(program_plan=plan, month=date(2026, 1, 1), amount=Decimal(1000))
    BudgetLineFactory(program_plan=plan, month=date(2026, 2, 1), amount=Decimal(3000))
    for day, state, amount in (
        (date(2026, 1, 5), "actual", 600),
        (date(2026, 2, 5), "committed", 500),
        (date(2026, 2, 6), "planned", 999),
        (date(2026, 7, 1), "actual", 777),
    ):
        ExpenseFactory(program=plan.program, date=day, state=state, amount=Decimal(amount))
    ExpenseFactory(program=ProgramFactory(), amount=Decimal(5))
    with CaptureQueriesContext(connection) as asked:
        spend = spend_of(cycle, on=date(2026, 1, 31))
    for table in ("plan_budgetline", "execute_expense"):
        assert sum(f'FROM "{table}"' in one["sql"] for one in asked) == 1
    assert (spend.planned, spend.committed, spend.actual) == (4000, 500, 600)
    assert spend.available == 2900
    assert spend.pacing == pytest.approx(0.6)
    assert [row.program for row in spend.programs] == [plan.program]
    assert spend.actual_by_month[:2] == [600, 0]
    assert spend.committed_by_month[:2] == [0, 500]


def test_nothing_planned_has_no_share(workspace):
    spend = spend_of(CycleFactory(), on=date(2026, 1, 31))
    assert (spend.used, spend.pacing, spend.has_plan) == (None, None, False)


@pytest.mark.parametrize(
    ("kind", "level"), [("click", 2), ("meeting", 3), ("sent", 1), ("form", 3)]
)
def test_a_touch_takes_its_account_from_its_contact_and_its_level_from_its_kind(
    workspace, kind, level
):
    contact = ContactFactory()
    touch = touches.record_touch(
        touch=Touch(
            contact=contact, channel=ChannelFactory(), kind=kind, occurred_at=timezone.now()
        )
    )
    assert (touch.account, touch.level) == (contact.account, level)


def test_a_touch_is_of_somebody(workspace):
    with pytest.raises(touches.NobodyTouched):
        touches.record_touch(touch=Touch(channel=ChannelFactory(), occurred_at=timezone.now()))
