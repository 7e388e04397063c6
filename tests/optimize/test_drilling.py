"""Each number leads to a list that holds exactly what it counts."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ipeo.numerics.ranges import Days
from ipeo.queries.ranges import range_of
from optimize.actions.recompute import recompute
from optimize.queries.breakdown import lines_of
from optimize.queries.overview import HOME, OVERVIEW, Subject, key_figures_of
from tests.factories.ipeo import CampaignFactory
from tests.optimize.scene import company

pytestmark = pytest.mark.django_db

ASKED = {"date_from": "2024-10-15", "date_to": "2026-06-10"}


@pytest.fixture
def measured(workspace):
    cycle, worn, steady = company()
    recompute()
    return cycle, worn, steady


def _totals(client, href):
    page = client.get(href)
    assert page.status_code == 200, href
    return page.context["totals"]


def test_a_breakdowns_counts_lead_to_as_many_deals_touches_and_as_much_money(
    workspace, measured, sign_in
):
    client = sign_in("manager")
    days = Days(date(2024, 10, 15), date(2026, 6, 10))
    seen = 0
    for by in ("program", "channel", "campaign", "product", "month"):
        for line in lines_of(by=by, days=days, model="first"):
            figures = line.row.figures
            if line.won:
                found = _totals(client, line.won)
                assert found.deals == figures.deals_won, (by, line.row.key)
                assert (found.net_amount or 0) == figures.net_amount
                assert _totals(client, line.decided).deals == figures.win_rate.n
                seen += 1
            if line.spend:
                assert _totals(client, line.spend).actual == figures.spend, (by, line.row.key)
            if line.touches:
                page = client.get(line.touches)
                assert page.context["many"] == figures.touches, (by, line.row.key)
            if by == "month" and seen > 12:
                break


def test_key_figures_lead_to_the_deals_that_they_rest_on(workspace, measured, sign_in):
    cycle, worn, _ = measured
    client = sign_in("manager")
    chosen = range_of(ASKED)
    for subject in (Subject(), Subject(program=worn), Subject(campaign=cycle.campaign)):
        held = key_figures_of(chosen, subject=subject, names=(*HOME, *OVERVIEW))
        for one in held.figures:
            if one.estimate.known and one.name != "cac":
                found = _totals(client, one.href)
                assert found.deals == one.estimate.n, (subject, one.name)
        net = held.figure("sourced_pipeline_amount")
        assert float(_totals(client, net.href).net_amount) == net.estimate.value


def test_the_list_says_whose_deals_it_holds_and_keeps_that_while_it_is_narrowed(
    workspace, measured, sign_in
):
    _, worn, _ = measured
    client = sign_in("manager")

    page = client.get(
        f"/w/{workspace.slug}/deals/", {"behind": f"first.program.{worn.pk}", "outcome": "decided"}
    )

    text = page.content.decode()
    assert f"credited to {worn.name} by first touch" in text
    assert f'name="behind" value="first.program.{worn.pk}"' in text


@pytest.mark.parametrize(
    "wish", ["nonsense", "first.program.999999999", "first.nobody.1", "x.program.1", ",", "a" * 300]
)
def test_a_wish_that_means_nothing_is_refused_and_no_crash(workspace, sign_in, wish):
    page = sign_in("viewer").get(f"/w/{workspace.slug}/deals/", {"behind": wish})

    assert page.status_code == 422


def test_a_step_of_the_funnel_leads_to_as_many_buyers(workspace, measured, sign_in):
    cycle, *_ = measured
    client = sign_in("viewer")
    story = client.get(f"/w/{workspace.slug}/optimize/cycles/{cycle.pk}/funnel/").context["story"]

    for step in story.funnel.steps:
        page = client.get(f"/w/{workspace.slug}/optimize/cycles/{cycle.pk}/buyers/{step.depth}/")
        assert page.context["many"] == step.reached
    assert (
        client.get(f"/w/{workspace.slug}/optimize/cycles/{cycle.pk}/buyers/9/").status_code == 404
    )
    if story.leak is not None:
        assert story.leak.share.value == min(
            one.share.value for one in story.passages if one.share.known
        )


def test_the_home_asks_the_database_as_often_whatever_there_is(workspace, measured, sign_in):
    client = sign_in("manager")
    here = f"/w/{workspace.slug}"
    counts = []
    for _ in range(2):
        asked = 0
        for path in ("/", "/optimize/figures/", "/optimize/money/", "/optimize/next/"):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert client.get(here + path, {"range": "twelve"}).status_code == 200
            asked += len(queries)
        counts.append(asked)
        for number in range(5):
            CampaignFactory(name=f"More {len(counts)} {number}")

    assert counts[0] == counts[1]
    assert counts[0] < 90


def test_the_range_stays_in_the_address_of_every_panel(workspace, measured, sign_in):
    cycle, *_ = measured
    client = sign_in("manager")

    home = client.get(f"/w/{workspace.slug}/", {"range": "last_quarter", "against": "year"})
    campaign = client.get(f"/w/{workspace.slug}/campaigns/{cycle.campaign_id}/")

    assert "optimize/figures/?range=last_quarter&amp;against=year" in home.content.decode()
    assert "figures/?range=cycle&amp;against=before" in campaign.content.decode()
    figures = client.get(
        f"/w/{workspace.slug}/optimize/figures/",
        {"date_from": "2026-01-01", "date_to": "2026-06-10"},
    ).content.decode()
    assert "No clear change" in figures
