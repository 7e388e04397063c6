"""Plan's part of the API."""

from datetime import date
from decimal import Decimal

import pytest

from ipeo import tenancy
from plan.models import BudgetLine, Objective, Program, ProgramPlan, Scenario
from tests.factories.insight import ChannelFactory, ProductFactory
from tests.factories.ipeo import CampaignFactory, CycleFactory, WorkspaceFactory
from tests.factories.plan import (
    BudgetLineFactory,
    ProgramFactory,
    ProgramPlanFactory,
    ReadyScenarioFactory,
    ScenarioFactory,
)

API = "/api/v1"
JSON = "application/json"


@pytest.fixture
def call(workspace, sign_in):
    """Calls the API as a member of a role."""

    def do(role, method, path, data=None):
        send = getattr(sign_in(role), method)
        return send(
            f"{API}/{path}",
            data,
            content_type=JSON,
            headers={"IPEO-Workspace": workspace.slug},
        )

    return do


def test_an_objective_is_set_and_changed(call):
    cycle = CycleFactory()
    made = call(
        "marketer",
        "post",
        "objectives/",
        {"cycle": cycle.pk, "metric": "won_margin", "target": "900000"},
    )
    assert made.status_code == 201
    pk = made.json()["id"]
    changed = call("marketer", "patch", f"objectives/{pk}/", {"baseline": "700000"})
    assert changed.status_code == 200
    assert Objective.objects.get().baseline == Decimal(700_000)


def test_a_second_objective_for_a_metric_is_a_problem_of_that_field(call):
    cycle = CycleFactory()
    wish = {"cycle": cycle.pk, "metric": "won_margin"}
    call("marketer", "post", "objectives/", wish)
    refused = call("marketer", "post", "objectives/", wish)
    assert refused.status_code == 400
    assert refused.headers["Content-Type"].startswith("application/problem+json")
    assert "metric" in refused.json()["errors"]


def test_programs_and_scenarios_are_made_and_filled(call):
    cycle = CycleFactory()
    program = call(
        "marketer",
        "post",
        "programs/",
        {
            "name": "Field demos",
            "campaign": cycle.campaign_id,
            "channel": ChannelFactory().pk,
            "offer": "value",
        },
    ).json()
    scenario = call("marketer", "post", "scenarios/", {"cycle": cycle.pk, "name": "B"}).json()
    plan = call(
        "marketer",
        "post",
        "program-plans/",
        {"scenario": scenario["id"], "program": program["id"], "is_bet": True},
    ).json()
    saved = call(
        "marketer",
        "put",
        f"scenarios/{scenario['id']}/budget/",
        {"lines": [{"program_plan": plan["id"], "month": "2026-01-01", "amount": "40000"}]},
    )
    assert saved.json() == {"changed": 1}
    listed = call("viewer", "get", f"budget-lines/?scenario={scenario['id']}").json()
    assert [line["amount"] for line in listed["results"]] == ["40000.00"]


def test_cells_outside_the_plan_are_refused_and_none_is_saved(call):
    plan = ProgramPlanFactory()
    refused = call(
        "marketer",
        "put",
        f"scenarios/{plan.scenario_id}/budget/",
        {
            "lines": [
                {"program_plan": plan.pk, "month": "2026-01-01", "amount": "1"},
                {"program_plan": plan.pk, "month": "2027-01-01", "amount": "1"},
            ]
        },
    )
    assert refused.status_code == 400
    assert "Jan 2027" in refused.json()["errors"]["lines"][0]
    assert not BudgetLine.objects.exists()


