"""How a cycle's objectives come along, and how its frozen forecasts came out."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from ipeo.models import Cycle
from ipeo.permissions import WorkspaceRequest, page
from ipeo.queries.named import id_in
from optimize.queries.courses import courses_of
from optimize.queries.measures import measured
from optimize.queries.pacing import calibration, paces_of, scores_of
from optimize.views.drawing import course_chart


@page("optimize.view")
def pacing(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show each objective's pacing and chance; once scored, how the forecasts came out.

    On an objective's own page its panel holds that one alone.
    """
    cycle = get_object_or_404(Cycle.objects.select_related("campaign"), pk=pk)
    at = measured()
    paces = paces_of(cycle) if at.measured_at else []
    if request.htmx and (one := id_in(request.GET.get("objective", ""))) is not None:
        paces = [pace for pace in paces if pace.objective.pk == one]
    context = {
        "cycle": cycle,
        "measured": at,
        "paces": paces,
        "width": 12,
        "courses": [] if request.htmx else [course_chart(one) for one in courses_of(cycle, paces)],
        "scores": [] if request.htmx else scores_of(cycle),
        "calibration": None if request.htmx else calibration(cycle),
    }
    part = "#panel" if request.htmx else ""
    return render(request, f"optimize/pacing.html{part}", context)
