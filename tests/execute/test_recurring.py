"""Expenses that recur month by month; two people at one expense, or at one task."""

from datetime import date
from decimal import Decimal

import pytest

from execute.actions.expenses import delete_expense, restore_expense
from execute.actions.recurring import (
    CannotRecur,
    delete_with_later,
    months_until,
    repeat_expense,
    save_with_later,
)
from execute.models import Expense, Task
from tests.factories.execute import ExchangeRateFactory, ExpenseFactory, TaskFactory

pytestmark = pytest.mark.django_db


def retainer(**given):
    values = {"description": "Agency", "state": "committed", "date": date(2026, 1, 31)}
    return ExpenseFactory(**(values | given))


def test_an_expense_recurs_on_its_day_or_the_last_of_a_short_month(workspace):
    assert months_until(date(2026, 1, 31), date(2026, 4, 30)) == [
        date(2026, 2, 28),
        date(2026, 3, 31),
        date(2026, 4, 30),
    ]
    made = repeat_expense(expense=retainer(amount=Decimal(800)), until=date(2026, 4, 29))
    assert [one.date.month for one in made] == [1, 2, 3]
    assert {(one.amount, one.state, one.description) for one in made} == {
        (Decimal(800), "committed", "Agency")
    }
    assert len({one.series for one in made}) == 1


def test_each_month_of_another_currency_has_its_own_days_rate(workspace):
    ExchangeRateFactory(currency="GBP", date=date(2026, 1, 1), rate=2)
    ExchangeRateFactory(currency="GBP", date=date(2026, 2, 1), rate=3)
    first = retainer(original_currency="GBP", original_amount=Decimal(100), amount=Decimal(200))
    made = repeat_expense(expense=first, until=date(2026, 2, 28))
    assert [one.amount for one in made] == [200, 300]


@pytest.mark.parametrize(
    ("given", "until"),
    [
        ({"state": "actual"}, date(2026, 6, 1)),
        ({}, date(2026, 2, 1)),
        ({}, date(2031, 3, 1)),
    ],
)
def test_what_is_paid_or_ends_at_once_or_never_does_not_recur(workspace, given, until):
    with pytest.raises(CannotRecur):
        repeat_expense(expense=retainer(**given), until=until)


def test_a_change_reaches_the_later_ones_that_are_not_paid_and_no_earlier_one(workspace):
    made = repeat_expense(expense=retainer(amount=Decimal(800)), until=date(2026, 4, 30))
    Expense.objects.filter(pk=made[3].pk).update(state="actual")
    second = Expense.objects.get(pk=made[1].pk)
    second.amount = Decimal(900)
    assert save_with_later(expense=second) == 1
    amounts = Expense.objects.order_by("date").values_list("amount", flat=True)
    assert list(amounts) == [800, 900, 900, 800]


def test_what_was_removed_together_comes_back_together(workspace):
    made = repeat_expense(expense=retainer(), until=date(2026, 4, 30))
    token = delete_with_later(expense=made[1])
    assert Expense.objects.count() == 1
    assert len(restore_expense(token=token)) == 3
    assert Expense.objects.filter(series=made[0].series).count() == 4
    delete_expense(expense=made[0])
    assert Expense.objects.count() == 3


def test_a_month_by_month_expense_is_typed_on_the_page(workspace, sign_in):
    browser, base = sign_in("marketer"), f"/w/{workspace.slug}/expenses/"
    channel = ExpenseFactory().channel
    typed = {"date": "2026-03-15", "amount": "250", "currency": workspace.currency}
    typed |= {"channel": channel.pk, "description": "Retainer", "until": "2026-05-20"}
    refused = browser.post(f"{base}new/", typed | {"state": "actual"})
    assert refused.status_code == 422
    assert not Expense.objects.filter(description="Retainer").exists()
    assert browser.post(f"{base}new/", typed | {"state": "planned"}).status_code == 302
    found = list(Expense.objects.filter(description="Retainer").order_by("date"))
    assert [one.date.month for one in found] == [3, 4, 5]
    text = browser.get(f"{base}{found[0].pk}/").content.decode()
    assert "3 in total" in text
    browser.post(f"{base}{found[1].pk}/delete/", {"later": "yes"})
    assert Expense.objects.filter(description="Retainer").count() == 1


@pytest.fixture
def edit(workspace, sign_in):
    """Opens a row's page as a role; gives what sends the form with some fields changed."""

    def opened(address, role):
        browser = sign_in(role)
        address = f"/w/{workspace.slug}/{address}"
        sent = {}
        for field in browser.get(address).context["form"]:
            value = field.value()
            text = value if isinstance(value, list) else "" if value is None else str(value)
            sent |= {field.html_name: text, f"initial-{field.html_name}": text}
        return lambda **changes: browser.post(address, sent | changes)

    return opened


def test_two_people_at_one_expense_keep_both_and_choose_where_they_differ(edit):
    row = retainer()
    address = f"expenses/{row.pk}/"
    mine, theirs = edit(address, "marketer"), edit(address, "manager")
    assert theirs(amount="700", description="Agency fee").status_code == 302
    asked = mine(amount="650")
    assert asked.status_code == 409
    assert "Theirs: 700" in asked.content.decode()
    assert mine(description="Agency fee").status_code == 302
    row.refresh_from_db()
    assert (row.amount, row.description) == (700, "Agency fee")
    third = edit(address, "marketer")
    edit(address, "manager")(date="2026-02-01")
    assert third(amount="900").status_code == 302
    row.refresh_from_db()
    assert (row.amount, row.date) == (900, date(2026, 2, 1))


def test_two_people_at_one_task_keep_both_words_and_both_ticks(edit, member):
    one, other, held = (TaskFactory(title=title) for title in ("One", "Other", "Held"))
    task = TaskFactory(title="Write it", cycle=one.cycle)
    task.waits.create(task=task, waits_for=held)
    address = f"tasks/{task.pk}/"
    mine, theirs = edit(address, "marketer"), edit(address, "manager")
    ticks = [str(held.pk)]
    done = theirs(due_date="2026-12-01", waits_for=[*ticks, str(one.pk)])
    assert done.status_code == 302, done.context["form"].errors
    assert mine(title="Write it well", waits_for=[*ticks, str(other.pk)]).status_code == 302
    task = Task.objects.get(pk=task.pk)
    assert (task.title, task.due_date) == ("Write it well", date(2026, 12, 1))
    assert {row.waits_for.title for row in task.waits.all()} == {"One", "Other", "Held"}


def test_the_api_repeats_an_expense_and_refuses_a_version_that_is_gone(workspace, sign_in):
    row = retainer()

    def call(method, path, body):
        return getattr(sign_in("manager"), method)(
            f"/api/v1/expenses/{row.pk}/{path}",
            body,
            content_type="application/json",
            headers={"ipeo-workspace": workspace.slug},
        )

    made = call("post", "repeat/", {"until": "2026-03-31"})
    assert [one["date"] for one in made.json()] == ["2026-01-31", "2026-02-28", "2026-03-31"]
    assert call("post", "repeat/", {"until": "2026-03-31"}).status_code == 400
    assert call("patch", "", {"amount": "5", "version": 1}).status_code == 409
    assert call("patch", "", {"amount": "5"}).json()["amount"] == "5.00"
