"""Webhooks: endpoints with how they fare, and the log of deliveries."""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.db.models import Count, Max, Q, QuerySet

from ipeo.events import TEST, TYPES, message_body
from ipeo.models import WebhookDelivery, WebhookEndpoint


@dataclass(frozen=True)
class DeliveryLine:
    """A delivery as a list shows it."""

    delivery: WebhookDelivery
    about: str


def endpoints() -> QuerySet[WebhookEndpoint]:
    """Return the endpoints with what waits for each, and when one was last attempted."""
    return (
        WebhookEndpoint.objects.annotate(
            waiting=Count("deliveries", filter=Q(deliveries__state="waiting")),
            given_up=Count("deliveries", filter=Q(deliveries__state="given_up")),
            last_at=Max("deliveries__attempted_at"),
        )
        .select_related("created_by__user")
        .order_by("pk")
    )


def deliveries() -> QuerySet[WebhookDelivery]:
    """Return the deliveries with their events."""
    return WebhookDelivery.objects.select_related("event", "endpoint")


def event_label(type: str) -> str:
    """Return what an event type means in words."""
    return "A test" if type == TEST else TYPES.get(type, type)


def lines(rows: list[WebhookDelivery]) -> list[DeliveryLine]:
    """Return deliveries with what each tells of."""
    return [DeliveryLine(row, event_label(row.event.type)) for row in rows]


def shown_body(delivery: WebhookDelivery) -> str:
    """Return what is sent, laid out for reading."""
    return json.dumps(json.loads(message_body(delivery.event)), ensure_ascii=False, indent=2)
