"""Segments are looked for in the background, and adopted as audiences."""

from __future__ import annotations

from typing import Any

from insight.actions.audiences import save_audience
from insight.models import Audience
from insight.queries.segments import (
    KIND,
    cluster_segments,
    high_value,
    latest_run,
    recency_segments,
)
from ipeo.actions.runs import queue_run
from ipeo.models import Membership, Run
from ipeo.runs import Report


class NoSuchSegment(Exception):
    """The suggestions were made anew meanwhile, and this one is no longer among them."""


def look_for_segments(*, by: Membership | None) -> Run:
    """Queue the search for segments; one that waits already is returned."""
    return queue_run(kind=KIND, title="Find segments", by=by, only_one=KIND)


def find_segments(run: Run, report: Report) -> dict[str, Any]:
    """Find segments by recency, frequency and value, then groups of people who are alike."""
    report(0, 2, "By recency, frequency and value")
    by_value = recency_segments(high_value=high_value())
    report(1, 2, "Similar people")
    groups, line = cluster_segments()
    report(2, 2, "")
    return {
        "value": [one.as_json() for one in by_value],
        "groups": [one.as_json() for one in groups],
        "line": line,
    }


def adopt_segment(*, kind: str, place: int | None, name: str = "") -> Audience:
    """Save the suggested segment at a place, counted from 0, as an audience.

    Raises `NoSuchSegment` or `AudienceNameTaken`.
    """
    run = latest_run()
    offered = run.result.get(kind, []) if run is not None and kind in {"value", "groups"} else []
    if place is None or not 0 <= place < len(offered):
        raise NoSuchSegment("The suggestions were updated. Choose again.")
    segment = offered[place]
    return save_audience(
        audience=Audience(
            name=(name.strip() or segment["name"])[:120],
            description=segment["description"][:300],
            rule=segment["rule"],
        )
    )
