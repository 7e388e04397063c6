"""Webhooks: written with their change, signed, tried again, and never sent inside."""

import socket
from datetime import timedelta

import pytest
from django.core import mail
from django.db import transaction
from django.utils import timezone
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from ipeo import outgoing, tenancy
from ipeo.actions import webhooks
from ipeo.actions.events import record_event
from ipeo.models import WebhookDelivery, WebhookEndpoint, WebhookEvent
from tests.factories.ipeo import WorkspaceFactory
from tests.factories.webhooks import WebhookEndpointFactory
from tests.ipeo.delivering import attempt, waiting

pytestmark = pytest.mark.django_db
DEAL = {"deal": 7, "name": "Désks"}


# Written with the change.


def test_an_event_waits_once_for_each_endpoint_that_wants_it(workspace):
    wanting = WebhookEndpointFactory.create_batch(2, events=["deal.created", "deal.changed"])
    WebhookEndpointFactory(events=["import.finished"])
    WebhookEndpointFactory(is_active=False)
    event = record_event("deal.created", DEAL)
    found = WebhookDelivery.objects.filter(event=event)
    assert {row.endpoint for row in found} == set(wanting)
    assert found.count() == 2
    assert event.data == {"workspace": workspace.slug, **DEAL}


def test_what_nobody_hears_leaves_no_row(workspace):
    assert record_event("deal.created", DEAL) is None
    assert not WebhookEvent.objects.exists()


def test_another_workspaces_endpoint_hears_nothing(workspace):
    with tenancy.scope(WorkspaceFactory()):
        WebhookEndpointFactory()
    assert record_event("deal.created", DEAL) is None


def test_an_event_goes_with_its_change_and_comes_with_it(workspace):
    WebhookEndpointFactory()
    with transaction.atomic():
        record_event("deal.created", DEAL)
        transaction.set_rollback(True)
    assert not WebhookEvent.objects.exists()


def test_an_unknown_event_is_a_fault(workspace):
    with pytest.raises(KeyError):
        record_event("deal.sneezed", DEAL)


def test_a_cycle_that_passes_a_gate_tells_so(workspace, member):
    from ipeo.actions.campaigns import advance_cycle
    from tests.factories.ipeo import CycleFactory

    WebhookEndpointFactory()
    advance_cycle(cycle=CycleFactory(), by=member("manager"), override_reason="Because")
    data = WebhookEvent.objects.get(type="cycle.advanced").data
    assert (data["from_stage"], data["to_stage"], data["overridden"]) == ("insight", "plan", True)


# Sent and signed.


def test_a_message_is_signed_as_the_standard_says(endpoint, listener):
    event = record_event("deal.created", DEAL)
    delivery = attempt()
    path, headers, body = listener.heard[0]
    assert path == "/hook"
    told = Webhook(endpoint.secret).verify(body, headers)
    assert told["type"] == "deal.created"
    assert told["data"]["name"] == "Désks"
    assert headers["webhook-id"] == f"evt_{event.key.hex}"
    assert headers["Host"] == listener.url.split("/")[2]
    with pytest.raises(WebhookVerificationError):
        Webhook(webhooks.new_secret()).verify(body, headers)
    assert (delivery.state, delivery.last_status, delivery.attempts) == ("delivered", 204, 1)
    assert delivery.next_attempt_at is None


def test_two_secrets_sign_for_a_day_after_a_new_one_is_made(endpoint, listener):
    earlier = endpoint.secret
    later = webhooks.rotate_secret(endpoint=endpoint)
    record_event("deal.created", DEAL)
    attempt()
    _, headers, body = listener.heard[0]
    for secret in (earlier, later):
        Webhook(secret).verify(body, headers)
    WebhookEndpoint.objects.update(earlier_secret_until=timezone.now() - timedelta(seconds=1))
    record_event("deal.created", DEAL)
    attempt()
    _, headers, body = listener.heard[1]
    Webhook(later).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(earlier).verify(body, headers)


def test_a_repetition_says_the_same_under_the_same_id(endpoint, listener):
    listener.status = 500
    record_event("deal.created", DEAL)
    attempt()
    attempt(now=timezone.now() + timedelta(seconds=6))
    (_, first, one), (_, second, two) = listener.heard
    assert one == two
    assert first["webhook-id"] == second["webhook-id"]


# Tried again.


def test_waits_grow_until_the_delivery_is_given_up_after_about_a_day(endpoint, listener):
    listener.status, listener.body = 503, b"Not \x00 now"
    record_event("deal.created", DEAL)
    now = start = timezone.now()
    waits = []
    for _ in webhooks.WAITS:
        delivery = attempt(now=now)
        assert delivery.state == "waiting"
        waits.append(delivery.next_attempt_at - now)
        assert webhooks.deliver(delivery_id=delivery.pk, now=now) is None
        now = delivery.next_attempt_at
    assert waits == sorted(waits)
    assert timedelta(hours=24) < now - start < timedelta(hours=36)
    last = attempt(now=now)
    assert (last.state, last.next_attempt_at) == ("given_up", None)
    assert last.attempts == len(listener.heard) == 8
    assert last.last_error == "It responded with 503."
    assert last.response == "Not \ufffd now"


def test_a_delivery_that_arrives_late_is_delivered_once(endpoint, listener):
    listener.status = 500
    record_event("deal.created", DEAL)
    attempt()
    assert WebhookEndpoint.objects.get().failing_since is not None
    listener.status = 200
    later = attempt(now=timezone.now() + timedelta(seconds=6))
    assert later.state == "delivered"
    assert WebhookEndpoint.objects.get().failing_since is None
    assert webhooks.deliver(delivery_id=later.pk) is None
    assert len(listener.heard) == 2


