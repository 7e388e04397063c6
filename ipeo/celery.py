"""The Celery application: at-least-once delivery, made safe by Run rows."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ipeo.settings")

app = Celery("ipeo")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
