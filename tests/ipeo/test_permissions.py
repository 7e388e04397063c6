"""Every address x every role x a stranger: one table decides."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from ipeo.local.homes import ROOT
from ipeo.models import Role
from ipeo.permissions import PERMISSIONS
from tests import databases
from tests.factories.ipeo import MembershipFactory, UserFactory, WorkspaceFactory

# One worker runs them in turn: they share the people at the doors.
pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("doors")]


@dataclass(frozen=True)
class Doors:
    """A workspace, and a signed-in browser for each role and for a stranger."""

    slug: str
    browsers: dict[str, Client]
    stranger: Client


@pytest.fixture(scope="module")
def doors(django_db_setup: None, django_db_blocker: Any) -> Iterator[Doors]:
    """Made once, in a database of its own: each test undoes what it did there."""
    with django_db_blocker.unblock(), databases.clone("doors") as name:
        before = connections["default"].settings_dict["NAME"]
        databases.use(name)
        workspace = WorkspaceFactory()
        members = {
            role: MembershipFactory(workspace=workspace, role=Role(role)) for role in Role.values
        }
        made = {role: Client() for role in members} | {"stranger": Client()}
        for role, browser in made.items():
            browser.force_login(members[role].user if role in members else UserFactory())
        stranger = made.pop("stranger")
        yield Doors(slug=workspace.slug, browsers=made, stranger=stranger)
        connections.close_all()
        databases.use(before)


def _patterns(resolver: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _patterns(entry, route)
        elif isinstance(entry, URLPattern):
            yield route, entry.callback


def _address(route: str, slug: str) -> str:
    parts = []
    for part in route.split("/"):
        if part.startswith("<slug:workspace"):
            part = slug
        elif part.startswith("<int:number"):
            part = "1"
        elif part.startswith("<int:"):
            part = "999999999"
        elif part.startswith("<"):
            part = "nothing"
        parts.append(part)
    return "/" + "/".join(parts)


ROUTES = [(route, view) for route, view in _patterns(get_resolver())]
PAGES = [(route, view) for route, view in ROUTES if route.startswith("w/<slug:workspace>/")]


def test_there_are_pages_to_walk():
    assert len(PAGES) > 12


@pytest.mark.parametrize(("route", "view"), PAGES, ids=[route for route, _ in PAGES])
def test_every_page_of_a_workspace_asks_the_table(route, view, doors, client, db):
    assert hasattr(view, "permissions"), "declare @page on this view"
    address = _address(route, doors.slug)
    assert client.get(address).status_code == 302
    assert doors.stranger.get(address).status_code == 404
    assert doors.stranger.post(address).status_code == 404
    for role, browser in doors.browsers.items():
        for method, kind in (("get", "view"), ("post", "change")):
            allowed = role in PERMISSIONS[view.permissions[kind]]
            status = getattr(browser, method)(address).status_code
            assert (status == 403) is not allowed, (role, method, status)
            assert status < 500, (role, method, status)


def _api_views() -> list[tuple[str, Any]]:
    found = {}
    for route, view in ROUTES:
        cls = getattr(view, "cls", None)
        if route.startswith("api/v1/") and cls is not None and hasattr(view, "actions"):
            found[route] = view
    return sorted(found.items())


API_VIEWS = _api_views()


@pytest.mark.parametrize(("route", "view"), API_VIEWS, ids=[route for route, _ in API_VIEWS])
def test_every_resource_of_the_api_asks_the_table(route, view, doors, client, db):
    plain = route.replace("(?P<pk>[^/.]+)", "999999999")
    address = "/" + plain.replace("^", "").replace("$", "")
    slug = {"HTTP_IPEO_WORKSPACE": doors.slug}
    assert client.get(address).status_code in {401, 403}
    assert doors.stranger.get(address, **slug).status_code == 404
    for role, browser in doors.browsers.items():
        for method, action in view.actions.items():
            if method not in {"get", "post"}:
                continue
            name = view.cls.permissions_by_action.get(action) or (
                view.cls.permission
                if method == "get"
                else view.cls.change_permission or view.cls.permission
            )
            status = getattr(browser, method)(
                address, content_type="application/json", **slug
            ).status_code
            assert (status == 403) is not (role in PERMISSIONS[name]), (role, method, status)
            assert status < 500


def test_the_guide_tells_who_may_do_what():
    told = {}
    for line in (ROOT / "docs/guide/roles.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 7 and cells[1].startswith("`"):
            told[cells[1].strip("`")] = tuple(
                role for role, cell in zip(Role, cells[2:], strict=True) if cell == "yes"
            )
    assert told == PERMISSIONS


def test_a_view_cannot_name_a_permission_that_the_table_lacks():
    from ipeo.permissions import page

    with pytest.raises(KeyError):
        page("everything.whatever")


def test_only_known_addresses_are_open_to_everybody():
    outside = {route for route, _ in ROUTES if not route.startswith(("w/", "api/", "accounts/"))}
    phone = {"app.webmanifest", "service-worker.js", "no-network/"}
    links = {"l/<str:code>", "l/<str:code>/<str:person>"}
    secrets = {
        "ask/<str:secret>/",
        "review/<str:secret>/",
        "calendars/<str:token>.ics",
        "digests/<str:token>/stop/",
        "invitations/<str:token>/",
    }
    assert outside == {"", "workspaces/new/", "gallery/", "healthz", *phone, *links, *secrets}
