"""Tasks of marketing and sales: written, done, dropped, and taken up again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from execute.models import Task
from ipeo.models import Cycle, Membership


class CycleIsClosed(Exception):
    """A cycle that is over takes no more tasks."""


@transaction.atomic
def save_task(*, task: Task, now: datetime | None = None) -> Task:
    """Save a new or edited task.

    One that belongs to a program and names no cycle joins the open cycle of the program's
    campaign. Raises `CycleIsClosed` for a new task of a cycle that is over.
    """
    if task.program is not None and task.cycle is None:
        task.cycle = Cycle.objects.filter(campaign=task.program.campaign_id, closed_at=None).first()
    if task.pk is None and task.cycle is not None and task.cycle.closed_at is not None:
        raise CycleIsClosed(f"{task.cycle} is closed.")
    task.done_at = (task.done_at or now or timezone.now()) if _is_done(task) else None
    task.save()
    return task


def _is_done(task: Task) -> bool:
    return bool(task.state == Task.State.DONE)


@transaction.atomic
def set_task_state(*, task: Task, state: str, now: datetime | None = None) -> Task:
    """Put a task into a state and return it; raises `ValueError` for what is none."""
    wanted = Task.State(state)
    stored: Task = Task.objects.select_for_update(of=("self",)).get(pk=task.pk)
    if stored.state != wanted:
        stored.state = wanted
        stored.done_at = (now or timezone.now()) if wanted == Task.State.DONE else None
        stored.save(update_fields=["state", "done_at"])
    return stored


def complete_task(*, task: Task, now: datetime | None = None) -> Task:
    """Mark a task as done; once done, it stays done at its first time."""
    return set_task_state(task=task, state=Task.State.DONE, now=now)


def drop_task(*, task: Task) -> Task:
    """Give a task up: it no longer keeps the cycle in Execute."""
    return set_task_state(task=task, state=Task.State.DROPPED)


def reopen_task(*, task: Task) -> Task:
    """Take a task up again that was done or dropped."""
    return set_task_state(task=task, state=Task.State.TO_DO)


def give_task(*, task: Task, owner: Membership | None) -> None:
    """Hand a task to somebody, or to nobody."""
    Task.objects.filter(pk=task.pk).update(owner=owner)


def delete_task(*, task: Task) -> None:
    """Remove a task that was written by mistake."""
    task.delete()
