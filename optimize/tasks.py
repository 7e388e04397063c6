"""Celery's entry points."""

from celery import shared_task

from optimize.actions.digest import request_due
from optimize.actions.recompute import request_where_stale


@shared_task
def recompute_stale_workspaces() -> None:
    """Ask for a measurement wherever a fact has changed."""
    request_where_stale()


@shared_task
def send_due_digests() -> None:
    """Ask for the week's digest wherever its hour has come."""
    request_due()
