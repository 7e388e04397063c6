"""The launches of a cycle, and one program's."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from execute.actions.launches import (
    LaunchedAlready,
    MaterialsMissing,
    MayNotLaunchAnyway,
    NotUnderWay,
    launch_program,
    take_back_launch,
)
from execute.forms.launches import LaunchForm
from execute.models import Launch
from execute.queries.launches import launching_of, launchings_of
from ipeo.models import Cycle
from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, page
from ipeo.views.refusals import Field, refused_as_message, refused_in_form
from plan.models import ProgramPlan

TOLD: dict[type[Exception], Field] = {
    MaterialsMissing: "override_reason",
    MayNotLaunchAnyway: "override_reason",
    LaunchedAlready: None,
    NotUnderWay: None,
}


@page("plan.view")
def launches(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """List a cycle's programs: launched, ready to go, or waiting for what they need."""
    cycle = get_object_or_404(Cycle.objects.select_related("campaign"), pk=pk)
    found = launchings_of(cycle)
    waiting = [one for one in found if one.launch is None]
    context = {
        "cycle": cycle,
        "launchings": found,
        "launched": len(found) - len(waiting),
        # Beside a cycle's other work stands what is still to do.
        "shown": waiting if request.htmx else found,
    }
    part = "#panel" if request.htmx else ""
    return render(request, f"execute/launches.html{part}", context)


@page("plan.view", change="programs.launch")
def launch(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show what one program needs before its launch; launch it here."""
    plans = ProgramPlan.objects.select_related("program", "scenario__cycle__campaign")
    plan = get_object_or_404(plans, pk=pk)
    form = LaunchForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refused_in_form(form, TOLD):
            launch_program(plan=plan, by=request.membership, **form.cleaned_data)
            messages.success(request, f"{plan.program.name} was launched.")
            return redirect(link("execute:launches", plan.scenario.cycle_id))
    context = {"form": form, "plan": plan, "one": launching_of(plan), "cycle": plan.scenario.cycle}
    return render(request, "execute/launch.html", context, status=422 if form.is_bound else 200)


@page("programs.launch")
def take_back(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Undo a launch that was told by mistake."""
    found = get_object_or_404(Launch.objects.select_related("program"), pk=pk)
    cycle_id = found.cycle_id
    if request.method == "POST":
        with refused_as_message(request, NotUnderWay):
            take_back_launch(launch=found)
            messages.success(request, f"The launch of {found.program.name} was undone.")
    return redirect(link("execute:launches", cycle_id))
