"""The grid as it is typed: what it would bring, totals, and two planners in one grid."""

import json
from datetime import date
from decimal import Decimal

import pytest

from execute.models import Expense
from ipeo.navigation import link
from plan.models import BudgetLine
from plan.queries.sheet import quarters_of, sheet_of
from plan.queries.totals import totals_of
from tests.factories.execute import ExpenseFactory
from tests.factories.ipeo import CycleFactory
from tests.factories.plan import BudgetLineFactory, ProgramPlanFactory, ReadyScenarioFactory

pytestmark = pytest.mark.usefixtures("workspace")
HTMX = {"HX-Request": "true"}
JAN = date(2026, 1, 1)


@pytest.fixture
def scenario():
    return ReadyScenarioFactory()


def cell(scenario, month="2026-01"):
    return f"cell-{scenario.program_plans.get().pk}-{month}"


def base(scenario):
    pk = scenario.program_plans.get().pk
    stored = BudgetLine.objects.filter(program_plan=pk)
    return json.dumps({f"{pk}-{one.month:%Y-%m}": str(one.amount) for one in stored})


def test_what_is_typed_is_reckoned_and_nothing_is_saved(scenario, sign_in):
    address = link("plan:preview", scenario.pk)
    sent = {cell(scenario): "20,000", cell(scenario, "2026-02"): "20,000", "base": base(scenario)}
    page = sign_in("marketer").post(address, sent, headers=HTMX).content.decode()
    assert "$40,000 planned" in page
    assert "Chance of reaching it" in page
    assert BudgetLine.objects.get().amount == Decimal(10_000)
    assert sign_in("viewer").post(address, sent, headers=HTMX).status_code == 403


def test_a_cell_that_cannot_be_read_says_so_and_the_others_are_reckoned(scenario, sign_in):
    sent = {cell(scenario): "a lot", cell(scenario, "2026-02"): "5,000", "base": base(scenario)}
    page = sign_in("marketer").post(link("plan:preview", scenario.pk), sent, headers=HTMX)
    assert "is not an amount" in page.content.decode()
    assert "$15,000 planned" in page.content.decode()


def test_a_cell_that_cannot_be_read_holds_back_none_of_the_others(scenario, sign_in):
    address, browser = link("plan:scenario", scenario.pk), sign_in("marketer")
    sent = {cell(scenario): "a lot", cell(scenario, "2026-02"): "5,000", "base": base(scenario)}
    page = browser.post(address, sent)
    assert page.status_code == 422
    assert "Everything else is saved." in page.text
    assert "is not an amount" in page.text
    assert 'value="a lot"' in page.text
    held = {one.month.month: one.amount for one in BudgetLine.objects.all()}
    assert held == {1: Decimal(10_000), 2: Decimal(5_000)}
    mended = sent | {cell(scenario): "11,000", "base": base(scenario)}
    assert browser.post(address, mended).status_code == 302
    assert BudgetLine.objects.get(month=JAN).amount == Decimal(11_000)


def test_while_it_is_typed_the_rest_is_saved_and_kept_as_seen(scenario, sign_in):
    address, browser = link("plan:scenario", scenario.pk), sign_in("marketer")
    sent = {cell(scenario): "a lot", cell(scenario, "2026-02"): "5,000", "base": base(scenario)}
    page = browser.post(address, sent, headers=HTMX).text
    assert "Saved except for marked cells" in page
    assert "$15,000 planned" in page
    stored = page.split('id="sheet-base" value="')[1].split('"')[0].replace("&quot;", '"')
    assert json.loads(stored) == json.loads(base(scenario))


def test_where_another_changed_the_same_cell_nothing_is_saved(scenario, sign_in):
    address, seen = link("plan:scenario", scenario.pk), base(scenario)
    sign_in("marketer").post(address, {cell(scenario): "11,000", "base": seen}, headers=HTMX)
    sent = {
        cell(scenario): "12,000",
        cell(scenario, "2026-02"): "5,000",
        cell(scenario, "2026-03"): "a lot",
        "base": seen,
    }
    page = sign_in("manager").post(address, sent, headers=HTMX).text
    assert "Not saved" in page
    assert BudgetLine.objects.count() == 1


def test_two_planners_cells_merge_and_a_clash_is_shown_to_both(scenario, sign_in, member):
    address, seen = link("plan:scenario", scenario.pk), base(scenario)
    marketer, manager = sign_in("marketer"), sign_in("manager")
    first = {cell(scenario): "11,000", "base": seen}
    assert "Saved just now" in marketer.post(address, first, headers=HTMX).content.decode()
    other = {cell(scenario, "2026-02"): "7,000", cell(scenario): "10,000", "base": seen}
    assert "Saved just now" in manager.post(address, other, headers=HTMX).content.decode()
    assert BudgetLine.objects.get(month=JAN).amount == Decimal(11_000)

    clash = {cell(scenario): "12,000", "base": seen}
    page = manager.post(address, clash, headers=HTMX).content.decode()
    assert "changed this to 11,000 in the meantime. Save again to keep yours." in page
    assert str(member("marketer")) in page
    told = marketer.get(link("plan:cells", scenario.pk), headers=HTMX).content.decode()
    assert f"{member('manager')} also entered 12,000 here." in told
    again = {cell(scenario): "12,000", "base": base(scenario)}
    assert "Saved just now" in manager.post(address, again, headers=HTMX).content.decode()
    settled = marketer.get(link("plan:cells", scenario.pk), headers=HTMX).content.decode()
    assert "also entered" not in settled


