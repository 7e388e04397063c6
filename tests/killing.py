"""Runs done as a worker does them, by a process that the system may kill at any statement."""

import os
import signal
from datetime import timedelta

from django.db import connection, connections
from django.utils import timezone

from ipeo.actions import runs
from ipeo.models import Run


def work(run_id, killed_at=None):
    """Do a run as a worker; returns how many statements it took, or dies before one of them.

    That one is named by its place, or by words in it.
    """
    count = 0

    def before(execute, statement, params, many, context):
        nonlocal count
        count += 1
        if count == killed_at or (isinstance(killed_at, str) and killed_at in statement):
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(statement, params, many, context)

    Run.objects.filter(pk=run_id, state=Run.State.RUNNING).update(
        lease_until=timezone.now() - timedelta(seconds=1)
    )
    run = runs.claim_run(run_id=run_id)
    with connection.execute_wrapper(before):
        done = runs.perform_run(run=run)
    assert done.state == Run.State.DONE, done.error
    return count


def work_and_be_killed(run_id, killed_at):
    """Let a process do a run and be killed; gives whether it was."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            work(run_id, killed_at)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)
