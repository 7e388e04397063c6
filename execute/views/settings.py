"""The workspace's own stages and drivers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Max, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render

from execute.actions.setup import (
    InUse,
    NameTaken,
    StageMissing,
    save_drivers,
    save_stages,
)
from execute.forms.deals import DriverFormSet, StageFormSet
from execute.models import DealStage, Driver
from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, page


@page("deals.view", change="deals.manage")
def stages(request: WorkspaceRequest) -> HttpResponse:
    """Show the stages of deals, and change them."""
    rows = DealStage.objects.order_by("position", "pk")
    formset = StageFormSet(request.POST or None, queryset=rows, initial=_next(rows))
    return _edit(request, formset, save_stages, "stages")


@page("deals.view", change="deals.manage")
def drivers(request: WorkspaceRequest) -> HttpResponse:
    """Show what may decide deals, and change it."""
    rows = Driver.objects.order_by("position", "pk")
    formset = DriverFormSet(request.POST or None, queryset=rows, initial=_next(rows))
    return _edit(request, formset, save_drivers, "drivers")


def _next(rows: QuerySet[Any]) -> list[dict[str, int]]:
    """Return the places behind the last row, for those yet to be written."""
    last = rows.aggregate(last=Max("position"))["last"] or 0
    return [{"position": last + place} for place in (1, 2)]


def _edit(request: WorkspaceRequest, formset: Any, save: Any, name: str) -> HttpResponse:
    refused = ""
    if request.method == "POST" and formset.is_valid():
        formset.save(commit=False)
        kept = [form.instance for form in formset.forms if form.has_changed()]
        removed = list(formset.deleted_objects)
        try:
            save(rows=[row for row in kept if row not in removed], removed=removed)
        except (InUse, NameTaken, StageMissing) as refusal:
            refused = str(refusal)
        else:
            messages.success(request, f"The {name} were saved.")
            return redirect(link(f"execute:{name}"))
    context = {"formset": formset, "refused": refused}
    status = 422 if request.method == "POST" else 200
    return render(request, f"execute/{name}.html", context, status=status)
