"""The registry of what background work there is: each app names its kinds in its `apps.py`."""

from collections.abc import Callable
from typing import Any, Protocol

from ipeo.models import Run


class Report(Protocol):
    """Tells the run's row how far the work has come."""

    def __call__(self, done: int, total: int, message: str = "") -> None:
        """Write the progress; cheap enough to be called for every bounded piece."""


Worker = Callable[[Run, Report], dict[str, Any]]
_workers: dict[str, Worker] = {}


def register(kind: str, worker: Worker) -> None:
    """Say what does the work of a kind: it gets the run and a reporter, and returns a result.

    The work must be safe to do twice: delivery is at least once.
    """
    _workers[kind] = worker


def worker(kind: str) -> Worker:
    """Return what does the work of a kind; raises `KeyError` for an unknown kind."""
    return _workers[kind]
