"""Celery's entry points: an id in, one action called."""

from celery import shared_task

from ipeo import tenancy
from ipeo.actions import forgetting, runs, webhooks


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


@shared_task(soft_time_limit=40, time_limit=50)
def deliver_webhook(workspace_id: int, delivery_id: int) -> None:
    """Attempt a delivery that is due; a repeated message finds nothing to claim."""
    with tenancy.scope(runs.workspace_of_run(workspace_id)):
        webhooks.deliver(delivery_id=delivery_id)


@shared_task
def send_due_webhooks() -> None:
    """Find deliveries that are due again, or whose worker or message was lost."""
    webhooks.send_due()


@shared_task
def forget_old_records() -> None:
    """Remove logs, keys and sessions that nobody needs any more."""
    forgetting.forget_old_records()
