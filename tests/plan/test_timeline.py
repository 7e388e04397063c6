"""Flights in time: moved, pressing on one audience, asking too much of sales, not ready."""

from datetime import date
from decimal import Decimal

import pytest

from ipeo.navigation import link
from plan.queries import later
from plan.queries.later import Capacity, MaterialState
from plan.queries.months import months_page
from plan.queries.sheet import sheet_of
from plan.queries.timeline import timeline_of
from tests.factories.insight import AudienceFactory
from tests.factories.plan import BudgetLineFactory, ProgramPlanFactory, ScenarioFactory

pytestmark = pytest.mark.usefixtures("workspace")
HTMX = {"HX-Request": "true"}


@pytest.fixture
def scenario(monkeypatch):
    monkeypatch.setattr(later, "_capacity", [])
    monkeypatch.setattr(later, "_materials", [])
    return ScenarioFactory()


def fly(scenario, name, starts, ends, audience=None, **more):
    return ProgramPlanFactory(
        scenario=scenario,
        program__name=name,
        starts_on=starts,
        ends_on=ends,
        audience=audience,
        **more,
    )


def test_programs_that_reach_one_audience_at_once_are_flagged_for_those_weeks(scenario):
    managers = AudienceFactory(name="Facility managers")
    fly(scenario, "Demos", date(2026, 2, 2), date(2026, 2, 15), managers)
    fly(scenario, "Mailing", date(2026, 2, 9), date(2026, 3, 1), managers)
    fly(scenario, "Search", date(2026, 2, 2), date(2026, 2, 8), AudienceFactory(name="Others"))
    found = timeline_of(sheet_of(scenario))
    assert [one.says for one in found.pressures] == [
        "Facility managers: 2 programs at once in the week of 9 Feb."
    ]
    crowded = {one.plan.program.name: bool(one.crowded) for one in found.flights}
    assert crowded == {"Demos": True, "Mailing": True, "Search": False}


def test_expected_handovers_stand_against_what_reps_can_take(scenario):
    plan = fly(scenario, "Demos", date(2026, 2, 1), date(2026, 2, 28))
    BudgetLineFactory(program_plan=plan, month=date(2026, 2, 1), amount=Decimal(28_000))
    later.register_capacity(lambda: Capacity(5.0, 2, 20, {plan.program_id: 0.001}))
    found = timeline_of(sheet_of(scenario))
    assert found.peak.leads == pytest.approx(7)
    assert found.is_over
    assert "up to 5 handoffs per week; this plan needs 7" in found.capacity_says
    later._capacity.clear()
    assert "not known" in timeline_of(sheet_of(scenario)).capacity_says


def test_no_launch_before_its_materials_are_approved(scenario):
    plan = fly(scenario, "Demos", date(2026, 2, 1), None, materials=["Demo kit", "Invitation"])
    later.register_materials(
        lambda ids: {
            plan.program_id: [MaterialState("demo kit", True), MaterialState("Film", False)]
        }
    )
    flight = timeline_of(sheet_of(scenario)).flights[0]
    assert {one.name for one in flight.ready.missing} == {"Invitation", "Film"}


def test_a_flight_is_moved_and_stays_inside_the_cycle(scenario, sign_in):
    plan = fly(scenario, "Demos", date(2026, 2, 1), date(2026, 2, 28))
    client, address = sign_in("marketer"), link("plan:move_flight", plan.pk)
    board = client.post(
        address, {"starts_on": "2026-02-08", "ends_on": "2026-03-07"}, headers=HTMX
    ).content.decode()
    assert 'data-starts="2026-02-08"' in board
    refused = client.post(
        address, {"starts_on": "2025-12-01", "ends_on": "2026-03-07"}, headers=HTMX
    ).content.decode()
    assert "must lie within the cycle" in refused
    assert 'data-starts="2026-02-08"' in refused
    assert client.post(address, {"starts_on": "soon"}).status_code == 422
    assert sign_in("viewer").post(address, {}).status_code == 403


@pytest.mark.parametrize("view", ["timeline", "quarter", "month"])
def test_the_flights_show_in_each_view(scenario, sign_in, view):
    fly(scenario, "Demos", date(2026, 2, 1), date(2026, 2, 28))
    page = sign_in("viewer").get(
        link("plan:timeline", scenario.pk), {"view": view, "from": "2026-02"}
    )
    assert "Demos" in page.content.decode()


def test_a_flight_lies_across_the_days_of_each_week_that_it_flies(scenario):
    fly(scenario, "Demos", date(2026, 2, 4), date(2026, 2, 10))
    [page] = months_page(timeline_of(sheet_of(scenario)), "2026-02").pages
    bars = [[(round(bar.left), round(bar.width)) for bar in week.bars] for week in page.weeks]
    # February 2026 begins on a Sunday.
    assert bars == [[], [(29, 71)], [(0, 29)], [], []]


def test_the_months_turn_within_the_cycle(scenario):
    held = timeline_of(sheet_of(scenario))
    page = months_page(held, "2026-03")
    assert (page.before, page.after) == ("2026-02", "2026-04")
    assert months_page(held, "2031-01").after == ""


@pytest.mark.parametrize(
    ("today", "count", "opened"),
    [
        (date(2026, 5, 20), 1, date(2026, 5, 1)),
        (date(2026, 5, 20), 3, date(2026, 4, 1)),
        (date(2025, 12, 31), 1, date(2026, 1, 1)),
        (date(2031, 5, 20), 3, date(2026, 1, 1)),
    ],
)
def test_the_months_open_at_today_where_it_lies_in_the_cycle(scenario, today, count, opened):
    held = timeline_of(sheet_of(scenario))
    found = months_page(held, "", count, today=today)
    assert found.pages[0].month == opened
    assert bool(found.before) == (opened > date(2026, 1, 1))
