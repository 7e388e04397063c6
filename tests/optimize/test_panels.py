"""The parts of home and campaign pages that Optimize provides."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from optimize.actions.advice import refresh_recommendations
from optimize.actions.fits import refresh_fits
from optimize.actions.recompute import recompute
from tests.factories.insight import CompetitorMoveFactory
from tests.factories.optimize import RecommendationFactory
from tests.optimize.scene import TODAY, company

pytestmark = pytest.mark.django_db

CAMPAIGN = ("figures", "funnel", "next", "efficacy")
HOME = ("figures", "money", "next")


def _addresses(workspace, cycle):
    here = f"/w/{workspace.slug}/optimize"
    return [f"{here}/cycles/{cycle.pk}/{name}/" for name in CAMPAIGN] + [
        f"{here}/{name}/" for name in HOME
    ]


def _measure(cycle):
    recompute()
    refresh_fits(on=TODAY)
    refresh_recommendations(cycle=cycle, on=TODAY)


def test_before_the_first_measurement_panels_say_so(workspace, sign_in):
    cycle, *_ = company()
    client = sign_in("manager")

    for address in _addresses(workspace, cycle):
        page = client.get(address, headers={"HX-Request": "true"})
        assert page.status_code == 200
        assert "Not measured yet" in page.content.decode(), address


def test_each_panel_is_one_card_for_htmx_and_a_page_of_its_own(workspace, sign_in):
    cycle, *_ = company()
    _measure(cycle)
    client = sign_in("viewer")

    for address in _addresses(workspace, cycle):
        part = client.get(address, headers={"HX-Request": "true"})
        whole = client.get(address)
        assert part.status_code == whole.status_code == 200
        assert "<html" not in part.content.decode(), address
        assert "<html" in whole.content.decode(), address


def test_the_campaign_page_offers_the_panels_and_its_stage_links_to_optimize(workspace, sign_in):
    cycle, *_ = company()

    page = sign_in("manager").get(f"/w/{workspace.slug}/campaigns/{cycle.campaign_id}/")

    for name in CAMPAIGN:
        assert f"/optimize/cycles/{cycle.pk}/{name}/" in page.content.decode()


def test_the_efficacy_panel_shows_the_worn_program_with_the_rivals_move(workspace, sign_in):
    cycle, *_ = company()
    move = CompetitorMoveFactory()
    _measure(cycle)

    page = sign_in("manager").get(f"/w/{workspace.slug}/optimize/cycles/{cycle.pk}/efficacy/")

    text = page.content.decode()
    assert "Efficacy of Webinar" in text
    assert move.competitor.name in text
    assert "break-even" in text


def test_a_manager_decides_from_the_panel_and_a_viewer_only_looks(workspace, sign_in):
    cycle, *_ = company()
    _measure(cycle)
    address = f"/w/{workspace.slug}/optimize/cycles/{cycle.pk}/next/"

    assert "Decide" in sign_in("manager").get(address).content.decode()
    assert "Decide" not in sign_in("viewer").get(address).content.decode()


def test_panels_ask_the_same_number_of_queries_however_many_rows(workspace, sign_in):
    cycle, *_ = company()
    _measure(cycle)
    client = sign_in("manager")

    def queries():
        counts = []
        for address in _addresses(workspace, cycle):
            client.get(address)
            with CaptureQueriesContext(connection) as seen:
                client.get(address)
            counts.append(len(seen))
        return counts

    few = queries()
    for _ in range(20):
        RecommendationFactory(cycle=cycle)

    assert queries() == few
