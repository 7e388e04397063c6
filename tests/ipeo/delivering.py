"""The one delivery that waits, and an attempt at it."""

from ipeo.actions import webhooks
from ipeo.models import WebhookDelivery


def waiting():
    return WebhookDelivery.objects.get(state="waiting")


def attempt(now=None):
    return webhooks.deliver(delivery_id=waiting().pk, now=now)
