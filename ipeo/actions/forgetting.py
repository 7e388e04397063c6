"""Records that nobody needs any more are removed, once a day."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session
from django.utils import timezone

from ipeo.actions.everywhere import in_each_workspace
from ipeo.models import IdempotencyRecord, Run, WebhookDelivery, WebhookEvent

LOGS_KEPT = timedelta(days=30)
KEYS_KEPT = timedelta(days=7)


def forget_old_records(*, now: datetime | None = None) -> int:
    """Remove what has served its time, everywhere; return how many rows are gone.

    After 30 days: settled deliveries of webhooks, and background work that is done and that no
    person asked for (a busy workspace is measured some thousand times a day). After 7:
    idempotency keys. Sessions go when they have expired.
    """
    at = now or timezone.now()
    sessions, _ = Session.objects.filter(expire_date__lt=at).delete()
    return sessions + in_each_workspace(lambda: _forget(at))


def _forget(now: datetime) -> int:
    before = now - LOGS_KEPT
    settled = WebhookDelivery.objects.filter(created_at__lt=before).exclude(
        state=WebhookDelivery.State.WAITING
    )
    told, _ = settled.delete()
    events, _ = WebhookEvent.objects.filter(occurred_at__lt=before, deliveries=None).delete()
    # What failed stays: whoever meets its row, such as an import's, still asks it why.
    over = Run.objects.filter(state=Run.State.DONE, requested_by=None, finished_at__lt=before)
    runs, _ = over.delete()
    keys, _ = IdempotencyRecord.objects.filter(created_at__lt=now - KEYS_KEPT).delete()
    return int(told + events + runs + keys)
