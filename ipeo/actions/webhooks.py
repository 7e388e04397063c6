"""Webhooks: endpoints with their secrets, and deliveries until they arrive or are given up."""

from __future__ import annotations

import base64
import secrets
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from celery.exceptions import SoftTimeLimitExceeded
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from standardwebhooks.webhooks import Webhook

from ipeo import outgoing, tenancy
from ipeo.actions.events import send_deliveries, tell
from ipeo.database.holding import hold
from ipeo.events import TEST, TYPES, message_body, message_id
from ipeo.models import Membership, Role, WebhookDelivery, WebhookEndpoint

# After each failed attempt so long a wait; after the last, the delivery is given up: 28 hours.
WAITS = tuple(
    timedelta(seconds=seconds) for seconds in (5, 300, 1_800, 7_200, 18_000, 36_000, 36_000)
)
# A worker that takes longer than this is taken for lost, and another attempts again.
LEASE = timedelta(seconds=60)
FAILING = timedelta(days=5)
BOTH_SECRETS = timedelta(days=1)
EXCERPT = 2_000
AT_ONCE = 500
GONE = 410


class UnknownEvent(Exception):
    """An endpoint wants to hear of something that never happens."""


class EndpointIsOff(Exception):
    """Nothing is sent to an endpoint that is switched off."""


