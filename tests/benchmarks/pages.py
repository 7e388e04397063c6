"""Pages and recompute at 10,000 and at 1,000,000 touches."""

from __future__ import annotations

import re
import resource
import statistics
from collections.abc import Callable
from datetime import date

from django.db import connection
from django.test import Client

from demo.making import make_demonstration
from ipeo import tenancy
from ipeo.models import Campaign, Membership, Workspace
from optimize.actions.recompute import recompute
from tests.benchmarks.measuring import Line, interleaved, median_ratio, seconds

TODAY = date(2026, 6, 15)
SMALL, LARGE = 0.161, 16.1
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
    lines = []
    for name in ("home", "campaign"):
        openers = {
            slug: _opener(workspace, name)
            for slug, workspace in (("small", small), ("large", large))
        }
        for opener in openers.values():
            opener()
        times = interleaved(9, floor=lambda: _pivot(large), **openers)
        against_floor = median_ratio(times["large"], times["floor"])
        by_size = median_ratio(times["large"], times["small"])
        middle = {key: statistics.median(values) * 1000 for key, values in times.items()}
        lines.append(
            Line(
                f"{name} page with its panels at a million touches against one pivot",
                against_floor,
                "at most 2",
                against_floor <= 2,
                f"page {middle['large']:.0f} ms, pivot {middle['floor']:.0f} ms",
            )
        )
        lines.append(
            Line(
                f"{name} page at 1,000,000 against 10,000 touches",
                by_size,
                "at most 1.3",
                by_size <= 1.3,
                f"{middle['large']:.0f} ms and {middle['small']:.0f} ms",
            )
        )
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
    client = Client()
    client.force_login(manager.user)
    address = f"/w/{workspace.slug}/" + (f"campaigns/{campaign.pk}/" if name == "campaign" else "")

    def open_all() -> None:
        page = client.get(address)
        assert page.status_code == 200, page.status_code
        for panel in re.findall(r'hx-get="([^"]+)"[^>]*hx-trigger="load"', page.content.decode()):
            answer = client.get(panel, headers={"hx-request": "true"})
            assert answer.status_code == 200, (panel, answer.status_code)

    return open_all
