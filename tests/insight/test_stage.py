"""The gate of Insight, its line, and what it hands on to Plan."""

from datetime import date

import pytest

from insight.actions.findings import dispose_finding, record_finding
from ipeo import stages
from ipeo.actions.campaigns import advance_cycle, start_campaign
from ipeo.models import Cycle
from tests.factories.insight import (
    AudienceFactory,
    BrandStoryFactory,
    ContactFactory,
    DispositionFactory,
    FindingFactory,
    ProofPointFactory,
)
from tests.factories.ipeo import CycleFactory


@pytest.fixture
def cycle(workspace):
    return CycleFactory(number=3)


def missing(cycle):
    return [blocker.message for blocker in stages.stage("insight").gate(cycle)]


def test_the_gate_asks_for_an_audience_a_proved_story_and_decisions(cycle, member):
    finding = FindingFactory(campaign=cycle.campaign)
    DispositionFactory(finding=finding, cycle=cycle, carried=True)
    DispositionFactory(finding=FindingFactory(campaign=cycle.campaign), cycle=cycle)
    assert missing(cycle) == [
        "Define an audience",
        "Write the brand story",
        "Decide on 1 finding carried over",
    ]
    AudienceFactory()
    story = BrandStoryFactory()
    assert missing(cycle) == [
        "Add a proof point to the brand story",
        "Decide on 1 finding carried over",
    ]
    ProofPointFactory(story=story)
    dispose_finding(
        finding=finding, cycle=cycle, decision="deferred", reason="Later.", by=member("manager")
    )
    assert missing(cycle) == []


def test_every_blocker_links_to_where_it_is_mended(cycle, sign_in):
    DispositionFactory(finding=FindingFactory(campaign=cycle.campaign), cycle=cycle, carried=True)
    browser = sign_in("marketer")
    for blocker in stages.stage("insight").gate(cycle):
        assert browser.get(blocker.href).status_code == 200


def test_the_stage_is_summed_up_in_a_line(cycle):
    summary = stages.stage("insight").summary
    assert summary(cycle) == stages.Summary("No findings yet", pytest.approx(1 / 3))
    for carried in (True, True, False):
        DispositionFactory(
            finding=FindingFactory(campaign=cycle.campaign), cycle=cycle, carried=carried
        )
    assert summary(cycle).line == "3 findings, 2 carried from cycle 2"
    AudienceFactory()
    ProofPointFactory()
    assert summary(cycle).fraction == pytest.approx(2 / 3)


def test_what_insight_hands_on_is_frozen(workspace, member):
    campaign = start_campaign(
        name="Desks", owner=None, starts_on=date(2026, 1, 1), ends_on=date(2026, 6, 30)
    )
    cycle = Cycle.objects.get()
    ContactFactory()
    audience = AudienceFactory(size=None)
    point = ProofPointFactory()
    finding = FindingFactory(campaign=campaign, statement="Demos win.")
    dispose_finding(finding=finding, cycle=cycle, decision="adopted", by=member("manager"))
    change = advance_cycle(cycle=cycle, by=member("marketer"))
    finding.statement = "Something else."
    finding.save()
    change.refresh_from_db()
    assert change.handoff["findings"] == [
        {
            "id": finding.pk,
            "statement": "Demos win.",
            "source": "research",
            "confidence": "medium",
            "expires_on": None,
            "carried": False,
            "decision": "adopted",
            "reason": "",
        }
    ]
    assert change.handoff["brand_story"]["proof_points"] == [point.statement]
    assert change.handoff["audiences"][0]["name"] == audience.name
    assert change.handoff["audiences"][0]["size"] == 1


def test_closing_a_cycle_lets_its_learnings_await_a_decision_in_the_next(workspace, member):
    campaign = start_campaign(
        name="Desks", owner=None, starts_on=date(2026, 1, 1), ends_on=date(2026, 6, 30)
    )
    first = Cycle.objects.get()
    old = FindingFactory(campaign=campaign, statement="Known before.")
    learned = record_finding(
        cycle=first, kind="fatigue", subject_key="program:1", statement="It wears out."
    )
    Cycle.objects.filter(pk=first.pk).update(stage=Cycle.Stage.OPTIMIZE)
    advance_cycle(cycle=first, by=member("owner"), override_reason="The quarter is over.")
    following = campaign.cycles.get(number=2)
    held = {row.finding for row in following.dispositions.filter(carried=True, decision="waiting")}
    assert {old, learned} <= held
