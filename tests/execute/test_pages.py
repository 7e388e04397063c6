"""Execute's pages: reachable, honest, bounded, and closed to whom they do not concern."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from execute.actions import setup
from execute.models import Deal, DealStage, Driver, Expense, Material, Task
from ipeo import tenancy
from tests.factories.execute import (
    DealFactory,
    ExchangeRateFactory,
    ExpenseFactory,
    HandoffFactory,
    MaterialFactory,
    MaterialVersionFactory,
    SpendRuleFactory,
    TaskFactory,
    TaskTemplateFactory,
    TouchFactory,
    rep_named,
)
from tests.factories.insight import AccountFactory, CompetitorFactory, ContactFactory
from tests.factories.ipeo import CycleFactory, WorkspaceFactory
from tests.factories.plan import BudgetLineFactory, ProgramFactory, ProgramPlanFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def at(workspace):
    return lambda path="": f"/w/{workspace.slug}/{path}"


@pytest.fixture
def stages(workspace):
    setup.ensure_defaults()
    return {stage.name: stage for stage in DealStage.objects.all()}


@pytest.fixture
def drivers(stages):
    return {driver.name: driver for driver in Driver.objects.all()}


LISTS = [
    "deals/",
    "deals/?due=past&owner=mine&q=a",
    "deals/board/",
    "deals/stages/",
    "deals/drivers/",
    "deals/reps/",
    "mine/",
    "execute/",
    "execute/past-due/",
    "tasks/",
    "tasks/?group=overdue&owner=mine",
    "tasks/board/",
    "tasks/calendar/",
    "tasks/handoffs/",
    "tasks/templates/",
    "tasks/feeds/",
    "expenses/",
    "materials/",
    "expenses/rates/",
    "expenses/rules/",
]


@pytest.mark.parametrize("path", LISTS)
def test_every_page_stands_empty_and_teaches_what_comes_next(path, at, sign_in):
    answer = sign_in("manager").get(at(path))
    assert answer.status_code == 200
    assert b"None<" not in answer.content


def fill(count, member, stages):
    rep, late = member("manager"), timezone.localdate() - timedelta(days=2)
    program = ProgramFactory()
    accounts = [AccountFactory() for _ in range(3)]
    Deal.objects.bulk_create(
        Deal(
            name=f"Deal {n}",
            account=accounts[n % 3],
            owner=rep,
            stage=stages[("Lead", "Proposal")[n % 2]],
            expected_close_date=late,
            net_amount=Decimal(10),
        )
        for n in range(count)
    )
    Task.objects.bulk_create(
        Task(title=f"Task {n}", owner=rep, program=program, due_date=late) for n in range(count)
    )
    Expense.objects.bulk_create(
        Expense(date=late, program=program, channel=program.channel, amount=5) for _ in range(count)
    )
    ExpenseFactory(campaign_name=f"Campaign {program.pk}")
    SpendRuleFactory(text=f"campaign {program.pk}")
    ExchangeRateFactory()
    MaterialVersionFactory()
    Material.objects.bulk_create(
        Material(name=f"Sheet {program.pk}-{n:04}", program=program) for n in range(count)
    )
    for n in range(count // 10):
        rep_named(f"Rep {program.pk} {n}")


def test_each_list_asks_the_database_as_often_for_ten_rows_as_for_a_thousand(
    at, sign_in, member, stages
):
    browser = sign_in("manager")

    def asked() -> dict[str, int]:
        counted = {}
        for path in LISTS:
            with CaptureQueriesContext(connection) as queries:
                answer = browser.get(at(path))
            assert len(answer.content) < 400_000, path
            counted[path] = len(queries)
        return counted

    fill(10, member, stages)
    asked()
    few = asked()
    fill(990, member, stages)
    many = asked()
    assert few == many
    assert max(many.values()) < 40


def test_a_deal_page_shows_its_money_and_its_buyers_touches(at, sign_in):
    deal = DealFactory(name="Forty desks", list_amount=48000, net_amount=46500, cost_amount=30000)
    TouchFactory(contact=None, account=deal.account)
    text = sign_in("viewer").get(at(f"deals/{deal.pk}/")).content.decode()
    for shown in ("$48,000", "$46,500", "3.1% off list", "$16,500", "Click on Channel"):
        assert shown in text
    assert "Log outcome" not in text


def test_the_deals_of_another_workspace_are_not_found(at, sign_in, workspace):
    with tenancy.scope(WorkspaceFactory()):
        deal, task = DealFactory(), TaskFactory()
        expense, material, cycle = ExpenseFactory(), MaterialFactory(), CycleFactory()
        version = MaterialVersionFactory()
        handoff, template = HandoffFactory(), TaskTemplateFactory()
    browser = sign_in("owner")
    for path in (
        f"deals/{deal.pk}/",
        f"deals/{deal.pk}/edit/",
        f"deals/{deal.pk}/outcome/",
        f"deals/{deal.pk}/move/",
        f"tasks/{task.pk}/",
        f"tasks/{task.pk}/state/",
        f"tasks/cycles/{cycle.pk}/make/",
        f"tasks/handoffs/{handoff.pk}/touched/",
        f"tasks/templates/{template.pk}/",
        f"expenses/{expense.pk}/",
        f"expenses/{expense.pk}/delete/",
        f"materials/{material.pk}/",
        f"materials/versions/{version.pk}/approve/",
        f"execute/cycles/{cycle.pk}/",
        f"execute/cycles/{cycle.pk}/spend/",
    ):
        assert browser.get(at(path)).status_code == 404, path
        assert browser.post(at(path)).status_code == 404, path


def test_another_workspaces_rows_cannot_be_chosen(at, sign_in, stages, drivers):
    deal = DealFactory(stage=stages["Lead"])
    with tenancy.scope(WorkspaceFactory()):
        setup.ensure_defaults()
        theirs = DealStage.objects.get(name="Proposal")
        driver = Driver.objects.get(name="Fit")
        rival = CompetitorFactory()
    browser = sign_in("manager")
    browser.post(at(f"deals/{deal.pk}/move/"), {"stage": theirs.pk, "version": 1})
    answer = browser.post(
        at(f"deals/{deal.pk}/outcome/"),
        {"outcome": "lost", "lost_drivers": [driver.pk], "competitor": rival.pk, "version": 1},
    )
    assert answer.status_code == 422
    deal.refresh_from_db()
    assert (deal.stage, deal.outcome) == (stages["Lead"], "open")


def test_a_deal_is_opened_with_what_was_typed(at, sign_in, stages, member):
    account = AccountFactory(name="Alvarez & Sons")
    contact = ContactFactory(email="ana@alvarez.test", account=account)
    answer = sign_in("sales_rep").post(
        at("deals/new/"),
        {
            "name": "Forty desks",
            "account": "alvarez & sons",
            "contact": "ana@alvarez.test",
            "stage": stages["Lead"].pk,
            "owner": member("sales_rep").pk,
            "net_amount": "$46,500",
            "list_amount": "48,000",
        },
    )
    deal = Deal.objects.get()
    assert answer.url == at(f"deals/{deal.pk}/")
    assert (deal.account, deal.contact, deal.net_amount) == (account, contact, 46500)


def test_what_cannot_be_taken_stays_on_the_page(at, sign_in, stages):
    answer = sign_in("sales_rep").post(
        at("deals/new/"),
        {"name": "Forty desks", "account": "Nobody Ltd", "stage": 1, "net_amount": "dear"},
    )
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "Nobody Ltd" in text
    assert "dear" in text
    assert "There is no account called" in text


def test_an_outcome_is_logged_and_the_next_deal_is_offered(at, sign_in, member, drivers, stages):
    rep, late = member("sales_rep"), timezone.localdate() - timedelta(days=3)
    deal = DealFactory(owner=rep, stage=stages["Proposal"], list_amount=48000, net_amount=None)
    following = DealFactory(name="The next one", owner=rep, expected_close_date=late)
    material = MaterialFactory(name="ROI one-pager")
    browser = sign_in("sales_rep")
    page = browser.get(at(f"deals/{deal.pk}/outcome/")).content.decode()
    assert 'data-list-price="48000.00"' in page
    assert "list $48,000" in page
    answer = browser.post(
        at(f"deals/{deal.pk}/outcome/"),
        {
            "outcome": "won",
            "won_drivers": [drivers["Service"].pk, drivers["Payback proof"].pk],
            "order": f"{drivers['Payback proof'].pk},{drivers['Service'].pk}",
            "net_amount": "46,500",
            "materials": [material.pk],
            "version": 1,
        },
        follow=True,
    )
    text = answer.content.decode()
    assert "Won, logged" in text
    assert "$46,500" in text
    assert "3.1% off list" in text
    assert following.account.name in text
    deal.refresh_from_db()
    assert deal.outcome == "won"
    names = deal.deal_drivers.order_by("rank").values_list("driver__name", flat=True)
    assert list(names) == ["Payback proof", "Service"]


def test_price_alone_is_asked_for_a_second_reason_and_nothing_is_lost(at, sign_in, drivers):
    deal = DealFactory()
    answer = sign_in("sales_rep").post(
        at(f"deals/{deal.pk}/outcome/"),
        {
            "outcome": "lost",
            "lost_drivers": [drivers["Price"].pk],
            "note": "They got 12% off elsewhere",
            "net_amount": "900",
            "version": 1,
        },
    )
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "What else decided it?" in text
    assert "They got 12% off elsewhere" in text


def test_after_an_outcome_with_nothing_overdue_comes_what_closes_soon(at, sign_in, member):
    rep = member("sales_rep")
    deal = DealFactory(owner=rep, outcome="lost", closed_date=timezone.localdate())
    soon = DealFactory(owner=rep, expected_close_date=timezone.localdate() + timedelta(days=3))
    text = sign_in("sales_rep").get(at(f"deals/{deal.pk}/outcome/logged/")).content.decode()
    assert f"/deals/{soon.pk}/outcome/" in text
    assert "Closing soon" in text


def test_an_outcome_that_somebody_logged_meanwhile_is_shown_beside_ones_own(
    at, sign_in, drivers, stages
):
    deal = DealFactory(stage=stages["Lead"])
    address = at(f"deals/{deal.pk}/outcome/")
    lost = {"outcome": "lost", "lost_drivers": [drivers["Fit"].pk], "version": 1}
    won = {"outcome": "won", "won_drivers": [drivers["Fit"].pk], "net_amount": "990", "version": 1}
    assert sign_in("manager").post(address, lost).status_code == 302
    answer = sign_in("sales_rep").post(address, won)
    assert answer.status_code == 409
    assert "It is lost now" in answer.content.decode()
    assert sign_in("sales_rep").post(address, won | {"version": 2}).status_code == 302
    deal.refresh_from_db()
    assert deal.outcome == "won"


def test_a_card_dropped_where_deals_end_opens_the_outcome(at, sign_in, stages):
    deal = DealFactory(stage=stages["Lead"])
    browser, address = sign_in("sales_rep"), at(f"deals/{deal.pk}/move/")
    moved = browser.post(address, {"stage": stages["Proposal"].pk, "version": 1, "back": "board"})
    assert moved.url == at("deals/board/")
    htmx = {"HTTP_HX_REQUEST": "true"}
    ended = browser.post(address, {"stage": stages["Lost"].pk, "version": 2}, **htmx)
    assert ended.headers["HX-Redirect"] == at(f"deals/{deal.pk}/outcome/?outcome=lost")
    stale = browser.post(address, {"stage": stages["Lead"].pk, "version": 1}, **htmx)
    text = stale.content.decode()
    assert 'id="board"' in text
    assert "Someone else changed" in text
    assert "<html" not in text
    deal.refresh_from_db()
    assert deal.stage == stages["Proposal"]


def test_a_task_is_added_in_a_line_and_done_with_one_touch(at, sign_in, member):
    browser = sign_in("sales_rep")
    browser.post(
        at("tasks/"),
        {
            "quick-title": "Bring the demo kit",
            "quick-side": "sales",
            "quick-owner": member("sales_rep").pk,
            "quick-due_date": timezone.localdate().isoformat(),
        },
    )
    task = Task.objects.get()
    row = browser.post(
        at(f"tasks/{task.pk}/state/"), {"state": "done"}, HTTP_HX_REQUEST="true"
    ).content.decode()
    assert "Done, undo" in row
    assert "<html" not in row
    task.refresh_from_db()
    assert task.state == "done"


def test_a_removed_expense_is_offered_back(at, sign_in):
    expense = ExpenseFactory(amount=Decimal("12.34"))
    browser = sign_in("marketer")
    answer = browser.post(at(f"expenses/{expense.pk}/delete/"))
    assert not Expense.objects.exists()
    page = browser.get(answer.url)
    assert "Undo" in page.content.decode()
    browser.post(at("expenses/restore/"), {"token": page.context["undo"]})
    assert Expense.objects.get().amount == Decimal("12.34")


def test_the_spend_panel_shows_the_money_of_each_program(at, sign_in):
    plan = ProgramPlanFactory(scenario__status="approved", program__name="Field demos")
    BudgetLineFactory(program_plan=plan, amount=Decimal(96000))
    ExpenseFactory(program=plan.program, amount=Decimal(40000))
    address = at(f"execute/cycles/{plan.scenario.cycle_id}/spend/")
    page = sign_in("viewer").get(address).content.decode()
    assert "Field demos" in page
    assert "$96,000" in page
    assert "$56,000" in page
    part = sign_in("viewer").get(address, HTTP_HX_REQUEST="true").content.decode()
    assert part.lstrip().startswith("<section")
    assert "w7" in part


def test_a_rep_sees_only_their_own_deals_due_on_the_home_page(at, sign_in, member):
    late = timezone.localdate() - timedelta(days=1)
    DealFactory(name="Mine", owner=member("sales_rep"), expected_close_date=late)
    DealFactory(name="Yours", owner=member("manager"), expected_close_date=late)
    own = sign_in("sales_rep").get(at("execute/past-due/")).content.decode()
    all_of_them = sign_in("manager").get(at("execute/past-due/")).content.decode()
    assert "Mine" in own
    assert "Yours" not in own
    assert "Mine" in all_of_them
    assert "Yours" in all_of_them


def test_the_cycle_page_lists_what_keeps_it(at, sign_in):
    cycle = CycleFactory(stage="execute")
    TaskFactory(cycle=cycle, due_date=date(2026, 1, 2), title="Book the hall")
    text = sign_in("manager").get(at(f"execute/cycles/{cycle.pk}/")).content.decode()
    assert "1 task is open" in text
    assert "Book the hall" in text
    campaign = sign_in("manager").get(at(f"campaigns/{cycle.campaign_id}/")).content.decode()
    assert f"execute/cycles/{cycle.pk}/spend/" in campaign
