"""Objectives come along, forecasts and decisions are scored, and the next cycle is told."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ipeo.models import Cycle
from ipeo.navigation import link
from ipeo.numerics.ranges import Days
from ipeo.queries.ranges import Range
from ipeo.templatetags.changes import change_words
from optimize.actions.advice import decide
from optimize.actions.learning import record_learnings
from optimize.actions.recompute import recompute
from optimize.actions.scoring import score_closed_cycles, score_decisions
from optimize.models import Experiment, Recommendation, Snapshot
from optimize.queries.courses import courses_of
from optimize.queries.overview import key_figures_of
from optimize.queries.pacing import calibration, paces_of, scores_of, share_gone
from optimize.queries.recommendations import after_of
from plan.models import Forecast, Scenario
from plan.queries.baselines import baselines_of
from tests.factories.ipeo import CycleFactory
from tests.factories.optimize import RecommendationFactory
from tests.factories.plan import ObjectiveFactory, ScenarioFactory
from tests.optimize.scene import TODAY, company

pytestmark = pytest.mark.django_db


def _planned(target=40_000):
    cycle, worn, steady = company()
    objective = ObjectiveFactory(
        cycle=cycle, metric="won_margin", target=Decimal(target), due_date=cycle.ends_on
    )
    scenario = ScenarioFactory(cycle=cycle, status=Scenario.Status.APPROVED)
    forecast = Forecast.objects.create(
        scenario=scenario,
        objective=objective,
        metric="won_margin",
        expected=Decimal(38_000),
        low=Decimal(25_000),
        high=Decimal(52_000),
        rests_on={"n": 30, "quantiles": [20_000 + 400 * place for place in range(1, 100)]},
    )
    recompute()
    return cycle, worn, steady, forecast


def test_an_objective_shows_its_pace_and_the_chance_to_reach_it(workspace):
    cycle, *_ = _planned()

    (pace,) = paces_of(cycle, TODAY)
    (hard,) = paces_of(cycle, TODAY - timedelta(days=60))

    assert 0.85 < pace.gone < 1
    assert pace.planned == pytest.approx(40_000 * pace.gone)
    assert pace.pacing.value == pytest.approx(pace.actual / pace.planned)
    assert pace.actual <= pace.outlook.ends_at.low <= pace.outlook.ends_at.high
    assert 0 <= pace.outlook.chance <= 1
    assert hard.gone < pace.gone


def test_an_objectives_way_adds_up_month_by_month_to_where_it_stands(workspace, sign_in):
    cycle, *_ = _planned()
    share = ObjectiveFactory(cycle=cycle, metric="win_rate", target=Decimal("0.4"))
    paces = paces_of(cycle, TODAY)

    (course,) = courses_of(cycle, paces, TODAY)

    assert (course.days[0], course.actual[0]) == (cycle.starts_on - timedelta(days=1), 0)
    assert course.actual[-1] == pytest.approx(course.pace.actual)
    assert list(course.actual) == sorted(course.actual)
    assert course.planned[-1] == (cycle.ends_on, pytest.approx(course.target))
    assert not courses_of(cycle, paces, cycle.starts_on - timedelta(days=1))
    text = sign_in("viewer").get(link("optimize:pacing", cycle.pk)).content.decode()
    assert text.count("Running total, planned and goal") == 1
    assert str(share) in text


def test_the_next_cycle_begins_from_what_this_one_paced_and_was_measured_to(workspace):
    cycle, *_ = _planned()
    ObjectiveFactory(cycle=cycle, metric="win_rate")
    Cycle.objects.filter(pk=cycle.pk).update(stage="closed", closed_at=timezone.now())
    following = CycleFactory(campaign=cycle.campaign, number=cycle.number + 1)

    found = baselines_of(following)

    margin, rate = (pace.actual for pace in paces_of(cycle, TODAY))
    assert found["won_margin"].estimate.value == pytest.approx(margin)
    assert found["win_rate"].estimate.value == pytest.approx(rate)
    assert found["win_rate"].estimate.has_interval
    assert found["win_rate"].covers.startswith(f"cycle {cycle.number}")
    share = found["value_share"].estimate
    assert 0 <= share.low <= share.value <= share.high <= 1


def test_what_is_planned_to_date_follows_the_money_of_the_months(workspace):
    cycle = CycleFactory(starts_on=date(2026, 1, 1), ends_on=date(2026, 3, 31))
    planned = {date(2026, month, 1): Decimal(amount) for month, amount in ((1, 0), (2, 1), (3, 3))}

    assert share_gone(cycle, planned, date(2026, 1, 31), cycle.ends_on) == 0
    assert share_gone(cycle, planned, date(2026, 2, 14), cycle.ends_on) == pytest.approx(0.125)
    assert share_gone(cycle, planned, date(2026, 3, 31), cycle.ends_on) == 1
    flat = dict.fromkeys(planned, Decimal(0))
    assert share_gone(cycle, flat, date(2026, 2, 28), cycle.ends_on) == pytest.approx(2 / 3)


def test_a_forecast_is_scored_when_its_cycle_is_over_and_once(workspace):
    cycle, _, _, forecast = _planned()
    assert scores_of(cycle) == []
    assert not calibration().inside.known
    assert score_closed_cycles() == 0

    Cycle.objects.filter(pk=cycle.pk).update(stage="closed", closed_at=timezone.now())
    assert score_closed_cycles() == 1
    assert score_closed_cycles() == 0

    (score,) = scores_of(cycle)
    held = Forecast.objects.get(pk=forecast.pk)
    assert score.actual == pytest.approx(float(held.actual))
    assert score.inside == (25_000 <= score.actual <= 52_000)
    assert score.crps > 0
    assert score.interval_score >= 27_000
    assert calibration().inside.n == 1


def test_pacing_and_scores_stand_on_pages_and_in_the_api(workspace, sign_in):
    cycle, *_ = _planned()
    Cycle.objects.filter(pk=cycle.pk).update(stage="closed", closed_at=timezone.now())
    score_closed_cycles()
    browser = sign_in("viewer")

    page = browser.get(link("optimize:pacing", cycle.pk)).content.decode()
    assert "Won margin" in page
    assert "Forecast accuracy" in page
    panel = browser.get(link("optimize:pacing", cycle.pk), headers={"HX-Request": "true"})
    assert b"<html" not in panel.content
    assert b"Forecast accuracy" in browser.get(link("optimize:cycle", cycle.pk)).content
    slug = {"headers": {"Ipeo-Workspace": workspace.slug}}
    held = browser.get(f"/api/v1/pacing/?cycle={cycle.pk}", **slug).json()
    assert held["objectives"][0]["share_gone"] == 1
    assert held["scores"][0]["forecast_of"] == "Won margin"
    assert browser.get("/api/v1/pacing/?cycle=0", **slug).status_code == 404
    assert browser.get("/api/v1/pacing/?cycle=x", **slug).status_code == 400


def _following(cycle):
    Cycle.objects.filter(pk=cycle.pk).update(stage="closed", closed_at=timezone.now())
    return CycleFactory(campaign=cycle.campaign, number=cycle.number + 1)


def _decided(cycle, member, at, **more):
    row = RecommendationFactory(cycle=cycle, evidence={}, **more)
    decide(recommendation=row, decision="accepted", by=member("manager"), now=at)
    return row


def test_a_decision_is_scored_by_what_the_money_did_afterwards(workspace, member, sign_in):
    cycle, worn, _, _ = _planned()
    early = _decided(cycle, member, datetime(2025, 9, 10, tzinfo=UTC), program=worn)
    late = _decided(cycle, member, datetime(2026, 6, 1, tzinfo=UTC), program=worn, kind="refresh")

    assert score_decisions(on=TODAY) == 2

    found = after_of(Recommendation.objects.get(pk=early.pk))
    assert found.low < found.value < found.high
    # The webinar went on wearing out while the other program stood.
    assert found.value < 0
    assert "not over yet" in after_of(Recommendation.objects.get(pk=late.pk)).reason
    page = sign_in("manager").get(link("optimize:recommendation", early.pk)).content.decode()
    assert "Result of the decision" in page
    following = _following(cycle)
    page = sign_in("manager").get(link("optimize:cycle", following.pk)).content.decode()
    assert "Results of earlier decisions" in page


def test_many_decisions_are_scored_in_as_few_queries_as_two(workspace, member):
    cycle, *_ = _planned()
    other = CycleFactory()
    asked = []
    for more in (2, 6):
        for _ in range(more):
            for one in (cycle, other):
                _decided(one, member, datetime(2025, 9, 10, tzinfo=UTC))
        with CaptureQueriesContext(connection) as queries:
            assert score_decisions(on=TODAY) > more
        asked.append(len(queries))
    assert asked[0] == asked[1]
    assert Recommendation.objects.filter(scored_at=None).count() == 0


def test_a_recommendation_leads_to_an_experiment_that_is_filled_in(workspace, sign_in):
    cycle, worn, *_ = company()
    row = RecommendationFactory(cycle=cycle, kind="test", program=worn, title="Test the webinar")
    browser = sign_in("manager")
    here = link("optimize:recommendation", row.pk)
    assert f"?recommendation={row.pk}" in browser.get(here).content.decode()

    form = browser.get(f"{link('optimize:new_experiment')}?recommendation={row.pk}")
    held = form.context["form"].initial
    assert held["name"] == "Test the webinar"
    assert held["program"] == worn.pk
    typed = {key: held[key] for key in ("name", "treatment", "unit", "metric", "weeks", "program")}
    address = f"{link('optimize:new_experiment')}?recommendation={row.pk}"
    browser.post(address, typed | {"share": "50%", "smallest_lift": "20%"})

    made = Experiment.objects.get()
    assert made.recommendation == row
    assert "Test the webinar" in browser.get(here).content.decode()


def test_a_stopped_test_becomes_a_finding_with_its_evidence_as_it_was(workspace, member, sign_in):
    cycle, *_ = company()
    days = [f"2026-05-{day:02}" for day in range(1, 11)]
    test = Experiment.objects.create(
        name="Letter",
        treatment="A letter",
        unit="person",
        metric="opened",
        smallest_lift=0.2,
        cycle=cycle,
        state="stopped",
        decision="adopt",
        starts_on=date(2026, 5, 1),
        ends_on=date(2026, 5, 28),
        result={
            "verdict": "treated",
            "n_control": 500,
            "n_treated": 510,
            "value": 0.3,
            "low": 0.1,
            "high": 0.5,
            "level": 0.95,
            "through": "2026-05-28",
            "series": [[day, 0.3, 0.1, 0.5] for day in days],
        },
    )
    following = _following(cycle)
    recompute()

    record_learnings(cycle, following, member("manager"))
    record_learnings(cycle, following, member("manager"))

    test.refresh_from_db()
    assert "Treatment does better: +30%" in test.finding.statement
    assert test.finding.confidence == "high"
    kept = Snapshot.objects.get(kind="experiment")
    assert test.finding.evidence_url == link("optimize:snapshot", kept.pk)
    browser = sign_in("viewer")
    page = browser.get(link("optimize:snapshot", kept.pk)).content.decode()
    assert "Archived evidence" in page
    assert "95% interval, valid on each day" in page
    assert "95% interval 10.0% to 50.0%, n = 1,010" in page
    assert "80% interval" not in page
    assert "1 May 2026 to 28 May 2026" in page
    for one in Snapshot.objects.all():
        assert browser.get(link("optimize:snapshot", one.pk)).status_code == 200
    assert browser.get(link("optimize:snapshot", 10**9)).status_code == 404


def test_days_to_come_are_not_called_a_fall(workspace):
    company()
    recompute()
    ahead = Days(timezone.localdate() + timedelta(days=30), timezone.localdate() + timedelta(90))
    held = key_figures_of(
        Range("custom", "Next", ahead, Days(TODAY - timedelta(days=200), TODAY), "before")
    )
    pipeline = held.figure("sourced_pipeline_amount")
    assert pipeline.change.before is pipeline.change.now
    assert "this period has not begun" in change_words(pipeline.change, pipeline.kind)


def test_an_objectives_page_loads_how_it_comes_along(workspace, sign_in):
    cycle, *_, forecast = _planned()
    objective = forecast.objective
    other = ObjectiveFactory(cycle=cycle, metric="win_rate", target=Decimal("0.6"))
    recompute()
    client = sign_in("marketer")

    page = client.get(link("plan:objective", objective.pk)).text

    panel = f"{link('optimize:pacing', cycle.pk)}?objective={objective.pk}"
    assert f'hx-get="{panel}"' in page
    shown = client.get(panel, headers={"HX-Request": "true"}).text
    assert str(objective) in shown
    assert str(other) not in shown
    assert str(other) in client.get(panel).text
