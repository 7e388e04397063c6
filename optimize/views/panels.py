"""Parts of shared pages that Optimize provides, each also a page of its own."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from ipeo.models import Cycle
from ipeo.permissions import WorkspaceRequest, page
from optimize import charts
from optimize.queries import overview
from optimize.queries.fits import holding_of
from optimize.queries.measures import funnel as funnel_of
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
    found: Cycle = get_object_or_404(Cycle.objects.select_related("campaign"), pk=pk)
    return found


@page("optimize.view")
def figures(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show a cycle's key figures, and when they were measured."""
    cycle, at = _cycle(pk), measured()
    held = overview.of_cycle(cycle, request.workspace.currency) if at.measured_at else None
    context = {"cycle": cycle, "measured": at, "held": held}
    return _render(request, "figures", context)


@page("optimize.view")
def home_figures(request: WorkspaceRequest) -> HttpResponse:
    """Show the workspace's key figures over the last twelve months."""
    at = measured()
    held = overview.of_workspace(request.workspace.currency) if at.measured_at else None
    context: dict[str, Any] = {"measured": at, "held": held, "cycle": None}
    if held is not None:
        names = ("romi", "sourced_pipeline_amount", "win_rate")
        context |= {f"trend_{name}": held.trend(name) for name in names}
        context["trend_value_share"] = [
            None if dependence is None else 1 - dependence
            for dependence in held.trend("price_dependence")
        ]
    return _render(request, "figures", context)


@page("optimize.view")
def home_money(request: WorkspaceRequest) -> HttpResponse:
    """Show the workspace's spend and won margin by month."""
    at = measured()
    months = overview.months_of_workspace() if at.measured_at else []
    lines = [
        (
            one.month,
            None if one.figures.spend is None else float(one.figures.spend),
            None if one.figures.margin_amount is None else float(one.figures.margin_amount),
        )
        for one in months
    ]
    has_any = any(spend or margin for _, spend, margin in lines)
    figure = charts.spend_and_margin(
        [month for month, _, _ in lines],
        [spend for _, spend, _ in lines],
        [margin for _, _, margin in lines],
        currency=request.workspace.currency,
    )
    context = {"measured": at, "lines": lines, "figure": figure, "has_any": has_any}
    return _render(request, "money", context)


@page("optimize.view")
def funnel(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show a cycle's way from mindset to wallet, and how long the handoff takes."""
    cycle, at = _cycle(pk), measured()
    found = funnel_of(cycle)
    steps = [(step.label, step.reached) for step in found.steps]
    before = [None, *(reached for _, reached in steps)]
    context = {
        "cycle": cycle,
        "measured": at,
        "funnel": found,
        "has_any": any(reached for _, reached in steps),
        "figure": charts.mindset_to_wallet(steps, found.handoff_hours),
        "handoff": None
        if found.handoff_hours.value is None
        else charts.duration(found.handoff_hours.value),
        "lines": [
            (label, reached, reached / earlier if earlier else None)
            for (label, reached), earlier in zip(steps, before, strict=False)
        ],
    }
    return _render(request, "funnel", context)


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