def test_a_worker_that_is_lost_in_the_attempt_leaves_it_due_again(endpoint, listener, monkeypatch):
    record_event("deal.created", DEAL)
    now = timezone.now()
    with monkeypatch.context() as patch:
        patch.setattr(
            outgoing, "post", lambda *args, **kwargs: (_ for _ in ()).throw(KeyboardInterrupt)
        )
        with pytest.raises(KeyboardInterrupt):
            attempt(now=now)
    key = waiting().pk
    assert webhooks.deliver(delivery_id=key, now=now + timedelta(seconds=30)) is None
    assert webhooks.send_due(now=now + timedelta(seconds=61)) == 1
    assert webhooks.deliver(delivery_id=key, now=now + timedelta(seconds=61)).state == "delivered"
    assert len(listener.heard) == 1


def test_an_endpoint_that_fails_for_days_is_switched_off_and_its_owners_are_told(
    endpoint, listener, member, django_capture_on_commit_callbacks
):
    listener.status = 500
    owner, maker = member("owner"), member("manager")
    WebhookEndpoint.objects.update(created_by=maker)
    record_event("deal.created", DEAL)
    now = timezone.now()
    attempt(now=now)
    with django_capture_on_commit_callbacks(execute=True):
        attempt(now=now + timedelta(days=5, seconds=1))
    off = WebhookEndpoint.objects.get()
    assert not off.is_active
    assert "It responded with 500." in off.off_reason
    assert waiting().next_attempt_at is None
    assert set(mail.outbox[0].to) == {owner.user.email, maker.user.email}
    assert record_event("deal.created", DEAL) is None
    webhooks.switch_endpoint(endpoint=off, on=True)
    listener.status = 200
    assert attempt(now=timezone.now()).state == "delivered"


def test_an_endpoint_that_is_gone_is_switched_off_at_once(endpoint, listener):
    listener.status = 410
    record_event("deal.created", DEAL)
    attempt()
    assert not WebhookEndpoint.objects.get().is_active


# Never inside, never long.


@pytest.mark.parametrize(
    "url",
    [
        "http://listener.test/",
        "ftp://listener.test/",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://localhost/",
        "https://10.0.0.8/",
        "https://192.168.1.1/",
        "https://100.64.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[fd00:ec2::254]/",
        "https://[fe80::1]/",
        "https://[2002:7f00:1::]/",
        "https://[64:ff9b::7f00:1]/",
        "https://0.0.0.0/",
        "https://224.0.0.1/",
        "https://user:word@listener.test/",
        "https://",
        "nonsense",
    ],
)
def test_nothing_is_sent_to_an_address_inside(url):
    with pytest.raises((outgoing.AddressRefused, outgoing.NoAnswer)):
        outgoing.post(url, body=b"{}", headers={})


def test_a_name_that_leads_inside_is_refused_whatever_else_it_leads_to(
    monkeypatch, listener, settings
):
    settings.WEBHOOK_PRIVATE = False
    real = socket.getaddrinfo

    def resolve(host, port, *args, **kwargs):
        if host != "rebinding.test":
            return real(host, port, *args, **kwargs)
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in ("93.184.215.14", "127.0.0.1")
        ]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    port = listener.url.split(":")[2].split("/")[0]
    with pytest.raises(outgoing.AddressRefused, match="public"):
        outgoing.post(f"https://rebinding.test:{port}/hook", body=b"{}", headers={})
    assert not listener.heard


def test_the_address_looked_at_is_the_one_connected_to(monkeypatch, listener):
    asked = []
    real = socket.getaddrinfo

    def resolve(host, port, *args, **kwargs):
        asked.append(host)
        return real("127.0.0.1" if host == "named.test" else host, port, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    url = listener.url.replace("127.0.0.1", "named.test")
    assert outgoing.post(url, body=b"{}", headers={}).status == 204
    assert asked.count("named.test") == 1
    assert listener.heard[0][1]["Host"].startswith("named.test:")


def test_a_redirect_is_not_followed(endpoint, listener):
    listener.status, listener.headers = 302, {"Location": listener.url + "/inside"}
    record_event("deal.created", DEAL)
    assert attempt().last_error == "It responded with 302."
    assert [path for path, _, _ in listener.heard] == ["/hook"]


def test_a_slow_receiver_is_waited_for_no_longer_than_the_limit(endpoint, listener, monkeypatch):
    monkeypatch.setattr(outgoing, "SECONDS", 0.2)
    listener.delay = 0.6
    record_event("deal.created", DEAL)
    assert "did not respond" in attempt().last_error


def test_a_long_answer_is_cut(endpoint, listener):
    listener.status, listener.body = 200, b"x" * 1_000_000
    record_event("deal.created", DEAL)
    assert attempt().response == "x" * webhooks.EXCERPT


def test_a_closed_port_is_told_in_plain_words(endpoint):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        WebhookEndpoint.objects.update(url=f"http://127.0.0.1:{free.getsockname()[1]}/")
    record_event("deal.created", DEAL)
    assert attempt().last_error == "The connection was refused."


def test_an_edit_keeps_the_secret_that_was_made_meanwhile(endpoint):
    edited = WebhookEndpoint.objects.get(pk=endpoint.pk)
    secret = webhooks.rotate_secret(endpoint=endpoint)
    webhooks.switch_endpoint(endpoint=endpoint, on=False, reason="It responded with 410.")
    webhooks.change_endpoint(endpoint=edited, url=edited.url, events=["deal.created"])
    stored = WebhookEndpoint.objects.get(pk=endpoint.pk)
    assert (stored.secret, stored.is_active, stored.events) == (secret, False, ["deal.created"])
