"""Tracked links: how they are made, shown and handed out, on pages and in the API."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from execute.actions.clicks import count_clicks
from execute.actions.links import save_naming_rules
from execute.models import Touch, TrackedLink
from execute.queries.links import personal_path
from insight.models import Contact
from ipeo import tenancy
from tests.execute.linking import page, path, typed
from tests.factories.insight import AudienceFactory, ChannelFactory, ContactFactory
from tests.factories.ipeo import WorkspaceFactory
from tests.factories.links import TrackedLinkFactory
from tests.factories.plan import ProgramFactory

pytestmark = pytest.mark.django_db


# The pages.


def test_a_link_is_made_by_the_naming_rules(workspace, sign_in):
    browser, channel = sign_in("marketer"), ChannelFactory()
    address = page(workspace, "new_link")
    refused = browser.post(address, typed(channel, utm_source="Our Newsletter", utm_medium=""))
    assert refused.status_code == 422
    text = refused.content.decode()
    assert "our-newsletter” would work" in text
    assert "This is required" in text
    assert "Spring mailing" in text
    made = browser.post(address, typed(channel))
    link = TrackedLink.objects.get()
    assert made["Location"] == page(workspace, "link", link.pk)
    assert link.destination == (
        "https://brand.test/desks?utm_source=newsletter&utm_medium=email&utm_campaign=desks"
    )


@pytest.mark.parametrize(
    "target", ["javascript:alert(1)", "ftp://a.test", "brand.test", "//a.test"]
)
def test_a_link_to_a_bad_target_is_refused_beside_its_field(workspace, sign_in, target):
    answer = sign_in("marketer").post(
        page(workspace, "new_link"), typed(ChannelFactory(), target=target)
    )
    assert answer.status_code == 422
    assert 'id="id_target_error"' in answer.content.decode()
    assert not TrackedLink.objects.exists()


@pytest.mark.parametrize("number", ["²", "9" * 30, "\0", "-1"])
def test_a_form_asked_for_with_no_number_of_a_program_is_empty(workspace, sign_in, number):
    answer = sign_in("marketer").get(page(workspace, "new_link"), {"program": number})
    assert answer.status_code == 200


def test_the_form_fills_from_program_and_channel_and_mends_what_breaks_a_rule(workspace, sign_in):
    browser = sign_in("marketer")
    program = ProgramFactory(name="Payback Calculator", channel=ChannelFactory(name="Paid search"))
    filled = browser.post(
        page(workspace, "new_link"),
        {"program": program.pk, "utm_content": "Big Button", "mend": "yes"},
    ).content.decode()
    for value in ("payback-calculator", "cpc", "paid-search", "big-button"):
        assert f'value="{value}"' in filled
    assert not TrackedLink.objects.exists()


def test_what_is_typed_is_checked_at_once(workspace, sign_in):
    answer = sign_in("marketer").post(
        page(workspace, "check_link"),
        {"target": "https://brand.test/?a=1", "utm_source": "News Letter"},
        headers={"hx-request": "true"},
    )
    text = answer.content.decode()
    assert "<html" not in text
    assert "news-letter" in text
    assert "https://brand.test/?a=1&amp;utm_source=News+Letter" in text


def test_the_workspace_sets_its_own_naming_rules(workspace, sign_in):
    browser = sign_in("marketer")
    rules = {"separator": "_", "required": ["source"], "allowed_medium": "email\ncpc\n"}
    assert browser.post(page(workspace, "naming"), rules).status_code == 302
    wrong = browser.post(
        page(workspace, "new_link"), typed(ChannelFactory(), utm_medium="Email", utm_campaign="A b")
    ).content.decode()
    assert "Choose one of: email, cpc. “email” would work." in wrong
    assert "“A_b” would work" in wrong


def test_a_link_is_shown_with_its_code_to_scan(workspace, linked, sign_in):
    browser = sign_in("viewer")
    text = browser.get(page(workspace, "link", linked.pk)).content.decode()
    assert f"http://testserver/l/{linked.code}" in text
    svg = browser.get(page(workspace, "link_code", linked.pk, "svg"))
    assert (svg["Content-Type"], b"<svg" in svg.getvalue()) == ("image/svg+xml", True)
    png = browser.get(page(workspace, "link_code", linked.pk, "png") + "?download")
    assert png.getvalue().startswith(b"\x89PNG")
    assert "attachment" in png["Content-Disposition"]


def test_personal_links_are_a_file_of_inert_cells_without_those_who_refused(
    workspace, linked, sign_in, visitor
):
    ContactFactory(name="=HYPERLINK(1)", email="a@buyer.test")
    ContactFactory(email="no@buyer.test", consent=Contact.Consent.REFUSED)
    everybody = AudienceFactory(rule={})
    answer = sign_in("marketer").get(
        page(workspace, "personal_links", linked.pk), {"audience": everybody.pk}
    )
    heading, line = answer.content.decode("utf-8-sig").splitlines()
    assert heading == "Name,Email,Account,Link"
    assert line.startswith("'=HYPERLINK(1),a@buyer.test,")
    visitor.get(line.rpartition(",")[2].removeprefix("http://testserver"))
    count_clicks()
    assert Touch.objects.get().contact.email == "a@buyer.test"


def test_the_programs_page_counts_the_clicks_of_people_nobody_knows(
    workspace, linked, sign_in, visitor
):
    visitor.get(path(linked))
    visitor.get(personal_path(linked, ContactFactory()))
    count_clicks()
    browser = sign_in("manager")
    program = browser.get(reverse("plan:program", args=[workspace.slug, linked.program.pk]))
    panel = page(workspace, "program_links", linked.program.pk)
    assert panel in program.content.decode()
    assert "2 clicks, 1 of them by unknown people" in browser.get(panel).content.decode()


def test_a_retired_link_leaves_the_list_and_can_come_back(workspace, linked, sign_in, visitor):
    browser = sign_in("marketer")
    address = page(workspace, "retire_link", linked.pk)
    browser.post(address)
    browser.get(page(workspace, "link", linked.pk))
    assert linked.name not in browser.get(page(workspace, "links")).content.decode()
    retired = browser.get(page(workspace, "links") + "?state=retired").content.decode()
    assert linked.name in retired
    browser.post(address, {"restore": "yes"})
    assert visitor.get(path(linked)).status_code == 302


def test_the_list_asks_as_much_of_the_database_for_many_links_as_for_few(
    workspace, sign_in, django_assert_num_queries
):
    browser = sign_in("viewer")
    TrackedLinkFactory(program=ProgramFactory())
    browser.get(page(workspace, "links"))
    with CaptureQueriesContext(
        connection,
    ) as few:
        browser.get(page(workspace, "links"))
    for _ in range(12):
        TrackedLinkFactory(program=ProgramFactory())
    with django_assert_num_queries(len(few)):
        browser.get(page(workspace, "links"))


def test_another_workspaces_link_is_not_found(workspace, sign_in):
    with tenancy.scope(WorkspaceFactory()):
        theirs = TrackedLinkFactory()
    browser = sign_in("owner")
    for name in ("link", "edit_link", "retire_link", "personal_links", "program_links"):
        assert browser.get(page(workspace, name, theirs.pk)).status_code == 404


# The API.


@pytest.fixture
def call(workspace, sign_in):
    def do(method, address, data=None, role="marketer", **headers):
        return getattr(sign_in(role), method)(
            f"/api/v1/{address}",
            data,
            content_type="application/json",
            headers={"ipeo-workspace": workspace.slug, **headers},
        )

    return do


def test_the_api_makes_retires_and_counts_links(workspace, call, visitor):
    channel = ChannelFactory()
    refused = call("post", "links/", typed(channel, utm_source="A B", target="ftp://a"))
    assert refused.status_code == 400
    assert set(refused.json()["errors"]) == {"target"}
    refused = call("post", "links/", typed(channel, utm_source="A B"))
    assert "a-b" in refused.json()["errors"]["utm_source"][0]
    made = call("post", "links/", typed(channel), idempotency_key="1").json()
    assert call("post", "links/", typed(channel), idempotency_key="1").json() == made
    assert TrackedLink.objects.count() == 1
    visitor.get(made["address"].removeprefix("http://testserver"))
    count_clicks()
    days = call("get", f"links/{made['id']}/days/").json()
    assert [(day["clicks"], day["robots"]) for day in days] == [(1, 0)]
    moved = call("patch", f"links/{made['id']}/", {"target": "https://new.test/"}).json()
    assert moved["destination"].startswith("https://new.test/?utm_source=newsletter")
    assert moved["code"] == made["code"]
    assert call("post", f"links/{made['id']}/retire/").json()["retired_at"]
    assert call("post", f"links/{made['id']}/restore/").json()["retired_at"] is None


def test_the_api_lists_personal_links_of_an_audience(workspace, linked, call):
    ContactFactory(email="a@buyer.test")
    audience = AudienceFactory(rule={})
    rows = call("get", f"links/{linked.pk}/people/?audience={audience.pk}").json()["results"]
    assert [row["email"] for row in rows] == ["a@buyer.test"]
    assert f"/l/{linked.code}/" in rows[0]["address"]
    assert call("get", f"links/{linked.pk}/people/?audience=x").status_code == 400
    assert call("get", f"links/{linked.pk}/people/", role="viewer").status_code == 403


def test_the_api_sets_naming_rules(workspace, call):
    assert call("get", "naming-rules/").json()["required"] == ["source", "medium", "campaign"]
    wish = {"lower_case": True, "separator": "_", "required": ["source"]}
    saved = call("post", "naming-rules/", wish | {"allowed": {"medium": ["email"]}})
    assert saved.json()["allowed"] == {"medium": ["email"]}
    wrong = call("post", "naming-rules/", wish | {"allowed": {"colour": ["red"]}})
    assert wrong.status_code == 400
    save_naming_rules(lower_case=True, separator="-", required=[], allowed={})
    assert call("get", "naming-rules/").json()["allowed"] == {}
