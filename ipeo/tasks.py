"""Celery's entry points: an id in, one action called."""

from celery import shared_task

from ipeo import tenancy
from ipeo.actions import runs


@shared_task
def execute_run(workspace_id: int, run_id: int) -> None:
    """Do a run if it still waits; a repeated delivery finds nothing to claim."""
    with tenancy.scope(runs.workspace_of_run(workspace_id)):
        run = runs.claim_run(run_id=run_id)
        if run is not None:
            runs.perform_run(run=run)


@shared_task
def requeue_lost_runs() -> None:
    """Find work whose worker or message was lost."""
    runs.requeue_lost_runs()
