"""Experiments: the list, the design with its power as it is typed, one, and its split."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import slugify

from ipeo.downloads import list_file
from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, page
from ipeo.queries.paging import page_of
from ipeo.views.refusals import refused_as_message, refused_in_form
from optimize.actions import experiments as actions
from optimize.forms import ExperimentFilterForm, ExperimentForm, ExperimentListForm, StopForm
from optimize.models import Experiment, ExperimentUnit
from optimize.queries import experiments as queries
from optimize.queries.proposals import proposed
from optimize.queries.readings import Reading, shares_of
from optimize.queries.units import RATES, names_of
from optimize.queries.verdicts import Promise, promise, told, told_in_short
from optimize.views.drawing import experiment_charts


@page("optimize.view")
def experiments(request: WorkspaceRequest) -> HttpResponse:
    """List the experiments, the newest first."""
    form = ExperimentFilterForm(request.GET or None)
    wanted = form.cleaned_data if form.is_valid() else {}
    found = page_of(
        queries.matching_experiments(**wanted), order=("-id",), after=request.GET.get("after", "")
    )
    context = {
        "form": form,
        "page": found,
        "lines": [
            (row, told_in_short(Reading.kept(row.result)) if row.result else "")
            for row in found.rows
        ],
        "narrowed": any(wanted.values()),
    }
    return render(request, "optimize/experiments.html", context)


@page("experiments.edit")
def new_experiment(request: WorkspaceRequest) -> HttpResponse:
    """Design an experiment; a recommendation's address fills it in."""
    held = proposed(request.GET.get("recommendation", ""), timezone.localdate())
    form = ExperimentForm(request.POST or None, instance=held)
    return _edit(request, form, "New experiment", link("optimize:experiments"))


