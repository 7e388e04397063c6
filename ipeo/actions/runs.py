"""Background work: asked for, claimed with a lease, reported, finished, and found when lost."""

from __future__ import annotations

import contextvars
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import InterfaceError, connection, transaction
from django.db import OperationalError as DatabaseUnreachable
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone
from kombu.exceptions import OperationalError

from ipeo import runs, tenancy
from ipeo.celery import app
from ipeo.database.turns import take_turn
from ipeo.models import Membership, Run, Workspace

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=60)
HEARTBEAT_SECONDS = 15
# A queued run that nobody has claimed by now was lost on its way to a worker.
UNCLAIMED = timedelta(seconds=30)
MAX_ATTEMPTS = 5


class WorkRefused(Exception):
    """The work cannot be done as asked; the message is for the person who asked."""


def queue_run(
    *,
    kind: str,
    arguments: dict[str, Any] | None = None,
    title: str = "",
    by: Membership | None = None,
    only_one: str = "",
) -> Run:
    """Save a run and send it to a worker once the transaction has committed.

    With `only_one`, a run already waiting under that key is returned instead of a second.
    Raises `KeyError` for a kind that no app has registered.
    """
    runs.worker(kind)
    with transaction.atomic():
        if only_one:
            take_turn(only_one)
            waiting = Run.objects.filter(only_one=only_one, state=Run.State.QUEUED).first()
            if waiting is not None:
                return waiting
        run = Run.objects.create(
            kind=kind,
            arguments=arguments or {},
            title=title,
            requested_by=by,
            only_one=only_one,
            lease_until=timezone.now() + UNCLAIMED,
        )
        # It commits perhaps after the scope was left, where nothing more can be read.
        workspace_id = tenancy.current_workspace_id()
        transaction.on_commit(lambda: _send(workspace_id, run.pk))
    return run


def _send(workspace_id: int, run_id: int) -> None:
    try:
        app.send_task("ipeo.tasks.execute_run", args=[workspace_id, run_id])
    except (OSError, OperationalError):
        # The row is the request: beat sends it again when the broker is back.
        log.warning("run not sent, broker unreachable", run=run_id)


def claim_run(*, run_id: int, now: datetime | None = None) -> Run | None:
    """Take a waiting run, or one whose worker's lease has expired; None if there is none."""
    now = now or timezone.now()
    claimable = Q(state=Run.State.QUEUED) | Q(state=Run.State.RUNNING, lease_until__lt=now)
    claimed = Run.objects.filter(claimable, pk=run_id).update(
        state=Run.State.RUNNING,
        attempts=F("attempts") + 1,
        lease_until=now + LEASE,
        started_at=now,
        error="",
    )
    if not claimed:
        return None
    return Run.objects.select_related("requested_by").get(pk=run_id)


def perform_run(*, run: Run) -> Run:
    """Do the work of a claimed run here and now; its row tells the result or the error.

    A refusal (`WorkRefused`) and any other failure are recorded, not raised: the row is where
    people look. A run that lost its lease to another worker writes nothing.
    """
    mine = _held(run)
    with structlog.contextvars.bound_contextvars(run=run.pk, kind=run.kind):
        try:
            with _heartbeat(run):
                result = runs.worker(run.kind)(run, _Reporter(run))
        except WorkRefused as refusal:
            _end(mine, state=Run.State.FAILED, error=str(refusal))
        except Exception as error:
            log.exception("run failed")
            if run.attempts < MAX_ATTEMPTS and _is_passing(error):
                _queue_again(mine, timezone.now())
            else:
                told = f"Something broke on our side, and we logged it as work no. {run.pk}."
                _end(mine, state=Run.State.FAILED, error=told)
        else:
            _end(mine, state=Run.State.DONE, result=result, done=F("total"), message="")
    run.refresh_from_db()
    return run


def run_here(*, kind: str, arguments: dict[str, Any], by: Membership | None = None) -> Run:
    """Record and do a piece of work in this process: what a command does."""
    run = Run.objects.create(kind=kind, arguments=arguments, requested_by=by)
    claimed = claim_run(run_id=run.pk)
    assert claimed is not None
    return perform_run(run=claimed)


def requeue_lost_runs(*, now: datetime | None = None) -> int:
    """Send runs again whose message or worker was lost, in every workspace; return how many."""
    now = now or timezone.now()
    with tenancy.system():
        lost = list(
            Run._base_manager.filter(
                state__in=[Run.State.QUEUED, Run.State.RUNNING], lease_until__lt=now
            ).select_related("workspace")
        )
    for run in lost:
        with tenancy.scope(run.workspace):
            same = Run.objects.filter(pk=run.pk, lease_until=run.lease_until)
            if run.attempts >= MAX_ATTEMPTS:
                _end(same, state=Run.State.FAILED, error="The worker stopped too many times.")
            elif _queue_again(same.filter(state=run.state), now):
                _send(run.workspace.pk, run.pk)
    return len(lost)


def _queue_again(lost: Any, now: datetime) -> bool:
    """Let a run wait for a worker anew, and say whether it was still there to be taken."""
    # What has begun answers no later wish, and another may wait under its key by now.
    key = Case(When(state=Run.State.RUNNING, then=Value("")), default=F("only_one"))
    return bool(lost.update(state=Run.State.QUEUED, only_one=key, lease_until=now + UNCLAIMED))


def _held(run: Run) -> Any:
    """The row of a claimed run, as long as no other worker was asked to take it over."""
    return Run.objects.filter(pk=run.pk, state=Run.State.RUNNING, attempts=run.attempts)


def _end(mine: Any, **values: Any) -> None:
    mine.update(finished_at=timezone.now(), lease_until=None, **values)


def _is_passing(error: Exception) -> bool:
    """Whether trying again may help: a lost connection, a deadlock, a serialisation failure."""
    return isinstance(error, (DatabaseUnreachable, InterfaceError))


class _Reporter:
    """Writes progress at most a few times a second, so that small pieces stay cheap."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._last = 0.0

    def __call__(self, done: int, total: int, message: str = "") -> None:
        if done < total and time.monotonic() - self._last < 0.3:
            return
        self._last = time.monotonic()
        _held(self._run).update(
            done=done, total=total, message=message[:300], lease_until=timezone.now() + LEASE
        )


@contextmanager
def _heartbeat(run: Run) -> Iterator[None]:
    """Keep the lease alive while one long statement runs."""
    stop = threading.Event()

    def beat() -> None:
        while not stop.wait(HEARTBEAT_SECONDS):
            try:
                _held(run).update(lease_until=timezone.now() + LEASE)
            except Exception:
                log.warning("heartbeat missed", exc_info=True)
        connection.close()

    context = contextvars.copy_context()
    thread = threading.Thread(target=context.run, args=[beat], daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=5)


def workspace_of_run(workspace_id: int) -> Workspace:
    """Return the workspace a task names; raises `Workspace.DoesNotExist`."""
    with tenancy.system():
        return Workspace.objects.get(pk=workspace_id)
