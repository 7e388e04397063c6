"""Research, battlecards, evidence, segments and the market over the API."""

import pytest
from django.test import Client
from django.utils import timezone

from insight.models import Audience, Battlecard, Study, StudyAnswer
from tests.factories.insight import (
    AudienceFactory,
    CompetitorFactory,
    ContactFactory,
    FindingFactory,
    MindsetWaveFactory,
    StudyFactory,
)
from tests.factories.plan import ObjectiveFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(workspace, sign_in):
    def send(method, address, data=None, role="marketer"):
        return getattr(sign_in(role), method)(
            f"/api/v1/{address}",
            data,
            content_type="application/json",
            headers={"IPEO-Workspace": workspace.slug},
        )

    return send


def test_a_study_is_written_found_by_its_words_and_keeps_its_kind(call):
    made = call("post", "studies/", {"kind": "note", "title": "Desks", "tags": ["Price"]}).json()
    assert made["tags"] == ["price"]
    StudyFactory(title="Chairs")
    found = call("get", "studies/?q=desk").json()["results"]
    assert [one["id"] for one in found] == [made["id"]]
    refused = call("patch", f"studies/{made['id']}/", {"kind": "price"})
    assert refused.status_code == 400
    assert call("delete", f"studies/{made['id']}/").status_code == 204


def test_answers_are_kept_and_swapped_prices_asked_about(call):
    study = StudyFactory(kind=Study.Kind.PRICE)
    keys = ("too_cheap", "bargain", "expensive", "too_expensive")
    turned = dict(zip(keys, (90, 40, 60, 20), strict=True))
    address = f"studies/{study.pk}/answers/"
    assert call("post", address, {"answers": [turned]}).status_code == 409
    good = [dict(zip(keys, (10, 20, 30 + n, 40 + n), strict=True)) for n in range(8)]
    kept = call("post", address, {"answers": [*good, {}]}).json()
    assert kept["taken"] == 8
    assert "empty" in kept["refused"][0]
    facts = call("get", f"studies/{study.pk}/result/").json()["facts"]
    assert facts[0]["label"] == "Lower bound of the price"
    assert len(call("get", f"study-answers/?study={study.pk}").json()["results"]) == 8


def test_a_wave_of_another_study_is_refused(call):
    study = StudyFactory(kind=Study.Kind.BRAND)
    other = MindsetWaveFactory()
    answers = [{"aware": "yes", "considering": "no", "preferring": "no"}]
    address = f"studies/{study.pk}/answers/"
    assert call("post", address, {"answers": answers, "wave": other.pk}).status_code == 400
    assert call("post", address, {"answers": answers}).status_code == 400
    assert not StudyAnswer.objects.exists()


def test_a_link_tells_its_address_once(call):
    study = StudyFactory(kind=Study.Kind.LADDER)
    made = call("post", "study-links/", {"study": study.pk, "most": 3}).json()
    path = made["address"].removeprefix("http://testserver")
    assert Client().get(path).status_code == 200
    assert call("get", f"study-links/{made['id']}/").json()["address"] is None
    call("post", f"study-links/{made['id']}/revoke/")
    assert Client().get(path).status_code == 410


def test_a_battlecard_is_versioned_and_never_written_over_unseen(call):
    rival = CompetitorFactory()
    card = {"competitor": rival.pk, "their_claim": "a", "our_answer": "b", "proofs": ["c"]}
    assert call("post", "battlecards/", card).json()["version"] == 1
    stale = {**card, "our_answer": "d", "seen_version": 0}
    assert call("post", "battlecards/", stale).status_code == 409
    assert call("post", "battlecards/", {**stale, "seen_version": 1}).json()["version"] == 2
    assert Battlecard.objects.filter(is_current=True).count() == 1


def test_evidence_is_kept_and_a_finding_renewed(call):
    finding = FindingFactory()
    study = StudyFactory(kind=Study.Kind.LADDER)
    StudyAnswer.objects.create(study=study, given={"most": 40})
    kept = call("post", "finding-evidence/", {"finding": finding.pk, "study": study.pk}).json()
    assert kept["snapshot"]["facts"][0]["value"] == 40
    page = {"finding": finding.pk, "kind": "page", "title": "x", "url": "javascript:1"}
    assert call("post", "finding-evidence/", page).status_code == 400
    assert call("delete", f"finding-evidence/{kept['id']}/").status_code == 204
    past = {"expires_on": "2020-01-01", "reason": "Looked again"}
    assert call("post", f"findings/{finding.pk}/renew/", past).status_code == 400
    ahead = {"expires_on": f"{timezone.localdate().year + 1}-01-01", "reason": "Looked again"}
    assert call("post", f"findings/{finding.pk}/renew/", ahead).json()["expires_on"]


