"""What a person and a program are told while a server beneath is away, or the code is at fault."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as configured
from django.db import connection, connections
from django.test import Client

from ipeo.models import Campaign
from ipeo.navigation import link
from tests.factories.execute import TaskFactory
from tests.factories.ipeo import CycleFactory

COOKIE = configured.SESSION_COOKIE_NAME


@pytest.fixture
def browser() -> Client:
    """A browser that was signed in before."""
    client = Client(raise_request_exception=False)
    client.cookies[COOKIE] = "kept-from-before-kept-from-before"
    return client


@pytest.fixture
def no_database(django_db_blocker: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """PostgreSQL is asked where nobody listens."""
    connection = connections["default"]
    with django_db_blocker.unblock():
        connection.close()
        for name, value in (("HOST", "127.0.0.1"), ("PORT", "1")):
            monkeypatch.setitem(connection.settings_dict, name, value)
        yield
        connection.close()


def test_a_page_says_that_the_database_is_away_and_when_to_ask_again(no_database, browser):
    for address in ("/", "/w/brand/deals/"):
        answer = browser.get(address)
        assert answer.status_code == 503
        assert int(answer["Retry-After"]) > 0
        assert b"Temporarily unavailable" in answer.content


def test_the_api_says_so_in_a_problem_document(no_database, browser):
    for headers in ({"HTTP_AUTHORIZATION": "Bearer ipeo_x"}, {"HTTP_IPEO_WORKSPACE": "brand"}):
        answer = browser.get("/api/v1/campaigns/", **headers)
        assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
        assert int(answer["Retry-After"]) > 0
        assert answer.json()["status"] == 503


def test_health_tells_that_the_database_is_away(no_database, browser):
    assert browser.get("/healthz").status_code == 503


def test_a_page_says_that_the_cache_is_away(workspace, sign_in, settings):
    browser = sign_in()
    browser.raise_request_exception = False
    nobody_listens = settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"default": nobody_listens}

    answer = browser.get(f"/w/{workspace.slug}/")

    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    assert browser.get("/api/v1/campaigns/").json()["status"] == 503
    assert browser.get("/healthz").status_code == 200


def test_a_fault_of_ours_is_no_outage(workspace, sign_in, monkeypatch):
    browser = sign_in()
    browser.raise_request_exception = False
    for module in ("ipeo.middleware", "ipeo.api.authentication"):
        monkeypatch.setattr(f"{module}.membership_of", lambda **wish: 1 // 0)

    page = browser.get(f"/w/{workspace.slug}/campaigns/")
    document = browser.get("/api/v1/campaigns/", HTTP_IPEO_WORKSPACE=workspace.slug)

    assert page.status_code == 500
    assert b"went wrong on our side" in page.content
    assert (document.status_code, document.json()["status"]) == (500, 500)
    assert "Retry-After" not in page
    assert "Retry-After" not in document


@pytest.fixture
def deleted_before_its_lock() -> Iterator[None]:
    """Somebody else deletes every task just before it is locked."""

    def delete_first(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "FOR UPDATE" in sql and "execute_task" in sql:
            context["cursor"].execute("DELETE FROM execute_task")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(delete_first):
        yield


def test_what_is_deleted_between_its_reading_and_its_lock_is_not_found(
    workspace, sign_in, deleted_before_its_lock
):
    browser = sign_in()
    page = browser.post(link("execute:task_state", TaskFactory(cycle=None).pk), {"state": "done"})
    document = browser.patch(
        f"/api/v1/tasks/{TaskFactory(cycle=None).pk}/",
        {"title": "Call them"},
        content_type="application/json",
        HTTP_IPEO_WORKSPACE=workspace.slug,
    )
    assert page.status_code == 404
    assert (document.status_code, document.json()["status"]) == (404, 404)


def test_a_row_that_our_own_code_misses_is_a_fault_and_is_logged(
    workspace, sign_in, monkeypatch, caplog
):
    browser = sign_in()
    browser.raise_request_exception = False
    cycle = CycleFactory()
    for name in ("ipeo.views.campaigns.passages", "ipeo.api.resources.standing"):
        monkeypatch.setattr(name, lambda found: Campaign.objects.get(pk=0))

    page = browser.get(link("ipeo:history", cycle.campaign_id))
    document = browser.get(
        f"/api/v1/cycles/{cycle.pk}/blockers/", HTTP_IPEO_WORKSPACE=workspace.slug
    )

    assert (page.status_code, document.status_code) == (500, 500)
    logged = [record for record in caplog.records if record.exc_info]
    assert [record.exc_info[0] for record in logged] == [Campaign.DoesNotExist] * 2


@pytest.mark.parametrize("header", ["IPEO-Workspace", "Idempotency-Key"])
def test_a_header_with_a_null_character_is_refused(workspace, sign_in, header):
    headers = {"IPEO-Workspace": workspace.slug} | {header: "a\0b"}
    answer = sign_in().post(
        "/api/v1/products/", {"name": "Desk"}, content_type="application/json", headers=headers
    )
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert header in answer.json()["errors"]
