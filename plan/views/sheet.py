"""The planning page: a scenario's objectives, money and grid."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any
from zlib import crc32

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from ipeo.models import Cycle, Membership
from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, may, page
from ipeo.typed import amount_text
from plan.actions.budget import AmountNotValid, ChangedMeanwhile, NotInThisPlan, set_budget
from plan.actions.clashes import note_clash, note_hands, settle_clashes
from plan.actions.drafts import CycleOver, ScenarioLocked
from plan.forms.grid import BudgetGrid
from plan.models import Scenario
from plan.queries.carried import offers_of
from plan.queries.clashes import clashes_for, last_hands
from plan.queries.expectations import ScenarioForecast
from plan.queries.forecasts import expected_of, shown_forecast, without_scenario
from plan.queries.guard import guards_of
from plan.queries.handoff import leading_scenario
from plan.queries.readiness import approval_of, missing_of
from plan.queries.scenarios import scenarios_of
from plan.queries.sheet import Sheet, sheet_of
from plan.queries.suggestions import suggested_by_plan
from plan.queries.totals import left_of, totals_of


@page("plan.view")
def cycle(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show a cycle's plan: its leading scenario, or where to begin."""
    found = get_object_or_404(Cycle.objects.select_related("campaign"), pk=pk)
    leading = leading_scenario(found)
    if leading is not None:
        return render(request, "plan/scenario.html", _whole(request, leading))
    context = {"cycle": found, "objectives": without_scenario(found), **_offered(request, found)}
    return render(request, "plan/cycle.html", context)


