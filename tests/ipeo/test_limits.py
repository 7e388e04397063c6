"""One caller asks so often and no more: the API by token and member, public pages by address."""

import pytest
from django.test import Client
from redis.exceptions import ConnectionError as CacheAway

from ipeo import limits
from ipeo.actions.members import make_token

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("counted_anew")]


@pytest.fixture
def token_of(workspace, member):
    """Gives a client with a token of its own."""

    def make(role="marketer"):
        _, secret = make_token(membership=member(role), name="Test", may_write=True, days=30)
        return Client(headers={"authorization": f"Bearer {secret}"})

    return make


def test_each_token_has_a_minute_of_its_own(settings, token_of):
    settings.API_REQUESTS_A_MINUTE = 2
    first, second = token_of(), token_of()
    codes = [first.get("/api/v1/campaigns/").status_code for _ in range(3)]
    assert codes == [200, 200, 429]
    assert second.get("/api/v1/campaigns/").status_code == 200


def test_a_caller_is_told_in_a_problem_document_when_to_ask_again(settings, token_of):
    settings.API_REQUESTS_A_MINUTE = 1
    client = token_of()
    client.get("/api/v1/campaigns/")
    refused = client.post("/api/v1/campaigns/", {}, content_type="application/json")
    assert refused["Content-Type"] == "application/problem+json"
    assert 1 <= int(refused["Retry-After"]) <= limits.A_MINUTE
    document = refused.json()
    assert (document["title"], document["status"]) == ("Too many requests", 429)
    assert document["detail"].startswith("This is more than 1 requests a minute.")


def test_a_signed_in_member_and_an_address_are_counted_too(settings, sign_in, workspace):
    settings.API_REQUESTS_A_MINUTE = 1
    browser, inside = sign_in("marketer"), {"IPEO-Workspace": workspace.slug}
    codes = [browser.get("/api/v1/campaigns/", headers=inside).status_code for _ in range(2)]
    assert codes == [200, 429]
    stranger = Client(REMOTE_ADDR="203.0.113.77")
    assert [stranger.get("/api/v1/").status_code for _ in range(2)] == [200, 429]


def test_none_is_no_limit(settings, token_of):
    settings.API_REQUESTS_A_MINUTE = 0
    client = token_of()
    assert {client.get("/api/v1/campaigns/").status_code for _ in range(3)} == {200}


def test_nobody_is_kept_out_for_want_of_redis(settings, monkeypatch, token_of):
    def away(*args, **kwargs):
        raise CacheAway

    settings.API_REQUESTS_A_MINUTE = 1
    monkeypatch.setattr(limits.cache, "add", away)
    client = token_of()
    assert {client.get("/api/v1/campaigns/").status_code for _ in range(2)} == {200}


def test_a_sign_in_that_fails_again_and_again_is_held_back(settings, client, db):
    settings.ACCOUNT_RATE_LIMITS = {"login": "3/m/ip"}
    typed = {"login": "nobody@brand.test", "password": "wrong"}
    at = {"REMOTE_ADDR": "203.0.113.78"}
    codes = [client.post("/accounts/login/", typed, **at).status_code for _ in range(4)]
    assert codes[-1] == 429
    refused = client.post("/accounts/login/", typed, **at)
    assert int(refused["Retry-After"]) > 0
    assert "Too much was asked from your address" in refused.text
