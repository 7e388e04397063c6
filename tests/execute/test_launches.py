"""No launch before what a program needs is approved, but by a manager's word that is kept."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from execute.actions.launches import (
    LaunchedAlready,
    MaterialsMissing,
    MayNotLaunchAnyway,
    NotUnderWay,
    launch_program,
    take_back_launch,
)
from execute.actions.materials import approve_material
from execute.models import Launch, Material
from execute.queries import stage
from execute.queries.launches import launchings_of
from ipeo.models import AuditEvent
from ipeo.navigation import link
from plan.queries.sheet import sheet_of
from plan.queries.timeline import timeline_of
from tests.factories.execute import MaterialFactory, MaterialVersionFactory
from tests.factories.ipeo import CycleFactory
from tests.factories.plan import ProgramPlanFactory, ScenarioFactory

pytestmark = pytest.mark.usefixtures("workspace")


@pytest.fixture
def plan():
    """Demo days, which need a demo kit that nobody has made, in a cycle that is in Execute."""
    scenario = ScenarioFactory(cycle=CycleFactory(stage="execute"), status="approved")
    return ProgramPlanFactory(scenario=scenario, program__name="Demo days", materials=["Demo kit"])


@pytest.fixture
def kit(plan):
    version = MaterialVersionFactory(material__name="Demo kit", material__program=None)
    return version.material


def approve(material, member):
    approve_material(material=material, by=member("manager"))


def test_a_program_is_not_launched_while_something_it_needs_is_not_made(plan, member):
    with pytest.raises(MaterialsMissing, match="“Demo kit” is not approved") as refused:
        launch_program(plan=plan, by=member("marketer"))
    (missing,) = refused.value.missing
    assert missing.href == f"{link('execute:new_material')}?name=Demo+kit&program={plan.program_id}"
    assert not Launch.objects.exists()


def test_a_draft_does_not_do_and_its_approval_opens_the_way(plan, kit, member):
    with pytest.raises(MaterialsMissing) as refused:
        launch_program(plan=plan, by=member("marketer"))
    assert refused.value.missing[0].href == link("execute:material", kit.pk)
    approve(kit, member)
    launch = launch_program(plan=plan, by=member("marketer"), override_reason="no need")
    assert (launch.program, launch.cycle) == (plan.program, plan.scenario.cycle)
    assert (launch.override_reason, launch.overridden) == ("", [])


def test_what_is_made_for_a_program_is_needed_also_where_it_is_not_named(plan, kit, member):
    approve(kit, member)
    MaterialFactory(name="Film", program=plan.program, status=Material.Status.DRAFT)
    with pytest.raises(MaterialsMissing, match="“Film” is not approved"):
        launch_program(plan=plan, by=member("marketer"))


def test_a_retired_material_is_missing_again(plan, kit, member):
    approve(kit, member)
    Material.objects.filter(pk=kit.pk).update(status=Material.Status.RETIRED)
    with pytest.raises(MaterialsMissing, match="Demo kit"):
        launch_program(plan=plan, by=member("marketer"))


def test_a_program_that_needs_nothing_is_launched_as_it_is(plan, member):
    free = ProgramPlanFactory(scenario=plan.scenario)
    assert launch_program(plan=free, by=member("marketer")).overridden == []


def test_a_manager_launches_it_all_the_same_with_a_reason_that_is_kept(plan, member):
    with pytest.raises(MayNotLaunchAnyway):
        launch_program(plan=plan, by=member("marketer"), override_reason="The fair is tomorrow")
    launch = launch_program(
        plan=plan, by=member("manager"), override_reason=" The fair is tomorrow "
    )
    assert launch.override_reason == "The fair is tomorrow"
    assert launch.overridden == ["Demo kit"]
    assert AuditEvent.objects.filter(table_name="execute_launch").exists()


def test_the_database_too_wants_the_reason(plan):
    with pytest.raises(IntegrityError), transaction.atomic():
        Launch.objects.create(
            cycle=plan.scenario.cycle, program=plan.program, overridden=["Demo kit"]
        )


def test_a_program_is_launched_once_in_a_cycle_and_the_launch_is_taken_back(plan, kit, member):
    approve(kit, member)
    launch = launch_program(plan=plan, by=member("marketer"))
    with pytest.raises(LaunchedAlready):
        launch_program(plan=plan, by=member("manager"))
    take_back_launch(launch=launch)
    launch_program(plan=plan, by=member("marketer"))


@pytest.mark.parametrize(("at", "status"), [("plan", "approved"), ("execute", "draft")])
def test_only_what_is_approved_and_under_way_is_launched(at, status, member):
    scenario = ScenarioFactory(cycle=CycleFactory(stage=at), status=status)
    with pytest.raises(NotUnderWay):
        launch_program(plan=ProgramPlanFactory(scenario=scenario), by=member("manager"))


def test_a_plan_that_was_replaced_after_it_was_read_is_not_launched(plan, kit, member):
    approve(kit, member)
    assert plan.scenario.status == "approved"
    type(plan.scenario).objects.update(status="replaced")
    with pytest.raises(NotUnderWay):
        launch_program(plan=plan, by=member("manager"))


def test_a_launch_stays_once_the_cycle_is_measured(plan, member):
    launch = launch_program(plan=plan, by=member("manager"), override_reason="The fair")
    plan.scenario.cycle.stage = "optimize"
    plan.scenario.cycle.save()
    with pytest.raises(NotUnderWay):
        take_back_launch(launch=launch)


def test_a_flight_that_began_without_what_it_needs_keeps_the_gate_to_optimize_closed(plan, member):
    cycle = plan.scenario.cycle
    (blocker,) = [one for one in stage.gate(cycle) if "launched" in one.message]
    assert "“Demo days” was due to start" in blocker.message
    assert "“Demo kit” is not approved" in blocker.message
    assert blocker.href == link("execute:launch", plan.pk)
    launch_program(plan=plan, by=member("manager"), override_reason="The fair")
    assert not [one for one in stage.gate(cycle) if "launched" in one.message]


def test_a_flight_that_is_still_ahead_closes_no_gate(plan):
    cycle = plan.scenario.cycle
    plan.starts_on = cycle.ends_on
    plan.save()
    (one,) = launchings_of(cycle, on=cycle.starts_on)
    assert one.is_held
    assert not one.is_due


def test_the_execute_page_of_a_closed_cycle_says_so(plan, sign_in):
    cycle = plan.scenario.cycle
    cycle.stage, cycle.closed_at = "closed", timezone.now()
    cycle.save()
    page = sign_in("manager").get(link("execute:cycle", cycle.pk)).content.decode()
    assert "Cycle closed" in page
    assert "In Closed" not in page


def test_launches_stand_on_the_execute_page_and_on_the_timeline(plan, member, sign_in):
    client = sign_in("manager")
    cycle = plan.scenario.cycle
    assert (
        link("execute:launches", cycle.pk)
        in client.get(link("execute:cycle", cycle.pk)).content.decode()
    )
    listed = client.get(link("execute:launches", cycle.pk)).content.decode()
    assert "On hold" in listed
    assert "Demo kit" in listed
    launch_program(plan=plan, by=member("manager"), override_reason="The fair is tomorrow")
    assert "The fair is tomorrow" in client.get(link("execute:launches", cycle.pk)).content.decode()
    beside = client.get(link("execute:launches", cycle.pk), headers={"HX-Request": "true"})
    assert "1 of 1 launched" in beside.content.decode()
    assert "Every program in the plan has launched." in beside.content.decode()
    timeline = client.get(link("plan:timeline", plan.scenario_id)).content.decode()
    assert "Without Demo kit: “The fair is tomorrow”" in timeline
    assert timeline_of(sheet_of(plan.scenario)).flights[0].launch is not None


def test_a_marketer_is_told_what_is_missing_and_a_manager_asked_for_a_reason(plan, sign_in):
    address = link("execute:launch", plan.pk)
    marketer = sign_in("marketer")
    assert "A manager can launch it anyway" in marketer.get(address).content.decode()
    assert marketer.post(address, {"override_reason": "please"}).status_code == 422
    manager = sign_in("manager")
    refused = manager.post(address, {"override_reason": " "})
    assert refused.status_code == 422
    assert "not approved" in refused.content.decode()
    gone = manager.post(address, {"override_reason": "The fair"})
    assert gone["Location"] == link("execute:launches", plan.scenario.cycle_id)
    assert manager.post(address, {"override_reason": "The fair"}).status_code == 422
    launch = Launch.objects.get()
    manager.post(link("execute:take_back_launch", launch.pk))
    assert not Launch.objects.exists()


def test_the_material_that_is_missing_is_made_with_its_name_filled_in(plan, sign_in):
    (one,) = launchings_of(plan.scenario.cycle, on=date(2026, 1, 1))
    page = sign_in("marketer").get(one.ready.missing[0].href).content.decode()
    assert 'value="Demo kit"' in page


def test_the_api_names_what_is_missing_and_launches(plan, kit, member, sign_in, workspace):
    client, header = sign_in("marketer"), {"HTTP_IPEO_WORKSPACE": workspace.slug}
    body = {"program_plan": plan.pk}
    refused = client.post("/api/v1/launches/", body, "application/json", **header)
    assert refused.status_code == 409
    assert refused.json()["missing"] == [
        {"name": "Demo kit", "href": link("execute:material", kit.pk)}
    ]
    approve(kit, member)
    made = client.post("/api/v1/launches/", body, "application/json", **header)
    assert made.status_code == 201
    assert client.delete(f"/api/v1/launches/{made.json()['id']}/", **header).status_code == 204
