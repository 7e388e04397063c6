"""A cycle in Optimize: what wears, what discounts bought, what to do, and the close."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from ipeo.models import Cycle
from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, page
from ipeo.queries.ranges import choices_of, range_of
from ipeo.views.refusals import refused_as_message
from optimize.actions.closing import AlreadyClosed, MeasureFirst, NotInOptimize
from optimize.actions.closing import close_period as close
from optimize.models import AttributionModel
from optimize.numerics.figures import Figures
from optimize.queries import overview
from optimize.queries.evidence import OWN_LABEL, standings_of, window_of
from optimize.queries.fits import discount_fit, holding_of, wears, worn_programs
from optimize.queries.measures import Slice, by_model, measured, program_months
from optimize.queries.overview import Subject
from optimize.queries.pacing import calibration, scores_of
from optimize.queries.periods import books_of, period_of
from optimize.queries.recommendations import (
    counts_of,
    earlier_decisions,
    recommendations_of,
    shown,
)
from optimize.queries.stage import gate
from optimize.views.drawing import efficacy_of
from optimize.views.overview import wish_of
from plan.models import Program

DRAWN = 4
"""How many programs' efficacy a cycle's page draws; the others are in its table."""


@page("optimize.view")
def cycle(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show what a cycle's measurement says and suggests, and close its period."""
    found = get_object_or_404(Cycle.objects.select_related("campaign"), pk=pk)
    at, currency = measured(), request.workspace.currency
    worn = worn_programs(found.campaign_id)
    advice = recommendations_of(found)
    in_optimize = found.stage == Cycle.Stage.OPTIMIZE
    first, last = window_of(found)
    chosen = range_of(request.GET, cycle=found)
    period = period_of(found)
    context = {
        "cycle": found,
        "measured": at,
        "in_optimize": in_optimize,
        "blockers": gate(found) if in_optimize else [],
        "period": period,
        "books": books_of(period) if period else None,
        "held": overview.of_cycle(found, chosen) if at.measured_at else None,
        "chosen": chosen,
        "choices": choices_of(chosen, cycle=found),
        "worn": worn,
        "drawn": [
            {"program": one, "fit": fit, "chart": efficacy_of(fit)}
            for one, fit in worn[:DRAWN]
            if fit.wear.tiring
        ],
        "price": discount_fit(),
        "standings": standings_of(found) if at.measured_at else [],
        "models": [OWN_LABEL, *AttributionModel.labels],
        "first": first,
        "last": last,
        "note": counts_of(advice),
        "recommendations": shown(advice, currency),
        "holding": holding_of(found),
        "earlier": shown(earlier_decisions(found), currency),
        "scores": scores_of(found) if found.closed_at else [],
        "calibration": calibration(found) if found.closed_at else None,
    }
    return render(request, "optimize/cycle.html", context)


@page("optimize.view", change="optimize.close")
def close_period(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Close a cycle's period: ask first, then freeze its figures."""
    found = get_object_or_404(Cycle.objects.select_related("campaign"), pk=pk)
    here = f"{link('optimize:cycle', found.pk)}#close"
    if request.method == "POST":
        with refused_as_message(request, AlreadyClosed, NotInOptimize, MeasureFirst):
            close(cycle=found, by=request.membership)
            messages.success(request, "The period is closed and its figures are frozen.")
    return redirect(here)


@page("optimize.view")
def program(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show one program: its months, its efficacy, its return under each model."""
    found = get_object_or_404(Program.objects.select_related("channel", "campaign"), pk=pk)
    at = measured()
    fit = wears([found.pk]).get(found.pk)
    wish = wish_of(request)
    chosen, first, last = wish.chosen, wish.first, wish.last
    months = (
        program_months(found, date_from=first, date_to=last, model=wish.model)
        if at.measured_at
        else []
    )
    context = {
        "program": found,
        "form": wish.form,
        "wish": wish,
        "model_label": AttributionModel(wish.model).label,
        "measured": at,
        "fit": fit,
        "chart": efficacy_of(fit) if fit is not None and fit.wear.known else None,
        "months": list(reversed(months)),
        "first": first,
        "last": last,
        "standing": _returns(found, first, last) if at.measured_at else [],
        "held": overview.key_figures_of(chosen, subject=Subject(program=found), model=wish.model)
        if at.measured_at
        else None,
        "chosen": chosen,
        "choices": choices_of(chosen),
    }
    return render(request, "optimize/program.html", context)


def _returns(program: Program, first: date, last: date) -> list[tuple[str, Figures]]:
    held = by_model(Slice(program=program, date_from=first, date_to=last))
    return [(AttributionModel(model).label, figures) for model, figures in held.items()]
