"""Tasks of marketing and sales: written, made to wait, done, dropped, and taken up again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from execute.models import Handoff, Task, TaskDependency
from execute.queries.events import task_told
from ipeo import tenancy
from ipeo.actions.events import record_event
from ipeo.actions.versions import hold_version
from ipeo.database.holding import hold
from ipeo.database.turns import take_turn
from ipeo.models import Cycle


class CycleIsClosed(Exception):
    """A cycle that is over takes no more tasks."""


class WaitsInCircle(Exception):
    """A task would wait for itself, at once or by way of others."""


@transaction.atomic
def save_task(
    *,
    task: Task,
    waits_for: Sequence[Task] | None = None,
    version: int | None = None,
    now: datetime | None = None,
) -> Task:
    """Save a new or edited task; `waits_for` are the tasks it waits for, None to leave them.

    One that belongs to a program and names no cycle joins the open cycle of the program's
    campaign. `version` is the one the person saw. Raises `CycleIsClosed` for a new task of a
    cycle that is over, `WaitsInCircle`, and `EditedMeanwhile` of `ipeo.actions.versions`.
    """
    now = now or timezone.now()
    stored = hold_version(task, version) if task.pk else None
    if task.program is not None and task.cycle is None:
        task.cycle = Cycle.objects.filter(campaign=task.program.campaign_id, closed_at=None).first()
    if task.pk is None and task.cycle is not None and task.cycle.closed_at is not None:
        raise CycleIsClosed(f"{task.cycle} is closed.")
    task.version = stored.version + 1 if stored else 1
    before = task.done_at
    task.done_at = (task.done_at or now) if _is_done(task) else None
    task.updated_at = now
    task.save()
    _stop_clocks(task, before)
    if waits_for is not None:
        _wait_for(task, waits_for)
    record_event("task.changed", task_told(task))
    return task


def _is_done(task: Task) -> bool:
    return bool(task.state == Task.State.DONE)


def _wait_for(task: Task, others: Sequence[Task]) -> None:
    """Let a task wait for others and for no more; raises `WaitsInCircle`."""
    wanted = {other.pk for other in others}
    held = set(task.waits.values_list("waits_for_id", flat=True))
    task.waits.exclude(waits_for__in=wanted).delete()
    if not wanted - held:
        return
    workspace_id = tenancy.current_workspace_id()
    # Two people may each close half of a circle at once, so one waits for the other here.
    take_turn("waiting tasks")
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE behind(id) AS (SELECT unnest(%s::bigint[]) UNION "
            "SELECT held.waits_for_id FROM execute_taskdependency held JOIN behind "
            "ON held.task_id = behind.id WHERE held.workspace_id = %s) "
            "SELECT EXISTS (SELECT FROM behind WHERE id = %s)",
            [sorted(wanted), workspace_id, task.pk],
        )
        if cursor.fetchone()[0]:
            raise WaitsInCircle("These tasks would wait for each other.")
    TaskDependency.objects.bulk_create(
        [TaskDependency(task=task, waits_for_id=pk) for pk in sorted(wanted - held)]
    )


@transaction.atomic
def set_task_state(*, task: Task, state: str, now: datetime | None = None) -> Task:
    """Put a task into a state and return it; raises `ValueError` for what is none.

    A task that hands buyers to sales stops their clocks when it is done, and lets those run on
    when it is taken up again.
    """
    wanted, now = Task.State(state), now or timezone.now()
    stored = hold(Task, task.pk)
    if stored.state != wanted:
        before = stored.done_at
        stored.state = wanted
        stored.done_at = now if wanted == Task.State.DONE else None
        stored.updated_at = now
        stored.version += 1
        stored.save(update_fields=["state", "done_at", "updated_at", "version"])
        _stop_clocks(stored, before)
        record_event("task.changed", task_told(stored))
    return stored


def _stop_clocks(task: Task, before: datetime | None) -> None:
    """Let the clocks of a task's handoffs follow its being done, or being open again."""
    if task.done_at == before:
        return
    held = Handoff.objects.filter(task=task)
    if task.done_at is None:
        held.filter(first_touch_at=before).update(first_touch_at=None)
    else:
        held.filter(first_touch_at=None).update(first_touch_at=task.done_at)


@transaction.atomic
def delete_task(*, task: Task) -> None:
    """Remove a task that was written by mistake."""
    told = task_told(task, removed=True)
    task.delete()
    record_event("task.changed", told)
