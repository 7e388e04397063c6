"""Objectives: set, changed, removed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from ipeo.models import Cycle
from ipeo.navigation import link, panels_of
from ipeo.permissions import WorkspaceRequest, page
from ipeo.views.refusals import refused_in_form
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
from plan.views.confirming import confirm_page


@page("plan.edit")
def new(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Set an objective for a cycle."""
    cycle = get_object_or_404(Cycle.objects.select_related("campaign"), pk=pk)
    initial: dict[str, Any] = {"due_date": cycle.ends_on}
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
        told = {ObjectiveSetAlready: "metric", ObjectivesFrozen: None, CycleOver: None}
        with refused_in_form(form, told):
            saved = save_objective(objective=form.row())
            messages.success(request, f"{saved} was saved.")
            return redirect(link("plan:cycle", cycle.pk))
    measured, panels, kept = baselines_of(cycle), [], form.instance
    if kept.pk:
        measured = [one for one in measured if one.metric == kept.metric]
        panels = panels_of(request.membership, "objective", cycle.pk, query=f"objective={kept.pk}")
    context = {
        "form": form,
        "cycle": cycle,
        "objective": kept,
        "measured": measured,
        "panels": panels,
    }
    return render(request, "plan/objective.html", context, status=422 if form.is_bound else 200)


@page("plan.edit")
def remove(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Remove an objective: ask first."""
    found = get_object_or_404(Objective.objects.select_related("cycle__campaign"), pk=pk)

    def act() -> str:
        remove_objective(objective=found)
        messages.success(request, f"{found} was deleted.")
        return link("plan:cycle", found.cycle_id)

    return confirm_page(
        request,
        act,
        ObjectivesFrozen,
        CycleOver,
        title=f"Delete the objective {found}",
        text="Its target and baseline are deleted too.",
        submit="Delete",
        eyebrow=str(found.cycle),
        back=link("plan:cycle", found.cycle_id),
    )
