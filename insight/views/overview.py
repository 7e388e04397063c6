"""The stage's home, and the stage of one cycle."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from insight.models import Disposition
from insight.queries.audiences import audiences
from insight.queries.exhibits import expired
from insight.queries.findings import dispositions_of, open_cycles, waiting_dispositions
from insight.queries.market import health, moves
from insight.queries.stage import counts, gate
from insight.queries.stories import current_story, proof_points
from insight.views.market import READINGS
from ipeo.models import Cycle
from ipeo.permissions import WorkspaceRequest, page

SHOWN = 12
EXPIRED = 5


@page("insight.view")
def insight(request: WorkspaceRequest) -> HttpResponse:
    """Show what awaits a decision, and what is known."""
    story = current_story()
    waiting = list(waiting_dispositions()[: SHOWN + 1])
    old = list(expired()[: EXPIRED + 1])
    context = {
        "waiting": waiting[:SHOWN],
        "more_waiting": len(waiting) > SHOWN,
        "expired": old[:EXPIRED],
        "more_expired": len(old) > EXPIRED,
        "cycles": list(open_cycles()[:SHOWN]),
        "counts": counts(),
        "reading": READINGS[health().reading][0],
        "story": story,
        "points": proof_points(story) if story else [],
        "moves": list(moves()[:5]),
    }
    return render(request, "insight/insight.html", context)


@page("insight.view")
def cycle(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show the findings of one cycle, the decisions on them, and what the gate lacks."""
    found = get_object_or_404(Cycle.objects.select_related("campaign"), pk=pk)
    held = list(dispositions_of(found))
    story = current_story()
    undecided = [row.pk for row in held if row.decision == Disposition.Decision.WAITING]
    in_insight = found.stage == Cycle.Stage.INSIGHT
    context = {
        "cycle": found,
        "carried": [row for row in held if row.carried],
        "recorded": [row for row in held if not row.carried],
        "blockers": gate(found) if in_insight else [],
        "in_insight": in_insight,
        "undecided": undecided,
        "last_undecided": max(undecided, default=0),
        "story": story,
        "points": proof_points(story) if story else [],
        "audiences": list(audiences()[:SHOWN]),
    }
    return render(request, "insight/cycle.html", context)
