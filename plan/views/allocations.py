"""A program's curve, and the suggested split."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, page
from ipeo.views.refusals import refused_as_message
from plan import charts
from plan.actions.allocations import (
    LimitsNotValid,
    SplitImpossible,
    set_limits,
    suggest_split,
    take_split,
)
from plan.actions.budget import NotInThisPlan
from plan.actions.drafts import CycleOver, ScenarioLocked
from plan.forms.limits import LimitsForm
from plan.models import Allocation, AllocationLine, ProgramPlan, Scenario
from plan.queries.allocations import curve_of, latest_of, lines_of, locked_cells
from plan.queries.objectives import RATES, objectives_of
from plan.queries.sheet import sheet_of
from plan.queries.suggestions import shown_suggestion
from plan.queries.timeline import notes_of


@page("plan.view")
def curve(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show what one program's money is expected to bring, beside its grid or alone."""
    plans = ProgramPlan.objects.select_related("scenario__cycle__campaign", "program__channel")
    found = get_object_or_404(plans, pk=pk)
    sheet = sheet_of(found.scenario)
    row = next(one for one in sheet.rows if one.plan.pk == pk)
    held = curve_of(row, sheet)
    figure = charts.response(
        held.amounts,
        held.middle,
        held.low,
        held.high,
        planned=float(held.planned),
        suggested=None if held.suggested is None else float(held.suggested),
        currency=request.workspace.currency,
    )
    context = {
        "plan": row.plan,
        "scenario": found.scenario,
        "curve": held,
        "figure": figure,
        "table": list(zip(held.amounts, held.middle, held.low, held.high, strict=True))[::5],
        "notes": notes_of(row.plan, sheet),
    }
    name = "plan/curve.html#panel" if request.htmx else "plan/curve.html"
    return render(request, name, context)


@page("plan.view", change="plan.edit")
def suggestion(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Ask for a split under limits, and show the latest one beside the plan."""
    scenarios = Scenario.objects.select_related("cycle__campaign")
    found = get_object_or_404(scenarios, pk=pk)
    sheet = sheet_of(found)
    objectives = [one for one in objectives_of(found.cycle) if one.metric not in RATES]
    data = request.POST if request.method == "POST" else None
    locked = locked_cells(found)
    form = LimitsForm(
        sheet,
        locked,
        objectives,
        data,
        today=timezone.localdate(),
        is_first=not locked and latest_of(found) is None,
    )
    fault = _asked(request, form, found) if form.is_valid() else ""
    if form.is_valid() and not fault:
        return redirect(link("plan:suggestion", pk))
    context = {
        "scenario": found,
        "sheet": sheet,
        "form": form,
        "fault": fault,
        "objectives": objectives,
        "shown": None if form.is_bound else shown_suggestion(found),
    }
    status = 422 if form.is_bound else 200
    return render(request, "plan/suggestion.html", context, status=status)


def _asked(request: WorkspaceRequest, form: LimitsForm, found: Scenario) -> str:
    """Keep the limits and ask for a split; return what stands in the way."""
    try:
        set_limits(scenario=found, limits=form.limits)
        suggest_split(
            scenario=found, total=form.total, by=request.membership, objective=form.objective
        )
    except (LimitsNotValid, NotInThisPlan, SplitImpossible, ScenarioLocked, CycleOver) as error:
        return str(error)
    return ""


@page("plan.edit")
def take(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Take a suggestion into its draft, whole or one program's line."""
    found = get_object_or_404(Allocation.objects.select_related("scenario__cycle"), pk=pk)
    back = link("plan:suggestion", found.scenario_id)
    if request.method != "POST":
        return redirect(back)
    lines: list[AllocationLine] | None = None
    if request.POST.get("line"):
        lines = [one for one in lines_of(found) if str(one.pk) == request.POST["line"]]
    with refused_as_message(request, ScenarioLocked, CycleOver):
        changed = take_split(allocation=found, lines=lines)
        cells = f"{changed} cell{'' if changed == 1 else 's'} changed"
        messages.success(request, f"The plan now matches the suggestion: {cells}.")
        return redirect(back if lines else link("plan:scenario", found.scenario_id))
    return redirect(back)
