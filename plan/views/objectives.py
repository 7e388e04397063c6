"""Objectives: set, changed, removed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from ipeo import stages
from ipeo.models import Cycle
from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, may, page
from plan.actions.drafts import CycleOver
from plan.actions.objectives import (
    ObjectiveSetAlready,
    ObjectivesFrozen,
    remove_objective,
    save_objective,
)
from plan.forms.planning import ObjectiveForm
from plan.models import Objective
from plan.queries.baselines import baselines_of


@page("plan.edit")
def new(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Set an objective for a cycle."""
    cycle = get_object_or_404(Cycle.objects.select_related("campaign"), pk=pk)
    initial = {"due_date": cycle.ends_on}
    if request.GET.get("metric") in Objective.Metric.values:
        initial |= {"metric": request.GET["metric"], "baseline": request.GET.get("baseline", "")}
    form = ObjectiveForm(request.POST or None, cycle=cycle, initial=initial)
    return _answer(request, cycle, form)


@page("plan.edit")
def edit(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Change an objective."""
    found = get_object_or_404(Objective.objects.select_related("cycle__campaign"), pk=pk)
    form = ObjectiveForm(request.POST or None, cycle=found.cycle, instance=found)
    if request.GET.get("baseline") and not form.is_bound:
        form.initial["baseline"] = request.GET["baseline"]
    return _answer(request, found.cycle, form)


def _answer(request: WorkspaceRequest, cycle: Cycle, form: ObjectiveForm) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            saved = save_objective(objective=form.row())
        except ObjectiveSetAlready as error:
            form.add_error("metric", str(error))
        except (ObjectivesFrozen, CycleOver) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{saved} is set.")
            return redirect(link("plan:cycle", cycle.pk))
    measured = baselines_of(cycle)
    if form.instance.pk:
        measured = [one for one in measured if one.metric == form.instance.metric]
    context = {
        "form": form,
        "cycle": cycle,
        "objective": form.instance,
        "measured": measured,
        "panels": _panels(request, form.instance) if form.instance.pk else [],
    }
    return render(request, "plan/objective.html", context, status=422 if form.is_bound else 200)


def _panels(request: WorkspaceRequest, objective: Objective) -> list[dict[str, Any]]:
    """The parts of its page that later stages provide, loaded by their addresses."""
    return [
        {
            "href": f"{link(panel.url_name, objective.cycle_id)}?objective={objective.pk}",
            "width": panel.width,
        }
        for panel in stages.panels("objective")
        if may(request.membership, panel.permission)
    ]


@page("plan.edit")
def remove(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Remove an objective: ask first."""
    found = get_object_or_404(Objective.objects.select_related("cycle__campaign"), pk=pk)
    fault = ""
    if request.method == "POST":
        try:
            remove_objective(objective=found)
        except (ObjectivesFrozen, CycleOver) as error:
            fault = str(error)
        else:
            messages.success(request, f"{found} is removed.")
            return redirect(link("plan:cycle", found.cycle_id))
    context = {
        "title": f"Remove the objective {found}",
        "text": "Its target and baseline go with it.",
        "eyebrow": str(found.cycle),
        "back": link("plan:cycle", found.cycle_id),
        "submit": "Remove it",
        "fault": fault,
    }
    return render(request, "plan/confirm.html", context, status=422 if fault else 200)
