"""Celery's entry points."""

from celery import shared_task

from execute.actions import clicks, handoffs


@shared_task
def count_clicks() -> None:
    """Count what was clicked since the last time, as days and as touches."""
    clicks.count_clicks_everywhere()


@shared_task
def hand_over() -> None:
    """Hand buyers who took a second look to sales, in every workspace."""
    handoffs.hand_over_everywhere()
