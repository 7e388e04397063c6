"""Insight over the API: the same rules as on the pages, told as problem documents."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from insight.models import Account, Audience, BrandStory, Disposition, Finding
from ipeo import tenancy
from tests.factories.insight import (
    AccountFactory,
    AudienceFactory,
    BattlecardFactory,
    BrandStoryFactory,
    ChannelFactory,
    CompetitorFactory,
    CompetitorMoveFactory,
    ContactFactory,
    DispositionFactory,
    FindingFactory,
    MindsetWaveFactory,
    ProductFactory,
    ProofPointFactory,
    StudyFactory,
)
from tests.factories.ipeo import CampaignFactory, CycleFactory, MembershipFactory, WorkspaceFactory

ROWS = {
    "products": ProductFactory,
    "channels": ChannelFactory,
    "accounts": AccountFactory,
    "contacts": ContactFactory,
    "audiences": AudienceFactory,
    "competitors": CompetitorFactory,
    "competitor-moves": CompetitorMoveFactory,
    "brand-stories": BrandStoryFactory,
    "proof-points": ProofPointFactory,
    "findings": FindingFactory,
    "studies": StudyFactory,
    "mindset-waves": MindsetWaveFactory,
    "battlecards": BattlecardFactory,
}


@pytest.fixture
def call(workspace, sign_in):
    """Calls the API as a member: `call("post", "findings/", {...}, role="viewer")`."""

    def send(method, address, data=None, role="marketer"):
        return getattr(sign_in(role), method)(
            f"/api/v1/{address}",
            data,
            content_type="application/json",
            headers={"IPEO-Workspace": workspace.slug},
        )

    return send


@pytest.fixture
def elsewhere(db):
    """Another workspace."""
    return WorkspaceFactory()


@pytest.mark.parametrize("name", ROWS)
def test_rows_are_listed_and_shown_to_the_workspace_alone(call, elsewhere, name):
    ours = ROWS[name]()
    with tenancy.scope(elsewhere):
        theirs = ROWS[name]()
    listed = call("get", f"{name}/", role="viewer").json()["results"]
    assert [row["id"] for row in listed] == [ours.pk]
    assert call("get", f"{name}/{ours.pk}/").json()["id"] == ours.pk
    for method in ("get", "patch", "delete"):
        answer = call(method, f"{name}/{theirs.pk}/", {})
        assert answer.status_code in {404, 405}
        assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("name", ROWS)
def test_a_viewer_writes_nothing(call, name):
    assert call("post", f"{name}/", {}, role="viewer").status_code == 403


@pytest.mark.parametrize(
    ("address", "field", "make", "others"),
    [
        ("contacts/", "account", AccountFactory, {"name": "Ana"}),
        ("accounts/", "owner", None, {"name": "Alvarez"}),
        ("contacts/", "owner", None, {"name": "Ana"}),
        ("findings/", "campaign", CampaignFactory, {"statement": "Demos win."}),
        (
            "competitor-moves/",
            "competitor",
            CompetitorFactory,
            {"kind": "launch", "description": "x", "happened_on": "2026-01-01"},
        ),
    ],
)
def test_an_id_of_another_workspace_is_refused(call, elsewhere, address, field, make, others):
    with tenancy.scope(elsewhere):
        strange = make() if make else MembershipFactory(workspace=elsewhere)
    answer = call("post", address, {**others, field: strange.pk})
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]
    ours = {"competitor": CompetitorFactory().pk} if field == "competitor" else {}
    assert call("post", address, others | ours).status_code == 201


def test_a_member_of_two_workspaces_owns_nothing_across_them(call, elsewhere, member):
    there = MembershipFactory(workspace=elsewhere, user=member("marketer").user)
    answer = call("post", "accounts/", {"name": "Alvarez", "owner": there.pk})
    assert answer.status_code == 400


def test_a_finding_is_recorded_and_disposed(call, member):
    cycle = CycleFactory()
    made = call("post", "findings/", {"statement": "Demos win.", "campaign": cycle.campaign_id})
    assert made.status_code == 201
    finding = Finding.objects.get(pk=made.json()["id"])
    assert finding.recorded_by == member("marketer")
    address = f"findings/{finding.pk}/dispose/"
    refused = call("post", address, {"cycle": cycle.pk, "decision": "rejected"})
    assert refused.status_code == 400
    assert list(refused.json()["errors"]) == ["reason"]
    first = call("post", address, {"cycle": cycle.pk, "decision": "adopted"}, role="manager")
    assert first.json()["decision"] == "adopted"
    again = {"cycle": cycle.pk, "decision": "rejected", "reason": "No."}
    late = call("post", address, again)
    assert late.status_code == 409
    assert "adopted" in late.json()["detail"]
    knowing = call("post", address, {**again, "seen": first.json()["decided_at"]})
    assert knowing.json()["decision"] == "rejected"
    assert Disposition.objects.get().decided_by == member("marketer")


def test_a_measured_finding_keeps_its_figures(call):
    finding = FindingFactory(source="measurement", evidence={"facts": []})
    address = f"findings/{finding.pk}/"
    assert call("patch", address, {"evidence": {"facts": [1]}}).status_code == 400
    assert call("patch", address, {"statement": "Plainer."}).json()["statement"] == "Plainer."


def test_findings_are_filtered(call, workspace):
    cycle = CycleFactory()
    old = FindingFactory(statement="Demos win.", expires_on="2020-01-01")
    DispositionFactory(finding=old, cycle=cycle)
    FindingFactory(statement="Rebates lose.", source="sales", campaign=cycle.campaign)

    def found(query):
        rows = call("get", f"findings/?{query}").json()["results"]
        return sorted(row["statement"] for row in rows)

    assert found("q=win") == ["Demos win."]
    assert found("source=sales") == ["Rebates lose."]
    assert found(f"campaign={cycle.campaign_id}") == ["Rebates lose."]
    assert found("expired=true") == ["Demos win."]
    assert found("expired=false") == ["Rebates lose."]
    assert found("decision=waiting") == found(f"cycle={cycle.pk}") == ["Demos win."]
    assert call("get", "findings/?source=nonsense").status_code == 400


def test_an_audience_is_previewed_saved_and_read(call):
    account = AccountFactory(industry="Healthcare")
    ContactFactory(account=account, name="Ana")
    ContactFactory(name="Ben")
    rule = {"all": [{"field": "industry", "op": "is", "value": "healthcare"}]}
    counted = call("post", "audiences/preview/", {"rule": rule}, role="viewer")
    assert counted.json() == {"contacts": 1, "accounts": 1, "refused": 0, "as_of": None}
    made = call("post", "audiences/", {"name": "Health", "rule": rule}).json()
    assert made["size"] == 1
    assert made["counted_at"]
    people = call("get", f"audiences/{made['id']}/contacts/").json()["results"]
    assert [person["name"] for person in people] == ["Ana"]
    ContactFactory(account=account)
    assert call("post", f"audiences/{made['id']}/count/", {}).json()["size"] == 2


def test_a_rule_at_fault_is_told_by_condition(call):
    rule = {"any": [{"field": "industry", "op": "is", "value": "x"}, {"field": "sql", "op": "is"}]}
    answer = call("post", "audiences/", {"name": "x", "rule": rule})
    assert answer.status_code == 400
    assert answer.json()["errors"]["rule"] == ["Condition 2: There is no field “sql”."]
    assert not Audience.objects.exists()


@pytest.mark.parametrize(
    "attributes", [["a"], {"a": "\0"}, {"a\0": 1}, {"a": {"b": ["\ud800"]}}, "text", None]
)
def test_attributes_that_cannot_be_stored_are_refused(call, attributes):
    answer = call("post", "accounts/", {"name": "Alvarez", "attributes": attributes})
    assert answer.status_code == 400
    assert not Account.objects.exists()


@pytest.mark.parametrize("name", ["products", "channels", "competitors"])
def test_a_name_is_taken_once(call, name):
    assert call("post", f"{name}/", {"name": "Alpha"}).status_code == 201
    again = call("post", f"{name}/", {"name": "Alpha"})
    assert again.status_code == 400
    assert "There is already" in again.json()["errors"]["name"][0]


def test_a_contact_without_a_name_or_an_address_is_refused(call):
    answer = call("post", "contacts/", {"title": "Buyer"})
    assert list(answer.json()["errors"]) == ["name"]


def test_the_story_is_told_in_versions(call):
    words = {"title": "Pays back", "for_whom": "Them", "problem": "Waste", "promise": "Savings"}
    assert call("post", "proof-points/", {"statement": "x"}).status_code == 409
    first = call("post", "brand-stories/", words).json()
    for statement in ("One", "Two"):
        point = call("post", "proof-points/", {"statement": statement}).json()
    moved = call("post", f"proof-points/{point['id']}/move/", {"steps": -1}).json()
    assert [row["statement"] for row in moved] == ["Two", "One"]
    second = call("post", "brand-stories/", {**words, "promise": "More", "seen_version": 1}).json()
    assert (first["version"], second["version"]) == (1, 2)
    late = call("post", "brand-stories/", {**words, "promise": "Less", "seen_version": 1})
    assert late.status_code == 409
    assert call("patch", f"proof-points/{point['id']}/", {"statement": "x"}).status_code == 409
    current = call("get", "brand-stories/?is_current=true").json()["results"]
    assert [row["version"] for row in current] == [2]
    assert BrandStory.objects.get(version=2).proof_points.count() == 2


def test_a_list_asks_as_many_questions_for_many_as_for_few(workspace, sign_in):
    browser = sign_in("viewer")
    named = {"IPEO-Workspace": workspace.slug}
    counts = []
    for number in (10, 1000):
        Finding.objects.bulk_create(FindingFactory.build_batch(number - Finding.objects.count()))
        with CaptureQueriesContext(connection) as queries:
            answer = browser.get("/api/v1/findings/?page_size=500", headers=named)
        assert len(answer.json()["results"]) == min(number, 500)
        counts.append(len(queries))
    assert counts[0] == counts[1]
