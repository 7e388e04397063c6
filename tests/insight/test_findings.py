"""Findings are recorded once, carried while they hold, and decided on by one person at a time."""

from datetime import date, timedelta

import pytest

from insight.actions import findings
from insight.models import Disposition, Finding
from insight.queries.findings import matching_findings
from ipeo.actions.campaigns import start_campaign
from ipeo.models import Cycle
from ipeo.navigation import link
from tests.factories.insight import DispositionFactory, FindingFactory
from tests.factories.ipeo import CampaignFactory, CycleFactory

TODAY = date(2026, 7, 1)


@pytest.fixture
def closed(workspace):
    return CycleFactory(number=1, stage="closed", closed_at="2026-06-30T00:00Z")


@pytest.fixture
def following(closed):
    return CycleFactory(
        campaign=closed.campaign, number=2, starts_on=TODAY, ends_on=date(2026, 12, 31)
    )


def learn(closed, **values):
    return findings.record_finding(
        **{
            "cycle": closed,
            "kind": "fatigue",
            "subject_key": "program:7",
            "statement": "The trade-in webinar is wearing out.",
            **values,
        }
    )


def carried(cycle):
    return [held.finding for held in Disposition.objects.filter(cycle=cycle, carried=True)]


def test_a_cycle_learns_one_thing_about_a_subject_once(closed, following):
    first = learn(closed, carried_into=following)
    again = learn(closed, carried_into=following, statement="Something else.")
    assert again == first
    assert Finding.objects.count() == Disposition.objects.count() == 1
    assert first.learned_in == closed
    assert first.campaign == closed.campaign
    assert first.source == "measurement"


@pytest.mark.parametrize("order", ["recorded first", "entered first"])
def test_a_learning_awaits_its_decision_once_in_either_order(closed, following, order):
    steps = [
        lambda: learn(closed, carried_into=following),
        lambda: findings.enter_insight(following, None),
    ]
    for step in steps if order == "recorded first" else reversed(steps):
        step()
    held = Disposition.objects.get()
    assert (held.cycle, held.decision, held.carried) == (following, "waiting", True)


def test_entering_insight_carries_what_still_holds(closed, following):
    holds = FindingFactory(campaign=closed.campaign, expires_on=TODAY)
    adopted = FindingFactory(campaign=closed.campaign)
    DispositionFactory(finding=adopted, cycle=closed, decision="adopted")
    rejected = FindingFactory(campaign=closed.campaign)
    DispositionFactory(finding=rejected, cycle=closed, decision="rejected", reason="Not so")
    FindingFactory(campaign=closed.campaign, expires_on=TODAY - timedelta(days=1))
    FindingFactory(campaign=CampaignFactory())
    FindingFactory(campaign=None)
    assert findings.carry_in(cycle=following, today=TODAY) == 2
    assert carried(following) == [holds, adopted]
    assert findings.carry_in(cycle=following, today=TODAY) == 0


def test_entering_again_keeps_the_decisions_taken(closed, following, member):
    learned = learn(closed, carried_into=following)
    findings.dispose_finding(
        finding=learned, cycle=following, decision="adopted", by=member("marketer")
    )
    findings.enter_insight(following, None)
    assert Disposition.objects.get().decision == "adopted"


def test_a_note_written_in_a_campaign_awaits_a_decision_in_its_open_cycle(member):
    campaign = start_campaign(
        name="Desks", owner=None, starts_on=date(2026, 1, 1), ends_on=date(2026, 6, 30)
    )
    for statement in ("Demos win.", "Discounts do not."):
        findings.save_finding(
            finding=Finding(statement=statement, campaign=campaign), by=member("marketer")
        )
    cycle = Cycle.objects.get()
    assert Disposition.objects.filter(cycle=cycle, carried=False, decision="waiting").count() == 2
    assert Finding.objects.filter(learned_in=cycle, recorded_by=member("marketer")).count() == 2


