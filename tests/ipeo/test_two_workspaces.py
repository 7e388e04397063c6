"""Every address that names a row, asked in one workspace with the number of another's row.

The person is an owner of both workspaces, so that no permission hides what the scope lets by.
Every kind of row has the same number in the other workspace and none in this one, so that an
address must answer 404 here; that it answers there shows that the row is one of its kind.
"""

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from factory.django import DjangoModelFactory
from rest_framework import serializers

from execute.actions.setup import ensure_defaults
from insight.models import ProofPoint
from ipeo import tenancy
from ipeo.models import AuditEvent, Membership, Role, User, Workspace
from ipeo.navigation import link
from tests import databases
from tests.factories import execute, insight, ipeo, links, optimize, plan, webhooks
from tests.ipeo.test_permissions import API_VIEWS, PAGES

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("two workspaces")]

NUMBER = 7_777_777
ROOMS = (ipeo, insight, plan, execute, optimize, links, webhooks)


@dataclass(frozen=True)
class Two:
    """The workspace that asks, the one whose rows are asked for, and an owner of both."""

    mine: Workspace
    theirs: Workspace
    browser: Client
    person: User


def _factories(room: ModuleType) -> list[type[DjangoModelFactory]]:
    return [
        made
        for made in vars(room).values()
        if inspect.isclass(made)
        and issubclass(made, DjangoModelFactory)
        and made.__module__ == room.__name__
        and made._meta.model not in {User, Workspace}
    ]


@pytest.fixture(scope="module")
def two(django_db_setup: None, django_db_blocker: Any) -> Iterator[Two]:
    """Made once, in a database of its own: each test undoes what it did there."""
    with django_db_blocker.unblock(), databases.clone("two") as name:
        before = connections["default"].settings_dict["NAME"]
        databases.use(name)
        mine, theirs, person = ipeo.WorkspaceFactory(), ipeo.WorkspaceFactory(), ipeo.UserFactory()
        for workspace in (mine, theirs):
            ipeo.MembershipFactory(workspace=workspace, user=person, role=Role.OWNER)
        with tenancy.scope(mine):
            ensure_defaults()
        with tenancy.scope(theirs):
            story = insight.BrandStoryFactory(pk=NUMBER)
            needed: Any = {Membership: {"workspace": theirs}, ProofPoint: {"story": story}}
            for factory in (found for room in ROOMS for found in _factories(room)):
                model = factory._meta.model
                if not model._base_manager.filter(pk=NUMBER).exists():
                    factory(pk=NUMBER, **needed.get(model, {}))
        browser = Client(raise_request_exception=False)
        browser.force_login(person)
        yield Two(mine, theirs, browser, person)
        connections.close_all()
        databases.use(before)


def _address(route: str, workspace: Workspace) -> str:
    filled = route.replace("<slug:workspace>", workspace.slug).replace("<int:pk>", str(NUMBER))
    filled = filled.replace("<int:number>", "1").replace("<str:kind>", "svg")
    return "/" + filled.replace("<str:form>", "pdf").replace("(?P<pk>[^/.]+)", str(NUMBER))


def _events(two: Two) -> list[int]:
    counts = []
    for workspace in (two.mine, two.theirs):
        with tenancy.scope(workspace):
            counts.append(AuditEvent.objects.count())
    return counts


NAMING = [route for route, _ in PAGES if "<int:pk>" in route]
# These look at what was sent before at which row it is for, or lead on to another address.
ELSEWHERE = {
    "w/<slug:workspace>/deals/<int:pk>/outcome/send/",
    "w/<slug:workspace>/execute/cycles/<int:pk>/money/",
}


@pytest.mark.parametrize("route", sorted(set(NAMING) - ELSEWHERE))
def test_no_page_finds_or_changes_a_row_of_another_workspace(route, two):
    before = _events(two)
    address = _address(route, two.mine)
    assert two.browser.get(address).status_code == 404
    assert two.browser.post(address).status_code == 404
    assert _events(two) == before


def test_most_of_these_pages_are_there_in_the_rows_own_workspace(two):
    shown = [
        route
        for route in NAMING
        if not route.endswith(("/brief.pdf", "<str:form>/"))
        and two.browser.get(_address(route, two.theirs)).status_code != 404
    ]
    assert len(shown) > 0.75 * len(NAMING)


DETAILS = [(route, view) for route, view in API_VIEWS if "<pk>" in route]


@pytest.mark.parametrize(("route", "view"), DETAILS, ids=[route for route, _ in DETAILS])
def test_no_resource_finds_or_changes_a_row_of_another_workspace(route, view, two):
    before = _events(two)
    address = _address(route.replace("^", "").replace("$", ""), two.mine)
    for method in view.actions:
        answer = getattr(two.browser, method)(
            address, content_type="application/json", HTTP_IPEO_WORKSPACE=two.mine.slug
        )
        assert answer.status_code == 404, (method, answer.content)
    assert _events(two) == before


def _named_rows() -> dict[str, serializers.RelatedField[Any, Any, Any]]:
    found = {}
    for _, view in API_VIEWS:
        if not {"post", "put", "patch"} & set(view.actions):
            continue
        serializer = getattr(view.cls, "serializer_class", None)
        for name, field in (serializer().fields if serializer else {}).items():
            field = getattr(field, "child_relation", field)
            if isinstance(field, serializers.PrimaryKeyRelatedField) and not field.read_only:
                found[f"{serializer.__name__}.{name}"] = field
    return found


def test_no_body_names_a_row_of_another_workspace(two):
    named = _named_rows()
    assert len(named) > 50
    for name, field in named.items():
        with tenancy.scope(two.theirs):
            assert field.get_queryset().filter(pk=NUMBER).exists(), name
        with tenancy.scope(two.mine), pytest.raises(serializers.ValidationError):
            field.to_internal_value(NUMBER)


CHOICES = (
    ("ipeo:edit_campaign", "owner"),
    ("insight:edit_account", "owner"),
    ("insight:edit_contact", "owner"),
    ("execute:edit_deal", "owner"),
    ("execute:edit_task", "owner"),
    ("plan:program_plan", "marketing_owner"),
    ("plan:program_plan", "sales_owner"),
)
ROWS = {
    "ipeo:edit_campaign": ipeo.CampaignFactory,
    "insight:edit_account": insight.AccountFactory,
    "insight:edit_contact": insight.ContactFactory,
    "execute:edit_deal": execute.DealFactory,
    "execute:edit_task": execute.TaskFactory,
    "plan:program_plan": plan.ProgramPlanFactory,
}


def _membership(two: Two, workspace: Workspace) -> Membership:
    with tenancy.system():
        return Membership.objects.get(workspace=workspace, user=two.person)


@pytest.mark.parametrize(("address", "field"), CHOICES)
def test_a_form_offers_nobodys_membership_of_another_workspace(address, field, two):
    with tenancy.scope(two.mine):
        place = link(address, ROWS[address]().pk)
    offered = two.browser.get(place).context["form"].fields[field].queryset
    with tenancy.scope(two.mine, membership=_membership(two, two.mine)):
        assert _membership(two, two.mine) in offered
        assert _membership(two, two.theirs) not in offered


def test_no_body_names_ones_own_membership_of_another_workspace(two):
    elsewhere = _membership(two, two.theirs).pk
    with tenancy.scope(two.mine, membership=_membership(two, two.mine)):
        for field in _named_rows().values():
            if field.get_queryset().model is Membership:
                with pytest.raises(serializers.ValidationError):
                    field.to_internal_value(elsewhere)
