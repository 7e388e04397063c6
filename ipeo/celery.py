"""The Celery application: at-least-once delivery, made safe by Run rows."""

import os
import threading
import time

from celery import Celery, signals

from ipeo.local.processes import SUPERVISOR

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ipeo.settings")

app = Celery("ipeo")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

_GRACE = 5.0


@signals.worker_init.connect
def end_with_supervisor(**_: object) -> None:
    """End the worker some seconds after its supervisor, where there is one.

    A worker that is told to end hands its tasks back to the queue; where the supervisor was
    killed the queue is gone too, and it may wait for it for ever.
    """
    # Where it is gone already, killed while the worker was starting, that is seen at once.
    if supervisor := os.environ.get(SUPERVISOR):
        threading.Thread(target=_watch, args=(int(supervisor),), daemon=True).start()


def _watch(supervisor: int) -> None:
    while os.getppid() == supervisor:
        time.sleep(1.0)
    time.sleep(_GRACE)
    os._exit(1)
