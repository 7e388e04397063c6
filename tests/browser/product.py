"""The whole product as processes of their own, over a database of their own."""

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import redis

from ipeo.local.health import serves
from ipeo.local.processes import signal_group, spawn
from tests import databases
from tests.local.processes import ROOT, eventually, free_port

_CLAIM = "claimed-by-a-test"
_CELERY = ("celery", "-q", "-A", "ipeo", "--skip-checks")
_WORKER = ("worker", "--concurrency", "1", "--loglevel", "WARNING")


@dataclass(frozen=True)
class Product:
    """A running product: where it answers, what it runs on, and what it said."""

    address: str
    database: str
    env: dict[str, str]
    home: Path

    def manage(self, *words: str) -> str:
        """Run one of the product's commands to its end; return what it printed."""
        ran = subprocess.run(
            [sys.executable, "manage.py", *words],
            env=self.env,
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    @contextmanager
    def rows(self) -> Iterator[None]:
        """Let this process read and write the product's rows, for what a page has no use for."""
        from django.db import connections

        before = connections["default"].settings_dict["NAME"]
        # A browser driven from this thread leaves an event loop here, which Django would refuse.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        databases.use(self.database)
        try:
            yield
        finally:
            databases.use(before)
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]

    def said(self) -> str:
        """Return what its processes wrote."""
        logs = sorted(self.home.glob("*.txt"))
        return "\n".join(f"{log.stem}:\n{log.read_text(errors='replace')}" for log in logs)


@contextmanager
def running(label: str) -> Iterator[Product]:
    """Start the web server, a worker and beat, and end them afterwards; yields the product."""
    with ExitStack() as stack:
        name = stack.enter_context(databases.clone(label))
        number = stack.enter_context(_broker_number())
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ipeo-browser-")))
        port = free_port()
        env = os.environ | {
            "DATABASE_URL": _in_database(os.environ["DATABASE_URL"], name),
            "DATABASE_OWNER_URL": _in_database(os.environ["DATABASE_OWNER_URL"], name),
            "REDIS_URL": _numbered(number),
            "IPEO_HOME": str(home),
            "PORT": str(port),
            "HOST": "127.0.0.1",
            "WEB_WORKERS": "1",
            "WEB_THREADS": "4",
            "RECOMPUTE_SECONDS": "1",
            "PYTHONUNBUFFERED": "1",
            "PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges",
        }
        product = Product(f"http://127.0.0.1:{port}", name, dict(env), home)
        node = f"celery@browser-{os.getpid()}"
        for what, words, farewell in (
            ("web", ["gunicorn", "ipeo.wsgi"], signal.SIGQUIT),
            ("worker", [*_CELERY, *_WORKER, "--hostname", node], signal.SIGQUIT),
            ("beat", [*_CELERY, "beat", "--loglevel", "WARNING", "--pidfile="], signal.SIGTERM),
        ):
            stack.enter_context(_kept(what, words, farewell, product))
        eventually(lambda: serves("127.0.0.1", port), told_by=home / "web.txt")
        yield product


@contextmanager
def _kept(
    what: str, words: list[str], farewell: signal.Signals, product: Product
) -> Iterator[None]:
    with (product.home / f"{what}.txt").open("wb") as log:
        process: subprocess.Popen[bytes] = spawn(
            [sys.executable, "-m", *words],
            on_parent_death=farewell,
            env=product.env,
            cwd=ROOT,
            output=log,
        )
    try:
        yield
    finally:
        process.send_signal(farewell)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            pass
        finally:
            signal_group(process, signal.SIGKILL)
            process.wait()


def _in_database(url: str, name: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"{parts.path.rpartition('/')[0]}/{name}"))


def _numbered(number: int) -> str:
    """Return the address of the tests' Valkey for one of its databases."""
    url = os.environ["REDIS_URL"]
    if url.startswith("unix:"):
        return re.sub(r"\?db=\d+$", "", url) + f"?db={number}"
    return urlunsplit(urlsplit(url)._replace(path=f"/{number}"))


@contextmanager
def _broker_number() -> Iterator[int]:
    """A number of Valkey's that nobody else uses, emptied afterwards."""
    for number in range(8, 16):
        with redis.Redis.from_url(_numbered(number)) as valkey:
            holder: Any = valkey.get(_CLAIM)
            if holder and not Path(f"/proc/{holder.decode()}").exists():
                valkey.flushdb()
            if not valkey.dbsize() and valkey.setnx(_CLAIM, os.getpid()):
                try:
                    yield number
                finally:
                    valkey.flushdb()
                return
    raise AssertionError("The numbers 8 to 15 of Valkey are all in use.")
