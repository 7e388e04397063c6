"""Advice follows the measurement, and people decide on it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from optimize.actions.advice import (
    AlreadyDecided,
    CycleIsClosed,
    ReasonMissing,
    decide,
    refresh_recommendations,
)
from optimize.actions.fits import refresh_fits
from optimize.actions.recompute import recompute
from optimize.actions.scoring import score_decisions
from optimize.models import Decision, Experiment, Fit, Recommendation
from optimize.queries.fits import wears
from tests.factories.optimize import RecommendationFactory
from tests.optimize.scene import TODAY, WORN_AFTER, company, month_at

pytestmark = pytest.mark.django_db


def _advised():
    cycle, worn, steady = company()
    recompute()
    refresh_fits(on=TODAY)
    refresh_recommendations(cycle=cycle, on=TODAY)
    return cycle, worn, steady


def test_a_program_that_wears_is_dated_and_a_steady_one_is_not(workspace):
    _, worn, steady = _advised()

    fits = wears([worn.pk, steady.pk])

    assert fits[worn.pk].wear.tiring
    first, last = fits[worn.pk].changed_between
    assert first <= month_at(WORN_AFTER) + timedelta(days=31)
    assert last >= month_at(WORN_AFTER)
    assert not fits[steady.pk].wear.tiring


def test_a_worn_program_is_recommended_for_renewal_with_its_evidence(workspace):
    cycle, worn, steady = _advised()

    found = Recommendation.objects.filter(cycle=cycle, program=worn, kind__in=["retire", "refresh"])

    assert found.count() == 1
    row = found[0]
    assert row.state == Recommendation.State.WAITING
    assert "Webinar" in row.title
    assert "Efficacy fell" in row.summary
    assert "period 1" not in row.text
    assert row.evidence["decline"]["low"] > 0
    assert not Recommendation.objects.filter(
        program=steady, kind__in=["retire", "refresh"]
    ).exists()


def test_measuring_again_changes_nothing_and_adds_nothing(workspace):
    cycle, *_ = _advised()
    before = list(Recommendation.objects.order_by("pk").values_list("pk", "title", "gain"))
    fits = Fit.objects.count()

    refresh_fits(on=TODAY)
    refresh_recommendations(cycle=cycle, on=TODAY)

    assert list(Recommendation.objects.order_by("pk").values_list("pk", "title", "gain")) == before
    assert Fit.objects.count() == fits


def test_what_waits_and_is_no_longer_supported_is_removed_and_what_was_decided_stays(
    workspace, member
):
    cycle, *_ = company()
    waiting = RecommendationFactory(cycle=cycle)
    decided = RecommendationFactory(cycle=cycle)
    decide(recommendation=decided, decision="accepted", by=member("manager"))

    refresh_recommendations(cycle=cycle, on=TODAY)

    assert not Recommendation.objects.filter(pk=waiting.pk).exists()
    assert Recommendation.objects.get(pk=decided.pk).state == "accepted"


def test_without_advice_the_page_says_why_to_hold(workspace):
    cycle, *_ = company()

    assert refresh_recommendations(cycle=cycle, on=TODAY) == []

    assert "Hold" in Fit.objects.get(kind=Fit.Kind.HOLDING).result["says"]


def test_while_a_test_runs_the_advice_is_to_hold_and_that_is_decided_and_scored(
    workspace, member, sign_in
):
    cycle, worn, _ = company()
    test = Experiment.objects.create(
        name="Half without",
        treatment="No mail",
        unit=Experiment.Unit.ACCOUNT,
        metric=Experiment.Metric.OPENED,
        smallest_lift=0.2,
        program=worn,
        state=Experiment.State.RUNNING,
        starts_on=TODAY - timedelta(days=7),
        ends_on=TODAY + timedelta(days=50),
    )
    recompute()
    refresh_fits(on=TODAY)
    refresh_recommendations(cycle=cycle, on=TODAY)

    (row,) = Recommendation.objects.filter(cycle=cycle, program=worn)
    assert row.kind == "hold"
    assert "Half without" in row.summary
    assert "until it ends" in row.gain_reason
    page = sign_in("manager").get(f"/w/{workspace.slug}/optimize/recommendations/{row.pk}/")
    assert f"experiments/{test.pk}/" in page.text
    assert "Running test" in page.text

    decide(recommendation=row, decision="accepted", by=member("manager"))
    score_decisions(now=timezone.now(), on=TODAY)
    row.refresh_from_db()
    assert (row.state, row.scored_at is not None) == ("accepted", True)


def test_rejecting_needs_a_reason(workspace, member):
    row = RecommendationFactory()

    with pytest.raises(ReasonMissing):
        decide(recommendation=row, decision="rejected", reason="  ", by=member("manager"))

    assert Recommendation.objects.get(pk=row.pk).state == "waiting"
    decide(recommendation=row, decision="rejected", reason="Too late", by=member("manager"))
    assert Decision.objects.get().reason == "Too late"


def test_of_two_who_decide_at_once_the_second_is_told(workspace, member):
    row = RecommendationFactory()
    decide(recommendation=row, decision="accepted", by=member("manager"))

    with pytest.raises(AlreadyDecided, match="accepted this in the meantime"):
        decide(recommendation=row, decision="later", by=member("owner"))

    assert Decision.objects.count() == 1


def test_whoever_saw_a_decision_may_change_it_and_the_history_stays(workspace, member):
    row = RecommendationFactory()
    first = decide(recommendation=row, decision="later", by=member("manager"))

    decide(recommendation=row, decision="accepted", by=member("manager"), seen=first.at)

    assert Recommendation.objects.get(pk=row.pk).state == "accepted"
    assert set(Decision.objects.values_list("decision", flat=True)) == {"later", "accepted"}


def test_a_closed_cycle_takes_no_decision(workspace, member):
    row = RecommendationFactory()
    row.cycle.stage, row.cycle.closed_at = "closed", timezone.now()
    row.cycle.save()

    with pytest.raises(CycleIsClosed):
        decide(recommendation=row, decision="accepted", by=member("manager"))


def test_what_is_no_decision_is_refused(workspace, member):
    with pytest.raises(ValueError, match="not a valid decision"):
        decide(recommendation=RecommendationFactory(), decision="perhaps", by=member("manager"))
