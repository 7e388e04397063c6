"""Findings are written, edited and decided on in the browser; nothing typed is lost."""

from datetime import timedelta

import pytest
from django.utils import timezone

from insight.models import Disposition, Finding
from insight.queries.findings import expiry
from ipeo import tenancy
from tests.factories.insight import DispositionFactory, FindingFactory
from tests.factories.ipeo import CampaignFactory, CycleFactory, WorkspaceFactory

NO_EVIDENCE = {
    "evidence-TOTAL_FORMS": "0",
    "evidence-INITIAL_FORMS": "0",
}


@pytest.fixture
def held(workspace):
    cycle = CycleFactory(number=2)
    finding = FindingFactory(campaign=cycle.campaign, statement="Demos win twice as often.")
    return DispositionFactory(finding=finding, cycle=cycle, carried=True)


def decide_at(held):
    return f"/w/{held.workspace.slug}/insight/findings/{held.finding_id}/decide/{held.cycle_id}/"


def test_a_finding_is_recorded_with_figures_as_a_person_types_them(workspace, sign_in):
    campaign = CycleFactory().campaign
    response = sign_in("marketer").post(
        f"/w/{workspace.slug}/insight/findings/new/",
        {
            "statement": "Demos win.",
            "source": "sales",
            "confidence": "high",
            "campaign": campaign.pk,
            "evidence-TOTAL_FORMS": "2",
            "evidence-INITIAL_FORMS": "0",
            "evidence-0-label": "Win rate with a demo",
            "evidence-0-value": "41%",
            "evidence-0-kind": "percent",
            "evidence-0-low": "33",
            "evidence-0-high": "50",
            "evidence-0-n": "54",
        },
        follow=True,
    )
    finding = Finding.objects.get()
    assert finding.evidence == {
        "facts": [
            {
                "label": "Win rate with a demo",
                "value": 0.41,
                "kind": "percent",
                "low": 0.33,
                "high": 0.5,
                "n": 54,
            }
        ]
    }
    assert "80% interval 33% to 50%, n = 54" in response.content.decode()
    assert Disposition.objects.get().finding == finding


def test_a_finding_that_cannot_be_taken_keeps_what_was_typed(workspace, sign_in):
    response = sign_in("marketer").post(
        f"/w/{workspace.slug}/insight/findings/new/",
        {
            "statement": "Demos win.",
            "source": "sales",
            "confidence": "high",
            "evidence_url": "javascript:alert(1)",
            **NO_EVIDENCE,
            "evidence-TOTAL_FORMS": "1",
            "evidence-0-label": "Win rate",
            "evidence-0-value": "41",
            "evidence-0-kind": "percent",
        },
    )
    page = response.content.decode()
    assert response.status_code == 422
    assert "Start the link with https://" in page
    assert "Demos win.</textarea>" in page
    assert 'value="Win rate"' in page
    assert not Finding.objects.exists()


def test_half_an_interval_is_refused(workspace, sign_in):
    response = sign_in("marketer").post(
        f"/w/{workspace.slug}/insight/findings/new/",
        {
            "statement": "Demos win.",
            "source": "sales",
            "confidence": "high",
            "evidence-TOTAL_FORMS": "1",
            "evidence-INITIAL_FORMS": "0",
            "evidence-0-label": "Win rate",
            "evidence-0-value": "41",
            "evidence-0-kind": "percent",
            "evidence-0-low": "33",
        },
    )
    assert response.status_code == 422
    assert "An interval needs both ends." in response.content.decode()


def test_editing_a_measured_finding_leaves_its_figures_alone(workspace, sign_in):
    finding = FindingFactory(source="measurement", evidence={"facts": [{"label": "n", "value": 3}]})
    sign_in("marketer").post(
        f"/w/{workspace.slug}/insight/findings/{finding.pk}/edit/",
        {"statement": "In plainer\nwords.", "confidence": "low", "source": "sales"},
    )
    finding.refresh_from_db()
    assert finding.statement == "In plainer words."
    assert finding.source == "measurement"
    assert finding.evidence == {"facts": [{"label": "n", "value": 3}]}