@page("experiments.edit")
def edit_experiment(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Change a draft."""
    found = get_object_or_404(queries.experiments(), pk=pk)
    here = link("optimize:experiment", pk)
    if found.state != Experiment.State.DRAFT:
        messages.error(request, "It has started, so its design cannot be changed.")
        return redirect(here)
    return _edit(request, ExperimentForm(request.POST or None, instance=found), found.name, here)


def _edit(request: WorkspaceRequest, form: ExperimentForm, title: str, back: str) -> HttpResponse:
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            with refused_in_form(form, {actions.NotADraft: None}):
                saved = actions.save_experiment(experiment=form.instance, by=request.membership)
                messages.success(
                    request, f"{saved.name} was saved as a draft. No one is assigned yet."
                )
                return redirect(link("optimize:experiment", saved.pk))
    context = {"form": form, "title": title, "back": back, "promise": _promise(form)}
    return render(request, "optimize/experiment_form.html", context, status=status)


@page("experiments.edit")
def check_design(request: WorkspaceRequest) -> HttpResponse:
    """Say what an experiment that is being typed could tell."""
    typed = request.POST if request.method == "POST" else request.GET
    form = ExperimentForm(typed or None, instance=Experiment())
    back = link("optimize:experiments")
    context = {"form": form, "title": "New experiment", "back": back, "promise": _promise(form)}
    name = "optimize/experiment_form.html"
    return render(request, f"{name}#power" if request.htmx else name, context)


def _promise(form: ExperimentForm) -> Promise | None:
    """What the design could tell; None while it lacks what that takes."""
    if not form.is_bound:
        return (
            None
            if form.instance.smallest_lift is None
            else promise(form.instance, timezone.localdate())
        )
    form.is_valid()
    wanted = {"unit", "metric", "weeks", "share", "smallest_lift"}
    if form.errors.keys() & (wanted | {"regions", "audience"}):
        return None
    return promise(form.instance, timezone.localdate())


@page("optimize.view", change="experiments.edit")
def experiment(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show an experiment as it stands; take the decision with which it stops."""
    found = get_object_or_404(queries.experiments(), pk=pk)
    form = StopForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refused_in_form(form, {actions.ReasonMissing: "reason", actions.NotRunning: None}):
            actions.stop_experiment(experiment=found, by=request.membership, **form.cleaned_data)
            messages.success(request, "Stopped. The result is saved as of now.")
            return redirect(link("optimize:experiment", pk))
    context = _context(request, found) | {"form": form}
    return render(request, "optimize/experiment.html", context, status=422 if form.errors else 200)


def _context(request: WorkspaceRequest, found: Experiment) -> dict[str, Any]:
    draft = found.state == Experiment.State.DRAFT
    held = queries.reading_of(found, timezone.localdate())
    gone = queries.days_gone(found, timezone.localdate())
    listed = ExperimentUnit.objects.filter(experiment=found, is_given=True).count()
    return {
        "experiment": found,
        "draft": draft,
        "running": found.state == Experiment.State.RUNNING,
        "reading": held,
        "told": "" if held is None else told(found, held),
        "charts": [] if held is None else experiment_charts(found, held),
        "promise": promise(found, timezone.localdate(), actions.design_of) if draft else None,
        "days": gone,
        "share_gone": gone[0] / gone[1] if gone else None,
        "is_rate": found.metric in RATES and found.unit != Experiment.Unit.REGION,
        "shares": None if held is None else shares_of(found, held),
        "kind": _kind(found, request.workspace.currency),
        "listed": listed,
        "list_form": ExperimentListForm(),
    }


def _kind(found: Experiment, currency: str) -> str:
    if found.metric not in RATES:
        return currency
    return "number:1" if found.unit == Experiment.Unit.REGION else "percent:1"


@page("optimize.view", change="experiments.edit")
def start_experiment(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Start a draft, or say why it cannot tell."""
    found = get_object_or_404(queries.experiments(), pk=pk)
    if request.method == "POST":
        with refused_as_message(request, actions.NotADraft, actions.CannotTell):
            started = actions.start_experiment(experiment=found, by=request.membership)
            messages.success(request, f"{started.name} runs until {started.ends_on:%d %B %Y}.")
    return redirect(link("optimize:experiment", pk))


@page("optimize.view", change="experiments.edit")
def delete_experiment(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Delete a draft."""
    found = get_object_or_404(queries.experiments(), pk=pk)
    if request.method != "POST":
        return redirect(link("optimize:experiment", pk))
    with refused_as_message(request, actions.NotADraft):
        actions.delete_draft(experiment=found)
        messages.success(request, f"{found.name} was deleted.")
        return redirect(link("optimize:experiments"))
    return redirect(link("optimize:experiment", pk))


@page("optimize.view", change="experiments.edit")
def experiment_list(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Take a list that says who is in which arm; an empty one lets the lot decide again."""
    found = get_object_or_404(queries.experiments(), pk=pk)
    if request.method != "POST":
        return redirect(link("optimize:experiment", pk))
    with refused_as_message(request, actions.NotADraft, actions.ListNotValid):
        if "drop" in request.POST:
            actions.drop_list(experiment=found)
            messages.success(request, "The split is random again.")
            return redirect(link("optimize:experiment", pk))
        form = ExperimentListForm(request.POST, request.FILES)
        if not form.is_valid():
            raise actions.ListNotValid("Choose a file first.")
        held = actions.take_list(experiment=found, content=form.cleaned_data["file"].read())
        lost = ""
        if held.unknown:
            some = ", ".join(held.unknown[:3])
            lost = f" {len(held.unknown):,} lines name unknown units: {some}."
        messages.success(
            request, f"{held.treated:,} treated, {held.control:,} control, from the list.{lost}"
        )
    return redirect(link("optimize:experiment", pk))


@page("optimize.view")
def experiment_export(request: WorkspaceRequest, pk: int) -> HttpResponseBase:
    """Send who is in which arm, for an ad tool or a CRM to act on."""
    found = get_object_or_404(queries.experiments(), pk=pk)
    arms = queries.assigned(found)
    names = names_of(found.unit, list(arms))
    rows = (
        (key, "treated" if treated else "control", names.get(key, ""))
        for key, treated in arms.items()
    )
    return list_file(
        f"{slugify(found.name) or 'experiment'}-split.csv", [("unit", "arm", "name"), *rows]
    )