def test_the_way_to_approval(call):
    scenario = ReadyScenarioFactory()
    path = f"scenarios/{scenario.pk}"
    assert call("marketer", "post", f"{path}/propose/").json()["status"] == "proposed"
    assert call("marketer", "post", f"{path}/approve/").status_code == 403
    assert call("manager", "post", f"{path}/send-back/", {}).status_code == 400
    back = call("manager", "post", f"{path}/send-back/", {"note": "Less"}).json()
    assert back["status"] == "draft"
    call("marketer", "post", f"{path}/propose/")
    approved = call("manager", "post", f"{path}/approve/", {"note": "Go"})
    assert approved.status_code == 201
    assert approved.json()["shown"]["planned"] == "10000.00"
    again = call("manager", "post", f"{path}/approve/")
    assert again.status_code == 409
    forecasts = call("viewer", "get", f"forecasts/?scenario={scenario.pk}").json()["results"]
    assert {row["metric"] for row in forecasts} == {"won_margin"}
    assert all("quantiles" not in row["rests_on"] for row in forecasts)


def test_an_incomplete_plan_is_a_conflict_that_says_what_is_missing(call):
    scenario = ScenarioFactory(name="B")
    refused = call("marketer", "post", f"scenarios/{scenario.pk}/propose/")
    assert refused.status_code == 409
    assert "“B” has no program" in refused.json()["detail"]


def test_a_scenario_is_cloned(call):
    scenario = ReadyScenarioFactory()
    made = call("marketer", "post", f"scenarios/{scenario.pk}/clone/", {"name": "C"})
    assert made.status_code == 201
    assert ProgramPlan.objects.filter(scenario=made.json()["id"]).count() == 1


def test_the_value_guard_and_its_approval(call):
    ProductFactory(list_price=Decimal(1000), unit_cost=Decimal(720))
    plan = ProgramPlanFactory(program__offer="price", program__discount=Decimal("0.08"))
    guard = call("marketer", "get", f"program-plans/{plan.pk}/value-guard/").json()
    assert guard["break_even_uplift"]["value"] == pytest.approx(0.4)
    assert call("marketer", "post", f"program-plans/{plan.pk}/approve-price/").status_code == 403
    late = call("manager", "post", f"program-plans/{plan.pk}/approve-price/", {"discount": "0.05"})
    assert late.status_code == 409
    assert call("manager", "post", f"program-plans/{plan.pk}/approve-price/").status_code == 201
    assert call("manager", "post", f"program-plans/{plan.pk}/approve-price/").status_code == 409


def test_a_flight_outside_the_cycle_is_a_problem_of_that_field(call):
    plan = ProgramPlanFactory()
    refused = call("marketer", "patch", f"program-plans/{plan.pk}/", {"ends_on": "2027-01-01"})
    assert refused.status_code == 400
    assert "ends_on" in refused.json()["errors"]


def test_a_planned_program_stays(call):
    plan = ProgramPlanFactory()
    assert call("marketer", "delete", f"programs/{plan.program_id}/").status_code == 409
    assert call("marketer", "delete", f"program-plans/{plan.pk}/").status_code == 204
    assert call("marketer", "delete", f"programs/{plan.program_id}/").status_code == 204
    assert not Program.objects.exists()


def test_another_workspaces_rows_are_neither_found_nor_named(call):
    with tenancy.scope(WorkspaceFactory()):
        theirs = ReadyScenarioFactory(status=Scenario.Status.PROPOSED)
        cycle = CycleFactory()
        line = BudgetLineFactory(month=date(2026, 1, 1))
    assert call("owner", "get", f"scenarios/{theirs.pk}/").status_code == 404
    assert call("owner", "post", f"scenarios/{theirs.pk}/approve/").status_code == 404
    assert call("owner", "get", f"budget-lines/{line.pk}/").status_code == 404
    assert call("owner", "get", "scenarios/").json()["results"] == []
    named = call("owner", "post", "scenarios/", {"cycle": cycle.pk, "name": "B"})
    assert named.status_code == 400
    assert "cycle" in named.json()["errors"]


