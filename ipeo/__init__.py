"""The project and the kernel that the four stages stand on."""

from ipeo.celery import app as celery_app

__all__ = ["celery_app"]
