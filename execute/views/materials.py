"""Support materials: what sales may use, what awaits approval, and how they came to be."""

from __future__ import annotations

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from execute.actions.materials import (
    AlreadyDecided,
    FileRefused,
    LinkOrFile,
    MaterialNameTaken,
    ReasonNeeded,
    add_material,
    add_version,
    approve_version,
    bring_back,
    retire_material,
    save_material,
    send_back,
)
from execute.forms.materials import MaterialForm, NewMaterialForm, SendBackForm, VersionForm
from execute.models import Material
from execute.queries.materials import materials as listed
from execute.queries.materials import sees_drafts, uses_of, versions_for, win_share
from ipeo.actions.approving import OwnWork
from ipeo.downloads import kept_file
from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, page
from ipeo.queries.paging import page_of
from ipeo.views.refusals import refused_as_message, refused_in_form


@page("materials.view")
def materials(request: WorkspaceRequest) -> HttpResponse:
    """List the materials with how many deals each helped to win."""
    drafts = sees_drafts(request.membership)
    status = request.GET.get("status", "") if drafts else ""
    status = status if status in Material.Status.values else ""
    here = link("execute:materials")
    tabs = [{"label": "All", "href": here, "current": not status}] + [
        {"label": str(label), "href": f"{here}?status={value}", "current": status == value}
        for value, label in Material.Status.choices
    ]
    context = {
        "page": page_of(
            listed(member=request.membership, status=status),
            order=("name", "id"),
            after=request.GET.get("after", ""),
        ),
        "status": status,
        "drafts": drafts,
        "tabs": tabs if drafts else [],
    }
    return render(request, "execute/materials.html", context)


@page("materials.view")
def material(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show a material: its versions, what it serves, and the deals it was used in."""
    found = get_object_or_404(listed(member=request.membership), pk=pk)
    return _shown(request, found, SendBackForm())


def _shown(
    request: WorkspaceRequest, found: Material, form: SendBackForm, status: int = 200
) -> HttpResponse:
    context = {
        "material": found,
        "versions": versions_for(request.membership).filter(material=found).order_by("-number"),
        "uses": page_of(
            uses_of(found), order=("-deal_id", "-id"), after=request.GET.get("after", ""), size=20
        ),
        "share": win_share(found),
        "send_back_form": form,
        "drafts": sees_drafts(request.membership),
    }
    return render(request, "execute/material.html", context, status=status)


@page("materials.edit")
def new_material(request: WorkspaceRequest) -> HttpResponse:
    """Add a material with its first version."""
    wished = {key: request.GET[key] for key in ("name", "program") if key in request.GET}
    form = NewMaterialForm(
        request.POST or None, request.FILES or None, instance=Material(), initial=wished
    )
    if request.method == "POST" and form.is_valid():
        told = {MaterialNameTaken: "name", FileRefused: "upload", LinkOrFile: "upload"}
        with refused_in_form(form, told):
            saved = add_material(material=form.instance, by=request.membership, **form.content())
            messages.success(request, f"{saved} was saved and is waiting for approval.")
            return redirect(link("execute:material", saved.pk))
    return _form(request, form, "New material", link("execute:materials"), "Materials", upload=True)


@page("materials.edit")
def edit_material(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Change what a material is called and what it serves; its versions stay as they are."""
    found = get_object_or_404(Material.objects.all(), pk=pk)
    name = found.name
    form = MaterialForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        with refused_in_form(form, {MaterialNameTaken: "name"}):
            save_material(material=form.instance)
            messages.success(request, f"{found} is saved.")
            return redirect(link("execute:material", pk))
    return _form(request, form, f"Edit {name}", link("execute:material", pk), name)


@page("materials.edit")
def new_version(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Bring another version; sales keeps the approved one until this one is approved."""
    found = get_object_or_404(Material.objects.all(), pk=pk)
    form = VersionForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with refused_in_form(form, {FileRefused: "upload", LinkOrFile: "upload"}):
            made = add_version(
                material=found,
                by=request.membership,
                change_note=form.cleaned_data["change_note"],
                **form.content(),
            )
            messages.success(
                request, f"Version {made.number} was saved and is waiting for approval."
            )
            return redirect(link("execute:material", pk))
    title = f"New version of {found}"
    return _form(request, form, title, link("execute:material", pk), found.name, upload=True)


def _form(
    request: WorkspaceRequest,
    form: NewMaterialForm | MaterialForm | VersionForm,
    title: str,
    back: str,
    eyebrow: str,
    *,
    upload: bool = False,
) -> HttpResponse:
    context = {"form": form, "title": title, "eyebrow": eyebrow, "back": back, "upload": upload}
    status = 422 if request.method == "POST" else 200
    return render(request, "execute/material_form.html", context, status=status)


@page("materials.view")
def version_file(request: WorkspaceRequest, pk: int) -> FileResponse:
    """Send a version's file to whoever may see that version."""
    version = get_object_or_404(versions_for(request.membership), pk=pk)
    return kept_file(version.file, name=version.file_name, content_type=version.content_type)


@page("materials.approve")
def approve(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Give one version to sales."""
    version = get_object_or_404(versions_for(request.membership), pk=pk)
    if request.method == "POST":
        with refused_as_message(request, AlreadyDecided, OwnWork):
            approve_version(version=version, by=request.membership)
            messages.success(request, f"Version {version.number} is now available to sales.")
    return redirect(link("execute:material", version.material_id))


@page("materials.approve")
def send_version_back(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Refuse a version, with the reason that its maker reads."""
    version = get_object_or_404(versions_for(request.membership), pk=pk)
    if request.method == "POST":
        form = SendBackForm(request.POST)
        if not form.is_valid():
            materials = listed(member=request.membership)
            found = get_object_or_404(materials, pk=version.material_id)
            return _shown(request, found, form, status=422)
        with refused_as_message(request, AlreadyDecided, ReasonNeeded):
            send_back(version=version, by=request.membership, reason=form.cleaned_data["reason"])
            messages.success(request, f"Version {version.number} was sent back with your reason.")
    return redirect(link("execute:material", version.material_id))


@page("materials.edit")
def retire(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Take a material out of use, or bring it back."""
    found = get_object_or_404(Material.objects.all(), pk=pk)
    if request.method == "POST":
        if found.status == Material.Status.RETIRED:
            bring_back(material=found)
            messages.success(request, f"{found} was restored.")
        else:
            retire_material(material=found)
            messages.success(request, f"{found} was retired. Deals it helped keep it.")
    return redirect(link("execute:material", pk))
