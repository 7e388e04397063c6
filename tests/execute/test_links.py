"""Tracked links: where they lead, what is counted, and who may make them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from execute.actions.clicks import count_clicks, count_clicks_everywhere
from execute.actions.links import retire_link, save_link
from execute.models import LinkClick, LinkDay, Touch, TrackedLink
from execute.queries.links import Clicks, clicks_of, personal_path
from ipeo import tenancy
from tests.execute.linking import DESTINATION, PERSON, path
from tests.factories.insight import ContactFactory
from tests.factories.ipeo import WorkspaceFactory
from tests.factories.links import TrackedLinkFactory

pytestmark = pytest.mark.django_db


# The redirect.


def test_a_link_leads_to_its_target_with_its_parameters(linked, visitor):
    answer = visitor.get(path(linked))
    assert answer.status_code == 302
    assert answer["Location"] == DESTINATION
    assert answer["Cache-Control"] == "no-store"
    assert answer["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert not answer.cookies


@pytest.mark.parametrize(
    "extra",
    [
        "?next=https://evil.test",
        "?url=https://evil.test&target=https://evil.test&utm_source=evil",
        "?https://evil.test",
        "?%0d%0aLocation:%20https://evil.test",
        "/https:%2F%2Fevil.test",
        "/%0d%0aSet-Cookie:%20a=b",
        "/..%2f..%2fevil.test",
    ],
)
def test_nothing_in_the_request_moves_where_a_link_leads(linked, visitor, extra):
    answer = visitor.get(f"{path(linked)}{extra}", headers={"x-forwarded-host": "evil.test"})
    assert answer.status_code == 404 or answer["Location"] == DESTINATION
    assert "evil" not in answer.get("Location", "")
    assert "Set-Cookie" not in answer


@pytest.mark.parametrize("code", ["nothing", "%00", "a" * 3000, "%0d%0a", "..", "é", "' OR 1=1"])
def test_an_unknown_code_leads_nowhere(workspace, visitor, code):
    assert visitor.get(f"/l/{code}").status_code == 404
    assert not LinkClick.objects.exists()


def test_a_retired_link_says_so_and_counts_nothing(linked, visitor):
    retire_link(link=linked)
    answer = visitor.get(path(linked))
    assert answer.status_code == 410
    assert "retired" in answer.content.decode()
    assert not LinkClick.objects.exists()


def test_an_edit_does_not_restore_a_link_that_was_retired_meanwhile(linked):
    edited = TrackedLink.objects.get(pk=linked.pk)
    retire_link(link=linked)
    edited.name = "Spring mail"
    save_link(link=edited)
    stored = TrackedLink.objects.get(pk=linked.pk)
    assert (stored.name, stored.is_retired) == ("Spring mail", True)


def test_only_looking_is_allowed(linked, visitor):
    assert visitor.post(path(linked)).status_code == 405


def test_every_workspaces_links_are_followed_and_each_counts_its_own(linked, visitor):
    other = WorkspaceFactory()
    with tenancy.scope(other):
        theirs = TrackedLinkFactory(target="https://other.test/")
    assert visitor.get(path(theirs))["Location"].startswith("https://other.test/")
    count_clicks_everywhere()
    assert not LinkDay.objects.exists()
    with tenancy.scope(other):
        assert LinkDay.objects.get().clicks == 1


def test_a_click_needs_neither_redis_nor_a_session(linked, sign_in, settings):
    browser = sign_in("manager")
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }
    assert browser.get(path(linked), headers={"user-agent": PERSON}).status_code == 302
    assert LinkClick.objects.count() == 1


def test_a_target_of_5000_characters_is_led_to(workspace, visitor):
    long = TrackedLinkFactory(target="https://brand.test/?x=" + "a" * 5000)
    assert len(visitor.get(path(long))["Location"]) > 5000


# What is counted.


def test_robots_are_counted_apart(linked, visitor):
    visitor.get(path(linked))
    visitor.head(path(linked))
    visitor.get(path(linked), headers={"sec-purpose": "prefetch"})
    Client(headers={"user-agent": "Slackbot-LinkExpanding 1.0"}).get(path(linked))
    assert clicks_of([linked])[linked.pk] == Clicks(people=1, robots=3)
    assert count_clicks() == 4
    assert clicks_of([linked])[linked.pk] == Clicks(people=1, robots=3)
    assert not LinkClick.objects.exists()
    assert not Touch.objects.exists()


def test_a_known_persons_click_is_a_touch(linked, visitor):
    contact = ContactFactory()
    visitor.get(personal_path(linked, contact))
    count_clicks()
    touch = Touch.objects.get()
    assert (touch.contact, touch.account) == (contact, contact.account)
    assert (touch.channel, touch.program) == (linked.channel, linked.program)
    assert (touch.kind, touch.level) == (Touch.Kind.CLICK, Touch.Level.CONSIDERING)
    assert LinkDay.objects.get().known == 1


def test_a_robot_that_opens_a_personal_link_touches_nobody(linked):
    Client(headers={"user-agent": "Barracuda/1.0"}).get(personal_path(linked, ContactFactory()))
    count_clicks()
    assert not Touch.objects.exists()


@pytest.mark.parametrize("place", [0, 5, -1])
def test_a_forged_personal_link_leads_on_but_is_nobodys(linked, visitor, place):
    forged = list(personal_path(linked, ContactFactory()))
    start = len(path(linked)) + 1
    spot = place if place < 0 else start + place
    forged[spot] = "2" if forged[spot] != "2" else "3"
    assert visitor.get("".join(forged)).status_code == 302
    count_clicks()
    assert not Touch.objects.exists()
    assert LinkDay.objects.get().clicks == 1


def test_a_personal_link_holds_for_its_own_link_alone(linked, visitor):
    person = personal_path(TrackedLinkFactory(), ContactFactory()).rpartition("/")[2]
    visitor.get(f"{path(linked)}/{person}")
    count_clicks()
    assert not Touch.objects.exists()


def test_a_person_who_is_gone_clicked_anonymously(linked, visitor):
    contact = ContactFactory()
    address = personal_path(linked, contact)
    contact.delete()
    visitor.get(address)
    count_clicks()
    assert (LinkDay.objects.get().clicks, LinkDay.objects.get().known) == (1, 0)


def test_clicks_of_one_person_within_half_an_hour_are_one_touch(linked):
    contact, start = ContactFactory(), datetime(2026, 3, 1, 23, 50, tzinfo=UTC)
    click(linked, contact, start, minutes=[0, 10, 30, 31, 70])
    count_clicks()
    assert touched_at(contact) == [
        start,
        start + timedelta(minutes=31),
        start + timedelta(hours=1, minutes=10),
    ]
    click(linked, contact, start, minutes=[80, 101])
    count_clicks()
    assert len(touched_at(contact)) == 4
    assert [(day.day.day, day.clicks) for day in LinkDay.objects.order_by("day")] == [
        (1, 1),
        (2, 6),
    ]


def test_two_links_touch_one_person_twice(linked):
    contact, start = ContactFactory(), datetime(2026, 3, 1, 12, tzinfo=UTC)
    click(linked, contact, start, minutes=[0])
    click(TrackedLinkFactory(), contact, start, minutes=[1])
    count_clicks()
    assert len(touched_at(contact)) == 2


def click(link, contact, start, *, minutes):
    for minute in minutes:
        LinkClick.objects.create(
            link=link, contact_number=contact.pk, at=start + timedelta(minutes=minute)
        )


def touched_at(contact):
    return list(
        Touch.objects.filter(contact=contact)
        .order_by("occurred_at")
        .values_list("occurred_at", flat=True)
    )


def test_nothing_is_kept_of_who_clicked_but_the_personal_links_contact():
    assert {field.name for field in LinkClick._meta.fields} == {
        "id",
        "workspace",
        "link",
        "contact_number",
        "is_robot",
        "at",
    }
