"""How programs wear: the list, and one program's efficacy over time with what happened about it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from ipeo.charts import Event
from ipeo.permissions import WorkspaceRequest, page
from optimize import charts
from optimize.queries.fits import by_wear, cells, wears
from optimize.queries.measures import measured
from optimize.queries.moments import moments_of
from optimize.views.drawing import efficacy_of
from plan.models import Program


@page("optimize.view")
def wearing(request: WorkspaceRequest) -> HttpResponse:
    """List all programs by wear, and every audience, message and channel."""
    fits = wears()
    programs = Program.objects.filter(pk__in=list(fits)).select_related("channel", "campaign")
    rows = [(one, fits[one.pk]) for one in programs]
    rows.sort(key=lambda pair: (by_wear(pair[1]), pair[0].name))
    context = {
        "measured": measured(),
        "rows": rows,
        "cells": cells(),
        "tiring": sum(fit.wear.tiring for _, fit in rows),
        "unclear": sum(fit.wear.unclear for _, fit in rows),
    }
    return render(request, "optimize/wearing.html", context)


@page("optimize.view")
def wear(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show one program's efficacy over time, its change, its forecast and what happened."""
    found = get_object_or_404(Program.objects.select_related("channel", "campaign"), pk=pk)
    fit = wears([found.pk]).get(found.pk)
    context: dict[str, Any] = {
        "program": found,
        "measured": measured(),
        "fit": fit,
        "cells": cells(found.pk),
    }
    if fit is not None and fit.wear.known:
        ahead = fit.ahead()
        last = ahead[-1][0] if ahead else fit.day_at(len(fit.periods) - 1)
        moments = moments_of(found, fit.periods[0], last)
        chart = efficacy_of(fit, [Event(one.on, one.mark) for one in moments])
        if fit.changed_on is not None and fit.changed_between is not None:
            charts.mark_change(chart["figure"], fit.changed_on, fit.changed_between)
        context |= {"moments": moments, "chart": chart}
    return render(request, "optimize/wear.html", context)
