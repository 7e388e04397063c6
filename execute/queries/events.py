"""What other programs are told of deals, tasks, imports and launches: names and plain values."""

from __future__ import annotations

from typing import Any

from execute.models import Deal, Import, Launch, Task


def deal_told(deal: Deal) -> dict[str, Any]:
    """Return what is told of a deal; the API gives the rest."""
    return {
        "deal": deal.pk,
        "name": deal.name,
        "account": deal.account_id,
        "contact": deal.contact_id,
        "owner": deal.owner_id,
        "program": deal.program_id,
        "stage": deal.stage_id,
        "outcome": deal.outcome,
        "list_amount": deal.list_amount,
        "net_amount": deal.net_amount,
        "closed_date": deal.closed_date,
        "version": deal.version,
    }


def task_told(task: Task, *, removed: bool = False) -> dict[str, Any]:
    """Return what is told of a task; `removed` says that it is none any more."""
    return {
        "task": task.pk,
        "title": task.title,
        "state": task.state,
        "side": task.side,
        "owner": task.owner_id,
        "program": task.program_id,
        "cycle": task.cycle_id,
        "due_date": task.due_date,
        "done_at": task.done_at,
        "removed": removed,
    }


def import_told(brought: Import, *, reason: str = "") -> dict[str, Any]:
    """Return what is told of an import that has ended; `reason` says why one was refused."""
    return {
        "import": brought.pk,
        "kind": brought.kind,
        "file_name": brought.file_name,
        "state": brought.state,
        "new": brought.new,
        "changed": brought.changed,
        "unchanged": brought.unchanged,
        "refused": brought.refused,
        "reason": reason,
    }


def launch_told(launch: Launch, *, removed: bool = False) -> dict[str, Any]:
    """Return what is told of a launch; `removed` says that it was taken back."""
    return {
        "launch": launch.pk,
        "cycle": launch.cycle_id,
        "program": launch.program_id,
        "at": launch.at,
        "overridden": launch.overridden,
        "override_reason": launch.override_reason,
        "removed": removed,
    }