def test_a_program_of_another_campaign_is_refused(call):
    scenario, program = ScenarioFactory(), ProgramFactory(campaign=CampaignFactory())
    refused = call(
        "marketer", "post", "program-plans/", {"scenario": scenario.pk, "program": program.pk}
    )
    assert refused.status_code == 400
    assert "program" in refused.json()["errors"]


def test_a_sales_rep_has_no_part_in_it(call):
    for path in ("objectives/", "scenarios/", "programs/", "budget-lines/", "forecasts/"):
        assert call("sales_rep", "get", path).status_code == 403


def test_a_viewer_reads_only(call):
    scenario = ScenarioFactory()
    assert call("viewer", "get", f"scenarios/{scenario.pk}/").status_code == 200
    assert call("viewer", "patch", f"scenarios/{scenario.pk}/", {"name": "X"}).status_code == 403


def test_an_edited_grid_is_forecast_and_nothing_is_saved(call):
    scenario = ReadyScenarioFactory()
    plan = scenario.program_plans.get()
    line = {"program_plan": plan.pk, "month": "2026-01-01", "amount": "25000"}
    answer = call("marketer", "post", f"scenarios/{scenario.pk}/preview/", {"lines": [line]})
    assert answer.status_code == 200
    told = answer.json()
    assert told["planned"] == "25000.00"
    assert told["programs"][0]["program_plan"] == plan.pk
    assert told["margin"]["low"] < told["margin"]["value"] < told["margin"]["high"]
    assert 0 <= told["objectives"][0]["chance"] <= 1
    assert BudgetLine.objects.get(program_plan=plan).amount == Decimal(10_000)
    strange = {**line, "month": "2031-01-01"}
    refused = call("marketer", "post", f"scenarios/{scenario.pk}/preview/", {"lines": [strange]})
    assert refused.status_code == 400
    assert call("viewer", "post", f"scenarios/{scenario.pk}/preview/", {}).status_code == 403


def test_a_programs_curve_is_read_point_by_point(call):
    plan = ReadyScenarioFactory().program_plans.get()
    told = call("viewer", "get", f"program-plans/{plan.pk}/curve/").json()
    assert told["takes_off"] is None
    middles = [one["expected"] for one in told["points"]]
    assert middles == sorted(middles)
    assert all(one["low"] <= one["expected"] <= one["high"] for one in told["points"][1:])
    assert told["says"]


def test_limits_are_set_read_and_kept_by_the_suggestion(call):
    scenario = ReadyScenarioFactory()
    plan = scenario.program_plans.get()
    other = ProgramPlanFactory(scenario=scenario, is_bet=True)
    path = f"scenarios/{scenario.pk}/limits/"
    wish = {"program_plan": plan.pk, "floor": "4000", "locked_months": ["2026-01-01"]}
    held = call("marketer", "put", path, {"programs": [wish]})
    assert held.status_code == 200
    assert call("viewer", "get", path).json() == held.json()
    first, second = held.json()["programs"]
    assert (first["floor"], first["locked_months"]) == ("4000.00", ["2026-01-01"])
    assert (second["program_plan"], second["locked_months"]) == (other.pk, [])
    split = call("marketer", "post", f"scenarios/{scenario.pk}/suggest/", {"total": "30000"})
    (line,) = [one for one in split.json()["lines"] if one["program_plan"] == plan.pk]
    assert line["months"]["2026-01"] == "10000.00"


@pytest.mark.parametrize(
    "wish",
    [
        {"floor": "9000", "ceiling": "10"},
        {"locked_months": ["2031-01-01"]},
        {"program_plan": 999_999_999, "is_locked": True},
    ],
)
def test_limits_that_cannot_be_are_refused(call, wish):
    scenario = ReadyScenarioFactory()
    plan = scenario.program_plans.get()
    body = {"programs": [{"program_plan": plan.pk, **wish}]}
    assert call("marketer", "put", f"scenarios/{scenario.pk}/limits/", body).status_code == 400
    assert not BudgetLine.objects.filter(is_locked=True).exists()
