"""The button that measures now, and its progress."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from ipeo.models import Run
from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, page
from optimize.actions.recompute import request_recompute
from optimize.queries.measures import measured


@page("optimize.view", change="optimize.measure")
def measure(request: WorkspaceRequest) -> HttpResponse:
    """Ask for a measurement; a page shows its progress in place."""
    if request.method != "POST":
        return render(request, "optimize/measure.html", {"measured": measured()})
    run = request_recompute(by=request.membership)
    if request.htmx:
        return render(request, "optimize/measure.html#progress", {"run": run})
    messages.info(request, "Measuring. Figures update within a minute.")
    back = request.META.get("HTTP_REFERER", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}):
        back = link("optimize:optimize")
    return redirect(back)


@page("optimize.view")
def measuring(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show how far a measurement is; once it is done the page around it is loaded anew."""
    run = get_object_or_404(Run.objects.all(), pk=pk, kind="recompute")
    if not request.htmx:
        return redirect(link("ipeo:run", run.pk))
    response = render(request, "optimize/measure.html#progress", {"run": run})
    if run.state == Run.State.DONE:
        response.headers["HX-Refresh"] = "true"
    return response
