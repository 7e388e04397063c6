"""Files with money: converted at the workspace's rates, placed by its rules of spend."""

from datetime import date
from decimal import Decimal

import pytest

from execute.actions import rules
from execute.models import Deal, Expense, ImportRefusal, SpendRule, Touch
from insight.models import Product
from ipeo import tenancy
from ipeo.navigation import link
from tests.execute.importing import counts, load, sent
from tests.factories.execute import ExchangeRateFactory
from tests.factories.insight import ChannelFactory, ProductFactory
from tests.factories.plan import ProgramFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(workspace, sign_in, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    with tenancy.scope(workspace):
        yield sign_in("marketer")


def rate(currency, day, worth):
    return ExchangeRateFactory(currency=currency, date=day, rate=Decimal(worth))


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("expenses", "Date,Channel,Amount,Currency\n2026-01-31,Search,500,EUR\n"),
        ("deals", "Name,Amount,Currency,Created Date\nDesks,500,EUR,2026-01-31\n"),
    ],
)
def test_a_rate_that_is_missing_is_told_before_the_import(client, kind, text):
    brought = sent(client, text, kind)
    address = link("execute:import", brought.pk)
    assert "There is no exchange rate for EUR" in client.get(address).content.decode()
    rate("EUR", date(2026, 1, 1), "1.1")
    assert "There is no exchange rate" not in client.get(address).content.decode()


def test_an_amount_with_no_rate_is_refused_with_its_currency_and_day(client, do_due_work):
    rate("EUR", date(2026, 2, 1), "1.1")
    text = (
        "Date,Channel,Amount,Currency,Status\n"
        "2026-01-31,Search,500,EUR,Actual\n2026-02-03,Search,500,EUR,Actual\n"
        "2026-02-03,Search,500,USD,Actual\n"
    )
    brought = load(client, do_due_work, text, "expenses")
    assert counts(brought) == (2, 0, 0, 1)
    refusal = ImportRefusal.objects.get()
    assert (refusal.line, refusal.column) == (2, "Currency")
    assert refusal.reason.startswith("No rate for EUR on or before 31 January 2026. Add one under")
    kept = set(Expense.objects.values_list("amount", "original_amount", "original_currency"))
    assert kept == {(550, 500, "EUR"), (500, None, "")}
    assert counts(load(client, do_due_work, text, "expenses"))[:3] == (0, 0, 2)


def test_each_day_of_a_period_is_converted_at_its_own_rate(client, do_due_work):
    rate("EUR", date(2026, 1, 1), "1.10")
    rate("EUR", date(2026, 1, 3), "1.20")
    text = (
        "Reporting starts,Reporting ends,Channel,Amount,Currency\n"
        "2026-01-02,2026-01-03,Search,100,EUR\n2025-12-31,2026-01-01,Search,100,EUR\n"
    )
    brought = load(client, do_due_work, text, "expenses", period="spread", state="actual")
    assert counts(brought) == (1, 0, 0, 1)
    days = dict(Expense.objects.values_list("date", "amount"))
    assert days == {date(2026, 1, 2): Decimal("55.00"), date(2026, 1, 3): Decimal("60.00")}


def test_a_price_list_in_another_currency_is_converted_today_and_refused_without_a_rate(
    client, do_due_work
):
    rate("EUR", date(2026, 1, 1), "1.105")
    text = (
        "Product Name,List Price,Unit Cost,Currency\n"
        "Desk,1000,600.05,EUR\nChair,100,40,USD\nLamp,50,20,CHF\n"
    )
    brought = load(client, do_due_work, text, "products")
    assert counts(brought) == (2, 0, 0, 1)
    prices = dict(Product.objects.values_list("name", "list_price"))
    assert prices == {"Desk": Decimal("1105.00"), "Chair": Decimal("100.00")}
    assert Product.objects.get(name="Desk").unit_cost == Decimal("663.06")
    assert any("converted at today's rate, 1.105" in note for note in brought.notes)
    assert ImportRefusal.objects.get().reason.startswith("No rate for CHF")
    assert counts(load(client, do_due_work, text, "products"))[:3] == (0, 0, 2)


