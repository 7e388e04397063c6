"""Evidence as it was when something was learned from it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render

from insight.queries.evidence import facts
from ipeo.permissions import WorkspaceRequest, page
from ipeo.templatetags.figures import month as month_name
from ipeo.templatetags.figures import number
from optimize import charts
from optimize.models import Snapshot
from optimize.queries.readings import Reading
from optimize.queries.snapshots import WearDrawing, experiment_then
from optimize.queries.snapshots import snapshot as kept
from optimize.views.drawing import experiment_charts


@page("optimize.view")
def snapshot(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show kept evidence: its figures, and the drawing as it was."""
    found = kept(pk)
    if found is None:
        raise Http404("This evidence was not found.")
    context = {
        "snapshot": found,
        "facts": facts({"facts": found.content.get("facts", [])}),
        "detail": found.content.get("detail", ""),
        "now": found.content.get("now", ""),
        "chart": _chart(found),
    }
    return render(request, "optimize/snapshot.html", context)


def _chart(found: Snapshot) -> dict[str, Any] | None:
    if "wear" in found.content:
        return _wear_chart(WearDrawing.kept(found.content["wear"]))
    if "experiment" in found.content:
        held = experiment_then(found.content["experiment"])
        drawn = experiment_charts(held, Reading.kept(held.result))
        return drawn[-1] if drawn else None
    return None


def _wear_chart(held: WearDrawing) -> dict[str, Any]:
    figure = charts.efficacy(
        held.days,
        held.fitted,
        held.low,
        held.high,
        observed=held.observed,
        ahead=held.ahead,
        events=held.events,
        pays=held.pays,
    )
    rows = [
        (
            month_name(day),
            "at rest" if seen is None else number(seen, 2),
            number(value, 2),
            f"{number(low, 2)} to {number(high, 2)}",
        )
        for day, seen, value, low, high in zip(
            held.days, held.observed, held.fitted, held.low, held.high, strict=True
        )
    ]
    return {
        "figure": figure,
        "columns": ["Month", "Observed", "Efficacy", "80% interval"],
        "rows": rows,
        "note": held.unit,
    }
