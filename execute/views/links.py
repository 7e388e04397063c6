"""Tracked links: the list, the builder, one link with its code, and the naming rules."""

from __future__ import annotations

import io

import segno
from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify

from execute.actions import links as actions
from execute.forms.links import (
    LinkFilterForm,
    LinkForm,
    NamingRulesForm,
    PersonalLinksForm,
    aided,
    typed_parameters,
)
from execute.models import TrackedLink
from execute.numerics.addresses import BadTarget
from execute.numerics.naming import check as faults_of
from execute.queries import links as queries
from insight.queries.rules import RuleNotValid
from ipeo.downloads import list_file
from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, page
from ipeo.queries.paging import page_of
from plan.models import Program

QR_FORMATS = {"svg": "image/svg+xml", "png": "image/png"}


def _site(request: WorkspaceRequest) -> str:
    return request.build_absolute_uri("/")[:-1]


@page("links.view")
def links(request: WorkspaceRequest) -> HttpResponse:
    """List the links with their clicks."""
    form = LinkFilterForm(request.GET or None)
    wanted = form.cleaned_data if form.is_valid() else {}
    found = page_of(
        queries.matching_links(**wanted), order=("-id",), after=request.GET.get("after", "")
    )
    context = {
        "form": form,
        "page": found,
        "lines": queries.with_clicks(found.rows),
        "site": _site(request),
        "narrowed": any(wanted.values()),
    }
    return render(request, "execute/links.html", context)


@page("links.edit")
def new_link(request: WorkspaceRequest) -> HttpResponse:
    """Build a link."""
    given = {name: request.GET[name] for name in ("program", "channel") if name in request.GET}
    form = LinkForm(
        request.POST or None, instance=TrackedLink(), initial=aided(given, mended=False)
    )
    return _edit(request, form, "New link", link("execute:links"))


@page("links.edit")
def edit_link(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Change where a link leads, or how it is counted; its address stays."""
    found = get_object_or_404(queries.links(), pk=pk)
    form = LinkForm(request.POST or None, instance=found)
    return _edit(request, form, found.name, link("execute:link", pk))


def _edit(request: WorkspaceRequest, form: LinkForm, title: str, back: str) -> HttpResponse:
    status = 200
    if request.method == "POST" and {"fill", "mend"} & request.POST.keys():
        form = LinkForm(
            instance=form.instance, initial=aided(request.POST, mended="mend" in request.POST)
        )
    elif request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                saved = actions.save_link(link=form.instance, by=request.membership)
            except BadTarget as refusal:
                form.add_error("target", str(refusal))
            except actions.RulesBroken as refusal:
                form.refuse(refusal.faults)
            else:
                messages.success(request, f"{saved.name} is ready to share.")
                return redirect(link("execute:link", saved.pk))
    context = {"form": form, "title": title, "back": back, "submit": "Save link"}
    return render(request, "execute/link_form.html", context, status=status)


@page("links.edit")
def check_link(request: WorkspaceRequest) -> HttpResponse:
    """Say what breaks a naming rule in a link being written, and where it would lead.

    With `fill`, the parameters come back filled from the program and the channel.
    """
    typed = request.POST.dict() if request.method == "POST" else request.GET.dict()
    values = aided(typed, mended=False) if "fill" in typed else typed
    parameters = typed_parameters(values)
    context = {
        "form": LinkForm(initial=values),
        "title": "New link",
        "back": link("execute:links"),
        "submit": "Save link",
        "checked": True,
        "faults": faults_of(parameters, queries.naming_rules()),
        "destination": queries.previewed(values.get("target", ""), parameters),
    }
    name = "execute/link_form.html"
    if request.htmx:
        name = f"{name}#parameters" if "fill" in typed else "execute/_link_check.html"
    return render(request, name, context)


@page("links.view")
def link_page(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show a link: its address and code to share, and what came of it."""
    found = get_object_or_404(queries.links(), pk=pk)
    context = {
        "link": found,
        "address": f"{_site(request)}/l/{found.code}",
        "clicks": queries.clicks_of([found])[found.pk],
        "days": queries.days_of(found),
        "form": PersonalLinksForm(),
    }
    return render(request, "execute/link.html", context)


@page("links.edit")
def personal_links(request: WorkspaceRequest, pk: int) -> HttpResponseBase:
    """Give a file with a link of their own for each person of an audience."""
    found = get_object_or_404(queries.links(), pk=pk)
    form = PersonalLinksForm(request.GET or None)
    if not form.is_valid():
        return redirect(link("execute:link", pk))
    audience = form.cleaned_data["audience"]
    try:
        people = queries.reachable(audience)
    except RuleNotValid as refusal:
        messages.error(request, f"The rule of {audience} cannot be read: {refusal}")
        return redirect(link("execute:link", pk))
    name = f"{slugify(found.name) or found.code}-{slugify(audience.name) or audience.pk}.csv"
    return list_file(name, queries.personal_rows(found, people, _site(request)))


@page("links.view")
def qr_code(request: WorkspaceRequest, pk: int, kind: str) -> HttpResponseBase:
    """Give the QR code of a link's address as a picture."""
    found = get_object_or_404(TrackedLink.objects.all(), pk=pk)
    if kind not in QR_FORMATS:
        return redirect(link("execute:link", pk))
    picture = io.BytesIO()
    code = segno.make(f"{_site(request)}/l/{found.code}", error="m", micro=False)
    code.save(picture, kind=kind, scale=12 if kind == "png" else 4, border=4, light="#fff")
    picture.seek(0)
    return FileResponse(
        picture,
        as_attachment="download" in request.GET,
        filename=f"{slugify(found.name) or found.code}.{kind}",
        content_type=QR_FORMATS[kind],
    )


@page("links.edit")
def retire_link(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Retire a link, or take it back into use."""
    found = get_object_or_404(queries.links(), pk=pk)
    if request.method == "POST":
        if "restore" in request.POST:
            actions.restore_link(link=found)
            messages.success(request, f"{found.name} is active again.")
        else:
            actions.retire_link(link=found)
            messages.success(request, f"{found.name} was retired. Its clicks are kept.")
    return redirect(link("execute:link", pk))


@page("links.view", change="links.edit")
def naming(request: WorkspaceRequest) -> HttpResponse:
    """Show and set how the workspace writes its parameters."""
    form = NamingRulesForm(
        request.POST or None, initial=NamingRulesForm.standing(queries.naming_rules())
    )
    if request.method == "POST" and form.is_valid():
        actions.save_naming_rules(**form.wish())
        messages.success(request, "Saved. New links must follow these rules.")
        return redirect(link("execute:links"))
    status = 422 if form.is_bound else 200
    return render(request, "execute/naming.html", {"form": form}, status=status)


@page("links.view")
def program_links(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show a program's links and how often they were clicked, also by people nobody knows."""
    found = get_object_or_404(Program.objects.all(), pk=pk)
    name = "execute/program_links.html" + ("#panel" if request.htmx else "")
    context = {"program": found, "found": queries.clicks_of_program(found)}
    return render(request, name, context)
