"""Exchange rates, the money of a cycle by month, and invoices."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from execute.actions import expenses, rates
from execute.models import ExchangeRate, Expense
from execute.numerics.rates import Rate, Unclear, read_rates
from execute.queries.money import money_table, periods_of
from execute.queries.rates import NoRate, outdated, rate_on, rates_on
from ipeo import tenancy
from ipeo.models import AuditEvent
from tests.factories.execute import DealFactory, ExchangeRateFactory, ExpenseFactory
from tests.factories.insight import ChannelFactory
from tests.factories.ipeo import CycleFactory, WorkspaceFactory
from tests.factories.plan import BudgetLineFactory, ProgramFactory, ProgramPlanFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def at(workspace):
    return lambda path: f"/w/{workspace.slug}/{path}"


def gbp(day, rate="1.25"):
    return ExchangeRateFactory(currency="GBP", date=day, rate=Decimal(rate))


def test_the_latest_rate_on_or_before_the_day_holds(workspace):
    gbp(date(2026, 5, 1), "1.20")
    gbp(date(2026, 5, 10), "1.30")
    assert rate_on("GBP", date(2026, 5, 9)) == Decimal("1.20")
    assert rate_on("GBP", date(2026, 5, 10)) == Decimal("1.30")
    asked = [("GBP", date(2026, 4, 30)), ("GBP", date(2027, 1, 1)), ("CHF", date(2027, 1, 1))]
    with CaptureQueriesContext(connection) as queries:
        found = rates_on(asked)
    assert found == {("GBP", date(2027, 1, 1)): Decimal("1.30")}
    assert len(queries) == 1


def test_another_workspaces_rate_is_no_rate(workspace):
    with tenancy.scope(WorkspaceFactory()):
        gbp(date(2026, 1, 1))
    with pytest.raises(NoRate):
        rate_on("GBP", date(2026, 5, 3))


def test_an_amount_without_a_rate_is_refused_in_words(workspace):
    gbp(date(2026, 5, 4))
    expense = Expense(
        date=date(2026, 5, 3),
        channel=ChannelFactory(),
        original_amount=Decimal(100),
        original_currency="GBP",
    )
    with pytest.raises(NoRate, match=r"No rate for GBP on or before 3 May 2026\. Add one under"):
        expenses.save_expense(expense=expense)
    assert not Expense.objects.exists()


def test_an_expense_keeps_what_was_said_beside_what_it_is_worth(workspace):
    gbp(date(2026, 5, 1), "1.2345")
    saved = expenses.save_expense(
        expense=Expense(
            date=date(2026, 5, 3),
            channel=ChannelFactory(),
            original_amount=Decimal("100.01"),
            original_currency="GBP",
        )
    )
    assert (saved.amount, saved.original_amount) == (Decimal("123.46"), Decimal("100.01"))
    assert saved.exchange_rate == Decimal("1.2345")
    saved.original_currency, saved.amount = workspace.currency, Decimal(90)
    again = expenses.save_expense(expense=saved)
    assert (again.amount, again.original_amount, again.exchange_rate) == (90, None, None)


def test_a_changed_rate_leaves_what_was_converted_until_it_is_asked_for(workspace):
    gbp(date(2026, 5, 1), "1.20")
    channel = ChannelFactory()
    expense = expenses.save_expense(
        expense=Expense(
            date=date(2026, 5, 3),
            channel=channel,
            original_amount=Decimal(100),
            original_currency="GBP",
        )
    )
    deal = DealFactory(
        created_date=date(2026, 5, 2),
        list_amount=Decimal(240),
        net_amount=Decimal(120),
        cost_amount=Decimal(50),
        original_currency="GBP",
        original_list_amount=Decimal(200),
        original_net_amount=Decimal(100),
        exchange_rate=Decimal("1.20"),
    )
    rates.set_rates(rates=[Rate("GBP", date(2026, 5, 1), Decimal("1.5"))], by=None)
    assert ExchangeRate.objects.count() == 1
    expense.description = "Stand"
    assert expenses.save_expense(expense=expense).amount == 120
    assert (outdated().expenses, outdated().deals) == (1, 1)
    changed = rates.convert_anew()
    assert (changed.expenses, changed.deals) == (1, 1)
    expense.refresh_from_db()
    deal.refresh_from_db()
    assert (expense.amount, expense.exchange_rate) == (150, Decimal("1.5"))
    assert (deal.list_amount, deal.net_amount, deal.cost_amount) == (300, 150, 50)
    assert outdated().total == 0
    assert AuditEvent.objects.filter(table_name="execute_expense", row_id=expense.pk).count() >= 2
    rates.set_rates(rates=[Rate("GBP", date(2026, 5, 1), Decimal("1.33337"))], by=None)
    rates.convert_anew()
    deal.refresh_from_db()
    assert (deal.list_amount, deal.net_amount) == (Decimal("266.67"), Decimal("133.34"))


def test_the_workspaces_own_currency_needs_no_rate(workspace):
    with pytest.raises(rates.OwnCurrency):
        rates.paste_rates(text=f"{workspace.currency} 2026-05-01 1", by=None)


def test_rates_are_read_from_what_is_pasted():
    text = (
        "Currency;Date;Rate\nGBP;2026-05-01;1,2731\n\n2026-05-02\tchf\t1.1\n"
        "EUR,2026-05-03,1.08\nJPY 2026-05-03 0.0064\nGBP;2026-05-01;1.3"
    )
    assert [(r.currency, r.day.day, str(r.rate)) for r in read_rates(text)] == [
        ("GBP", 1, "1.30000000"),
        ("CHF", 2, "1.10000000"),
        ("EUR", 3, "1.08000000"),
        ("JPY", 3, "0.00640000"),
    ]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("GBP 01/02/2026 1.2", "write the date as 2026-05-03"),
        ("GBP 2026-02-30 1.2", "date does not exist"),
        ("GBP 2026-02-03 0", "must be above zero"),
        ("GBP;2026-02-03;1,234", "is 1,234 1.234 or 1234"),
        ("GBP EUR 2026-02-03 1.2", "one currency"),
        ("GBP 2026-02-03 1.2 1.3", "one rate"),
        ("GBP 2026-02-03 -1.2", "one rate"),
    ],
)
def test_what_is_no_rate_is_told_by_its_line_and_nothing_is_taken(line, why, workspace):
    with pytest.raises(Unclear, match=f"Line 2: .*{why}"):
        rates.paste_rates(text=f"CHF 2026-01-01 1.1\n{line}", by=None)
    assert not ExchangeRate.objects.exists()


def test_an_invoice_turns_what_was_ordered_into_what_was_paid(workspace):
    gbp(date(2026, 5, 1), "1.20")
    gbp(date(2026, 6, 1), "1.50")
    order = expenses.save_expense(
        expense=Expense(
            date=date(2026, 5, 3),
            channel=ChannelFactory(),
            state="committed",
            original_amount=Decimal(100),
            original_currency="GBP",
        )
    )
    paid = expenses.invoice_arrived(expense=order, amount=Decimal(110), day=date(2026, 6, 2))
    assert (paid.state, paid.amount, paid.committed_amount) == ("actual", 165, 120)
    with pytest.raises(expenses.NotCommitted):
        expenses.invoice_arrived(expense=order, amount=Decimal(110), day=date(2026, 6, 2))


def test_quarters_follow_the_fiscal_year(workspace):
    cycle = CycleFactory(starts_on=date(2026, 1, 15), ends_on=date(2026, 6, 30))
    shown = [(period.label, len(period.months)) for period in periods_of(cycle, 2)]
    assert [label for label, count in shown if count > 1] == ["Q1", "Q2", "Whole cycle"]
    assert dict(shown)["Q2"] == 2
    assert "Q4" not in dict(shown)


@pytest.fixture
def planned(workspace):
    plan = ProgramPlanFactory(
        scenario__status="approved",
        program__name="=SUM(A1)",
        scenario__cycle__starts_on=date(2026, 1, 1),
        scenario__cycle__ends_on=date(2026, 6, 30),
    )
    for month, amount in ((1, 1000), (2, 500)):
        BudgetLineFactory(program_plan=plan, month=date(2026, month, 1), amount=Decimal(amount))
    for day, state, amount in (
        (date(2026, 1, 5), "actual", 600),
        (date(2026, 1, 6), "actual", 100),
        (date(2026, 2, 5), "committed", 700),
        (date(2026, 2, 5), "planned", 9999),
    ):
        ExpenseFactory(program=plan.program, date=day, state=state, amount=Decimal(amount))
    return plan


def test_money_stands_by_program_and_month_with_its_totals(planned):
    program, cycle = planned.program, planned.scenario.cycle
    other = ProgramFactory(campaign=cycle.campaign, channel=program.channel, name="Other")
    ExpenseFactory(program=other, date=date(2026, 3, 1), amount=Decimal(5))
    table = money_table(cycle)
    lines = {line.label: line for line in table.lines}
    columns = {period.label: place for place, period in enumerate(table.periods)}
    january, february = (
        lines[program.name].cells[columns[name]] for name in ("Jan 2026", "Feb 2026")
    )
    assert (january.planned, january.actual, january.available) == (1000, 700, 300)
    assert (february.committed, february.available, february.over) == (700, -200, 200)
    assert lines[program.name].cells[columns["Q1"]].available == 100
    channel = lines[f"All {program.channel}"].cells[columns["Whole cycle"]]
    assert (channel.planned, channel.committed, channel.actual) == (1500, 700, 705)
    assert lines["All programs"].cells[-1].available == 95
    assert table.overspent == 1


def test_the_money_of_a_cycle_goes_out_as_a_file_with_inert_cells(planned, at, sign_in):
    cycle = planned.scenario.cycle
    answer = sign_in("viewer").get(at(f"execute/cycles/{cycle.pk}/spend.csv"))
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert answer["Content-Disposition"].startswith("attachment")
    assert lines[0] == "Program,Channel,Month,Planned,Committed,Actual,Available,Currency"
    assert lines[1].startswith("'=SUM(A1),")
    assert "2026-02,500.00,700.00,0,-200.00,USD" in lines[2]
    assert len(lines) == 3


def test_the_money_page_marks_what_is_over(planned, at, sign_in):
    page = sign_in("manager").get(at(f"execute/cycles/{planned.scenario.cycle_id}/spend/"))
    text = page.content.decode()
    assert "$200 over" in text
    assert "$300 left" in text


def test_expenses_are_narrowed_by_month(workspace, at, sign_in):
    ExpenseFactory(description="In May", date=date(2026, 5, 31))
    ExpenseFactory(description="In June", date=date(2026, 6, 1))
    text = sign_in("viewer").get(at("expenses/?month=2026-05")).content.decode()
    assert "In May" in text
    assert "In June" not in text
    assert sign_in("viewer").get(at("expenses/?month=2026-13")).status_code == 200


def test_an_expense_in_another_currency_is_typed_and_refused_and_taken(workspace, at, sign_in):
    channel = ChannelFactory()
    typed = {
        "date": "2026-05-03",
        "amount": "100",
        "currency": "gbp",
        "state": "committed",
        "channel": channel.pk,
    }
    browser = sign_in("marketer")
    refused = browser.post(at("expenses/new/"), typed)
    assert refused.status_code == 422
    assert "No rate for GBP on or before 3 May 2026" in refused.content.decode()
    rate = {"currency": "GBP", "date": "2026-05-01", "rate": "1.25", "origin": "The bank"}
    assert browser.post(at("expenses/rates/"), rate).status_code == 302
    assert browser.post(at("expenses/new/"), typed).status_code == 302
    expense = Expense.objects.get()
    assert expense.amount == 125
    shown = browser.get(at(f"expenses/{expense.pk}/")).content.decode()
    assert "at 1.25 USD for 1 GBP" in shown
    assert 'value="GBP"' in shown
    invoice = {"amount": "120", "day": "2026-05-20"}
    browser.get(at(f"expenses/{expense.pk}/invoice/"))
    assert browser.post(at(f"expenses/{expense.pk}/invoice/"), invoice).status_code == 302
    listed = browser.get(at("expenses/")).content.decode()
    assert "$150.00" in listed
    assert "£120.00" in listed
    assert "ordered at $125.00" in listed


def test_rates_are_pasted_removed_and_used_anew_on_the_page(workspace, at, sign_in):
    browser = sign_in("marketer")
    wrong = browser.post(at("expenses/rates/"), {"do": "paste", "lines": "GBP yesterday 1"})
    assert wrong.status_code == 422
    assert "GBP yesterday 1" in wrong.content.decode()
    lines = {"do": "paste", "lines": "GBP 2026-05-01 1.2\nGBP 2026-06-01 1.3", "origin": "Bank"}
    assert browser.post(at("expenses/rates/"), lines).status_code == 302
    ExpenseFactory(
        date=date(2026, 5, 2),
        amount=Decimal(120),
        original_amount=Decimal(100),
        original_currency="GBP",
        exchange_rate=Decimal("1.2"),
    )
    browser.post(at("expenses/rates/"), {"do": "paste", "lines": "GBP 2026-05-01 1.4"})
    assert "1 expense" in browser.get(at("expenses/rates/")).content.decode()
    browser.post(at("expenses/rates/convert/"))
    assert Expense.objects.get().amount == 140
    browser.post(at(f"expenses/rates/{ExchangeRate.objects.earliest('date').pk}/delete/"))
    assert ExchangeRate.objects.count() == 1
    assert Expense.objects.get().amount == 140
    assert sign_in("viewer").post(at("expenses/rates/"), lines).status_code == 403


def test_a_deal_is_priced_in_the_currency_of_its_offer(workspace, at, sign_in):
    deal = DealFactory(created_date=date(2026, 5, 3), cost_amount=Decimal(60))
    typed = {"currency": "GBP", "net_amount": "100", "version": deal.version}
    browser = sign_in("sales_rep")
    refused = browser.post(at(f"deals/{deal.pk}/price/"), typed)
    assert refused.status_code == 422
    assert "No rate for GBP on or before 3 May 2026" in refused.content.decode()
    gbp(date(2026, 5, 1), "1.25")
    assert browser.post(at(f"deals/{deal.pk}/price/"), typed).status_code == 302
    deal.refresh_from_db()
    assert (deal.net_amount, deal.original_net_amount, deal.cost_amount) == (125, 100, 60)
    assert "£100" in browser.get(at(f"deals/{deal.pk}/")).content.decode()
    late = browser.post(at(f"deals/{deal.pk}/price/"), typed)
    assert late.status_code == 422
    assert "Someone else changed this deal" in late.content.decode()
    home = {"currency": "USD", "net_amount": "130", "version": deal.version}
    assert browser.post(at(f"deals/{deal.pk}/price/"), home).status_code == 302
    deal.refresh_from_db()
    assert (deal.net_amount, deal.original_currency, deal.exchange_rate) == (130, "", None)


def test_an_amount_edited_since_is_not_converted_anew(workspace):
    gbp(date(2026, 5, 1), "1.5")
    deal = DealFactory(
        created_date=date(2026, 5, 2),
        net_amount=Decimal(77),
        list_amount=Decimal(240),
        original_currency="GBP",
        original_net_amount=Decimal(100),
        original_list_amount=Decimal(200),
        exchange_rate=Decimal("1.20"),
    )
    rates.convert_anew()
    deal.refresh_from_db()
    assert (deal.net_amount, deal.list_amount) == (77, 300)


def test_money_in_another_currency_over_the_api(workspace, sign_in):
    def call(path, body):
        return sign_in("manager").post(
            f"/api/v1/{path}",
            body,
            content_type="application/json",
            headers={"ipeo-workspace": workspace.slug},
        )

    channel, deal = ChannelFactory(), DealFactory(created_date=date(2026, 5, 3))
    said = {
        "channel": channel.pk,
        "date": "2026-05-03",
        "original_amount": "100",
        "original_currency": "GBP",
    }
    refused = call("expenses/", said)
    assert "No rate for GBP" in refused.json()["errors"]["original_currency"][0]
    price = {"currency": "GBP", "net_amount": "100"}
    assert "currency" in call(f"deals/{deal.pk}/price/", price).json()["errors"]
    rate = {"currency": "GBP", "date": "2026-05-01", "rate": "1.2"}
    assert call("exchange-rates/", rate).status_code == 201
    made = call("expenses/", said | {"state": "committed"}).json()
    assert (made["amount"], made["original_amount"]) == ("120.00", "100.00")
    assert call(f"deals/{deal.pk}/price/", price).json()["net_amount"] == "120.00"
    assert call("exchange-rates/", rate | {"rate": "1.3"}).status_code == 201
    assert call("exchange-rates/convert-anew/", {}).json() == {"expenses": 1, "deals": 1}
    paid = {"amount": "90", "day": "2026-05-20"}
    invoice = call(f"expenses/{made['id']}/invoice/", paid).json()
    assert (invoice["amount"], invoice["committed_amount"]) == ("117.00", "130.00")
    assert call(f"expenses/{made['id']}/invoice/", paid).status_code == 409
    both = call("expenses/", said | {"amount": "5"})
    assert "amount" in both.json()["errors"]
    own = call("exchange-rates/", rate | {"currency": workspace.currency})
    assert "currency" in own.json()["errors"]
