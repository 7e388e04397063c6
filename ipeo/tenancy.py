"""The workspace scope: which workspace a piece of work may see, and on whose behalf.

Every request and every Run enters a scope. A query of a workspace's rows outside a scope
raises `OutOfScope`; PostgreSQL's row-level security holds the same line beneath (the database
backend tells it the scope, see `ipeo.database.base`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models
from django.db.models.expressions import Expression
from django.utils import timezone

if TYPE_CHECKING:
    from ipeo.models import Membership, User, Workspace


class OutOfScope(Exception):
    """Rows of a workspace were asked for outside any workspace's scope."""


@dataclass(frozen=True)
class Scope:
    """What holds for the work at hand."""

    workspace: Workspace | None = None
    membership: Membership | None = None
    person_id: int | None = None
    system: bool = False


_scope: ContextVar[Scope | None] = ContextVar("ipeo_scope", default=None)
_NOTHING = Scope()


@contextmanager
def _entered(scope: Scope) -> Iterator[Scope]:
    # A workspace's days begin and end in its own time zone, wherever Django asks for one:
    # `timezone.localdate()`, dates in templates, `__date` and `Trunc` in queries.
    zone = scope.workspace.zone if scope.workspace else None
    token = _scope.set(scope)
    try:
        with timezone.override(zone):
            yield scope
    finally:
        _scope.reset(token)


@contextmanager
def scope(workspace: Workspace, *, membership: Membership | None = None) -> Iterator[Scope]:
    """Work inside one workspace and its time zone, on behalf of a member where one is given."""
    person_id = membership.user_id if membership else (_scope.get() or _NOTHING).person_id
    with _entered(Scope(workspace, membership, person_id)) as entered:
        yield entered


@contextmanager
def person(user: User) -> Iterator[Scope]:
    """Work on behalf of a person before a workspace is known: one's own memberships are seen."""
    with _entered(Scope(person_id=user.pk)) as entered:
        yield entered


@contextmanager
def nobody() -> Iterator[Scope]:
    """Work on nobody's behalf, outside any workspace, whatever scope held before."""
    with _entered(_NOTHING) as entered:
        yield entered


@contextmanager
def system() -> Iterator[Scope]:
    """Work of the system itself: the directory of workspaces and their due work is seen."""
    with _entered(replace(_scope.get() or _NOTHING, system=True)) as entered:
        yield entered


def current() -> Scope:
    """Return the scope of a workspace that holds now, or raise `OutOfScope`."""
    held = _scope.get()
    if held is None or held.workspace is None:
        raise OutOfScope("This needs the scope of a workspace.")
    return held


def current_workspace() -> Workspace:
    """Return the workspace whose scope holds now, or raise `OutOfScope`."""
    workspace = current().workspace
    assert workspace is not None
    return workspace


def current_workspace_id() -> int:
    """Return the id of the workspace whose scope holds now, or raise `OutOfScope`."""
    return current_workspace().pk


def settings_wanted() -> tuple[str, str, str]:
    """Return what PostgreSQL should be told: workspace, person, system."""
    held = _scope.get() or _NOTHING
    return (
        str(held.workspace.pk) if held.workspace else "",
        str(held.person_id) if held.person_id else "",
        "on" if held.system else "",
    )


class CurrentWorkspace(Expression):
    """The scope's workspace id, looked up when the query runs and not when it is written.

    A form or a serializer may thus name a queryset when its module is imported.
    """

    output_field = models.BigIntegerField()

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        """Return the id as a parameter, or raise `OutOfScope`."""
        return "%s", (current_workspace_id(),)

    def get_source_expressions(self) -> list[Any]:
        """Return no source: the value comes from the scope."""
        return []


Row = TypeVar("Row", bound=models.Model)


class TenantManager(models.Manager[Row]):
    """A manager that sees the scope's workspace alone."""

    def get_queryset(self) -> models.QuerySet[Row]:
        """Return the scope's rows; running it outside a scope raises `OutOfScope`."""
        return super().get_queryset().filter(workspace_id=CurrentWorkspace())
