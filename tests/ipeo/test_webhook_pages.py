"""Webhooks as people see them: made on a page or by the API, with a log of what was sent."""

import json

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ipeo.actions.events import record_event
from ipeo.actions.members import make_token
from ipeo.models import WebhookDelivery, WebhookEndpoint
from tests.ipeo.delivering import attempt

pytestmark = pytest.mark.django_db
DEAL = {"deal": 7, "name": "Désks"}


# The pages and the API.


def page(workspace, name, *args):
    return reverse(f"ipeo:{name}", args=[workspace.slug, *args])


def test_a_secret_is_shown_once(workspace, sign_in):
    browser = sign_in("manager")
    form = {"url": "https://listener.test/hook", "events": ["deal.created"]}
    shown = browser.post(page(workspace, "webhooks"), form).content.decode()
    made = WebhookEndpoint.objects.get()
    assert made.secret in shown
    for address in (page(workspace, "webhooks"), page(workspace, "webhook", made.pk)):
        assert made.secret not in browser.get(address).content.decode()
    later = browser.post(page(workspace, "webhook_secret", made.pk)).content.decode()
    assert made.secret not in later
    made.refresh_from_db()
    assert made.secret in later


@pytest.mark.parametrize("url", ["http://a.test/", "https://127.0.0.1/", "javascript:alert(1)"])
def test_a_bad_address_is_refused_beside_its_field(workspace, sign_in, url):
    form = {"url": url, "events": ["deal.created"]}
    answer = sign_in("manager").post(page(workspace, "webhooks"), form)
    assert answer.status_code == 422
    assert 'id="id_url_error"' in answer.content.decode()
    assert not WebhookEndpoint.objects.exists()


def test_the_log_shows_what_was_sent_and_sends_it_again(workspace, endpoint, listener, sign_in):
    browser = sign_in("manager")
    listener.status, listener.body = 500, b"<b>Broken</b>"
    tested = browser.post(page(workspace, "webhook_test", endpoint.pk))
    attempt()
    text = browser.get(tested["Location"]).content.decode()
    assert "webhook.test" in text
    assert "&lt;b&gt;Broken&lt;/b&gt;" in text
    assert "It responded with 500." in text
    listener.status = 200
    browser.post(tested["Location"])
    assert attempt(now=timezone.now()).state == "delivered"
    browser.post(tested["Location"])
    attempt(now=timezone.now())
    assert WebhookDelivery.objects.count() == 1
    assert len({headers["webhook-id"] for _, headers, _ in listener.heard}) == 1
    assert "A test" in browser.get(page(workspace, "webhook", endpoint.pk)).content.decode()


def test_an_endpoint_is_switched_off_and_on_and_removed(workspace, endpoint, sign_in):
    browser = sign_in("manager")
    switch = page(workspace, "webhook_switch", endpoint.pk)
    browser.post(switch, {"on": "no"})
    assert record_event("deal.created", DEAL) is None
    told = browser.post(page(workspace, "webhook_test", endpoint.pk), follow=True)
    assert "Turn it on first" in told.content.decode()
    browser.post(switch, {"on": "yes"})
    assert record_event("deal.created", DEAL)
    browser.post(page(workspace, "webhook_remove", endpoint.pk))
    assert not WebhookEndpoint.objects.exists()


def test_the_api_makes_an_endpoint_and_reads_its_log(workspace, listener, member):
    _, secret = make_token(
        membership=member("manager"), name="CI", days=30, scopes=["webhooks:write"]
    )
    client = Client(headers={"authorization": f"Bearer {secret}"})

    def post(address, data=None):
        return client.post(f"/api/v1/{address}", data, content_type="application/json")

    wish = {"url": listener.url, "events": ["deal.created"]}
    assert post("webhooks/", wish | {"events": ["deal.sneezed"]}).status_code == 400
    assert post("webhooks/", wish | {"url": "gopher://a.test"}).status_code == 400
    made = post("webhooks/", wish).json()
    assert made["secret"].startswith("whsec_")
    shown = client.get(f"/api/v1/webhooks/{made['id']}/").json()
    assert "secret" not in shown
    assert post(f"webhooks/{made['id']}/test/").status_code == 202
    attempt()
    row = client.get(f"/api/v1/webhook-deliveries/?endpoint={made['id']}").json()["results"][0]
    assert (row["state"], row["type"], row["last_status"]) == ("delivered", "webhook.test", 204)
    assert row["event"] == listener.heard[0][1]["webhook-id"]
    assert post(f"webhook-deliveries/{row['id']}/again/").json()["state"] == "waiting"
    rotated = post(f"webhooks/{made['id']}/rotate-secret/").json()["secret"]
    assert rotated != made["secret"]
    assert post(f"webhooks/{made['id']}/switch-off/").json()["is_active"] is False
    assert post(f"webhooks/{made['id']}/test/").status_code == 409
    assert client.get("/api/v1/deals/").status_code == 403


def test_the_body_is_what_is_signed_byte_for_byte(endpoint, listener):
    record_event("deal.created", {"note": "</script>\u2028 “x”", "amount": 12})
    attempt()
    body = listener.heard[0][2]
    assert json.loads(body)["data"]["note"] == "</script>\u2028 “x”"
