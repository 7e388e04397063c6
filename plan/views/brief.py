"""The brief of a scenario: a page to print, and a PDF."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from ipeo.downloads import made_file
from ipeo.exports.files import TYPES, written
from ipeo.exports.pages import NoPrinter
from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, page
from plan.models import Scenario
from plan.queries.brief import brief_of, dossier_of


def _scenario(pk: int) -> Scenario:
    scenarios = Scenario.objects.select_related("cycle__campaign")
    return get_object_or_404(scenarios, pk=pk)


@page("plan.view")
def brief(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show the brief on one page."""
    return render(request, "plan/brief.html", {"brief": brief_of(_scenario(pk))})


@page("plan.view")
def printed(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Give the brief as PDF."""
    dossier = dossier_of(brief_of(_scenario(pk)))
    try:
        content = written(dossier, "pdf")
    except NoPrinter as missing:
        messages.error(request, str(missing))
        return redirect(link("plan:brief", pk))
    return made_file(f"{dossier.name}.pdf", content, TYPES["pdf"])
