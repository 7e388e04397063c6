"""A suggested split: asked for under limits, shown beside the plan, and taken."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from ipeo.navigation import link
from plan.actions.allocations import Limits, SplitImpossible, set_limits, suggest_split, take_split
from plan.models import Allocation, AllocationLine, BudgetLine, Objective
from plan.queries import evidence
from plan.queries.allocations import flown_parts, locked_cells
from plan.queries.budget import amounts_of, total_of
from plan.queries.evidence import History, register_history
from plan.queries.sheet import sheet_of
from tests.factories.ipeo import CycleFactory
from tests.factories.plan import (
    BudgetLineFactory,
    ObjectiveFactory,
    ProgramPlanFactory,
    ScenarioFactory,
)

pytestmark = pytest.mark.usefixtures("workspace")
MONTHS = tuple(date(2025, month, 1) for month in range(1, 13))
JAN, FEB = date(2026, 1, 1), date(2026, 2, 1)


@pytest.fixture
def scenario(monkeypatch):
    """Two programs with a year behind them: one that returns three times what the other does."""
    monkeypatch.setattr(evidence, "_providers", [])
    made = ScenarioFactory()
    known = {}
    for name, rate in (("Demos", 3.0), ("Mailing", 1.0)):
        plan = ProgramPlanFactory(scenario=made, program__name=name, is_bet=True)
        BudgetLineFactory(program_plan=plan, month=JAN, amount=Decimal(6000))
        spend = tuple(1000.0 + 100 * n for n in range(12))
        margin = tuple(one * rate * (1 + (n % 3 - 1) / 10) for n, one in enumerate(spend))
        known[plan.program_id] = History(months=MONTHS, spend=spend, margin=margin)
    register_history(lambda ids, before: {pk: known[pk] for pk in ids if pk in known})
    return made


def amounts(allocation):
    return {
        line.program_plan.program.name: line.suggested
        for line in AllocationLine.objects.filter(allocation=allocation)
    }


def test_more_goes_to_the_program_that_returns_more_and_the_sum_is_the_total(scenario):
    made = suggest_split(scenario=scenario, total=Decimal(12_000), by=None)
    found = amounts(made)
    assert found["Demos"] > 2 * found["Mailing"]
    assert sum(found.values()) == Decimal(12_000)
    assert made.gain["value"] > 0
    assert "own measured history" in made.rests_on


def test_the_money_is_spread_over_the_flights_months(scenario):
    demos = scenario.program_plans.get(program__name="Demos")
    demos.starts_on, demos.ends_on = date(2026, 2, 1), date(2026, 3, 31)
    demos.save()
    made = suggest_split(scenario=scenario, total=Decimal(12_000), by=None)
    assert set(made.lines.get(program_plan=demos).months) == {"2026-02", "2026-03"}
    sheet = sheet_of(scenario)
    cycle = scenario.cycle
    demos.starts_on = date(2026, 2, 15)
    parts = flown_parts(demos, sheet.months[:4], cycle.starts_on, cycle.ends_on)
    assert parts == [0, 0.5, 1, 0]


def test_floors_ceilings_and_locks_hold(scenario):
    demos, mailing = scenario.program_plans.order_by("pk")
    set_limits(
        scenario=scenario,
        limits={
            demos.pk: Limits(None, Decimal(7000), False),
            mailing.pk: Limits(None, None, False, frozenset({JAN, FEB})),
        },
    )
    assert BudgetLine.objects.get(program_plan=mailing, month=FEB).is_locked
    made = suggest_split(scenario=scenario, total=Decimal(15_000), by=None)
    found = amounts(made)
    assert found == {"Demos": Decimal(7000), "Mailing": Decimal(8000)}
    months = made.lines.get(program_plan=mailing).months
    assert months["2026-01"] == "6000.00"
    assert "2026-02" not in months


def test_what_no_split_can_keep_to_is_said(scenario):
    demos = scenario.program_plans.get(program__name="Demos")
    set_limits(scenario=scenario, limits={demos.pk: Limits(Decimal(50_000), None, False)})
    with pytest.raises(SplitImpossible, match="above the total"):
        suggest_split(scenario=scenario, total=Decimal(12_000), by=None)
    empty = ScenarioFactory(cycle=scenario.cycle)
    with pytest.raises(SplitImpossible, match="no program"):
        suggest_split(scenario=empty, total=Decimal(12_000), by=None)


def test_the_chance_of_an_objective_can_be_raised_where_money_moves_it(scenario):
    goal = ObjectiveFactory(cycle=scenario.cycle, target=Decimal(28_000))
    made = suggest_split(scenario=scenario, total=Decimal(12_000), by=None, objective=goal)
    chances = made.chances[str(goal.pk)]
    assert chances["split"] > chances["planned"]
    rate = ObjectiveFactory(cycle=scenario.cycle, metric=Objective.Metric.WIN_RATE)
    with pytest.raises(SplitImpossible, match="not known"):
        suggest_split(scenario=scenario, total=Decimal(12_000), by=None, objective=rate)


def test_a_suggestion_is_taken_whole_or_by_the_row(scenario):
    made = suggest_split(scenario=scenario, total=Decimal(12_000), by=None)
    line = made.lines.get(program_plan__program__name="Mailing")
    take_split(allocation=made, lines=[line])
    assert total_of(scenario) == Decimal(6000) + line.suggested
    assert made.lines.filter(taken_at__isnull=False).count() == 1
    take_split(allocation=made)
    assert total_of(scenario) == Decimal(12_000)
    assert sum(amounts_of(scenario).values()) == Decimal(12_000)


def test_what_was_locked_after_a_suggestion_is_not_taken(scenario):
    made = suggest_split(scenario=scenario, total=Decimal(12_000), by=None)
    demos, mailing = scenario.program_plans.order_by("pk")
    held = {key: one for key, one in amounts_of(scenario).items() if key[0] == mailing.pk}
    kept = Limits(None, None, True)
    first = Limits(None, None, False, frozenset({JAN}))
    set_limits(scenario=scenario, limits={mailing.pk: kept, demos.pk: first})
    january = amounts_of(scenario).get((demos.pk, JAN), Decimal(0))
    take_split(allocation=made)
    now = amounts_of(scenario)
    assert {key: one for key, one in now.items() if key[0] == mailing.pk} == held
    assert now.get((demos.pk, JAN), Decimal(0)) == january
    assert list(made.lines.filter(taken_at=None)) == [made.lines.get(program_plan=mailing)]


def test_without_data_it_says_so_and_how_wide_the_band_is():
    scenario = ScenarioFactory()
    for _ in range(2):
        ProgramPlanFactory(scenario=scenario)
    made = suggest_split(scenario=scenario, total=Decimal(12_000), by=None)
    assert "no data yet" in made.rests_on
    assert made.split["high"] > 3 * made.split["low"]


def test_the_page_suggests_shows_and_takes(scenario, sign_in):
    client = sign_in("marketer")
    address = link("plan:suggestion", scenario.pk)
    demos = scenario.program_plans.get(program__name="Demos")
    assert "Constraints" in client.get(address).content.decode()
    wrong = client.post(address, {"total": "12,000", f"ceiling-{demos.pk}": "a lot"})
    page = wrong.content.decode()
    assert wrong.status_code == 422
    assert 'value="a lot"' in page
    assert "is not an amount" in page
    floors = client.post(address, {"total": "12,000", f"floor-{demos.pk}": "40,000"})
    assert "above the total" in floors.content.decode()
    assert (
        client.post(address, {"total": "12,000", f"ceiling-{demos.pk}": "9,000"}).status_code == 302
    )
    page = client.get(address).content.decode()
    assert "At most $9,000." in page
    assert "Next $1 returns" in page
    made = Allocation.objects.get()
    assert "Suggested" in client.get(link("plan:scenario", scenario.pk)).content.decode()
    taken = client.post(link("plan:take_suggestion", made.pk))
    assert taken.url == link("plan:scenario", scenario.pk)
    assert total_of(scenario) == Decimal(12_000)
    assert sign_in("viewer").post(link("plan:take_suggestion", made.pk)).status_code == 403


def test_the_money_of_months_that_are_over_stays_unless_somebody_lets_it_go(sign_in):
    this_month = timezone.localdate().replace(day=1)
    last_month = (this_month - timedelta(days=1)).replace(day=1)
    cycle = CycleFactory(starts_on=last_month, ends_on=this_month + timedelta(days=27))
    scenario = ScenarioFactory(cycle=cycle)
    plans = [ProgramPlanFactory(scenario=scenario) for _ in range(2)]
    for plan in plans:
        for month in (last_month, this_month):
            BudgetLineFactory(program_plan=plan, month=month, amount=Decimal(1_000))
    client, address = sign_in("marketer"), link("plan:suggestion", scenario.pk)
    assert client.get(address).context["form"].keeps_past
    client.post(address, {"total": "5,000", "keep-past": "on"})
    assert locked_cells(scenario) == {(plan.pk, last_month) for plan in plans}
    take_split(allocation=Allocation.objects.get())
    held = amounts_of(scenario)
    assert [held[plan.pk, last_month] for plan in plans] == [1_000, 1_000]
    assert sum(held.values()) == 5_000
    client.post(address, {"total": "5,000"})
    assert locked_cells(scenario) == set()
    assert not client.get(address).context["form"].keeps_past


def test_a_programs_curve_stands_with_its_next_dollar(scenario, sign_in):
    plan = scenario.program_plans.get(program__name="Demos")
    address = link("plan:curve", plan.pk)
    page = sign_in("viewer").get(address).content.decode()
    assert "The next $1 returns" in page
    assert "its own 12 months of spend and won margin" in page
    panel = sign_in("viewer").get(address, headers={"HX-Request": "true"}).content.decode()
    assert panel.lstrip().startswith("<section")


def test_the_api_suggests_and_takes(scenario, sign_in, workspace):
    client = sign_in("marketer")
    slug = {"HTTP_IPEO_WORKSPACE": workspace.slug}
    asked = client.post(
        f"/api/v1/scenarios/{scenario.pk}/suggest/",
        {"total": "12000"},
        content_type="application/json",
        **slug,
    )
    assert asked.status_code == 201
    body = asked.json()
    assert len(body["lines"]) == 2
    taken = client.post(
        f"/api/v1/allocations/{body['id']}/take/", {}, content_type="application/json", **slug
    )
    assert taken.json()["changed"] > 0
    refused = client.post(
        f"/api/v1/scenarios/{ScenarioFactory(cycle=scenario.cycle).pk}/suggest/",
        {"total": "12000"},
        content_type="application/json",
        **slug,
    )
    assert refused.status_code == 400