def test_a_campaign_of_another_workspace_is_no_choice(workspace, sign_in):
    other = WorkspaceFactory()
    with tenancy.scope(other):
        strange = CampaignFactory(name="Strange plans")
    response = sign_in("marketer").post(
        f"/w/{workspace.slug}/insight/findings/new/",
        {
            "statement": "x",
            "source": "sales",
            "confidence": "low",
            "campaign": strange.pk,
            **NO_EVIDENCE,
        },
    )
    assert response.status_code == 422
    assert "Strange plans" not in response.content.decode()
    assert not Finding.objects.exists()


def test_a_finding_is_decided_on_in_its_place(held, sign_in):
    browser = sign_in("marketer")
    form = browser.get(decide_at(held), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in form
    response = browser.post(
        decide_at(held),
        {"decision": "deferred", "reason": "After the fair.", "seen": ""},
        headers={"HX-Request": "true"},
    )
    assert response.status_code == 200
    assert response.headers["HX-Trigger"] == "decided"
    assert "Deferred by Person" in response.content.decode()
    held.refresh_from_db()
    assert (held.decision, held.reason) == ("deferred", "After the fair.")


def test_a_decision_without_scripts_leads_back_to_the_cycle(held, sign_in):
    browser = sign_in("marketer")
    assert "<html" in browser.get(decide_at(held)).content.decode()
    response = browser.post(decide_at(held), {"decision": "adopted"})
    assert response.status_code == 302
    assert response.headers["Location"].endswith(f"/insight/cycles/{held.cycle_id}/")


def test_rejecting_without_a_reason_asks_for_one(held, sign_in):
    response = sign_in("marketer").post(
        decide_at(held), {"decision": "rejected"}, headers={"HX-Request": "true"}
    )
    assert response.status_code == 422
    assert "Enter a reason. The next cycle will need it." in response.content.decode()


def test_the_second_of_two_people_sees_what_the_first_decided(held, sign_in, member):
    first, second = sign_in("manager"), sign_in("marketer")
    first.post(decide_at(held), {"decision": "rejected", "reason": "Too few deals.", "seen": ""})
    response = second.post(decide_at(held), {"decision": "adopted", "seen": ""})
    page = response.content.decode()
    assert response.status_code == 422
    assert f"{member('manager')} has rejected this finding in the meantime" in page
    assert "Too few deals." in page
    held.refresh_from_db()
    assert held.decision == "rejected"
    seen = response.context["seen"]
    assert second.post(decide_at(held), {"decision": "adopted", "seen": seen}).status_code == 302
    held.refresh_from_db()
    assert held.decision == "adopted"


def test_a_sales_rep_reads_findings_and_decides_none(held, sign_in):
    browser = sign_in("sales_rep")
    assert browser.get(decide_at(held)).status_code == 200
    assert browser.post(decide_at(held), {"decision": "adopted"}).status_code == 403


def test_a_finding_of_another_workspace_is_not_there(workspace, sign_in):
    other = WorkspaceFactory()
    with tenancy.scope(other):
        strange = FindingFactory()
        cycle = CycleFactory()
    browser = sign_in("owner")
    for address in (f"findings/{strange.pk}/", f"cycles/{cycle.pk}/"):
        assert browser.get(f"/w/{workspace.slug}/insight/{address}").status_code == 404
    assert browser.get(f"/w/{other.slug}/insight/findings/{strange.pk}/").status_code == 404


def test_the_list_is_narrowed_by_the_filter(workspace, sign_in):
    FindingFactory(statement="Demos win.", expires_on=timezone.localdate() - timedelta(days=3))
    FindingFactory(statement="Rebates lose.", source="sales")
    browser = sign_in("viewer")

    def shown(query):
        page = browser.get(f"/w/{workspace.slug}/insight/findings/?{query}").content.decode()
        return ["Demos win." in page, "Rebates lose." in page]

    assert shown("") == [True, True]
    assert shown("q=demo") == [True, False]
    assert shown("source=sales") == [False, True]
    assert shown("validity=expired") == [True, False]
    assert shown("source=nonsense") == [True, True]


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "expires today"),
        (1, "expires tomorrow"),
        (9, "expires in 9 days"),
        (21, "expires in 3 weeks"),
        (75, "expires in 2 months"),
        (800, "expires in 2 years"),
    ],
)
def test_expiry_is_told_in_words(workspace, days, words):
    today = timezone.localdate()
    finding = FindingFactory(expires_on=today + timedelta(days=days))
    assert expiry(finding, today=today) == words
