"""A tracked redirect against a bare ping, through a real web server, with Redis up and down."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections

from execute.actions.clicks import count_clicks_everywhere
from execute.actions.links import save_link
from execute.models import LinkDay, TrackedLink
from execute.queries.links import personal_path
from insight.models import Channel, Contact
from ipeo import tenancy
from ipeo.actions.workspaces import create_workspace
from tests.benchmarks.measuring import Line, interleaved

WARM, ROUNDS = 200, 1_500
PERSON = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"}
NOWHERE = "redis://127.0.0.1:1/0"


def run() -> list[Line]:
    """Follow a link and ping in turns, in one server with Redis and in one without."""
    workspace = create_workspace(slug="linking", currency="USD")
    with tenancy.scope(workspace):
        channel = Channel.objects.create(name="Mailing", key="mailing")
        link = save_link(
            link=TrackedLink(
                name="Mailing",
                target="https://brand.test/desks",
                channel=channel,
                utm_source="list",
                utm_medium="email",
                utm_campaign="desks",
            )
        )
        address = personal_path(link, Contact.objects.create(name="Ana", email="a@buyer.test"))
    lines = [_measured(address, "up", {}), _measured(address, "down", {"REDIS_URL": NOWHERE})]
    count_clicks_everywhere()
    with tenancy.scope(workspace):
        assert sum(day.known for day in LinkDay.objects.all()) == 2 * (WARM + ROUNDS)
    return lines


def _measured(address: str, state: str, environment: dict[str, str]) -> Line:
    with _server(environment) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port)

        def ask(path: str, status: int) -> None:
            connection.request("GET", path, headers=PERSON)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == status, answer.status

        works = {"ping": lambda: ask("/healthz", 200), "link": lambda: ask(address, 302)}
        interleaved(WARM, **works)
        times = {name: sorted(taken) for name, taken in interleaved(ROUNDS, **works).items()}
        connection.close()
    p95 = {name: taken[int(0.95 * len(taken))] * 1000 for name, taken in times.items()}
    p50 = {name: taken[len(taken) // 2] * 1000 for name, taken in times.items()}
    ratio = p95["link"] / p95["ping"]
    detail = (
        f"p95 {p95['link']:.2f} ms against {p95['ping']:.2f} ms, "
        f"median {p50['link']:.2f} ms against {p50['ping']:.2f} ms"
    )
    name = f"a tracked redirect's p95 against a bare ping's, Redis {state}"
    return Line(name, ratio, "at most 2", ratio <= 2, detail)


@contextmanager
def _server(environment: dict[str, str]) -> Iterator[int]:
    """The web server as it is run, on the benchmark's database; gives its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    name = connections["default"].settings_dict["NAME"]
    where, mark, options = os.environ["DATABASE_URL"].partition("?")
    database = f"{where.rpartition('/')[0]}/{name}{mark}{options}"
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "ipeo.wsgi"],
        env=os.environ
        | {"DATABASE_URL": database, "HOST": "127.0.0.1", "PORT": str(port), "WEB_WORKERS": "1"}
        | environment,
    )
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int) -> None:
    for _ in range(300):
        try:
            with socket.create_connection(("127.0.0.1", port), 1):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the web server did not start")
