"""Pages as files to take away: CSV, a workbook, PDF, slides."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render

from ipeo.downloads import made_file
from ipeo.exports.dossier import Dossier
from ipeo.exports.files import TYPES, NoSuchForm, written
from ipeo.exports.pages import NoPrinter
from ipeo.models import Cycle
from ipeo.permissions import WorkspaceRequest, page
from ipeo.queries.ranges import range_of
from optimize.queries import dossiers
from optimize.views.overview import wish_of
from plan.models import Program


def _file(request: WorkspaceRequest, dossier: Dossier, form: str) -> HttpResponse:
    try:
        content = written(dossier, form)
    except NoSuchForm:
        raise Http404 from None
    except NoPrinter as missing:
        context = {"missing": str(missing), "dossier": dossier}
        return render(request, "optimize/no_printer.html", context, status=503)
    return made_file(f"{dossier.name}.{form}", content, TYPES[form])


def _checked(form: str) -> None:
    if form not in TYPES:
        raise Http404


@page("optimize.view")
def home(request: WorkspaceRequest, form: str) -> HttpResponse:
    """Give the manager's home as a file."""
    _checked(form)
    return _file(request, dossiers.home_dossier(range_of(request.GET)), form)


@page("optimize.view")
def overview(request: WorkspaceRequest, form: str) -> HttpResponse:
    """Give Optimize's overview as a file."""
    _checked(form)
    wish = wish_of(request)
    made = dossiers.overview_dossier(wish.chosen, by=wish.by, model=wish.model)
    return _file(request, made, form)


@page("optimize.view")
def cycle(request: WorkspaceRequest, pk: int, form: str) -> HttpResponse:
    """Give a campaign's cycle as a file."""
    _checked(form)
    found = get_object_or_404(Cycle.objects.select_related("campaign"), pk=pk)
    made = dossiers.cycle_dossier(found, range_of(request.GET, cycle=found))
    return _file(request, made, form)


@page("optimize.view")
def funnel(request: WorkspaceRequest, pk: int, form: str) -> HttpResponse:
    """Give a cycle's way from mindset to wallet as a file."""
    _checked(form)
    found = get_object_or_404(Cycle.objects.select_related("campaign"), pk=pk)
    made = dossiers.funnel_dossier(found, range_of({"range": "cycle"}, cycle=found))
    return _file(request, made, form)


@page("optimize.view")
def program(request: WorkspaceRequest, pk: int, form: str) -> HttpResponse:
    """Give a program as a file."""
    _checked(form)
    found = get_object_or_404(Program.objects.select_related("channel", "campaign"), pk=pk)
    wish = wish_of(request)
    made = dossiers.program_dossier(found, wish.chosen, model=wish.model)
    return _file(request, made, form)
