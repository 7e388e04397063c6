"""Work of the system that goes from workspace to workspace."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import structlog

from ipeo import tenancy
from ipeo.models import Workspace

log = structlog.get_logger(__name__)


def in_each_workspace(work: Callable[[], int], *, among: Iterable[Workspace] | None = None) -> int:
    """Do a piece of work in the scope of every workspace, and return the sum of what it returns.

    `among` names those that have something to do, where that is known. What fails in one is
    logged and left to the next time: it holds up none of the others.
    """
    if among is None:
        with tenancy.system():
            among = list(Workspace.objects.order_by("pk"))
    done = 0
    for workspace in among:
        with tenancy.scope(workspace):
            try:
                done += work()
            except Exception:
                log.exception("work failed", workspace=workspace.slug)
    return done