def test_a_deal_is_converted_at_the_rate_of_the_day_it_closed(client, do_due_work):
    rate("EUR", date(2026, 1, 1), "1.10")
    rate("EUR", date(2026, 2, 1), "1.20")
    ProductFactory(name="Desk", list_price=Decimal(1000), unit_cost=Decimal(600))
    text = (
        "Opportunity ID,Opportunity Name,Product,Stage,Amount,Discount,Currency,Created Date,"
        "Close Date\n"
        "1,One,Desk,Closed Won,900,10%,EUR,2026-01-05,2026-02-10\n"
        "2,Two,,Proposal,100,,EUR,2026-01-05,2026-09-01\n"
        "3,Three,,Closed Won,100,,EUR,2025-01-05,2025-02-01\n"
        "4,Four,,Closed Won,100,,USD,2025-01-05,2025-02-01\n"
    )
    brought = load(client, do_due_work, text, "deals")
    assert counts(brought) == (3, 0, 0, 1)
    assert "No rate for EUR on or before 1 February 2025" in ImportRefusal.objects.get().reason
    one, two, four = (Deal.objects.get(name=name) for name in ("One", "Two", "Four"))
    assert (one.list_amount, one.net_amount, one.cost_amount) == (1200, 1080, 600)
    assert (one.original_list_amount, one.original_net_amount) == (1000, 900)
    assert (one.original_cost_amount, one.exchange_rate) == (None, Decimal("1.2"))
    assert (two.net_amount, two.exchange_rate) == (110, Decimal("1.1"))
    assert (four.net_amount, four.original_currency) == (100, "")


def test_campaigns_find_their_program_by_name_and_then_by_rule(client, do_due_work):
    desk, chair = ProgramFactory(name="Desk launch"), ProgramFactory(name="Chairs")
    social = ChannelFactory(name="Social")
    for text, place in (("desk", {"program": desk}), ("lamp", {"channel": social})):
        rules.save_rule(rule=SpendRule(text=text, **place), by=None)
    text = (
        "Date,Channel,Campaign,Amount,Status\n"
        "2026-02-01,Search,2026 desks uk,10,Actual\n2026-02-01,Search,chairs,20,Actual\n"
        "2026-02-01,Search,Lamps,30,Actual\n2026-02-01,Search,Sofas,40,Actual\n"
    )
    brought = load(client, do_due_work, text, "expenses")
    assert counts(brought) == (4, 0, 0, 0)
    placed = {
        row.campaign_name: (row.program, row.channel.name, row.rule is not None)
        for row in Expense.objects.select_related("program", "channel", "rule")
    }
    assert placed == {
        "2026 desks uk": (desk, "Search", True),
        "chairs": (chair, "Search", False),
        "Lamps": (None, "Social", True),
        "Sofas": (None, "Search", False),
    }
    assert "Sofas" in str(brought.notes)
    assert "desks uk" not in str(brought.notes)
    rules.match_campaign(name="Sofas", program=chair, by=None)
    assert Expense.objects.get(campaign_name="Sofas").program == chair
    assert counts(load(client, do_due_work, text, "expenses")) == (0, 0, 4, 0)
    for rule in SpendRule.objects.all():
        rules.remove_rule(rule=rule)
    assert counts(load(client, do_due_work, text, "expenses")) == (0, 0, 4, 0)
    assert Expense.objects.get(campaign_name="Lamps").channel.name == "Search"


def test_touches_of_a_campaign_find_their_program_by_rule(client, do_due_work):
    program = ProgramFactory()
    rules.save_rule(rule=SpendRule(text="desk", program=program), by=None)
    text = "Company,Channel,Campaign,Date\nHalden,Search,2026 desks,2026-01-25\n"
    brought = load(client, do_due_work, text, "touches")
    assert counts(brought) == (1, 0, 0, 0)
    assert Touch.objects.get().program == program
