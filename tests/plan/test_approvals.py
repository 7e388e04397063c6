"""A manager approves, and the forecast freezes."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connections

from ipeo import tenancy
from ipeo.navigation import link
from plan.actions.approvals import (
    AlreadyApproved,
    AnotherApproved,
    NotPriceLed,
    OfferChanged,
    approve_price,
    approve_scenario,
)
from plan.actions.forecasts import score_forecast
from plan.actions.programs import OfferFrozen, save_program
from plan.actions.scenarios import (
    NotProposed,
    NotReady,
    clone_scenario,
    propose_scenario,
    take_back_scenario,
)
from plan.models import Approval, Forecast, Program, Scenario
from plan.queries.budget import approved_scenario
from tests.factories.insight import ProductFactory
from tests.factories.ipeo import CampaignFactory, CycleFactory, MembershipFactory, WorkspaceFactory
from tests.factories.plan import ProgramPlanFactory, ReadyScenarioFactory, ScenarioFactory


@pytest.fixture
def proposed(workspace):
    return ReadyScenarioFactory(name="B", status=Scenario.Status.PROPOSED)


def test_a_draft_is_not_approved(workspace, member):
    with pytest.raises(NotProposed):
        approve_scenario(scenario=ReadyScenarioFactory(), by=member("manager"))


def test_approving_freezes_a_forecast_per_program_and_objective(proposed, member):
    approve_scenario(scenario=proposed, by=member("manager"))
    proposed.refresh_from_db()
    rows = list(Forecast.objects.filter(scenario=proposed).order_by("pk"))
    assert proposed.status == Scenario.Status.APPROVED
    assert [(row.metric, row.program_id is not None) for row in rows] == [
        ("won_margin", True),
        ("won_margin", False),
    ]
    program, whole = rows
    assert program.low < program.expected < program.high
    assert whole.objective is not None
    assert 0 <= whole.chance < 0.05
    assert len(whole.rests_on["quantiles"]) == 99
    assert "rough guess" in whole.rests_on["says"]


def test_a_forecast_is_scored_once(proposed, member):
    approve_scenario(scenario=proposed, by=member("manager"))
    row = Forecast.objects.filter(scenario=proposed).earliest("pk")
    score_forecast(forecast=row, actual=Decimal(100))
    score_forecast(forecast=row, actual=Decimal(200))
    row.refresh_from_db()
    assert row.actual == 100


def test_the_same_plan_always_has_the_same_forecast(proposed, member):
    from plan.queries.forecasts import expected_of

    approve_scenario(scenario=proposed, by=member("manager"))
    whole = Forecast.objects.get(scenario=proposed, program=None)
    again = expected_of(proposed).margin
    assert float(whole.expected) == pytest.approx(again.value, abs=1e-4)


def test_approval_keeps_the_plan_as_it_was_seen(proposed, member):
    approval = approve_scenario(scenario=proposed, by=member("manager"), note="Go")
    name = proposed.program_plans.get().program.name
    Program.objects.update(name="Renamed later")
    shown = Approval.objects.get(pk=approval.pk).shown
    assert shown["planned"] == "10000.00"
    assert shown["programs"][0]["name"] == name
    assert shown["objectives"][0]["target"] == "150000.0000"
    assert shown["forecast"][0]["expected"] is not None


def test_approval_waits_for_the_price_led_programs(proposed, member):
    plan = proposed.program_plans.get()
    Program.objects.filter(pk=plan.program_id).update(offer="price", discount=Decimal("0.08"))
    with pytest.raises(NotReady, match="no manager has approved it"):
        approve_scenario(scenario=proposed, by=member("manager"))
    approve_price(plan=plan, by=member("manager"))
    approve_scenario(scenario=proposed, by=member("manager"))
    assert approved_scenario(proposed.cycle) == proposed


def test_an_objective_without_a_target_keeps_a_plan_from_approval(proposed, member):
    proposed.cycle.objectives.update(target=None, due_date=None)
    with pytest.raises(NotReady, match="Won margin is missing a target and a date"):
        approve_scenario(scenario=proposed, by=member("manager"))
    assert not Forecast.objects.exists()


def test_a_revision_replaces_what_was_approved(proposed, member):
    approve_scenario(scenario=proposed, by=member("manager"))
    revision = clone_scenario(scenario=proposed)
    propose_scenario(scenario=revision, by=member("marketer"))
    with pytest.raises(AnotherApproved):
        approve_scenario(scenario=revision, by=member("manager"))
    approve_scenario(scenario=revision, by=member("manager"), replacing=proposed)
    proposed.refresh_from_db()
    assert proposed.status == Scenario.Status.REPLACED
    assert approved_scenario(proposed.cycle) == revision
    assert Forecast.objects.filter(scenario=proposed).exists()


def test_a_manager_approves_the_proposal_that_was_seen(workspace, member, sign_in):
    proposed = propose_scenario(scenario=ReadyScenarioFactory(), by=member("marketer"))
    seen = proposed.proposed_at.isoformat()
    address = link("plan:approve", proposed.pk)
    assert f'value="{seen}"' in sign_in("manager").get(address).content.decode()
    take_back_scenario(scenario=proposed)
    propose_scenario(scenario=proposed, by=member("marketer"))
    late = sign_in("manager").post(address, {"proposed_at": seen})
    assert late.status_code == 422
    assert "proposed again since you opened this page" in late.content.decode()
    proposed.refresh_from_db()
    assert proposed.status == Scenario.Status.PROPOSED
    now = proposed.proposed_at.isoformat()
    assert sign_in("manager").post(address, {"proposed_at": now}).status_code == 302


def test_a_price_approval_keeps_what_the_guard_showed(workspace, member):
    ProductFactory(list_price=Decimal(1000), unit_cost=Decimal(720))
    plan = ProgramPlanFactory(program__offer="price", program__discount=Decimal("0.08"))
    approval = approve_price(plan=plan, by=member("manager"), note="Once")
    assert approval.shown["break_even_uplift"]["value"] == pytest.approx(0.4)
    assert approval.shown["discount"] == "0.0800"
    with pytest.raises(AlreadyApproved):
        approve_price(plan=plan, by=member("manager"))


def test_a_value_led_program_needs_no_price_approval(workspace, member):
    with pytest.raises(NotPriceLed):
        approve_price(plan=ProgramPlanFactory(), by=member("manager"))


def test_a_manager_approves_the_discount_that_was_seen(workspace, member):
    plan = ProgramPlanFactory(program__offer="price", program__discount=Decimal("0.12"))
    with pytest.raises(OfferChanged):
        approve_price(plan=plan, by=member("manager"), seen_discount=Decimal("0.08"))


def test_a_changed_discount_makes_its_approval_void(workspace, member):
    plan = ProgramPlanFactory(program__offer="price", program__discount=Decimal("0.08"))
    approve_price(plan=plan, by=member("manager"))
    plan.program.discount = Decimal("0.15")
    save_program(program=plan.program)
    assert not Approval.objects.exists()


def test_an_approved_plan_keeps_its_programs_offers(workspace, member):
    scenario = ScenarioFactory(status=Scenario.Status.APPROVED)
    plan = ProgramPlanFactory(scenario=scenario)
    plan.program.offer, plan.program.discount = "price", Decimal("0.1")
    with pytest.raises(OfferFrozen):
        save_program(program=plan.program)


def test_of_two_managers_who_approve_at_once_one_does(committed_database):
    workspace = WorkspaceFactory()
    with tenancy.scope(workspace):
        scenario = ReadyScenarioFactory(status=Scenario.Status.PROPOSED)
        managers = [MembershipFactory(workspace=workspace) for _ in range(2)]
    together = Barrier(2)

    def approve(manager):
        try:
            with tenancy.scope(workspace, membership=manager):
                together.wait(timeout=20)
                approve_scenario(scenario=scenario, by=manager)
        except AlreadyApproved:
            return "already"
        else:
            return "approved"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(approve, managers)) == ["already", "approved"]
    with tenancy.scope(workspace):
        assert Approval.objects.filter(scenario=scenario).count() == 1
        assert Forecast.objects.filter(scenario=scenario, program=None).count() == 1


def test_of_two_scenarios_approved_at_once_one_stands(committed_database):
    workspace = WorkspaceFactory()
    with tenancy.scope(workspace):
        cycle = CycleFactory(campaign=CampaignFactory())
        scenarios = [
            ReadyScenarioFactory(cycle=cycle, status=Scenario.Status.PROPOSED) for _ in range(2)
        ]
        manager = MembershipFactory(workspace=workspace)
    together = Barrier(2)

    def approve(scenario):
        try:
            with tenancy.scope(workspace, membership=manager):
                together.wait(timeout=20)
                approve_scenario(scenario=scenario, by=manager)
        except AnotherApproved:
            return "another"
        else:
            return "approved"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(approve, scenarios)) == ["another", "approved"]
    with tenancy.scope(workspace):
        assert Scenario.objects.filter(status=Scenario.Status.APPROVED).count() == 1
