"""Support materials: what sales may use, and what awaits approval."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from execute.actions.materials import (
    MaterialNameTaken,
    approve_material,
    retire_material,
    save_material,
)
from execute.forms.work import MaterialForm
from execute.models import Material
from execute.queries.materials import materials as listed
from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, page
from ipeo.queries.paging import page_of


@page("materials.view")
def materials(request: WorkspaceRequest) -> HttpResponse:
    """List the materials with how many deals each helped to win."""
    status = request.GET.get("status", "")
    status = status if status in Material.Status.values else ""
    here = link("execute:materials")
    context = {
        "page": page_of(
            listed(status=status), order=("name", "id"), after=request.GET.get("after", "")
        ),
        "status": status,
        "tabs": [{"label": "All", "href": here, "current": not status}]
        + [
            {"label": str(label), "href": f"{here}?status={value}", "current": status == value}
            for value, label in Material.Status.choices
        ],
    }
    return render(request, "execute/materials.html", context)


@page("materials.edit")
def new_material(request: WorkspaceRequest) -> HttpResponse:
    """Add a material."""
    form = MaterialForm(request.POST or None, instance=Material())
    return _edit(request, form, "New material")


@page("materials.edit")
def edit_material(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Change a material; what buyers see of it is then approved again."""
    found = get_object_or_404(Material.objects.all(), pk=pk)
    return _edit(request, MaterialForm(request.POST or None, instance=found), found.name)


def _edit(request: WorkspaceRequest, form: MaterialForm, title: str) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            saved = save_material(material=form.instance)
        except MaterialNameTaken as refusal:
            form.add_error("name", str(refusal))
        else:
            waits = saved.status == Material.Status.DRAFT
            messages.success(
                request,
                f"{saved} is saved" + (" and waits for approval." if waits else "."),
            )
            return redirect(link("execute:materials"))
    context = {
        "form": form,
        "title": title,
        "eyebrow": "Materials",
        "back": link("execute:materials"),
    }
    return render(request, "execute/edit.html", context, status=422 if form.is_bound else 200)


@page("materials.approve")
def approve(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Give a material to sales."""
    found = get_object_or_404(Material.objects.all(), pk=pk)
    if request.method == "POST":
        approve_material(material=found, by=request.membership)
        messages.success(request, f"{found} is approved: sales sees it from now on.")
    return redirect(link("execute:materials"))


@page("materials.edit")
def retire(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Take a material out of use."""
    found = get_object_or_404(Material.objects.all(), pk=pk)
    if request.method == "POST":
        retire_material(material=found)
        messages.success(request, f"{found} is retired. The deals it helped keep it.")
    return redirect(link("execute:materials"))
