"""Plan at a glance: open cycles, what waits for approval, scenarios side by side."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from ipeo.models import Cycle
from ipeo.permissions import WorkspaceRequest, may, page
from ipeo.queries.campaigns import campaigns_with_open_cycle
from ipeo.queries.paging import page_of
from plan.queries.comments import unread_mentions
from plan.queries.comparison import comparison_of
from plan.queries.scenarios import open_plans, waiting_for_approval


@page("plan.view")
def plan(request: WorkspaceRequest) -> HttpResponse:
    """Show every campaign's open cycle with its scenarios, and what waits for a manager."""
    found = page_of(campaigns_with_open_cycle(), order=("-id",), after=request.GET.get("after", ""))
    context = {
        "page": found,
        "plans": open_plans(found.rows),
        "mentions": unread_mentions(request.membership),
        "waiting": waiting_for_approval(by=request.membership)
        if may(request.membership, "plan.approve")
        else [],
    }
    return render(request, "plan/plan.html", context)


@page("plan.approve")
def approvals(request: WorkspaceRequest) -> HttpResponse:
    """Show what waits for the manager; on the home page it is a panel."""
    name = "plan/approvals.html#panel" if request.htmx else "plan/approvals.html"
    return render(request, name, {"waiting": waiting_for_approval(by=request.membership)})


@page("plan.view")
def compare(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show a cycle's scenarios side by side."""
    cycle = get_object_or_404(Cycle.objects.select_related("campaign"), pk=pk)
    whole = "differing" not in request.GET
    context = {
        "cycle": cycle,
        "comparison": comparison_of(cycle, whole=whole),
        "tabs": [
            {"label": "Whole budget", "href": "?", "current": whole},
            {"label": "Only what differs", "href": "?differing=1", "current": not whole},
        ],
    }
    return render(request, "plan/compare.html", context)
