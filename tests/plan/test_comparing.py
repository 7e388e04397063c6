"""Scenarios of a cycle are compared: side by side, with the approved one, and with many drafts."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ipeo.navigation import link
from tests.factories.ipeo import CycleFactory
from tests.factories.plan import (
    BudgetLineFactory,
    ProgramFactory,
    ProgramPlanFactory,
    ReadyScenarioFactory,
)

pytestmark = pytest.mark.usefixtures("workspace")


def text(response):
    return response.content.decode()


def _queries(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_scenarios_stand_side_by_side(sign_in):
    first = ReadyScenarioFactory(name="A")
    price_led = ProgramFactory(campaign=first.cycle.campaign, offer="price", discount="0.1")
    second = ReadyScenarioFactory(name="B", cycle=first.cycle)
    BudgetLineFactory(
        program_plan=ProgramPlanFactory(scenario=second, program=price_led), amount=Decimal(30_000)
    )
    page = text(sign_in("viewer").get(link("plan:compare", first.cycle_id)))
    assert "$10,000" in page
    assert "$40,000" in page
    assert "75%" in page
    assert "not included" in page


def test_scenarios_are_compared_with_the_approved_one_in_what_differs(sign_in):
    first, second = (
        ReadyScenarioFactory(name="A"),
        ReadyScenarioFactory(name="B", status="approved"),
    )
    second.cycle = first.cycle
    second.save()
    month = first.cycle.starts_on
    amounts = ((first, 100, 500), (second, 100, 800))
    for program_name, place in (("Demos", 1), ("Search", 2)):
        program = ProgramFactory(campaign=first.cycle.campaign, name=program_name)
        for scenario, *money in amounts:
            plan = ProgramPlanFactory(scenario=scenario, program=program)
            BudgetLineFactory(program_plan=plan, month=month, amount=Decimal(money[place - 1]))
    client = sign_in("viewer")
    whole = client.get(link("plan:compare", first.cycle_id))
    assert "difference from “B”" in text(whole)
    programs = {line.label: line.cells for line in whole.context["comparison"].groups[0].lines}
    assert programs["Search"] == [(500, -300), (800, None)]
    assert programs["Demos"] == [(100, None), (100, None)]
    fewer = client.get(link("plan:compare", first.cycle_id) + "?differing=1")
    group = fewer.context["comparison"].groups[0]
    assert "Demos" not in [line.label for line in group.lines]
    assert group.alike == 1


def test_of_many_scenarios_the_latest_are_compared_with_the_same_queries(sign_in):
    cycle = CycleFactory()
    client = sign_in("marketer")
    address = link("plan:compare", cycle.pk)
    for _ in range(10):
        ReadyScenarioFactory(cycle=cycle)
    few = _queries(client, address)
    for _ in range(20):
        ReadyScenarioFactory(cycle=cycle)
    assert _queries(client, address) == few
    assert "24 older drafts not shown" in text(client.get(address))