def test_segments_are_looked_for_listed_and_adopted(call, do_due_work):
    assert call("post", "audience-segments/").status_code == 202
    do_due_work()
    listed = call("get", "audience-segments/").json()
    assert listed[0]["name"] == "Best customers"
    made = call(
        "post", "audience-segments/adopt/", {"kind": "value", "place": 0, "name": "The best"}
    )
    assert (made.status_code, Audience.objects.get().name) == (201, "The best")
    gone = call("post", "audience-segments/adopt/", {"kind": "groups", "place": 99})
    assert gone.status_code == 409


def test_overlaps_and_the_market_are_read(call):
    AudienceFactory(rule={"all": []})
    AudienceFactory(rule={"all": []})
    pairs = call("get", "audience-overlaps/", role="viewer").json()
    assert [pair["both"] for pair in pairs] == [0, 0]
    market = call("get", "market-health/", role="viewer").json()
    assert market["reading"] == "unknown"
    assert market["growth"]["value"] is None


def test_evidence_of_a_page_keeps_the_figures_that_are_said(call):
    fact = {"label": "Share", "value": 0.4, "low": 0.3, "high": 0.5, "n": 54, "kind": "percent"}
    page = {"finding": FindingFactory().pk, "title": "A survey", "facts": [fact]}
    kept = call("post", "finding-evidence/", page).json()
    assert kept["snapshot"]["facts"] == [fact]
    assert call("post", "finding-evidence/", {**page, "facts": ["x"]}).status_code == 400


def test_some_figures_of_a_study_are_kept_without_its_chart(call):
    study = StudyFactory(kind=Study.Kind.LADDER)
    StudyAnswer.objects.create(study=study, given={"most": 40})
    wish = {"finding": FindingFactory().pk, "study": study.pk, "chart": False}
    labels = ["Price that earns most"]
    snapshot = call("post", "finding-evidence/", {**wish, "labels": labels}).json()["snapshot"]
    assert [fact["label"] for fact in snapshot["facts"]] == labels
    assert snapshot["figure"] is None


def test_a_finding_tells_how_it_was_renewed(call):
    finding = FindingFactory()
    ahead = {"expires_on": f"{timezone.localdate().year + 1}-01-01", "reason": "Looked again"}
    told = call("post", f"findings/{finding.pk}/renew/", ahead).json()
    assert [one["reason"] for one in told["renewals"]] == ["Looked again"]


def test_what_a_rule_can_ask_about_is_listed(call):
    ContactFactory(attributes={"Loyalty card": "gold"})
    fields = {one["key"]: one for one in call("get", "audiences/fields/", role="viewer").json()}
    assert fields["consent"]["choices"] == ["unknown", "given", "refused"]
    assert "is_known" in {one["key"] for one in fields["industry"]["operators"]}
    assert fields["attributes.Loyalty card"]["label"] == "Contact: Loyalty card"


def test_a_wave_belongs_to_a_study_that_tracks_the_brand(call):
    wave = {"study": StudyFactory().pk, "name": "Spring", "held_on": "2026-03-01"}
    assert call("post", "mindset-waves/", wave).status_code == 400


@pytest.mark.parametrize("settings", [{"prices": "40"}, {"prices": [0]}, {"currency": "USD"}])
def test_a_study_takes_no_settings_that_it_could_not_read(call, settings):
    study = {"title": "A ladder", "kind": "ladder", "settings": settings}
    assert call("post", "studies/", study).status_code == 400


def test_an_audience_that_something_is_made_for_stays(call):
    used = AudienceFactory()
    ObjectiveFactory(audience=used)
    assert call("delete", f"audiences/{used.pk}/").status_code == 409
    assert call("delete", f"audiences/{AudienceFactory().pk}/").status_code == 204
    assert list(Audience.objects.all()) == [used]
