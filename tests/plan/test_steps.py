"""Each step of a plan asks before it acts, and leads on to the next."""

import pytest

from ipeo.navigation import link
from plan.models import Program, Scenario
from tests.factories.insight import ChannelFactory
from tests.factories.plan import (
    ProgramFactory,
    ReadyScenarioFactory,
    ScenarioFactory,
)

pytestmark = pytest.mark.usefixtures("workspace")
HTMX = {"HX-Request": "true"}


def text(response):
    return response.content.decode()


@pytest.mark.parametrize("name", ["rename_scenario", "remove_scenario", "clone", "propose"])
def test_every_step_asks_before_it_acts(sign_in, name):
    scenario = ReadyScenarioFactory(name="B")
    page = sign_in("marketer").get(link(f"plan:{name}", scenario.pk))
    assert page.status_code == 200
    assert "<form" in text(page)
    scenario.refresh_from_db()
    assert scenario.status == Scenario.Status.DRAFT
    assert Scenario.objects.count() == 1


def test_a_scenario_is_begun_from_another(sign_in):
    source = ReadyScenarioFactory(name="A")
    address = link("plan:new_scenario", source.cycle_id)
    client = sign_in("marketer")
    taken = client.post(address, {"name": "A", "start_from": source.pk})
    assert taken.status_code == 422
    assert "already has a scenario called “A”" in text(taken)
    made = client.post(address, {"name": "B", "start_from": source.pk})
    assert made.status_code == 302
    assert Scenario.objects.get(name="B").program_plans.count() == 1


def test_a_program_is_made_and_planned_from_within_a_scenario(sign_in):
    scenario = ScenarioFactory()
    client = sign_in("marketer")
    typed = {"name": "Field demos", "channel": ChannelFactory().pk, "offer": "value"}
    made = client.post(link("plan:new_program_within", scenario.pk), typed)
    program = Program.objects.get()
    assert made.status_code == 302
    assert program.campaign == scenario.cycle.campaign
    page = text(client.get(made.headers["Location"]))
    assert f'<option value="{program.pk}" selected>' in page


def test_programs_are_listed_and_changed(sign_in):
    program = ProgramFactory(name="Field demos")
    client = sign_in("marketer")
    assert "Field demos" in text(client.get(link("plan:programs")))
    address = link("plan:program", program.pk)
    typed = {"name": "Demo days", "channel": program.channel_id, "offer": "trial"}
    assert client.post(address, typed).status_code == 302
    program.refresh_from_db()
    assert (program.name, program.offer) == ("Demo days", "trial")
    assert sign_in("viewer").post(address, typed).status_code == 403


def test_sending_back_shows_the_note_on_the_draft(sign_in):
    scenario = ReadyScenarioFactory(status=Scenario.Status.PROPOSED)
    manager = sign_in("manager")
    address = link("plan:send_back", scenario.pk)
    assert manager.post(address, {"note": ""}).status_code == 422
    assert manager.post(address, {"note": "Less on rebates"}).status_code == 302
    page = text(sign_in("marketer").get(link("plan:scenario", scenario.pk)))
    assert "Less on rebates" in page


def test_a_sales_rep_does_not_see_the_plan(sign_in):
    assert sign_in("sales_rep").get(link("plan:plan")).status_code == 403


def test_a_viewer_reads_and_cannot_change(sign_in):
    scenario = ReadyScenarioFactory()
    viewer = sign_in("viewer")
    page = text(viewer.get(link("plan:scenario", scenario.pk)))
    assert "cell-" not in page
    assert viewer.post(link("plan:scenario", scenario.pk), {}).status_code == 403
    assert viewer.get(link("plan:new_scenario", scenario.cycle_id)).status_code == 403
