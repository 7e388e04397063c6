"""Events are written in the transaction of the change that they tell of."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from typing import Any

import structlog
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from ipeo import tenancy
from ipeo.celery import app
from ipeo.events import TYPES
from ipeo.models import WebhookDelivery, WebhookEndpoint, WebhookEvent

log = structlog.get_logger(__name__)
# A message that no worker took by then is of no use: beat finds the row again.
MESSAGE_SECONDS = 60


class OutsideTransaction(Exception):
    """An event was recorded apart from its change, and could outlive or miss it."""


def record_event(type: str, data: dict[str, Any]) -> WebhookEvent | None:
    """Save that something happened, for every endpoint that wants to hear of it.

    Call it inside the transaction of the change: both are saved, or neither. What has no
    listener leaves no row, and None is returned. Raises `KeyError` for a type that
    `ipeo.events.TYPES` lacks, and `OutsideTransaction`.
    """
    TYPES[type]
    if not connection.in_atomic_block:
        raise OutsideTransaction(type)
    listening = WebhookEndpoint.objects.filter(is_active=True, events__contains=[type])
    return tell(list(listening.values_list("pk", flat=True)), type, data)


@transaction.atomic
def tell(endpoints: list[int], type: str, data: dict[str, Any]) -> WebhookEvent | None:
    """Save an event with a delivery for each endpoint, sent once the transaction commits."""
    if not endpoints:
        return None
    now = timezone.now()
    plain = json.loads(json.dumps(data, cls=DjangoJSONEncoder))
    workspace = tenancy.current_workspace()
    event = WebhookEvent.objects.create(
        key=uuid.uuid4(),
        type=type,
        data={"workspace": workspace.slug} | plain,
        occurred_at=now,
    )
    made = WebhookDelivery.objects.bulk_create(
        WebhookDelivery(endpoint_id=key, event=event, next_attempt_at=now, created_at=now)
        for key in endpoints
    )
    send_deliveries((workspace.pk, row.pk) for row in made)
    return event


def send_deliveries(keys: Iterable[tuple[int, int]]) -> None:
    """Ask workers to attempt deliveries, given as workspace and row, after the commit."""
    wanted = list(keys)
    transaction.on_commit(lambda: _send(wanted))


def _send(keys: list[tuple[int, int]]) -> None:
    try:
        for key in keys:
            app.send_task(
                "ipeo.tasks.deliver_webhook", args=list(key), expires=MESSAGE_SECONDS, retry=False
            )
    except (OSError, OperationalError):
        # The row is the request: beat sends it again when the broker is back.
        log.warning("webhooks not sent, broker unreachable", waiting=len(keys))
