"""Objectives: set, changed, removed."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from ipeo.merging import chosen
from ipeo.models import Cycle
from ipeo.navigation import link, panels_of
from ipeo.permissions import WorkspaceRequest, page
from ipeo.views.refusals import refused_as_message, refused_in_form
from ipeo.views.together import Edited, edit_together
from plan.actions.drafts import CycleOver
from plan.actions.objectives import (
    NothingToCarry,
    ObjectiveSetAlready,
    ObjectivesFrozen,
    carry_objectives,
    remove_objective,
    save_objective,
)
from plan.forms.objectives import ObjectiveForm
from plan.models import Objective
from plan.queries.baselines import Baseline, baselines_of
from plan.queries.carried import offers_of
from plan.queries.targets import hints_for
from plan.views.confirming import confirm_page


@page("plan.edit")
def new(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Set an objective for a cycle."""
    cycle = get_object_or_404(Cycle.objects.select_related("campaign"), pk=pk)
    return _answer(request, cycle, None)


@page("plan.edit")
def edit(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Change an objective."""
    found = get_object_or_404(Objective.objects.select_related("cycle__campaign"), pk=pk)
    return _answer(request, found.cycle, found)


def _answer(request: WorkspaceRequest, cycle: Cycle, kept: Objective | None) -> HttpResponse:
    measured = baselines_of(cycle)
    form = ObjectiveForm(
        request.POST or None, cycle=cycle, measured=measured, instance=kept, given=request.GET
    )
    edited = None
    if request.method == "POST" and kept is not None:
        edited = _edited(request, kept, measured)
        form = edited.form
    if edited.saved if edited else form.is_valid() and _saved(form):
        text = f"{form.instance} was saved."
        messages.success(request, edited.told(text) if edited else text)
        return redirect(link("plan:cycle", cycle.pk))
    if request.htmx:
        return render(request, "plan/objective.html#baseline", {"form": form})
    context = {
        "form": form,
        "merge": edited.merge if edited else None,
        "cycle": cycle,
        "objective": kept,
        "offers": [] if kept else offers_of(cycle, measured),
        "hints": hints_for(kept) if kept else [],
        "measured": [
            one
            for one in measured.values()
            if one.estimate.known and (kept is None or _differs(one, kept))
        ],
        "panels": panels_of(request.membership, "objective", cycle.pk, query=f"objective={kept.pk}")
        if kept
        else [],
    }
    status = edited.status if edited else 422 if form.is_bound else 200
    return render(request, "plan/objective.html", context, status=status)


def _edited(
    request: WorkspaceRequest, kept: Objective, measured: Mapping[str, Baseline]
) -> Edited[ObjectiveForm]:
    stored = Objective.objects.select_related("cycle__campaign")
    return edit_together(
        chosen(request.POST),
        bind=lambda data: ObjectiveForm(
            data,
            cycle=kept.cycle,
            measured=measured,
            instance=get_object_or_404(stored, pk=kept.pk),
        ),
        merge_with=lambda data, form: form.merged(data),
        save=_saved,
    )


def _saved(form: ObjectiveForm, version: int | None = None) -> bool:
    """Save what a valid form holds; False where it was refused, which the form then tells."""
    told = {ObjectiveSetAlready: "metric", ObjectivesFrozen: None, CycleOver: None}
    with refused_in_form(form, told):
        save_objective(objective=form.row(), version=version)
        return True
    return False


def _differs(measured: Baseline, kept: Objective) -> bool:
    """Whether an objective's stored baseline is another than the measured one."""
    return measured.metric == kept.metric and kept.baseline not in {None, measured.value}


@page("plan.edit")
def carry(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Take over the objectives of the campaign's last cycle: one, or all that this one lacks."""
    cycle = get_object_or_404(Cycle.objects.select_related("campaign"), pk=pk)
    metric = request.POST.get("metric", "")
    if request.method == "POST":
        with refused_as_message(request, NothingToCarry, ObjectivesFrozen, CycleOver):
            carried = carry_objectives(cycle=cycle, metrics=[metric] if metric else None)
            names = ", ".join(str(one) for one in carried)
            targets = "the target of each" if len(carried) > 1 else "its target"
            messages.success(request, f"Carried over: {names}. Set {targets}.")
            if metric:
                return redirect(link("plan:objective", carried[0].pk))
    return redirect(link("plan:cycle", pk))


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
