"""Pages and recompute at 10,000 and at 1,000,000 touches."""

from __future__ import annotations

import re
import resource
import statistics
from collections.abc import Callable
from datetime import date

import numpy as np
from django.db import connection
from django.test import Client

from demo.making import make_demonstration
from ipeo import tenancy
from ipeo.models import Campaign, Membership, Workspace
from ipeo.wsgi import settle
from optimize.actions.recompute import recompute
from plan.models import Program
from tests.benchmarks.measuring import Line, interleaved, median_ratio, seconds

TODAY = date(2026, 6, 15)
SMALL, LARGE = 0.161, 16.1
ROUNDS = 21
DASHBOARDS = {
    "home": "",
    "campaign": "campaigns/{campaign}/",
    "overview": "optimize/",
    "cycle": "optimize/cycles/{cycle}/",
    "program": "optimize/programs/{program}/",
    "win and loss": "optimize/wins/",
    "price and value": "optimize/price/",
    "models": "optimize/models/",
    "wear": "optimize/wear/",
}
PIVOT = """
SELECT date_trunc('month', occurred_at AT TIME ZONE 'UTC'), channel_id, program_id, count(*)
FROM execute_touch WHERE workspace_id = %s GROUP BY 1, 2, 3
"""


def run() -> list[Line]:
    """Make both companies, measure them, and time what people look at."""
    lines: list[Line] = []
    small = make_demonstration(slug="small", seed=1, scale=SMALL, today=TODAY).workspace
    made: list[Workspace] = []
    took = seconds(
        lambda: made.append(
            make_demonstration(slug="large", seed=1, scale=LARGE, today=TODAY).workspace
        )
    )
    large = made[0]
    lines.append(
        Line(
            "demo: a million touches", took / 180, "at most 1 x 180 s", took <= 180, f"{took:.0f} s"
        )
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    with tenancy.scope(small):
        recompute(full=True)
    lines += _recomputes(large)
    lines += _pages(small, large)
    return lines


def _recomputes(workspace: Workspace) -> list[Line]:
    with tenancy.scope(workspace):
        recompute(full=True)
        full, part = [], []
        for turn in range(3):
            full.append(seconds(lambda: recompute(full=True)))
            _touch_one_in_a_hundred(turn)
            part.append(seconds(recompute))
    ratio = median_ratio(part, full)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    detail = (
        f"1 % stale {statistics.median(part):.2f} s, full {statistics.median(full):.2f} s, "
        f"peak memory of the whole benchmark {peak:.0f} MB"
    )
    return [Line("recompute: 1 % stale against full", ratio, "at most 0.08", ratio <= 0.08, detail)]


def _touch_one_in_a_hundred(turn: int) -> None:
    """Move one touch of every hundredth buyer by a second, as a correction would."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE execute_touch SET occurred_at = occurred_at + interval '1 second'"
            " WHERE id IN (SELECT min(id) FROM execute_touch WHERE workspace_id = %s"
            "  AND party %% 100 = %s GROUP BY party)",
            [tenancy.current_workspace_id(), turn],
        )


def _pages(small: Workspace, large: Workspace) -> list[Line]:
    """Every dashboard with its panels: its 95th percentile against a pivot, and against itself."""
    # As a web server begins: the makings of both companies are nothing that its pages walk over.
    settle()
    with_pivot = {"floor": lambda: _pivot(large)}
    openers: dict[str, Callable[[], None]] = {}
    for name in DASHBOARDS:
        openers[f"{name} small"], openers[name] = _opener(small, name), _opener(large, name)
    for opener in openers.values():
        opener()
    times = interleaved(ROUNDS, **with_pivot, **openers)
    slow = {name: float(np.quantile(taken, 0.95)) for name, taken in times.items()}
    lines = []
    for name in DASHBOARDS:
        against_floor = slow[name] / statistics.median(times["floor"])
        by_size = median_ratio(times[name], times[f"{name} small"])
        lines += [
            Line(
                f"{name} with its panels at a million touches, 95th percentile against one pivot",
                against_floor,
                "at most 1",
                against_floor <= 1,
                f"{slow[name] * 1000:.0f} ms, pivot "
                f"{statistics.median(times['floor']) * 1000:.0f} ms",
            ),
            Line(
                f"{name} at 1,000,000 against 10,000 touches",
                by_size,
                "at most 1.3",
                by_size <= 1.3,
                f"{statistics.median(times[name]) * 1000:.0f} ms and "
                f"{statistics.median(times[f'{name} small']) * 1000:.0f} ms",
            ),
        ]
    return lines


def _pivot(workspace: Workspace) -> None:
    with tenancy.scope(workspace), connection.cursor() as cursor:
        cursor.execute(PIVOT, [workspace.pk])
        cursor.fetchall()


def _opener(workspace: Workspace, name: str) -> Callable[[], None]:
    """Return what opens a page and every panel that it loads."""
    with tenancy.scope(workspace):
        manager = Membership.objects.get(workspace=workspace, role="manager")
        campaign = Campaign.objects.get()
        program = Program.objects.order_by("pk")[0]
        cycle = campaign.cycles.latest("number")
    client = Client()
    assert manager.user is not None
    client.force_login(manager.user)
    ids = {"campaign": campaign.pk, "program": program.pk, "cycle": cycle.pk}
    address = f"/w/{workspace.slug}/" + DASHBOARDS[name].format(**ids)

    def open_all() -> None:
        page = client.get(address)
        assert page.status_code == 200, (address, page.status_code)
        for panel in re.findall(r'hx-get="([^"]+)"[^>]*hx-trigger="load"', page.content.decode()):
            answer = client.get(panel, headers={"hx-request": "true"})
            assert answer.status_code == 200, (panel, answer.status_code)

    return open_all
