"""Optimize's pages and its API."""

import csv
import io

import pytest

from ipeo.models import Run
from optimize.actions.advice import refresh_recommendations
from optimize.actions.fits import refresh_fits
from optimize.actions.recompute import recompute
from optimize.models import Decision, Period, Recommendation
from tests.factories.optimize import RecommendationFactory
from tests.optimize.scene import TODAY, company

pytestmark = pytest.mark.django_db


@pytest.fixture
def measured(workspace):
    cycle, worn, steady = company()
    recompute()
    refresh_fits(on=TODAY)
    refresh_recommendations(cycle=cycle, on=TODAY)
    return cycle, worn, steady


def _at(workspace, path):
    return f"/w/{workspace.slug}/optimize/{path}"


@pytest.mark.parametrize("by", ["channel", "program", "campaign", "rep", "product", "month"])
def test_the_figures_are_shared_out_by_each_breakdown(workspace, measured, sign_in, by):
    page = sign_in("viewer").get(
        _at(workspace, ""), {"by": by, "date_from": "2024-10-01", "date_to": "2026-06-30"}
    )

    assert page.status_code == 200
    assert page.context["rows"]


def test_a_channels_row_leads_to_its_curve(workspace, measured, sign_in):
    client = sign_in("viewer")
    page = client.get(_at(workspace, ""), {"by": "channel", "date_from": "2024-10-01"})
    (channel, *_) = [line.row for line in page.context["rows"] if line.row.id]

    address = _at(workspace, f"curves/{channel.id}/")
    assert address in page.content.decode()
    assert f"Response curve: {channel.key}" in client.get(address).content.decode()


@pytest.mark.parametrize("model", ["first", "last", "linear", "time_decay", "u", "w"])
def test_credit_can_be_switched(workspace, measured, sign_in, model):
    page = sign_in("viewer").get(_at(workspace, ""), {"model": model})

    assert page.status_code == 200
    assert page.context["wish"].model == model


def test_dates_that_make_no_range_are_told_where_they_were_typed(workspace, measured, sign_in):
    page = sign_in("viewer").get(
        _at(workspace, ""), {"date_from": "2026-05-01", "date_to": "2026-04-01"}
    )

    assert page.status_code == 422
    assert "must not be before the first" in page.content.decode()
    assert "2026-05-01" in page.content.decode()


def test_the_export_holds_each_row_with_both_ends_of_its_intervals(workspace, measured, sign_in):
    answer = sign_in("viewer").get(
        _at(workspace, "export.csv"),
        {"by": "program", "date_from": "2024-10-01", "date_to": "2026-06-30"},
    )

    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    webinar = next(row for row in rows if row["key"] == "Webinar")
    low, value, high = (
        float(webinar[name]) for name in ("win_rate_low", "win_rate", "win_rate_high")
    )
    assert low < value < high


def test_the_cycles_page_tells_wear_price_return_and_advice(workspace, measured, sign_in):
    cycle, worn, steady = measured

    text = sign_in("manager").get(_at(workspace, f"cycles/{cycle.pk}/")).content.decode()

    assert "tiring" in text
    assert "steady" in text
    assert "ive points of discount" in text
    assert "Close the period" in text
    assert worn.name in text
    assert steady.name in text


def test_a_programs_page_shows_its_months_and_efficacy(workspace, measured, sign_in):
    _, worn, _ = measured

    page = sign_in("viewer").get(
        _at(workspace, f"programs/{worn.pk}/"), {"date_from": "2024-10-01", "date_to": "2026-06-30"}
    )

    assert page.status_code == 200
    assert "Lost" in page.content.decode()
    assert len(page.context["months"]) >= 20


