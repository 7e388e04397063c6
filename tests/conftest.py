"""Fixtures of the whole suite."""

import gc
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.test import client as test_client
from whitenoise.middleware import WhiteNoiseMiddleware

from ipeo import tenancy
from ipeo.actions import runs
from ipeo.models import Membership, Role, Run, Workspace
from tests import databases
from tests.factories.ipeo import MembershipFactory, WorkspaceFactory

_count = itertools.count()


def pytest_collection_finish() -> None:
    """What has been imported by now stays: collecting garbage no longer walks through it."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def looked_for_once() -> Iterator[None]:
    """Let clients share what a process of the product finds once: the static files.

    Of a page's templates, which are a hundred, a client keeps the first one's context: the page's.
    """
    found = WhiteNoiseMiddleware(get_response=None).files
    keep = test_client.store_rendered_templates

    def keep_first(store: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        if "context" not in store:
            keep(store, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            WhiteNoiseMiddleware, "add_files_from_finders", lambda self: self.files.update(found)
        )
        patch.setattr(test_client, "store_rendered_templates", keep_first)
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """One clone of the migrated template for each worker, used as the plain role."""
    with django_db_blocker.unblock(), databases.clone("main") as name:
        databases.use(name)
        yield
        connections.close_all()


@pytest.fixture
def committed_database(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """A database of its own, for what must really commit: threads, workers, triggers at work."""
    with django_db_blocker.unblock(), databases.clone(f"own{next(_count)}") as name:
        before = connections["default"].settings_dict["NAME"]
        databases.use(name)
        try:
            yield name
        finally:
            connections.close_all()
            databases.use(before)


@pytest.fixture
def workspace(db: None) -> Iterator[Workspace]:
    """A workspace, in whose scope the test runs."""
    made: Workspace = WorkspaceFactory()
    with tenancy.scope(made):
        yield made


@pytest.fixture
def member(workspace: Workspace) -> Callable[[str], Membership]:
    """Gives the workspace's member of a role, the same one each time."""
    made: dict[str, Membership] = {}

    def give(role: str) -> Membership:
        if role not in made:
            made[role] = MembershipFactory(workspace=workspace, role=Role(role))
        return made[role]

    return give


@pytest.fixture
def sign_in(member: Callable[[str], Membership]) -> Callable[[str], Client]:
    """Gives a browser in which the workspace's member of a role is signed in."""

    def give(role: str = "manager") -> Client:
        client = Client()
        client.force_login(member(role).user)
        return client

    return give


@pytest.fixture
def do_due_work(workspace: Workspace) -> Callable[[], list[Run]]:
    """Does every waiting run of the workspace, as a worker would; gives the runs."""

    def do() -> list[Run]:
        done = []
        while (waiting := Run.objects.filter(state=Run.State.QUEUED).first()) is not None:
            claimed = runs.claim_run(run_id=waiting.pk)
            assert claimed is not None
            done.append(runs.perform_run(run=claimed))
        return done

    return do
