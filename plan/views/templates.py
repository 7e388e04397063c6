"""Templates of programs: the catalogue, changed and added to, and programs begun from it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from ipeo.models import Role
from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, page
from ipeo.views.refusals import refused_in_form
from plan.actions.drafts import CycleOver, ScenarioLocked
from plan.actions.programs import DiscountMissing, ProgramNameTaken
from plan.actions.templates import (
    Intent,
    TemplateNameTaken,
    begin_program,
    hide_template,
    row_of,
    save_template,
    show_template,
)
from plan.forms.templates import BeginForm, TemplateForm
from plan.models import ProgramTemplate, Scenario
from plan.queries.templates import Kind, catalogue, hidden, kind_of


def _kind(key: str) -> Kind:
    found = kind_of(key)
    if found is None:
        raise Http404
    return found


@page("plan.view")
def templates(request: WorkspaceRequest) -> HttpResponse:
    """Show the catalogue."""
    context = {"kinds": catalogue(), "hidden": hidden()}
    return render(request, "plan/templates.html", context)


@page("plan.edit")
def new(request: WorkspaceRequest) -> HttpResponse:
    """Add a template of the workspace's own."""
    form = TemplateForm(request.POST or None, initial={"offer": "value", "begins_after_days": 0})
    return _answer(request, form, None)


@page("plan.edit")
def template(request: WorkspaceRequest, key: str) -> HttpResponse:
    """Change a template; a built-in one becomes the workspace's own."""
    kind = _kind(key)
    form = TemplateForm(request.POST or None, instance=kind.row or row_of(kind))
    return _answer(request, form, kind)


def _answer(request: WorkspaceRequest, form: TemplateForm, kind: Kind | None) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        with refused_in_form(form, {TemplateNameTaken: "name"}):
            saved = save_template(template=form.instance)
            messages.success(request, f"{saved.name} is in the catalog.")
            return redirect(link("plan:templates"))
    context = {"form": form, "kind": kind}
    return render(request, "plan/template.html", context, status=422 if form.is_bound else 200)


@page("plan.edit")
def hide(request: WorkspaceRequest, key: str) -> HttpResponse:
    """Put a template away, or bring it back."""
    if request.method == "POST":
        row = ProgramTemplate.objects.filter(key=key, is_hidden=True).first()
        if row is not None:
            show_template(template=row)
            messages.success(request, f"{row.name} is back in the catalog.")
        else:
            row = hide_template(kind=_kind(key))
            messages.success(request, f"{row.name} is archived. You can restore it below.")
    return redirect(link("plan:templates"))


@page("plan.edit")
def begin(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Choose a template for a scenario, and begin a program from it."""
    scenarios = Scenario.objects.select_related("cycle__campaign")
    scenario = get_object_or_404(scenarios, pk=pk)
    wished = request.GET.get("template", "")
    if not wished:
        context = {"scenario": scenario, "kinds": catalogue()}
        return render(request, "plan/choose_template.html", context)
    kind = _kind(wished)
    form = BeginForm(
        request.POST or None,
        workspace=request.workspace,
        cycle=scenario.cycle,
        initial={
            "name": kind.name,
            "message": kind.message,
            "marketing_owner": request.membership.pk
            if request.membership.role == Role.MARKETER
            else None,
        },
    )
    if request.method == "POST" and form.is_valid():
        cleaned = {**form.cleaned_data}
        cleaned["proof_points"] = tuple(cleaned["proof_points"])
        told = {
            ProgramNameTaken: "name",
            DiscountMissing: None,
            ScenarioLocked: None,
            CycleOver: None,
        }
        with refused_in_form(form, told):
            made = begin_program(scenario=scenario, kind=kind, intent=Intent(**cleaned))
            messages.success(request, f"{made.program.name} is in the plan. Set its budget.")
            return redirect(link("plan:scenario", pk))
    context = {"scenario": scenario, "kind": kind, "form": form}
    return render(request, "plan/begin_program.html", context, status=422 if form.is_bound else 200)
