"""Calendar feeds: read by whoever knows the address, the same rows the same file."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from execute.actions import tasks
from execute.models import CalendarFeed, Task
from ipeo import tenancy
from tests.factories.execute import TaskFactory
from tests.factories.ipeo import WorkspaceFactory
from tests.factories.plan import ProgramPlanFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def feed(workspace, sign_in):
    """Makes a feed as a role; gives its address."""

    def make(role="marketer", **given):
        address = f"/w/{workspace.slug}/tasks/feeds/"
        data = {"name": "Phone", "whose": "everybody", "with_flights": "on"} | given
        return sign_in(role).post(address, data).context["address"]

    return make


def read(address, **headers):
    answer = Client().get(address, **headers)
    assert answer.status_code == 200
    return Calendar.from_ical(answer.content)


def entries(address):
    return {str(entry["summary"]): entry for entry in read(address).walk() if "summary" in entry}


def test_a_feed_holds_tasks_and_flights_as_whole_days(feed, member):
    due = timezone.localdate() + timedelta(days=2)
    TaskFactory(title="Book the hall, then; pay", due_date=due, owner=member("sales_rep"))
    TaskFactory(title="Someday", due_date=None)
    TaskFactory(title="Given up", due_date=due, state="dropped")
    plan = ProgramPlanFactory(
        scenario__status="approved", starts_on=date(2026, 3, 1), ends_on=date(2026, 3, 31)
    )
    with tenancy.scope(WorkspaceFactory()):
        TaskFactory(title="Theirs", due_date=due)
    found = entries(feed())
    assert set(found) == {"Book the hall, then; pay", f"Flight: {plan.program}"}
    task, flight = found["Book the hall, then; pay"], found[f"Flight: {plan.program}"]
    assert (task.name, task["dtstart"].dt) == ("VEVENT", due)
    assert task["dtend"].dt == due + timedelta(days=1)
    assert (flight["dtstart"].dt, flight["dtend"].dt) == (date(2026, 3, 1), date(2026, 4, 1))


def test_ones_own_feed_holds_ones_own_tasks_alone(feed, member):
    TaskFactory(title="Mine", due_date=timezone.localdate(), owner=member("sales_rep"))
    TaskFactory(title="Yours", due_date=timezone.localdate(), owner=member("manager"))
    assert set(entries(feed("sales_rep", whose="mine", with_flights=""))) == {"Mine"}


def test_an_entry_keeps_its_name_while_it_changes(feed):
    task = TaskFactory(title="Book the hall", due_date=timezone.localdate())
    address = feed()
    before = entries(address)["Book the hall"]
    task.title, task.due_date = "Book the big hall", timezone.localdate() + timedelta(days=3)
    tasks.save_task(task=task, now=timezone.now() + timedelta(minutes=1))
    after = entries(address)["Book the big hall"]
    assert after["uid"] == before["uid"]
    assert after["last-modified"].dt > before["last-modified"].dt
    tasks.set_task_state(state=Task.State.DONE, task=task)
    assert "Done: Book the big hall" in entries(address)


def test_what_has_not_changed_is_not_sent_again(feed):
    task = TaskFactory(due_date=timezone.localdate())
    address = feed()
    first = Client().get(address)
    assert first.headers["Last-Modified"]
    tag = {"HTTP_IF_NONE_MATCH": first.headers["ETag"]}
    assert Client().get(address, **tag).status_code == 304
    tasks.delete_task(task=task)
    later = Client().get(address, HTTP_IF_MODIFIED_SINCE=first.headers["Last-Modified"], **tag)
    assert later.status_code == 200
    assert b"VEVENT" not in later.content


def test_tasks_come_as_to_dos_where_that_is_asked(feed):
    TaskFactory(title="Book the hall", due_date=timezone.localdate(), state="doing")
    found = entries(feed() + "?as=tasks")
    assert (found["Book the hall"].name, found["Book the hall"]["status"]) == (
        "VTODO",
        "IN-PROCESS",
    )


def test_a_feed_is_closed_to_the_ignorant_the_revoked_and_those_who_left(
    feed, sign_in, member, workspace
):
    address = feed()
    row = CalendarFeed.objects.get()
    assert row.digest not in address
    wrong = address.replace(".ics", "x.ics")
    assert [Client().get(at).status_code for at in (wrong, "/calendars/9-x.ics")] == [404, 404]
    assert Client().get("/calendars/x.ics").status_code == 404
    assert Client().post(address).status_code == 405
    member("marketer").is_active = False
    member("marketer").save()
    assert Client().get(address).status_code == 404
    member("marketer").is_active = True
    member("marketer").save()
    assert Client().get(address).status_code == 200
    other = sign_in("manager").post(f"/w/{workspace.slug}/tasks/feeds/{row.pk}/revoke/")
    assert other.status_code == 404
    sign_in("marketer").post(f"/w/{workspace.slug}/tasks/feeds/{row.pk}/revoke/")
    assert Client().get(address).status_code == 404


def test_the_address_is_shown_once(feed, sign_in, workspace):
    address = feed()
    page = sign_in("marketer").get(f"/w/{workspace.slug}/tasks/feeds/").content.decode()
    assert address not in page
    assert "Phone" in page


def test_feeds_over_the_api(workspace, sign_in):
    headers = {"ipeo-workspace": workspace.slug}
    browser = sign_in("sales_rep")
    made = browser.post(
        "/api/v1/calendar-feeds/",
        {"name": "Desk"},
        content_type="application/json",
        headers=headers,
    )
    assert made.status_code == 201
    assert read(made.json()["address"])["version"] == "2.0"
    row = f"/api/v1/calendar-feeds/{made.json()['id']}/"
    assert sign_in("manager").get(row, headers=headers).status_code == 404
    assert "address" not in browser.get(row, headers=headers).json()
    assert browser.delete(row, headers=headers).status_code == 204
    assert Client().get(made.json()["address"]).status_code == 404
