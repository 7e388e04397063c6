"""The pages of wear and of price and value, on a company whose truth is known."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from execute.models import Deal, MaterialVersion, Outcome
from insight.models import CompetitorMove
from ipeo.navigation import link
from optimize.actions.fits import refresh_fits
from optimize.actions.recompute import recompute
from optimize.queries.fits import cells, wears
from optimize.queries.prices import deal_costs
from plan.models import Scenario
from tests.factories.execute import MaterialFactory
from tests.factories.insight import AudienceFactory, CompetitorFactory
from tests.factories.plan import ProgramPlanFactory, ScenarioFactory
from tests.optimize.scene import TODAY, company, month_at

pytestmark = pytest.mark.django_db
ALL_TIME = "?range=custom&date_from=2024-01-01&date_to=2026-06-30"


@pytest.fixture
def measured(workspace):
    cycle, worn, steady = company()
    scenario = ScenarioFactory(cycle=cycle, status=Scenario.Status.APPROVED)
    ProgramPlanFactory(
        scenario=scenario,
        program=worn,
        audience=AudienceFactory(name="Buyers in the north"),
        message="Trade your old desks in",
    )
    CompetitorMove.objects.create(
        competitor=CompetitorFactory(name="CheapDesk"),
        kind="price_cut",
        description="Cut prices by 12 percent",
        happened_on=month_at(11),
    )
    material = MaterialFactory(name="Trade-in sheet", program=worn)
    MaterialVersion.objects.create(
        material=material,
        number=7,
        state="approved",
        change_note="New pictures",
        decided_at=datetime(2025, 12, 1, 9, tzinfo=UTC),
    )
    Deal.objects.filter(outcome=Outcome.WON).update(attributes={"Rebate": "40", "Colour": "red"})
    recompute(full=True)
    refresh_fits(on=TODAY)
    return cycle, worn, steady


def test_programs_are_listed_by_wear_and_the_worn_one_by_weeks_or_months(measured, sign_in):
    _, worn, steady = measured
    fits = wears()
    assert fits[worn.pk].weekly
    assert fits[worn.pk].wear.tiring
    low, high = fits[worn.pk].changed_between_wide
    assert low <= month_at(11) <= high + timedelta(days=31)
    text = sign_in("manager").get(link("optimize:wearing")).content.decode()
    assert text.index(worn.name) < text.index(steady.name)


def test_an_audience_with_a_message_in_a_channel_is_judged_or_says_why_not(measured, sign_in):
    (cell,) = cells()
    by_program = {one.pk: [found.key for found in cells(one.pk)] for one in measured[1:]}
    assert by_program == {pk: [cell.key] if pk in cell.programs else [] for pk in by_program}
    assert sorted(by_program.values()) == [[], [cell.key]]
    assert (cell.audience, cell.message) == ("Buyers in the north", "Trade your old desks in")
    assert cell.wear.known or cell.wear.reason
    assert "Buyers in the north" in sign_in("viewer").get(link("optimize:wearing")).content.decode()


def test_the_wear_of_a_program_stands_beside_rivals_moves_and_new_material(measured, sign_in):
    _, worn, _ = measured
    text = sign_in("manager").get(link("optimize:wear", worn.pk)).content.decode()
    assert "CheapDesk: price cut" in text
    assert "Trade-in sheet, version 7" in text
    assert "New pictures" in text
    assert "Efficacy lost" in text
    assert "90% interval" in text


def test_price_and_value_say_what_discounts_bought_and_how_little_that_proves(measured, sign_in):
    text = sign_in("manager").get(link("optimize:price") + ALL_TIME).content.decode()
    assert "Without comparing similar deals" in text
    assert "Discounts are not given at random" in text
    assert "Pocket price" in text
    assert "Rebates and bonuses" in text
    assert "Revenue ROMI" in text
    assert "Profitable, but on price" in text


def test_the_deals_behind_a_band_of_discount_are_those_that_it_counts(measured, sign_in):
    browser = sign_in("manager")
    decided = Deal.objects.filter(
        outcome__in=["won", "lost"], discount__gt=Decimal("0.05"), discount__lte=Decimal("0.1")
    ).count()
    listed = browser.get(link("execute:deals") + "?outcome=decided&behind=discount.50-100")
    assert listed.context["totals"].deals == decided > 0


def test_pages_of_wear_and_price_teach_the_next_step_where_nothing_is_measured(workspace, sign_in):
    browser = sign_in("manager")
    assert browser.get(link("optimize:wearing")).status_code == 200
    assert (
        "No decided deals with both prices" in browser.get(link("optimize:price")).content.decode()
    )


def test_costs_of_a_deal_are_read_from_the_columns_that_name_them():
    found = deal_costs(
        {"Rebate (EUR)": "1,200.50", "shipping_cost": 80, "Delivery date": "1 May", "rebate %": "x"}
    )
    assert found == {"Rebates and bonuses": Decimal("1200.50"), "Freight": Decimal(80)}
