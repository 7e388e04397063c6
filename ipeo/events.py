"""What other programs can hear of: one table of event types, and how an event is written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ipeo.models import WebhookEvent

TEST = "webhook.test"
TYPES: dict[str, str] = {
    "deal.created": "Deal opened",
    "deal.changed": "Deal edited or moved",
    "deal.outcome_logged": "Deal outcome logged or corrected",
    "task.changed": "Task added or changed",
    "program.launched": "Program launched, or launch undone",
    "import.finished": "Import finished, fully or not",
    "cycle.advanced": "Cycle moved to another stage",
    "measurement.finished": "Measurement finished",
}


def message_id(event: WebhookEvent) -> str:
    """Return the id by which a receiver tells a repetition: the same at every attempt."""
    return f"evt_{event.key.hex}"


def message_body(event: WebhookEvent) -> str:
    """Return what is sent of an event, byte for byte the same at every attempt."""
    body = {
        "type": event.type,
        "timestamp": event.occurred_at.isoformat(),
        "data": event.data,
    }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))