def test_a_clash_names_its_cell_and_is_over_once_the_other_gives_it_up(scenario, sign_in):
    address, seen = link("plan:scenario", scenario.pk), base(scenario)
    marketer, manager = sign_in("marketer"), sign_in("manager")
    marketer.post(address, {cell(scenario): "11,000", "base": seen}, headers=HTMX)
    manager.post(address, {cell(scenario): "12,000", "base": seen}, headers=HTMX)
    typed = {cell(scenario): "12,000", "base": seen}
    reckoned = manager.post(link("plan:preview", scenario.pk), typed, headers=HTMX)
    assert "changed this to 11,000 in the meantime" in reckoned.content.decode()
    where = f"{scenario.program_plans.get().program.name}, Jan 2026</a>: "
    told = marketer.get(link("plan:cells", scenario.pk), headers=HTMX).content.decode()
    assert where in told
    given_up = {cell(scenario): "11,000", "base": base(scenario)}
    manager.post(address, given_up, headers=HTMX)
    told = marketer.get(link("plan:cells", scenario.pk), headers=HTMX).content.decode()
    assert "also entered" not in told


def test_the_cells_are_sent_again_only_once_something_changed(scenario, sign_in):
    client, address = sign_in("marketer"), link("plan:cells", scenario.pk)
    page = client.get(address, headers=HTMX).content.decode()
    version = page.split('id="sheet-version" value="')[1].split('"')[0]
    assert client.get(address, {"version": version}, headers=HTMX).status_code == 204
    assert client.get(address).url == link("plan:scenario", scenario.pk)


def test_money_stands_in_groups_beside_what_is_committed_and_spent(scenario):
    plan = scenario.program_plans.get()
    for state, amount in ((Expense.State.COMMITTED, 1000), (Expense.State.ACTUAL, 2500)):
        ExpenseFactory(program=plan.program, date=JAN, state=state, amount=Decimal(amount))
    other = ProgramPlanFactory(scenario=scenario, program__channel__name="Search")
    BudgetLineFactory(program_plan=other, month=date(2026, 4, 1), amount=Decimal(30_000))
    found = totals_of(sheet_of(scenario))
    assert found.whole.planned == Decimal(40_000)
    assert (found.whole.committed, found.whole.actual) == (Decimal(1000), Decimal(2500))
    assert found.whole.available == Decimal(36_500)
    by_key = {grouping.key: grouping.groups for grouping in found.groupings}
    assert [(one.label, one.planned) for one in by_key["quarter"]] == [
        ("Q1 2026", Decimal(10_000)),
        ("Q2 2026", Decimal(30_000)),
    ]
    assert {one.label: one.share for one in by_key["channel"]}["Search"] == 0.75
    assert by_key["audience"][0].label == "No audience"
    assert by_key["objective"][0].planned == Decimal(40_000)


def test_quarters_follow_the_fiscal_year():
    months = [date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1), date(2026, 8, 1)]
    assert [(one.label, one.places) for one in quarters_of(months, 7)] == [
        ("Q4 FY2026", (0, 1)),
        ("Q1 FY2027", (2, 3)),
    ]


def test_the_limit_shows_what_is_left_to_plan(scenario, sign_in):
    client = sign_in("marketer")
    client.post(
        link("plan:rename_scenario", scenario.pk), {"name": scenario.name, "budget": "$8,000"}
    )
    page = client.get(link("plan:scenario", scenario.pk)).content.decode()
    assert "limit $8,000" in page
    assert "$2,000 above the limit" in page


def test_a_baseline_is_taken_as_measured_with_one_click(monkeypatch, sign_in):
    from plan.queries import evidence
    from plan.queries.evidence import History, register_history

    monkeypatch.setattr(evidence, "_providers", [])
    months = tuple(date(2025, month, 1) for month in range(1, 13))
    cycle = CycleFactory()
    plan = ProgramPlanFactory(scenario=ReadyScenarioFactory(cycle=cycle))
    held = History(months, (100.0,) * 12, (1000.0,) * 12, won=30, decided=40, won_at_value=27)
    register_history(lambda ids, before: {plan.program_id: held})
    client = sign_in("marketer")
    page = client.get(link("plan:new_objective", cycle.pk)).content.decode()
    assert "$6,000" in page
    assert "Jul 2025 to Dec 2025" in page
    assert "75%" in page
    taken = client.get(
        link("plan:new_objective", cycle.pk), {"metric": "win_rate", "baseline": "75%"}
    ).content.decode()
    assert 'value="75%"' in taken
