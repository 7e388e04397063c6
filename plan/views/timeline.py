"""A scenario's flights in time, moved by drag or by keys."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, page
from ipeo.views.refusals import refused_in_form
from plan.actions.drafts import CycleOver, ScenarioLocked
from plan.actions.programs import FlightOutsideCycle, move_flight
from plan.forms.planning import FlightForm
from plan.models import ProgramPlan, Scenario
from plan.queries.months import months_page
from plan.queries.sheet import sheet_of
from plan.queries.timeline import timeline_of

VIEWS = ("timeline", "quarter", "month")


@page("plan.view")
def timeline(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show the flights on a line of weeks, by quarter or on the month's page."""
    scenarios = Scenario.objects.select_related("cycle__campaign")
    found = get_object_or_404(scenarios, pk=pk)
    return render(request, "plan/timeline.html", _context(request, found))


def _context(request: WorkspaceRequest, found: Scenario, fault: str = "") -> dict[str, Any]:
    sheet = sheet_of(found)
    held = timeline_of(sheet)
    view = request.GET.get("view", "timeline")
    count = 3 if view == "quarter" else 1
    shown = months_page(held, request.GET.get("from", ""), count) if view != "timeline" else None
    return {
        "scenario": found,
        "cycle": found.cycle,
        "sheet": sheet,
        "timeline": held,
        "view": view if view in VIEWS else "timeline",
        "shown": shown,
        "fault": fault,
    }


@page("plan.edit")
def move(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Move or resize a flight; the answer is the timeline as it then stands."""
    plans = ProgramPlan.objects.select_related("scenario__cycle__campaign", "program")
    found = get_object_or_404(plans, pk=pk)
    if request.method != "POST":
        return redirect(link("plan:timeline", found.scenario_id))
    form = FlightForm(request.POST)
    if form.is_valid():
        with refused_in_form(form, dict.fromkeys((FlightOutsideCycle, ScenarioLocked, CycleOver))):
            move_flight(plan=found, **form.cleaned_data)
    fault = f"{found.program.name}: {form.fault}" if form.fault else ""
    context = {**_context(request, found.scenario, fault), "moved": pk}
    if request.htmx:
        return render(request, "plan/timeline.html#board", context)
    if fault:
        return render(request, "plan/timeline.html", context, status=422)
    return redirect(link("plan:timeline", found.scenario_id))
