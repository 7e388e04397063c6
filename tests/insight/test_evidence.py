"""A finding keeps what it rests on as it was, and asks to be renewed when its date has passed."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from insight.actions.evidence import DateNotAhead, ReasonMissing, add_evidence, renew_finding
from insight.actions.research import load_answers
from insight.models import Finding, FindingEvidence, Study
from tests.factories.execute import DealFactory
from tests.factories.insight import (
    AudienceFactory,
    FindingFactory,
    MindsetWaveFactory,
    StudyFactory,
)
from tests.factories.ipeo import WorkspaceFactory

pytestmark = pytest.mark.django_db
EMPTY = {"evidence-TOTAL_FORMS": "0", "evidence-INITIAL_FORMS": "0"}
TYPED = {"statement": "Six desks sell at 60", "source": "research", "confidence": "high", **EMPTY}


@pytest.fixture
def pages(workspace):
    return f"/w/{workspace.slug}/insight/"


@pytest.fixture
def ladder(workspace):
    study = StudyFactory(title="What six desks may cost", kind=Study.Kind.LADDER)
    load_answers(study=study, columns={"most": [40, 60, 60, 80]}, rows=4)
    return study


def test_a_finding_written_from_a_study_keeps_its_figures_as_they_were(pages, ladder, sign_in):
    browser = sign_in("marketer")
    address = f"{pages}findings/new/?study={ladder.pk}"
    assert "Price that earns most" in browser.get(address).content.decode()
    kept = {"keep-facts": ["Price that earns most"], "keep-chart": "on"}
    browser.post(address, {**TYPED, **kept})
    exhibit = FindingEvidence.objects.get()
    assert exhibit.study == ladder
    assert [fact["value"] for fact in exhibit.snapshot["facts"]] == [60]
    load_answers(study=ladder, columns={"most": [90] * 20}, rows=20)
    shown = browser.get(f"{pages}findings/{exhibit.finding_id}/").content.decode()
    assert "$60" in shown
    assert "Chart at the time" in shown
    assert "Six desks sell at 60" in browser.get(f"{pages}research/{ladder.pk}/").content.decode()


def test_the_evidence_outlives_its_study(pages, ladder, sign_in):
    browser = sign_in("marketer")
    browser.post(f"{pages}findings/new/?study={ladder.pk}", {**TYPED, "keep-facts": []})
    ladder.delete()
    exhibit = FindingEvidence.objects.get()
    assert exhibit.study is None
    assert browser.get(f"{pages}findings/{exhibit.finding_id}/").status_code == 200


def test_a_tracking_study_offers_its_last_wave_and_what_changed(pages, sign_in):
    study = StudyFactory(kind=Study.Kind.BRAND)
    for name, day, aware in (("Spring", date(2026, 3, 1), 40), ("Autumn", date(2026, 9, 1), 50)):
        MindsetWaveFactory(study=study, name=name, held_on=day, asked=100, aware=aware)
    shown = sign_in("marketer").get(f"{pages}findings/new/?study={study.pk}").content.decode()
    assert "Awareness, Autumn" in shown
    assert "Awareness, change since Spring" in shown


def test_a_page_is_kept_with_what_it_said(pages, sign_in):
    finding = FindingFactory()
    browser = sign_in("marketer")
    typed = {"kind": "deals", "title": "Deals lost in May", "url": "/x", "words": "12 of 40"}
    shown = browser.post(f"{pages}findings/{finding.pk}/evidence/", typed, follow=True)
    assert "12 of 40" in shown.content.decode()
    browser.post(f"{pages}findings/evidence/{FindingEvidence.objects.get().pk}/remove/")
    assert not FindingEvidence.objects.exists()


def test_a_link_that_a_browser_would_run_is_refused(pages, sign_in):
    finding = FindingFactory()
    typed = {"kind": "page", "title": "x", "url": "javascript:alert(1)", "words": ""}
    shown = sign_in("marketer").post(f"{pages}findings/{finding.pk}/evidence/", typed)
    assert shown.status_code == 422


def test_an_expired_finding_asks_to_be_renewed_and_is_with_a_reason(pages, sign_in):
    today = timezone.localdate()
    finding = FindingFactory(statement="Demos win", expires_on=today - timedelta(days=1))
    browser = sign_in("marketer")
    assert "Expired findings" in browser.get(pages).content.decode()
    address = f"{pages}findings/{finding.pk}/renew/"
    assert browser.post(address, {"expires_on": "", "reason": ""}).status_code == 422
    typed = {"expires_on": today + timedelta(days=90), "reason": "Counted again in May"}
    shown = browser.post(address, typed, follow=True).content.decode()
    assert "Counted again in May" in shown
    assert Finding.objects.get().expires_on == today + timedelta(days=90)
    assert "Expired findings" not in browser.get(pages).content.decode()


def test_a_renewal_needs_a_day_to_come_and_a_reason(workspace, member):
    finding = FindingFactory()
    with pytest.raises(ReasonMissing):
        renew_finding(finding=finding, expires_on=None, reason=" ", by=member("marketer"))
    with pytest.raises(DateNotAhead):
        renew_finding(
            finding=finding,
            expires_on=timezone.localdate(),
            reason="Looked again",
            by=member("marketer"),
        )


def test_a_list_of_deals_is_kept_with_its_counts_of_the_day(workspace, pages, sign_in):
    finding = FindingFactory()
    today = timezone.localdate()
    for outcome in ("won", "lost", "lost"):
        DealFactory(outcome=outcome, closed_date=today, net_amount=1000)
    address = f"http://testserver/w/{workspace.slug}/deals/?outcome=lost"
    typed = {"kind": "deals", "title": "Lost deals", "url": address, "words": ""}
    sign_in("marketer").post(f"{pages}findings/{finding.pk}/evidence/", typed)
    kept = FindingEvidence.objects.get()
    assert kept.url == f"/w/{workspace.slug}/deals/?outcome=lost"
    counts = {fact["label"]: fact["value"] for fact in kept.snapshot["facts"]}
    assert counts == {"Deals": 2, "Won": 0, "Lost": 2, "Win rate": 0, "Net amount": 2000}


def test_a_figure_of_a_page_is_kept_with_its_interval_sample_and_time(pages, sign_in):
    finding = FindingFactory()
    typed = {
        "kind": "number",
        "title": "The trade association's survey",
        "url": "https://example.org/survey",
        "words": "",
        "figure-label": "Offices that buy desks this year",
        "figure-value": "41",
        "figure-kind": "percent",
        "figure-low": "33",
        "figure-high": "50",
        "figure-n": "540",
        "figure-period": "Spring 2026",
    }
    browser = sign_in("marketer")
    shown = browser.post(f"{pages}findings/{finding.pk}/evidence/", typed, follow=True)
    [fact] = FindingEvidence.objects.get().snapshot["facts"]
    assert (fact["value"], fact["low"], fact["high"], fact["n"]) == (0.41, 0.33, 0.5, 540)
    text = shown.content.decode()
    for said in ("41%", "n = 540", "Spring 2026", "https://example.org/survey"):
        assert said in text


def test_half_a_figure_is_asked_for_and_nothing_typed_is_lost(pages, sign_in):
    finding = FindingFactory()
    typed = {"kind": "page", "title": "Their page", "figure-label": "Share", "figure-low": "3"}
    shown = sign_in("marketer").post(f"{pages}findings/{finding.pk}/evidence/", typed)
    assert shown.status_code == 422
    text = shown.content.decode()
    assert "An interval needs both ends" in text
    assert 'value="Their page"' in text
    assert not FindingEvidence.objects.exists()


def test_pages_of_the_product_are_kept_with_their_figures(workspace, member):
    study = StudyFactory(kind=Study.Kind.LADDER, title="Ladder")
    load_answers(study=study, columns={"most": [40, 60, 60]}, rows=3)
    audience = AudienceFactory(rule={"all": []})
    finding, by = FindingFactory(), member("marketer")
    here = f"/w/{workspace.slug}"
    for path, label in (
        (f"/insight/research/{study.pk}/", "Price that earns most"),
        (f"/insight/audiences/{audience.pk}/", "People"),
        ("/insight/market/", "Losses on price"),
        ("/optimize/?range=12", "Win rate"),
    ):
        kept = add_evidence(finding=finding, kind="page", title="It", url=here + path, by=by)
        assert label in {fact["label"] for fact in kept.snapshot["facts"]}
    for path in ("/insight/research/0/", "/insight/", "/nowhere/"):
        kept = add_evidence(finding=finding, kind="page", title="It", url=here + path, by=by)
        assert kept.snapshot["facts"] == []


def test_a_page_of_another_workspace_tells_nothing(workspace, member):
    other = WorkspaceFactory()
    address = f"/w/{other.slug}/insight/market/"
    kept = add_evidence(
        finding=FindingFactory(), kind="page", title="It", url=address, by=member("marketer")
    )
    assert kept.snapshot["facts"] == []


def test_editing_a_finding_keeps_what_its_evidence_says_beside_the_form(pages, sign_in):
    unknown = {"label": "Share", "value": None, "reason": "Too few deals.", "period": "May 2026"}
    finding = FindingFactory(source="research", evidence={"facts": [unknown], "seen": "twice"})
    browser = sign_in("marketer")
    address = f"{pages}findings/{finding.pk}/edit/"
    form = browser.get(address).context["evidence"].forms[0]
    typed = {f"evidence-0-{name}": form[name].value() or "" for name in form.fields}
    counts = {"evidence-TOTAL_FORMS": "1", "evidence-INITIAL_FORMS": "1"}
    about = {"statement": "Other words", "source": "research", "confidence": "low"}
    assert browser.post(address, {**about, **counts, **typed}).status_code == 302
    assert Finding.objects.get().evidence == {"facts": [unknown], "seen": "twice"}