def test_what_was_shown_undecided_is_adopted_at_once(following, member, sign_in):
    rejected, *others = FindingFactory.create_batch(4, campaign=following.campaign)
    held = [Disposition.objects.create(finding=row, cycle=following) for row in (rejected, *others)]
    findings.dispose_finding(
        finding=rejected, cycle=following, decision="rejected", reason="Once.", by=member("manager")
    )
    page = link("insight:cycle", following.pk)
    assert "Adopt all 3" in sign_in("marketer").get(page).content.decode()
    assert "Adopt all" not in sign_in("viewer").get(page).content.decode()
    address, last = link("insight:adopt_rest", following.pk), held[2].pk
    assert sign_in("viewer").post(address, {"last": last}).status_code == 403
    assert sign_in("marketer").post(address, {"last": last}).status_code == 302
    decisions = Disposition.objects.order_by("pk").values_list("decision", flat=True)
    assert list(decisions) == ["rejected", "adopted", "adopted", "waiting"]
    assert Disposition.objects.get(pk=last).decided_by == member("marketer")


def test_a_note_of_no_campaign_awaits_nothing(workspace):
    findings.save_finding(finding=Finding(statement="Desks are replaced every nine years."))
    assert not Disposition.objects.exists()


@pytest.mark.parametrize("decision", ["rejected", "deferred"])
def test_a_finding_is_rejected_or_deferred_with_a_reason_alone(following, member, decision):
    finding = FindingFactory(campaign=following.campaign)
    choice = {"finding": finding, "cycle": following, "decision": decision, "by": member("manager")}
    with pytest.raises(findings.ReasonMissing):
        findings.dispose_finding(**choice, reason="  ")
    held = findings.dispose_finding(**choice, reason="One fair only.")
    assert (held.decision, held.reason, held.decided_by) == (
        decision,
        "One fair only.",
        member("manager"),
    )


def test_the_last_of_two_deciders_sees_what_the_first_decided(following, member):
    finding = FindingFactory(campaign=following.campaign)
    first = findings.dispose_finding(
        finding=finding,
        cycle=following,
        decision="rejected",
        reason="Too few deals.",
        by=member("manager"),
    )
    second = {
        "finding": finding,
        "cycle": following,
        "decision": "adopted",
        "by": member("marketer"),
    }
    with pytest.raises(findings.AlreadyDecided, match=r"rejected.*Too few deals") as caught:
        findings.dispose_finding(**second)
    assert caught.value.disposition == first
    knowing = findings.dispose_finding(**second, seen=first.decided_at)
    assert knowing.decision == "adopted"


def test_a_closed_cycle_takes_no_more_decisions(closed, member):
    finding = FindingFactory(campaign=closed.campaign)
    with pytest.raises(findings.CycleIsClosed):
        findings.dispose_finding(
            finding=finding, cycle=closed, decision="adopted", by=member("manager")
        )
    assert not Disposition.objects.exists()


def test_a_finding_of_another_campaign_is_not_decided_on_here(following, member):
    finding = FindingFactory(campaign=CampaignFactory())
    with pytest.raises(findings.OtherCampaign):
        findings.dispose_finding(
            finding=finding, cycle=following, decision="adopted", by=member("manager")
        )


def test_findings_are_found_by_words_and_by_whether_they_still_hold(workspace):
    FindingFactory(statement="Demos win", expires_on=TODAY - timedelta(days=1))
    FindingFactory(statement="Discounts lose", detail="After a demo too", expires_on=TODAY)
    FindingFactory(statement="Service retains", confidence="high")

    def found(**wanted):
        return sorted(row.statement for row in matching_findings(**wanted, today=TODAY))

    assert found(search="demo") == ["Demos win", "Discounts lose"]
    assert found(validity="expired") == ["Demos win"]
    assert found(validity="soon") == ["Discounts lose"]
    assert found(validity="valid") == ["Discounts lose", "Service retains"]
    assert found(confidence="high") == ["Service retains"]


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "//elsewhere.test/x", "data:text/html,x"]
)
def test_a_link_to_evidence_leads_to_a_page(workspace, address):
    with pytest.raises(findings.LinkNotValid):
        findings.save_finding(finding=Finding(statement="x", evidence_url=address))