def test_a_recommendation_is_rejected_only_with_a_reason_and_keeps_what_was_typed(
    workspace, measured, sign_in
):
    row = RecommendationFactory(cycle=measured[0])
    client, address = sign_in("manager"), _at(workspace, f"recommendations/{row.pk}/")

    refused = client.post(address, {"decision": "rejected", "reason": ""})
    assert refused.status_code == 422
    assert "Enter a reason" in refused.content.decode()
    told = client.post(address, {"decision": "rejected", "reason": "Contract runs on"}, follow=True)

    assert "Rejected: " in told.content.decode()
    assert Decision.objects.get().reason == "Contract runs on"
    assert "Contract runs on" in client.get(address).content.decode()


def test_the_second_to_decide_is_told_what_the_first_did(workspace, measured, sign_in):
    row = RecommendationFactory(cycle=measured[0])
    address = _at(workspace, f"recommendations/{row.pk}/")
    sign_in("manager").post(address, {"decision": "accepted"})

    late = sign_in("owner").post(address, {"decision": "later", "reason": "My reason"})

    assert late.status_code == 422
    assert "has accepted this in the meantime" in late.content.decode()
    assert "My reason" in late.content.decode()


def test_only_managers_decide_and_close(workspace, measured, sign_in):
    cycle = measured[0]
    row = RecommendationFactory(cycle=cycle)
    client = sign_in("marketer")

    decided = client.post(_at(workspace, f"recommendations/{row.pk}/"), {"decision": "accepted"})
    closed = client.post(_at(workspace, f"cycles/{cycle.pk}/close/"))

    assert decided.status_code == closed.status_code == 403
    assert not Period.objects.exists()


def test_a_manager_closes_the_period_on_the_page(workspace, measured, sign_in):
    cycle = measured[0]

    sign_in("manager").post(_at(workspace, f"cycles/{cycle.pk}/close/"))

    assert Period.objects.get().cycle == cycle


def test_measuring_now_shows_its_progress_and_then_loads_the_page_anew(
    workspace, measured, sign_in, do_due_work
):
    client = sign_in("marketer")

    asked = client.post(_at(workspace, "measure/"), headers={"HX-Request": "true"})
    run = Run.objects.get(kind="recompute")
    waiting = client.get(_at(workspace, f"measure/{run.pk}/"), headers={"HX-Request": "true"})
    do_due_work()
    done = client.get(_at(workspace, f"measure/{run.pk}/"), headers={"HX-Request": "true"})

    assert "<progress" in asked.content.decode()
    assert "HX-Refresh" not in waiting.headers
    assert done.headers["HX-Refresh"] == "true"


def test_a_measurement_in_the_background_brings_advice(workspace, sign_in, do_due_work):
    company()

    sign_in("manager").post(_at(workspace, "measure/"))
    runs = do_due_work()

    assert {run.state for run in runs} == {"done"}, [run.error for run in runs]
    assert Recommendation.objects.filter(kind__in=["retire", "refresh"]).exists()


def test_the_api_decides_closes_and_tells_the_measurement(workspace, measured, sign_in):
    cycle = measured[0]
    row = RecommendationFactory(cycle=cycle)
    client, at = sign_in("manager"), {"IPEO-Workspace": workspace.slug}

    state = client.get("/api/v1/measurement/", headers=at)
    refused = client.post(
        f"/api/v1/recommendations/{row.pk}/decide/",
        {"decision": "rejected"},
        content_type="application/json",
        headers=at,
    )
    decided = client.post(
        f"/api/v1/recommendations/{row.pk}/decide/",
        {"decision": "rejected", "reason": "No"},
        content_type="application/json",
        headers=at,
    )
    closed = client.post(
        "/api/v1/periods/", {"cycle": cycle.pk}, content_type="application/json", headers=at
    )
    again = client.post(
        "/api/v1/periods/", {"cycle": cycle.pk}, content_type="application/json", headers=at
    )

    assert state.json()["is_stale"] is False
    assert refused.status_code == 400
    assert decided.json()["state"] == "rejected"
    assert decided.json()["decisions"][0]["reason"] == "No"
    assert closed.status_code == 201
    assert again.status_code == 409
