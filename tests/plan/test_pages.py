"""Plan's pages, through the browser's door."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ipeo import tenancy
from ipeo.navigation import link
from plan.models import Approval, BudgetLine, Objective, Program, ProgramPlan, Scenario
from tests.factories.insight import AudienceFactory, ChannelFactory, FindingFactory, ProductFactory
from tests.factories.ipeo import CampaignFactory, CycleFactory, WorkspaceFactory
from tests.factories.plan import (
    BudgetLineFactory,
    ObjectiveFactory,
    ProgramFactory,
    ProgramPlanFactory,
    ReadyScenarioFactory,
    ScenarioFactory,
)

pytestmark = pytest.mark.usefixtures("workspace")
HTMX = {"HX-Request": "true"}


def text(response):
    return response.content.decode()


def test_the_stage_home_shows_open_cycles_with_their_money(sign_in):
    scenario = ReadyScenarioFactory(name="B, prove the payback")
    page = text(sign_in("marketer").get(link("plan:plan")))
    assert scenario.cycle.campaign.name in page
    assert "B, prove the payback" in page
    assert "$10,000" in page
    assert "Plans waiting for your approval" not in page


def test_the_stage_home_without_campaigns_teaches_the_next_step(sign_in):
    assert "Start a campaign" in text(sign_in("marketer").get(link("plan:plan")))


@pytest.mark.parametrize(
    ("statuses", "said"),
    [
        ((), "No scenario yet."),
        (("draft", "draft"), "Compare the drafts, then propose one."),
        (("draft", "proposed"), "“S1” is waiting for approval."),
        (("proposed", "approved"), "“S1” is approved."),
    ],
)
def test_the_stage_home_says_what_a_cycle_is_to_reach_and_what_comes_next(sign_in, statuses, said):
    cycle = CycleFactory()
    client = sign_in("marketer")
    assert "No objectives yet" in text(client.get(link("plan:plan")))
    ObjectiveFactory(cycle=cycle, target=Decimal(90_000), due_date=date(2026, 6, 30))
    for number, status in enumerate(statuses):
        ScenarioFactory(cycle=cycle, name=f"S{number}", status=status)
    page = text(client.get(link("plan:plan")))
    assert "$90,000 by 30 Jun" in page
    assert said in page


def test_a_manager_sees_what_waits_the_price_led_program_first(sign_in):
    scenario = ReadyScenarioFactory(name="B", status=Scenario.Status.PROPOSED)
    plan = ProgramPlanFactory(
        scenario=scenario, program__offer="price", program__discount=Decimal("0.08")
    )
    for address in (link("plan:plan"), link("plan:approvals")):
        page = text(sign_in("manager").get(address))
        assert page.index(link("plan:value_guard", plan.pk)) < page.index(
            link("plan:approve", scenario.pk)
        )
    fragment = text(sign_in("manager").get(link("plan:approvals"), headers=HTMX))
    assert fragment.lstrip().startswith("<section")
    assert sign_in("marketer").get(link("plan:approvals")).status_code == 403


def test_a_cycle_without_a_scenario_says_how_to_begin(sign_in):
    cycle = CycleFactory()
    ObjectiveFactory(cycle=cycle)
    page = text(sign_in("marketer").get(link("plan:cycle", cycle.pk)))
    assert "Start the first scenario" in page
    assert "goal $150,000" in page


def test_the_planning_page_shows_objectives_grid_and_what_programs_rest_on(sign_in):
    scenario = ReadyScenarioFactory()
    finding = FindingFactory(statement="Demos win 2.1 times as often")
    ProgramPlanFactory(scenario=scenario, program__name="Field demos", finding=finding)
    page = text(sign_in("marketer").get(link("plan:cycle", scenario.cycle_id)))
    assert "Won margin by 30 Jun, goal $150,000" in page
    assert "Chance of reaching it" in page
    assert "finding: Demos win 2.1 times as often" in page
    assert "no evidence yet: test first" in page
    assert "“Field demos” has no budget" in page
    assert 'value="10,000"' in page


def test_the_whole_grid_is_saved_as_it_was_typed(sign_in):
    plan = ProgramPlanFactory()
    cells = {f"cell-{plan.pk}-2026-01": "12,000", f"cell-{plan.pk}-2026-02": "12 000,50"}
    response = sign_in("marketer").post(link("plan:scenario", plan.scenario_id), cells)
    assert response.status_code == 302
    assert {line.month: line.amount for line in plan.budget_lines.all()} == {
        date(2026, 1, 1): Decimal("12000.00"),
        date(2026, 2, 1): Decimal("12000.50"),
    }


def test_a_cell_that_is_no_amount_keeps_everything_that_was_typed(sign_in):
    plan = ProgramPlanFactory()
    cells = {f"cell-{plan.pk}-2026-01": "12.000", f"cell-{plan.pk}-2026-02": "5000"}
    response = sign_in("marketer").post(link("plan:scenario", plan.scenario_id), cells)
    page = text(response)
    assert response.status_code == 422
    assert 'value="12.000"' in page
    assert 'value="5000"' in page
    assert "Is “12.000” 12 or 12,000?" in page
    assert BudgetLine.objects.get().month == date(2026, 2, 1)


def test_while_typing_only_what_follows_from_the_cells_comes_back(sign_in):
    plan = ProgramPlanFactory()
    ObjectiveFactory(cycle=plan.scenario.cycle)
    address = link("plan:scenario", plan.scenario_id)
    cells = {f"cell-{plan.pk}-2026-01": "40000", "base": "{}"}
    page = text(sign_in("marketer").post(address, cells, headers=HTMX))
    assert "Saved just now" in page
    assert "$40,000 planned" in page
    assert f'id="expected-{plan.pk}"' in page
    assert "<html" not in page
    assert BudgetLine.objects.get().amount == Decimal(40_000)


def test_two_planners_in_one_grid_merge_by_cell(sign_in):
    plan = ProgramPlanFactory()
    BudgetLineFactory(program_plan=plan, month=date(2026, 1, 1), amount=Decimal(999))
    cells = {
        f"cell-{plan.pk}-2026-01": "100",
        f"cell-{plan.pk}-2026-02": "200",
        "base": f'{{"{plan.pk}-2026-01": "100.00"}}',
    }
    sign_in("marketer").post(link("plan:scenario", plan.scenario_id), cells)
    amounts = dict(plan.budget_lines.values_list("month", "amount"))
    assert amounts == {date(2026, 1, 1): Decimal(999), date(2026, 2, 1): Decimal(200)}


def test_a_clash_in_one_cell_is_put_to_the_second_planner(sign_in):
    plan = ProgramPlanFactory()
    BudgetLineFactory(program_plan=plan, month=date(2026, 1, 1), amount=Decimal(999))
    cells = {
        f"cell-{plan.pk}-2026-01": "500",
        "base": f'{{"{plan.pk}-2026-01": "100.00"}}',
    }
    response = sign_in("marketer").post(link("plan:scenario", plan.scenario_id), cells)
    page = text(response)
    assert response.status_code == 422
    assert "Someone changed this to 999 in the meantime" in page
    assert 'value="500"' in page
    assert BudgetLine.objects.get().amount == Decimal(999)


def test_an_approved_plan_shows_no_inputs(sign_in):
    scenario = ReadyScenarioFactory(status=Scenario.Status.APPROVED)
    page = text(sign_in("marketer").get(link("plan:scenario", scenario.pk)))
    assert "cell-" not in page
    assert "Revise" in page


def test_a_change_to_what_waits_for_approval_is_refused_with_its_reason(sign_in):
    scenario = ReadyScenarioFactory(status=Scenario.Status.PROPOSED)
    plan = scenario.program_plans.get()
    cells = {f"cell-{plan.pk}-2026-01": "1"}
    response = sign_in("marketer").post(link("plan:scenario", scenario.pk), cells)
    assert response.status_code == 422
    assert "is waiting for approval; withdraw it to change it" in text(response)


def test_an_objective_is_set_with_shares_typed_as_percentages(sign_in):
    cycle = CycleFactory()
    address = link("plan:new_objective", cycle.pk)
    typed = {
        "metric": "value_share",
        "baseline": "69%",
        "target": "0.75",
        "due_date": "2026-06-30",
    }
    response = sign_in("marketer").post(address, typed)
    assert response.status_code == 422
    assert "Is “0.75” 75% or 0.75%?" in text(response)
    assert 'value="69%"' in text(response)
    assert sign_in("marketer").post(address, {**typed, "target": "75%"}).status_code == 302
    assert Objective.objects.get().target == Decimal("0.75")


def test_a_second_objective_for_a_metric_is_refused_in_place(sign_in):
    objective = ObjectiveFactory()
    typed = {"metric": "won_margin", "target": "1"}
    response = sign_in("marketer").post(link("plan:new_objective", objective.cycle_id), typed)
    assert response.status_code == 422
    assert "already has an objective for won margin" in text(response)


def test_a_price_led_program_asks_for_its_discount(sign_in):
    typed = {
        "name": "Spring rebate",
        "campaign": CampaignFactory().pk,
        "channel": ChannelFactory().pk,
        "offer": "price",
    }
    address = link("plan:new_program")
    response = sign_in("marketer").post(address, typed)
    assert response.status_code == 422
    assert "A price-led offer needs a discount" in text(response)
    assert sign_in("marketer").post(address, {**typed, "discount": "8%"}).status_code == 302
    assert Program.objects.get().discount == Decimal("0.08")


def test_a_program_is_added_to_a_scenario_with_what_it_intends(sign_in, member):
    scenario = ScenarioFactory()
    program = ProgramFactory(campaign=scenario.cycle.campaign)
    typed = {
        "program": program.pk,
        "audience": AudienceFactory().pk,
        "message": "A desk that pays back",
        "is_bet": "on",
        "starts_on": "2026-02-01",
        "ends_on": "2026-03-31",
        "sales_owner": member("sales_rep").pk,
    }
    address = link("plan:add_program", scenario.pk)
    response = sign_in("marketer").post(address, typed)
    assert response.status_code == 302
    plan = ProgramPlan.objects.get()
    assert plan.is_bet
    assert plan.sales_owner == member("sales_rep")


def test_a_flight_outside_the_cycle_is_refused_where_it_was_typed(sign_in):
    plan = ProgramPlanFactory()
    typed = {"starts_on": "2025-12-01", "ends_on": "2026-02-01", "message": "Kept"}
    response = sign_in("marketer").post(link("plan:program_plan", plan.pk), typed)
    assert response.status_code == 422
    assert "must lie within the cycle, 1 Jan 2026 to 30 Jun 2026" in text(response)
    assert "Kept" in text(response)


def test_the_value_guard_shows_the_break_even_and_takes_a_managers_yes(sign_in):
    ProductFactory(list_price=Decimal(1000), unit_cost=Decimal(720))
    plan = ProgramPlanFactory(program__offer="price", program__discount=Decimal("0.08"))
    address = link("plan:value_guard", plan.pk)
    page = text(sign_in("marketer").get(address))
    assert "40%" in page
    assert "at a margin of 28%" in page
    assert "Approve this offer" not in page
    assert sign_in("marketer").post(address, {}).status_code == 403
    assert 'name="discount" value="0.0800"' in sign_in("manager").get(address).content.decode()
    late = sign_in("manager").post(address, {"discount": "0.0500"})
    assert (late.status_code, "has changed since" in text(late)) == (422, True)
    assert sign_in("manager").post(address, {"discount": "0.0800"}).status_code == 302
    assert Approval.objects.get().program_plan == plan


def test_where_the_discount_eats_the_margin_no_volume_makes_up_for_it(sign_in):
    ProductFactory(list_price=Decimal(1000), unit_cost=Decimal(900))
    plan = ProgramPlanFactory(program__offer="price", program__discount=Decimal("0.2"))
    assert "No volume makes up for it" in text(
        sign_in("manager").get(link("plan:value_guard", plan.pk))
    )


def test_without_unit_costs_the_margin_is_said_not_to_be_known(sign_in):
    ProductFactory(unit_cost=None)
    plan = ProgramPlanFactory(program__offer="price", program__discount=Decimal("0.1"))
    page = text(sign_in("manager").get(link("plan:value_guard", plan.pk)))
    assert "so the margin is not known" in page


def test_a_plan_goes_from_draft_to_approved_by_hand(sign_in):
    scenario = ReadyScenarioFactory(name="B")
    marketer, manager = sign_in("marketer"), sign_in("manager")
    assert "Propose for approval" in text(marketer.get(link("plan:propose", scenario.pk)))
    assert marketer.post(link("plan:propose", scenario.pk)).status_code == 302
    assert marketer.post(link("plan:approve", scenario.pk)).status_code == 403
    page = text(manager.get(link("plan:approve", scenario.pk)))
    assert "Approving freezes this plan" in page
    assert manager.post(link("plan:approve", scenario.pk), {"note": "Go"}).status_code == 302
    page = text(marketer.get(link("plan:scenario", scenario.pk)))
    assert "Approved" in page
    assert "“Go”" in page


def test_proposing_an_incomplete_plan_lists_what_is_missing(sign_in):
    scenario = ScenarioFactory(name="B")
    response = sign_in("marketer").post(link("plan:propose", scenario.pk))
    assert response.status_code == 422
    assert "“B” has no program" in text(response)


@pytest.mark.parametrize(
    "name",
    ["new_scenario", "new_objective", "compare", "cycle"],
)
def test_another_workspaces_cycle_is_not_found(sign_in, name):
    with tenancy.scope(WorkspaceFactory()):
        cycle = CycleFactory()
    assert sign_in("owner").get(link(f"plan:{name}", cycle.pk)).status_code == 404


@pytest.mark.parametrize(
    "name",
    ["scenario", "propose", "approve", "send_back", "clone", "take_back", "add_program"],
)
def test_another_workspaces_scenario_is_not_found(sign_in, name):
    with tenancy.scope(WorkspaceFactory()):
        scenario = ReadyScenarioFactory(status=Scenario.Status.PROPOSED)
    address = link(f"plan:{name}", scenario.pk)
    assert sign_in("owner").get(address).status_code == 404
    assert sign_in("owner").post(address, {"note": "x"}).status_code == 404


def test_another_workspaces_audience_cannot_be_chosen(sign_in):
    plan = ProgramPlanFactory()
    with tenancy.scope(WorkspaceFactory()):
        stranger = AudienceFactory()
    response = sign_in("marketer").post(
        link("plan:program_plan", plan.pk), {"audience": stranger.pk}
    )
    assert response.status_code == 422
    plan.refresh_from_db()
    assert plan.audience_id is None


def _queries(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def _fill(scenario, many):
    channel = ChannelFactory()
    campaign = scenario.cycle.campaign
    programs = Program.objects.bulk_create(
        Program(campaign=campaign, name=f"P{scenario.pk}-{n}", channel=channel, offer=offer)
        for n, offer in ((n, "price" if n % 5 == 0 else "value") for n in range(many))
    )
    plans = ProgramPlan.objects.bulk_create(
        ProgramPlan(scenario=scenario, program=program, is_bet=True) for program in programs
    )
    BudgetLine.objects.bulk_create(
        BudgetLine(program_plan=plan, month=date(2026, 1, 1), amount=Decimal(100)) for plan in plans
    )


@pytest.mark.parametrize("status", ["draft", "approved"])
def test_the_grid_takes_the_same_queries_at_10_and_1000_programs(sign_in, status):
    client = sign_in("manager")
    small, large = (ScenarioFactory(status=status) for _ in range(2))
    _fill(small, 10)
    _fill(large, 1000)
    assert _queries(client, link("plan:scenario", small.pk)) == _queries(
        client, link("plan:scenario", large.pk)
    )


def test_lists_take_the_same_queries_at_10_and_1000_rows(sign_in):
    client = sign_in("manager")
    pages = [link("plan:plan"), link("plan:programs"), link("plan:approvals")]

    def grow(many):
        for _ in range(10):
            scenario = ReadyScenarioFactory(status=Scenario.Status.PROPOSED)
            _fill(scenario, many // 10)

    grow(10)
    few = [_queries(client, address) for address in pages]
    grow(990)
    assert [_queries(client, address) for address in pages] == few


def test_a_plan_of_a_hundred_programs_is_saved_as_one_form(sign_in):
    cycle = CycleFactory(starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31))
    scenario = ScenarioFactory(cycle=cycle)
    _fill(scenario, 100)
    cells = {
        f"cell-{plan.pk}-2026-{month:02}": "10"
        for plan in scenario.program_plans.all()
        for month in range(1, 13)
    }
    response = sign_in("marketer").post(link("plan:scenario", scenario.pk), cells)
    assert response.status_code == 302
    assert BudgetLine.objects.filter(amount=10).count() == 1200
