"""`manage.py up`: the whole product in one process tree."""

import os
import signal
import subprocess
from pathlib import Path

from ipeo.local.health import serves
from tests.local.processes import (
    PYTHON,
    ROOT,
    ask,
    environment,
    eventually,
    free_port,
    kill,
    living,
    one,
    start,
)

UP = [PYTHON, "manage.py", "up", "--no-demo"]
WORKER, WEB, BEAT = ("celery", "worker"), ("gunicorn", "ipeo.wsgi"), ("celery", "beat")


def refused(home: Path, port: int) -> str:
    """Start a second product; return what it says instead."""
    ran = subprocess.run(
        UP, env=environment(home, PORT=str(port)), cwd=ROOT, capture_output=True, text=True
    )
    assert ran.returncode == 1
    assert "Traceback" not in ran.stderr
    return ran.stderr


def test_the_product_starts_survives_kills_and_stops_without_a_trace(home: Path) -> None:
    port, log = free_port(), home / "up.txt"
    env = environment(home, PORT=str(port))

    up = start(UP, env, log)
    eventually(lambda: serves("127.0.0.1", port), within=120, told_by=log)
    eventually(lambda: f"IPEO is at http://127.0.0.1:{port}/" in log.read_text(), told_by=log)
    eventually(lambda: one(home, *WORKER) and one(home, *BEAT), told_by=log)

    assert "already runs from" in refused(home, free_port())
    other = home / "other"
    assert f"Port {port} on 127.0.0.1 cannot be used" in refused(other, port)
    assert ask(home, "CREATE TABLE kept AS SELECT 7 AS seven") == "done"

    for name, words in (("worker", WORKER), ("web", WEB)):
        kill(one(home, *words))
        # Said once the killed one's own children are swept away: what is there then is new.
        eventually(lambda name=name: f"{name} ended with -9" in log.read_text(), told_by=log)
        eventually(lambda words=words: one(home, *words), told_by=log)
    eventually(lambda: serves("127.0.0.1", port), told_by=log)

    kill(up.pid)
    up.wait()
    eventually(lambda: not living(home), within=30)

    up = start(UP, env, log)
    eventually(lambda: serves("127.0.0.1", port), within=120, told_by=log)
    assert ask(home, "SELECT seven FROM kept") == "[(7,)]"
    # It gives way to everything else, so its end is not waited for.
    eventually(lambda: one(home, "warm") or "compile has ended\n" in log.read_text())

    up.send_signal(signal.SIGINT)
    assert up.wait(60) == 0, log.read_text()
    assert not living(home)
    assert log.read_text().rstrip().endswith("Stopped.")


def test_ctrl_c_while_it_still_starts_leaves_nothing_either(home: Path) -> None:
    up = start(UP, environment(home, PORT=str(free_port())), home / "up.txt")
    eventually(lambda: one(home, "manage.py", "migrate"), told_by=home / "up.txt")
    up.send_signal(signal.SIGINT)
    assert up.wait(60) == 0
    assert not living(home)


def test_a_worker_whose_supervisor_was_killed_before_it_was_up_ends() -> None:
    code = (
        "import time; from ipeo import celery; celery._GRACE = 0.0;"
        "celery.end_with_supervisor(); time.sleep(60)"
    )
    gone = {**os.environ, "IPEO_SUPERVISOR": "999999999"}
    assert subprocess.run([PYTHON, "-c", code], env=gone, cwd=ROOT, timeout=50).returncode == 1
