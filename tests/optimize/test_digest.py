"""The week by e-mail: each Monday, to those who want it, once."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client

from ipeo.models import Membership, Run
from ipeo.numerics.ranges import Days
from ipeo.runs import worker
from optimize.actions.digest import KIND, request_due, send, token_of
from optimize.actions.recompute import recompute
from optimize.models import DigestMail
from optimize.queries.digest import due_week, unsent, week_before
from tests.factories.optimize import RecommendationFactory
from tests.optimize.scene import company

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 6, 15, 8, 0, tzinfo=UTC)
WEEK = Days(date(2026, 6, 8), date(2026, 6, 14))


@pytest.fixture
def measured(workspace, member):
    cycle, *_ = company()
    recompute()
    for role in ("owner", "manager", "marketer", "sales_rep", "viewer"):
        member(role)
    Membership.objects.update(created_at=MONDAY - timedelta(days=30))
    return cycle


def test_who_joined_after_the_week_gets_the_next_one(workspace, measured, member):
    late = Membership.objects.filter(pk=member("owner").pk)
    late.update(created_at=datetime(2026, 6, 15, 1, 0, tzinfo=UTC))
    assert unsent(WEEK) == [member("manager")]
    late.update(created_at=datetime(2026, 6, 14, 23, 0, tzinfo=UTC))
    assert set(unsent(WEEK)) == {member("manager"), member("owner")}


def test_the_week_is_due_on_monday_at_seven_in_the_workspaces_zone(workspace):
    workspace.time_zone = "America/New_York"

    assert due_week(workspace, datetime(2026, 6, 15, 10, 59, tzinfo=UTC)) is None
    assert due_week(workspace, datetime(2026, 6, 15, 11, 0, tzinfo=UTC)) == WEEK
    assert due_week(workspace, datetime(2026, 6, 16, 20, 0, tzinfo=UTC)) == WEEK
    assert due_week(workspace, datetime(2026, 6, 18, 12, 0, tzinfo=UTC)) is None
    assert week_before(date(2026, 6, 14)) == Days(date(2026, 6, 1), date(2026, 6, 7))


def test_managers_and_owners_get_it_once_though_it_is_asked_for_and_delivered_twice(
    workspace, measured, member, do_due_work
):
    assert request_due(now=MONDAY) == 1
    assert request_due(now=MONDAY) == 0
    run = do_due_work()[0]
    assert run.result == {"sent": 2}
    again = Run.objects.create(kind=KIND, arguments=run.arguments)
    assert worker(KIND)(again, lambda *_: None) == {"sent": 0}
    assert request_due(now=MONDAY) == 0

    assert sorted(one.to[0] for one in mail.outbox) == sorted(
        member(role).user.email for role in ("owner", "manager")
    )
    assert DigestMail.objects.count() == 2
    assert len({one.extra_headers["Message-ID"] for one in mail.outbox}) == 2


def test_the_mail_tells_in_words_and_html_what_changed_and_what_waits(workspace, measured):
    advice = RecommendationFactory(cycle=measured)
    send(week=Days(date(2026, 5, 11), date(2026, 5, 17)))

    message = mail.outbox[0]
    html = message.alternatives[0][0]
    for text in (message.body, html):
        assert "11 May 2026 to 17 May 2026" in text
        assert "Win rate" in text
        assert "80% interval" in text
        assert "n = " in text
        assert advice.title in text
        assert f"http://127.0.0.1:8000/w/{workspace.slug}/optimize/recommendations/" in text
    assert "<html" not in message.body
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_failed_mail_is_not_kept_as_sent(workspace, measured, monkeypatch):
    from django.core.mail.backends.locmem import EmailBackend

    def fail(*_):
        raise ConnectionRefusedError

    with monkeypatch.context() as patched:
        patched.setattr(EmailBackend, "send_messages", fail)
        with pytest.raises(ConnectionRefusedError):
            send(week=WEEK)

    assert not DigestMail.objects.exists()
    assert send(week=WEEK) == 2


def test_the_link_in_the_mail_stops_it_without_a_sign_in(workspace, measured, member):
    send(week=WEEK)
    manager = member("manager")
    address = f"/digests/{token_of(manager)}/stop/"
    assert address in next(one.body for one in mail.outbox if one.to == [manager.user.email])

    asked = Client().get(address)
    assert asked.status_code == 200
    assert Membership.objects.get(pk=manager.pk).wants_digest
    assert Client(enforce_csrf_checks=True).post(address).status_code == 200

    assert not Membership.objects.get(pk=manager.pk).wants_digest
    assert Client().get("/digests/forged/stop/").status_code == 404
    assert send(week=Days(date(2026, 6, 15), date(2026, 6, 21))) == 1


def test_a_manager_sees_the_week_and_switches_the_mail(workspace, measured, member, sign_in):
    client = sign_in("manager")
    address = f"/w/{workspace.slug}/optimize/digest/"

    assert "Waiting for a decision" in client.get(address).content.decode()
    assert client.post(address, {"wants": "no"}).status_code == 302

    assert not Membership.objects.get(pk=member("manager").pk).wants_digest
    assert sign_in("marketer").get(address).status_code == 403


def test_the_command_prints_it_and_sends_nothing(workspace, measured, capsys):
    call_command("digest", workspace=workspace.slug, week="2026-06-10", dry_run=True)

    printed = capsys.readouterr().out
    assert "8 Jun 2026 to 14 Jun 2026" in printed
    assert "Would be sent to:" in printed
    assert mail.outbox == []


def test_what_was_never_measured_is_not_written_about(workspace, member):
    member("manager")

    assert send(week=WEEK) == 0


def test_the_image_can_print():
    image = (Path(__file__).parents[2] / "Dockerfile").read_text()

    for package in ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0", "fonts-"):
        assert package in image
