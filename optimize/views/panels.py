"""Parts of shared pages that Optimize provides, each also a page of its own."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render

from ipeo.models import Cycle
from ipeo.permissions import WorkspaceRequest, page
from ipeo.queries.paging import page_of
from ipeo.queries.ranges import range_of
from optimize import charts
from optimize.models import FunnelFact
from optimize.queries import overview
from optimize.queries.behind import deals_href, expenses_href
from optimize.queries.fits import holding_of
from optimize.queries.funnels import buyers_at, names_of, story_of
from optimize.queries.measures import measured
from optimize.queries.recommendations import (
    counts_of,
    recommendations_of,
    shown,
    waiting_everywhere,
)
from optimize.views.drawing import efficacy_of

SHOWN = 4


def _render(request: WorkspaceRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    part = "#panel" if request.htmx else ""
    return render(request, f"optimize/{template}.html{part}", context)


def _cycle(pk: int) -> Cycle:
    return get_object_or_404(Cycle.objects.select_related("campaign"), pk=pk)


@page("optimize.view")
def figures(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show a cycle's key figures, and when they were measured."""
    cycle, at = _cycle(pk), measured()
    chosen = range_of(request.GET, cycle=cycle)
    held = overview.of_cycle(cycle, chosen) if at.measured_at else None
    context = {"cycle": cycle, "measured": at, "held": held, "chosen": chosen}
    return _render(request, "figures", context)


@page("optimize.view")
def home_figures(request: WorkspaceRequest) -> HttpResponse:
    """Show the workspace's key figures in a range, against the time before."""
    at, chosen = measured(), range_of(request.GET)
    held = overview.of_workspace(chosen) if at.measured_at else None
    return _render(
        request, "figures", {"measured": at, "held": held, "cycle": None, "chosen": chosen}
    )


@page("optimize.view")
def home_money(request: WorkspaceRequest) -> HttpResponse:
    """Show the workspace's spend and won margin by month."""
    at, chosen = measured(), range_of(request.GET)
    months = overview.months_of_workspace(chosen) if at.measured_at else []
    lines: list[dict[str, Any]] = [
        {
            "month": one.month,
            "spend": None if one.figures.spend is None else float(one.figures.spend),
            "margin": None
            if one.figures.margin_amount is None
            else float(one.figures.margin_amount),
            "expenses": expenses_href(days),
            "deals": deals_href(days, outcome="won"),
        }
        for one, days in zip(months, overview.days_of(months, chosen), strict=True)
    ]
    figure = charts.spend_and_margin(
        [line["month"] for line in lines],
        [line["spend"] for line in lines],
        [line["margin"] for line in lines],
        currency=request.workspace.currency,
    )
    context = {
        "measured": at,
        "lines": lines,
        "figure": figure,
        "has_any": any(line["spend"] or line["margin"] for line in lines),
        "chosen": chosen,
    }
    return _render(request, "money", context)


@page("optimize.view")
def funnel(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show a cycle's way from mindset to wallet, where it leaks, and how long the handoff takes."""
    cycle, at = _cycle(pk), measured()
    chosen = range_of({"range": "cycle"}, cycle=cycle)
    story = story_of(cycle, chosen.cycle_before)
    steps = [(step.label, step.reached) for step in story.funnel.steps]
    context = {
        "cycle": cycle,
        "measured": at,
        "story": story,
        "figure": charts.mindset_to_wallet(steps, story.funnel.handoff_hours),
        "lines": list(zip(story.funnel.steps, [None, *story.passages], strict=True)),
        "cycles": Cycle.objects.filter(campaign=cycle.campaign_id).order_by("-number"),
    }
    return _render(request, "funnel", context)


@page("optimize.view")
def buyers(request: WorkspaceRequest, pk: int, number: int) -> HttpResponse:
    """List the buyers of a cycle that came at least to a step of the funnel."""
    cycle = _cycle(pk)
    if number not in FunnelFact.Depth.values:
        raise Http404
    found = buyers_at(cycle, number)
    held = page_of(found, order=("-depth", "-id"), after=request.GET.get("after", ""))
    names = names_of(held.rows)
    context = {
        "cycle": cycle,
        "step": FunnelFact.Depth(number).label,
        "many": found.count(),
        "page": held,
        "rows": [(fact, names.get(fact.party, "A former member")) for fact in held.rows],
    }
    return render(request, "optimize/buyers.html", context)


@page("optimize.view")
def next_steps(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show what a cycle's measurement suggests."""
    cycle = _cycle(pk)
    found = recommendations_of(cycle)
    context = {
        "cycle": cycle,
        "measured": measured(),
        "note": counts_of(found),
        "more": max(len(found) - SHOWN, 0),
        "recommendations": shown(found[:SHOWN], request.workspace.currency),
        "holding": holding_of(cycle),
    }
    return _render(request, "next", context)


@page("optimize.view")
def home_next(request: WorkspaceRequest) -> HttpResponse:
    """Show what waits for a decision in all campaigns."""
    found = waiting_everywhere()
    context = {
        "cycle": None,
        "measured": measured(),
        "note": f"{len(found)} waiting" if found else "",
        "recommendations": shown(found, request.workspace.currency),
    }
    return _render(request, "next", context)


@page("optimize.view")
def efficacy(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show the efficacy of the campaign's most tiring program."""
    cycle = _cycle(pk)
    found = overview.most_tiring(cycle)
    context: dict[str, Any] = {"cycle": cycle, "measured": measured()}
    if found is not None:
        program, fit = found
        context |= {"program": program, "fit": fit, "chart": efficacy_of(fit)}
    return _render(request, "efficacy", context)
