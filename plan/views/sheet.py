"""The planning page: a scenario's objectives, money and grid."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from ipeo import stages
from ipeo.models import Cycle
from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, may, page
from plan.actions.budget import AmountNotValid, ChangedMeanwhile, NotInThisPlan, set_budget
from plan.actions.drafts import CycleOver, ScenarioLocked
from plan.forms.grid import BudgetGrid
from plan.models import Approval, Scenario
from plan.queries.forecasts import shown_forecast, without_scenario
from plan.queries.guard import guards_of
from plan.queries.handoff import leading_scenario
from plan.queries.readiness import missing_of
from plan.queries.scenarios import scenarios_of
from plan.queries.sheet import sheet_of


@page("plan.view")
def cycle(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show a cycle's plan: its leading scenario, or where to begin."""
    found = get_object_or_404(Cycle.objects.select_related("campaign"), pk=pk)
    leading = leading_scenario(found)
    if leading is not None:
        return render(request, "plan/scenario.html", _context(request, leading))
    context = {"cycle": found, "objectives": without_scenario(found)}
    return render(request, "plan/cycle.html", context)


@page("plan.view", change="plan.edit")
def scenario(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show a scenario's plan; save its grid, by hand or while it is typed."""
    found = _scenario(pk)
    if request.method != "POST":
        return render(request, "plan/scenario.html", _context(request, found))
    grid = BudgetGrid(sheet_of(found), request.POST)
    fault = _save(grid, found)
    if not fault and not grid.errors:
        if not request.htmx:
            messages.success(request, "The budget is saved.")
            return redirect(link("plan:scenario", pk))
        grid = BudgetGrid(sheet_of(found))
    context = _context(request, found, grid, fault)
    if request.htmx:
        # The cells keep what was typed; only what follows from them is sent.
        return render(request, "plan/scenario.html#saved", {**context, "swap": True})
    return render(request, "plan/scenario.html", context, status=422)


def _scenario(pk: int) -> Scenario:
    scenarios = Scenario.objects.select_related("cycle__campaign", "proposed_by__user")
    found: Scenario = get_object_or_404(scenarios, pk=pk)
    return found


def _save(grid: BudgetGrid, found: Scenario) -> str:
    """Save the grid's cells; return what is wrong with the whole, empty where nothing is."""
    if not grid.is_valid():
        return ""
    try:
        set_budget(scenario=found, amounts=grid.amounts, seen=grid.seen)
    except ChangedMeanwhile as error:
        grid.clash(error.stored)
    except (ScenarioLocked, CycleOver, NotInThisPlan, AmountNotValid) as error:
        return str(error)
    return ""


def _context(
    request: WorkspaceRequest, found: Scenario, grid: BudgetGrid | None = None, fault: str = ""
) -> dict[str, Any]:
    grid = grid or BudgetGrid(sheet_of(found))
    sheet = grid.sheet
    forecast = shown_forecast(found, sheet)
    expected = {one.plan.pk: one.margin for one in forecast.programs}
    errors = [{"name": "", "where": "", "text": fault}] if fault else []
    return {
        "scenario": found,
        "cycle": found.cycle,
        "scenarios": scenarios_of(found.cycle),
        "sheet": sheet,
        "grid": grid,
        "grid_errors": errors + grid.listed_errors(),
        "lines": [
            {"row": line.row, "inputs": line.inputs, "margin": expected[line.row.plan.pk]}
            for line in grid.rows
        ],
        "forecast": forecast,
        "missing": missing_of(found) if found.status in {"draft", "proposed"} else [],
        "guards": guards_of([row.plan for row in sheet.price_led]),
        "approval": Approval.objects.filter(scenario=found, program_plan=None)
        .select_related("by__user")
        .first(),
        "this_month": timezone.localdate(timezone=request.workspace.zone).replace(day=1),
        "money_panels": [
            link(panel.url_name, found.cycle_id)
            for panel in stages.panels("plan")
            if may(request.membership, panel.permission)
        ],
    }