@page("plan.view", change="plan.edit")
def scenario(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show a scenario's plan; save its grid, by hand or while it is typed."""
    found = _scenario(pk)
    if request.method != "POST":
        return render(request, "plan/scenario.html", _whole(request, found))
    grid = BudgetGrid(sheet_of(found), request.POST)
    fault, is_saved = _save(grid, found, request.membership)
    if is_saved and not grid.errors:
        if not request.htmx:
            messages.success(request, "Budget saved.")
            return redirect(link("plan:scenario", pk))
        grid = BudgetGrid(sheet_of(found))
    context = {**_context(request, found, grid, fault), "is_saved": is_saved}
    if request.htmx:
        # The cells keep what was typed; only what follows from them is sent.
        return render(request, "plan/scenario.html#saved", {**context, "swap": True})
    return render(request, "plan/scenario.html", context, status=422)


@page("plan.view", change="plan.edit")
def preview(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Reckon what the grid would bring as it stands typed; nothing is saved."""
    found = _scenario(pk)
    if request.method != "POST":
        return redirect(link("plan:scenario", pk))
    grid = BudgetGrid(sheet_of(found), request.POST)
    if others := grid.changed_meanwhile():
        grid.clash(others, last_hands(found))
    sheet = grid.as_typed()
    context = {
        "scenario": found,
        "cycle": found.cycle,
        **_expected(sheet, expected_of(found, sheet)),
        "grid_errors": grid.listed_errors(),
        "left": left_of(found, sheet),
        "totals": totals_of(sheet),
        "swap": True,
    }
    return render(request, "plan/scenario.html#typed", context)


@page("plan.view")
def cells(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Tell what the cells hold by now, and what others wanted there, where that has changed."""
    found = _scenario(pk)
    if not request.htmx:
        return redirect(link("plan:scenario", pk))
    version = _version(found, request.membership)
    if request.GET.get("version") == version:
        return HttpResponse(status=204)
    grid = BudgetGrid(sheet_of(found))
    context = {
        "scenario": found,
        "grid": grid,
        "swap": True,
        **_others(found, request.membership, grid),
    }
    return render(request, "plan/scenario.html#others", context)


def _offered(request: WorkspaceRequest, found: Cycle) -> dict[str, Any]:
    """What may be carried over into a cycle, for who may."""
    return {"offers": offers_of(found) if may(request.membership, "plan.edit") else []}


def _whole(request: WorkspaceRequest, found: Scenario) -> dict[str, Any]:
    """What a page that is opened shows: the plan, and what may be carried over into a draft."""
    is_draft = found.status == Scenario.Status.DRAFT
    return _context(request, found) | (_offered(request, found.cycle) if is_draft else {})


def _scenario(pk: int) -> Scenario:
    scenarios = Scenario.objects.select_related("cycle__campaign", "proposed_by__user", "revises")
    return get_object_or_404(scenarios, pk=pk)


def _save(grid: BudgetGrid, found: Scenario, by: Membership) -> tuple[str, bool]:
    """Save the cells that can be read; return what is wrong with the whole, and whether it is done.

    A cell that cannot be read holds none of the others back: it keeps its text and its error.
    """
    try:
        set_budget(scenario=found, amounts=grid.amounts, seen=grid.seen)
    except ChangedMeanwhile as error:
        grid.clash(error.stored, last_hands(found))
        note_clash(found, {key: grid.amounts[key] for key in error.stored}, by)
    except (ScenarioLocked, CycleOver, NotInThisPlan, AmountNotValid) as error:
        return str(error), False
    else:
        note_hands(found, grid.amounts, by)
        settle_clashes(found, by)
        grid.sheet = sheet_of(found)
        return "", True
    return "", False


def _version(found: Scenario, member: Membership) -> str:
    clashes = "".join(f"{one.by_id}{one.cell}{one.wanted}" for one in clashes_for(found, member))
    return f"{found.updated_at.timestamp():.6f}-{crc32(clashes.encode()):x}"


def _others(found: Scenario, member: Membership, grid: BudgetGrid) -> dict[str, Any]:
    places = grid.places
    return {
        "version": _version(found, member),
        "hands": json.dumps(last_hands(found)),
        "clashes": [
            {
                "cell": f"cell-{one.cell}",
                "where": places[one.cell],
                "text": f"{one.by} also entered {amount_text(Decimal(one.wanted))} here.",
            }
            for one in clashes_for(found, member)
            if one.cell in places
        ],
    }


def _expected(sheet: Sheet, forecast: ScenarioForecast) -> dict[str, Any]:
    """Return what the pages show of a forecast, row by row."""
    expected = {one.plan.pk: one.margin for one in forecast.programs}
    return {
        "sheet": sheet,
        "forecast": forecast,
        "expected": [
            {"pk": row.plan.pk, "margin": expected[row.plan.pk], "total": row.total}
            for row in sheet.rows
        ],
    }


def _context(
    request: WorkspaceRequest, found: Scenario, grid: BudgetGrid | None = None, fault: str = ""
) -> dict[str, Any]:
    grid = grid or BudgetGrid(sheet_of(found))
    sheet = grid.sheet
    shown = _expected(sheet, shown_forecast(found, sheet))
    suggested = suggested_by_plan(found)
    errors = [{"name": "", "where": "", "text": fault}] if fault else []
    return {
        "scenario": found,
        "cycle": found.cycle,
        "scenarios": scenarios_of(found.cycle),
        **shown,
        **_others(found, request.membership, grid),
        "left": left_of(found, sheet),
        "totals": totals_of(sheet),
        "suggestion": {"total": sum(suggested.values(), Decimal(0))} if suggested else None,
        "grid": grid,
        "grid_errors": errors + grid.listed_errors(),
        "lines": [
            {
                "row": line.row,
                "inputs": line.inputs,
                "suggested": suggested.get(line.row.plan.pk),
                **one,
            }
            for line, one in zip(grid.rows, shown["expected"], strict=True)
        ],
        "missing": missing_of(found) if found.status in {"draft", "proposed"} else [],
        "guards": guards_of([row.plan for row in sheet.price_led]),
        "approval": approval_of(found),
        "this_month": timezone.localdate().replace(day=1),
    }
