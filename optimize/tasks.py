"""Celery's entry points."""

from celery import shared_task

from optimize.actions.recompute import request_where_stale


@shared_task
def recompute_stale_workspaces() -> None:
    """Ask for a measurement wherever a fact has changed."""
    request_where_stale()