def new_secret() -> str:
    """Return a signing secret as the Standard Webhooks scheme writes it."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"


def make_endpoint(
    *, url: str, events: Sequence[str], by: Membership | None, description: str = ""
) -> WebhookEndpoint:
    """Save an endpoint with a new secret, which is shown once.

    Raises `UnknownEvent`, and `ipeo.outgoing.AddressRefused`.
    """
    endpoint = WebhookEndpoint(secret=new_secret(), created_by=by)
    return _save(endpoint, url, events, description)


def change_endpoint(
    *, endpoint: WebhookEndpoint, url: str, events: Sequence[str], description: str = ""
) -> WebhookEndpoint:
    """Save where an endpoint is and what it hears of; raises as `make_endpoint`."""
    return _save(endpoint, url, events, description)


@transaction.atomic
def _save(
    endpoint: WebhookEndpoint, url: str, events: Sequence[str], description: str
) -> WebhookEndpoint:
    if unknown := set(events) - set(TYPES):
        raise UnknownEvent(f"There is no event called {', '.join(sorted(unknown))}.")
    outgoing.check_address(url)
    endpoint.url, endpoint.description = url, description
    endpoint.events = [name for name in TYPES if name in events]
    if endpoint.pk is None:
        endpoint.save()
    else:
        hold(WebhookEndpoint, endpoint.pk)
        # What was switched off meanwhile, or got a new secret, stays so.
        endpoint.save(update_fields=["url", "description", "events"])
    return endpoint


def rotate_secret(*, endpoint: WebhookEndpoint, now: datetime | None = None) -> str:
    """Give an endpoint a new secret and return it; for a day both sign, so that none is missed."""
    endpoint.earlier_secret = endpoint.secret
    endpoint.earlier_secret_until = (now or timezone.now()) + BOTH_SECRETS
    endpoint.secret = new_secret()
    endpoint.save(update_fields=["secret", "earlier_secret", "earlier_secret_until"])
    return endpoint.secret


@transaction.atomic
def switch_endpoint(
    *, endpoint: WebhookEndpoint, on: bool, reason: str = "", now: datetime | None = None
) -> None:
    """Switch an endpoint on or off; what waits for it waits on, and goes out when it is on."""
    endpoint.is_active, endpoint.off_reason = on, "" if on else reason[:200]
    endpoint.failing_since = None
    endpoint.save(update_fields=["is_active", "off_reason", "failing_since"])
    waiting = WebhookDelivery.objects.filter(endpoint=endpoint, state=WebhookDelivery.State.WAITING)
    waiting.update(next_attempt_at=(now or timezone.now()) if on else None)
    if on:
        send_deliveries(waiting.values_list("workspace", "pk")[:AT_ONCE])


def remove_endpoint(*, endpoint: WebhookEndpoint) -> None:
    """Remove an endpoint with the log of its deliveries."""
    endpoint.delete()


def send_test(*, endpoint: WebhookEndpoint) -> WebhookDelivery:
    """Send an event that says nothing happened; raises `EndpointIsOff`."""
    _demand_on(endpoint)
    event = tell([endpoint.pk], TEST, {"message": "This is a test. Nothing happened."})
    return WebhookDelivery.objects.get(endpoint=endpoint, event=event)


@transaction.atomic
def send_again(*, delivery: WebhookDelivery, now: datetime | None = None) -> None:
    """Send an event again under its own id, delivered or not; raises `EndpointIsOff`."""
    _demand_on(delivery.endpoint)
    WebhookDelivery.objects.filter(pk=delivery.pk).update(
        state=WebhookDelivery.State.WAITING, failures=0, next_attempt_at=now or timezone.now()
    )
    send_deliveries([(tenancy.current_workspace_id(), delivery.pk)])


def _demand_on(endpoint: WebhookEndpoint) -> None:
    if not endpoint.is_active:
        raise EndpointIsOff("The endpoint is turned off. Turn it on first.")


def send_due(*, now: datetime | None = None) -> int:
    """Ask workers for the attempts that are due in all workspaces; return how many."""
    with tenancy.system():
        due = list(
            WebhookDelivery._base_manager.filter(
                state=WebhookDelivery.State.WAITING, next_attempt_at__lte=now or timezone.now()
            )
            .order_by("next_attempt_at")
            .values_list("workspace", "pk")[:AT_ONCE]
        )
    send_deliveries(due)
    return len(due)


def deliver(*, delivery_id: int, now: datetime | None = None) -> WebhookDelivery | None:
    """Attempt a delivery that is due; None where it is not, or where another has it.

    The claim is a lease: a worker that is lost in the attempt leaves a row that is due again.
    """
    now = now or timezone.now()
    claimed = WebhookDelivery.objects.filter(
        pk=delivery_id, state=WebhookDelivery.State.WAITING, next_attempt_at__lte=now
    ).update(
        attempts=F("attempts") + 1,
        # Until it has arrived it counts as failed: a worker that never comes back ends it, too.
        failures=F("failures") + 1,
        attempted_at=now,
        next_attempt_at=now + LEASE,
    )
    if not claimed:
        return None
    delivery = WebhookDelivery.objects.select_related("endpoint__created_by__user", "event").get(
        pk=delivery_id
    )
    status, error, text = None, "", ""
    begun = time.monotonic()
    try:
        answer = outgoing.post(
            delivery.endpoint.url,
            body=message_body(delivery.event).encode(),
            headers=signed_headers(delivery, now=timezone.now()),
        )
    except (outgoing.AddressRefused, outgoing.NoAnswer) as refusal:
        error = str(refusal)
    except SoftTimeLimitExceeded:
        error = "It took too long to respond."
    else:
        status, text = answer.status, answer.text[:EXCERPT]
        if not 200 <= status < 300:
            error = f"It responded with {status}."
    taken = round(1000 * (time.monotonic() - begun))
    _settle(delivery, status=status, error=error, text=text, taken=taken, now=now)
    delivery.refresh_from_db()
    return delivery


def signed_headers(delivery: WebhookDelivery, *, now: datetime) -> dict[str, str]:
    """Return the headers of an attempt, signed with each secret that holds now."""
    endpoint, event = delivery.endpoint, delivery.event
    keys = [endpoint.secret]
    if endpoint.earlier_secret_until is not None and endpoint.earlier_secret_until > now:
        keys.append(endpoint.earlier_secret)
    number, body = message_id(event), message_body(event)
    return {
        "Content-Type": "application/json",
        "User-Agent": "IPEO-Webhooks/1",
        "webhook-id": number,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(Webhook(key).sign(number, now, body) for key in keys),
    }


@transaction.atomic
def _settle(
    delivery: WebhookDelivery,
    *,
    status: int | None,
    error: str,
    text: str,
    taken: int,
    now: datetime,
) -> None:
    """Write an attempt's end down, unless its lease was lost to another attempt."""
    failures = delivery.failures if error else 0
    state, following = WebhookDelivery.State.DELIVERED, None
    if error:
        given_up = failures > len(WAITS)
        state = WebhookDelivery.State.GIVEN_UP if given_up else WebhookDelivery.State.WAITING
        following = None if given_up else now + WAITS[max(failures, 1) - 1]
    endpoint = WebhookEndpoint.objects.select_for_update().filter(pk=delivery.endpoint_id).first()
    if endpoint is None:
        return
    if not endpoint.is_active:
        following = None
    written = WebhookDelivery.objects.filter(
        pk=delivery.pk, attempts=delivery.attempts, state=WebhookDelivery.State.WAITING
    ).update(
        state=state,
        failures=failures,
        next_attempt_at=following,
        last_status=status,
        last_error=error[:300],
        response=text,
        duration_ms=taken,
    )
    if not written or not endpoint.is_active:
        return
    if not error:
        if endpoint.failing_since is not None:
            endpoint.failing_since = None
            endpoint.save(update_fields=["failing_since"])
        return
    if endpoint.failing_since is None:
        endpoint.failing_since = now
        endpoint.save(update_fields=["failing_since"])
    if status == GONE:
        _switch_off(endpoint, "It responded that it is gone for good (410).")
    elif now - endpoint.failing_since >= FAILING:
        since = timezone.localtime(endpoint.failing_since)
        _switch_off(endpoint, f"Nothing has been delivered since {since:%d %b %Y}. {error}")


def _switch_off(endpoint: WebhookEndpoint, reason: str) -> None:
    """Switch a failing endpoint off and tell who made it, and the workspace's owners."""
    switch_endpoint(endpoint=endpoint, on=False, reason=reason)
    workspace = tenancy.current_workspace()
    people = Membership.objects.filter(workspace=workspace, is_active=True, user__is_active=True)
    told = set(people.filter(role=Role.OWNER).values_list("user__email", flat=True))
    if endpoint.created_by is not None:
        told |= set(people.filter(pk=endpoint.created_by.pk).values_list("user__email", flat=True))
    text = (
        f"IPEO has stopped sending events from {workspace} to {endpoint.url}.\n\n{reason}\n\n"
        "Pending events are kept. Turn the endpoint on again under Workspace, Webhooks."
    )
    title = f"A webhook in {workspace} was turned off"
    transaction.on_commit(lambda: send_mail(title, text, None, sorted(told), fail_silently=True))
