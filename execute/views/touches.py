"""Touches: the list."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from execute.forms.touches import TouchFilterForm
from execute.queries.touches import COUNTED, counted, matching_touches
from ipeo.permissions import WorkspaceRequest, page
from ipeo.queries.paging import page_of


@page("touches.view")
def touches(request: WorkspaceRequest) -> HttpResponse:
    """List the touches, the latest first, narrowed by what the filter says."""
    form = TouchFilterForm(request.GET or None)
    wanted = form.cleaned_data if form.is_valid() else {}
    found = matching_touches(**wanted)
    rows = found.select_related("account", "contact").prefetch_related("channel", "program")
    shown = page_of(rows, order=("-occurred_at", "-id"), after=request.GET.get("after", ""))
    context = {
        "form": form,
        "page": shown,
        "many": counted(found) if shown.is_first else None,
        "most": COUNTED,
        "narrowed": any(wanted.values()),
    }
    return render(request, "execute/touches.html", context, status=422 if form.errors else 200)
