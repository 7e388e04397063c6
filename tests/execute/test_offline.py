"""What a phone keeps and sends: once, by its own person, and mended where it is refused."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from execute.actions import outcomes, setup
from execute.models import Driver
from execute.queries.offline import kept_forms
from ipeo.devices import person_key
from ipeo.models import AuditEvent, IdempotencyRecord
from tests.factories.execute import DealFactory, DriverFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def fit(workspace):
    setup.ensure_defaults()
    return Driver.objects.get(name="Fit")


@pytest.fixture
def deal(fit, member):
    return DealFactory(
        owner=member("sales_rep"), expected_close_date=timezone.localdate() - timedelta(days=1)
    )


@pytest.fixture
def send(deal, fit, member, sign_in, workspace):
    """Sends what waited, as the phone does."""
    rep = sign_in("sales_rep")

    def go(*, key="outcome-1", by=None, headers=None, **values):
        typed = {"outcome": "won", "won_drivers": [fit.pk], "net_amount": "950", "version": 1}
        given = {"Idempotency-Key": key, "IPEO-Person": person_key(member("sales_rep").user)}
        return (by or rep).post(
            f"/w/{workspace.slug}/deals/{deal.pk}/outcome/send/",
            typed | values,
            headers=given | (headers or {}),
        )

    return go


def outcomes_told(deal):
    events = AuditEvent.objects.filter(table_name="execute_deal", row_id=deal.pk, action="update")
    return sum("outcome" in event.changes for event in events)


def test_an_outcome_sent_twice_is_logged_once(send, deal):
    first, second = send(), send()
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    deal.refresh_from_db()
    assert (deal.outcome, deal.version, outcomes_told(deal)) == ("won", 2, 1)


@pytest.mark.parametrize(("days", "closed"), [(-2, -2), (1, 0)])
def test_a_deal_closes_on_the_day_it_was_logged_and_not_when_that_arrived(send, deal, days, closed):
    at = timezone.now() + timedelta(days=days)
    assert send(logged_at=at.isoformat().replace("+00:00", "Z")).status_code == 201
    deal.refresh_from_db()
    assert deal.closed_date == timezone.localdate() + timedelta(days=closed)


def test_a_key_with_other_words_is_refused(send, deal):
    send()
    assert send(net_amount="900").status_code == 409
    assert outcomes_told(deal) == 1


def test_a_refusal_says_what_to_mend_and_leaves_the_key_free(send, deal):
    refused = send(won_drivers=[])
    assert refused.status_code == 422
    assert refused.json()["errors"] == ["Choose what decided it. It helps win the next deal."]
    assert not IdempotencyRecord.objects.exists()
    assert send().status_code == 201


def test_a_deal_changed_meanwhile_is_told_and_not_overwritten(send, deal, fit, member):
    outcomes.log_outcome(deal=deal, outcome="lost", drivers=[fit], by=member("manager"))
    refused = send()
    assert refused.status_code == 409
    assert "it is now lost, says" in refused.json()["errors"][0]
    deal.refresh_from_db()
    assert deal.outcome == "lost"


def test_what_one_person_typed_is_never_sent_as_anothers(send, deal, sign_in):
    assert send(by=sign_in("manager")).status_code == 409
    assert outcomes_told(deal) == 0


def test_a_signed_out_phone_is_led_to_the_sign_in(send):
    assert send(by=Client()).status_code == 302


def test_only_a_keyed_post_is_taken(send, sign_in, deal, workspace):
    assert send(headers={"Idempotency-Key": ""}).status_code == 400
    address = f"/w/{workspace.slug}/deals/{deal.pk}/outcome/send/"
    assert sign_in("sales_rep").get(address).status_code == 405
    assert sign_in("marketer").post(address).status_code == 403


def test_a_token_against_forgery_is_demanded(send, member):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(member("sales_rep").user)
    assert send(by=strict).status_code == 403


def test_a_phone_is_told_which_pages_to_keep(deal, fit, member, sign_in, workspace):
    DealFactory(won=True, owner=member("sales_rep"))
    DealFactory(owner=member("manager"))
    answer = sign_in("sales_rep").get(f"/w/{workspace.slug}/mine/kept/")
    told = answer.json()
    assert answer["Cache-Control"] == "no-store"
    assert told["person"] == person_key(member("sales_rep").user)
    assert [page["url"] for page in told["pages"]] == [
        f"/w/{workspace.slug}/mine/",
        f"/w/{workspace.slug}/deals/{deal.pk}/outcome/",
    ]


def test_a_kept_form_is_fetched_again_when_what_it_offers_changes(deal, member):
    before = kept_forms(member("sales_rep"))
    assert kept_forms(member("sales_rep")) == before
    DriverFactory()
    assert kept_forms(member("sales_rep")) != before


def test_a_page_that_is_kept_takes_no_message_away(sign_in, workspace, deal):
    rep = sign_in("sales_rep")
    rep.post(
        f"/w/{workspace.slug}/deals/new/", {"name": "New", "stage": deal.stage_id, "quantity": 1}
    )
    assert "is open" not in rep.get(f"/w/{workspace.slug}/mine/?kept").content.decode()
    assert "is open" in rep.get(f"/w/{workspace.slug}/mine/").content.decode()


def test_the_product_installs_as_an_app(client):
    manifest = client.get("/app.webmanifest")
    assert manifest["Content-Type"] == "application/manifest+json"
    told = manifest.json()
    assert (told["display"], told["start_url"], told["scope"]) == ("standalone", "/", "/")
    assert {icon["sizes"] for icon in told["icons"]} == {"192x192", "512x512"}
    for icon in told["icons"]:
        assert client.get(icon["src"]).status_code == 200


def test_the_worker_keeps_files_that_are_there_and_no_persons_page(client):
    worker = client.get("/service-worker.js")
    assert worker["Content-Type"] == "text/javascript"
    text = worker.content.decode()
    for path in ("js/offline-worker.js", "js/outcome.js", "css/execute.css", "django_htmx/htmx"):
        assert path in text
    assert 'name="person"' not in client.get("/no-network/").content.decode()


def test_every_page_says_whose_it_is(sign_in, member, client, workspace):
    page = sign_in("sales_rep").get(f"/w/{workspace.slug}/mine/").content.decode()
    assert f'<meta name="person" content="{person_key(member("sales_rep").user)}">' in page
    assert '<meta name="person" content="">' in client.get("/accounts/login/").content.decode()


def test_what_a_phone_asks_by_itself_leaves_its_cookies_alone(sign_in, workspace):
    rep, address = sign_in("sales_rep"), f"/w/{workspace.slug}/mine/kept/"
    by_itself = {"IPEO-Background": "yes"}
    assert "csrftoken" in rep.get(address, headers=by_itself).cookies
    assert "csrftoken" in rep.get(address).cookies
    assert "csrftoken" not in rep.get(address, headers=by_itself).cookies
