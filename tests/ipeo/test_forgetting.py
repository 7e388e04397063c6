"""What nobody needs any more is removed, and nothing else."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from ipeo.actions import runs
from ipeo.actions.events import record_event
from ipeo.actions.forgetting import forget_old_records
from ipeo.actions.once import claim_key
from ipeo.celery import app
from ipeo.models import IdempotencyRecord, Run, WebhookDelivery, WebhookEvent
from tests.ipeo.delivering import attempt

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def test_old_logs_are_forgotten_and_what_waits_is_kept(endpoint, listener):
    record_event("deal.created", {"deal": 7})
    attempt()
    record_event("deal.changed", {"deal": 7})
    forget_old_records(now=NOW + timedelta(days=31))
    assert [row.event.type for row in WebhookDelivery.objects.all()] == ["deal.changed"]
    assert WebhookEvent.objects.count() == 1


def test_old_work_is_forgotten_that_is_done_and_that_no_person_asked_for(member):
    over = {"kind": "recompute", "state": Run.State.DONE, "finished_at": NOW}
    Run.objects.create(**over)
    asked = Run.objects.create(**over, requested_by=member("manager"))
    failed = Run.objects.create(**{**over, "state": Run.State.FAILED})
    waiting = runs.queue_run(kind="recompute")
    forget_old_records(now=NOW + timedelta(days=29))
    assert Run.objects.count() == 4
    forget_old_records(now=NOW + timedelta(days=31))
    assert set(Run.objects.all()) == {asked, failed, waiting}


def test_sessions_go_when_they_expire_and_keys_after_a_week(workspace):
    for days in (1, 30):
        Session.objects.create(session_key=str(days), expire_date=NOW + timedelta(days=days))
    claim_key(key="once", digest="0")
    forget_old_records(now=NOW + timedelta(days=6))
    assert (Session.objects.get().session_key, IdempotencyRecord.objects.count()) == ("30", 1)
    forget_old_records(now=NOW + timedelta(days=8))
    assert not IdempotencyRecord.objects.exists()


def test_ticks_that_no_worker_takes_do_not_pile_up():
    for name, entry in app.conf.beat_schedule.items():
        assert entry["schedule"] <= entry["options"]["expires"] <= 86_400, name
