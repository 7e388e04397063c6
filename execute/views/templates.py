"""Templates of tasks, and the tasks made from them."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from execute.actions.tasks import CycleIsClosed
from execute.actions.templates import (
    Made,
    NameTaken,
    delete_template,
    ensure_templates,
    make_tasks,
    save_template,
)
from execute.forms.tasks import TaskTemplateForm, TemplateTaskFormSet
from execute.models import TaskTemplate, TemplateTask
from ipeo.models import Cycle
from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, page
from ipeo.views.refusals import refused_as_message, refused_in_form


@page("tasks.view")
def templates(request: WorkspaceRequest) -> HttpResponse:
    """List the templates."""
    ensure_templates()
    rows = TaskTemplate.objects.select_related("channel").annotate(count=Count("items"))
    context = {"templates": rows.order_by("name", "pk")}
    return render(request, "execute/task_templates.html", context)


@page("campaigns.edit")
def new_template(request: WorkspaceRequest) -> HttpResponse:
    """Write a template."""
    return _edit(request, TaskTemplate())


@page("campaigns.edit")
def edit_template(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Change a template, or remove it."""
    found = get_object_or_404(TaskTemplate.objects.all(), pk=pk)
    if request.method == "POST" and "remove" in request.POST:
        delete_template(template=found)
        messages.success(request, f"“{found}” was deleted. Tasks created from it stay.")
        return redirect(link("execute:task_templates"))
    return _edit(request, found)


def _edit(request: WorkspaceRequest, template: TaskTemplate) -> HttpResponse:
    title = template.name or "New template"
    form = TaskTemplateForm(request.POST or None, instance=template)
    items = TemplateTask.objects.filter(template=template.pk).order_by("position", "pk")
    places = [{"position": len(items) + place} for place in (1, 2)]
    formset = TemplateTaskFormSet(
        request.POST or None, instance=template, queryset=items, initial=places
    )
    if request.method == "POST" and form.is_valid() and formset.is_valid():
        formset.save(commit=False)
        rows = [one.instance for one in formset.forms if one.has_changed()]
        removed = list(formset.deleted_objects)
        with refused_in_form(form, {NameTaken: "name"}):
            saved = save_template(
                template=form.instance,
                rows=[row for row in rows if row not in removed],
                removed=removed,
            )
            messages.success(request, f"“{saved}” was saved.")
            return redirect(link("execute:edit_template", saved.pk))
    context = {"form": form, "formset": formset, "title": title, "template": template}
    status = 422 if form.is_bound else 200
    return render(request, "execute/task_template.html", context, status=status)


@page("tasks.edit")
def make(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Make the tasks of a cycle's programs from the templates."""
    cycle = get_object_or_404(Cycle.objects.select_related("campaign"), pk=pk)
    if request.method == "POST":
        with refused_as_message(request, CycleIsClosed):
            _tell(request, make_tasks(cycle=cycle))
    return redirect(f"{link('execute:tasks')}?cycle={pk}")


def _tell(request: WorkspaceRequest, made: Made) -> None:
    if made.tasks:
        tasks = "1 task is" if made.tasks == 1 else f"{made.tasks:,} tasks are"
        messages.success(request, f"{tasks} created from the templates.")
    elif not (made.undated or made.without_template or made.over):
        messages.info(request, "Every program already has its tasks.")
    if made.over:
        past = "1 task past its date was" if made.over == 1 else f"{made.over:,} past tasks were"
        messages.info(request, f"{past} skipped because the flight has already started.")
    for programs, why in (
        (made.undated, "has no flight dates in the approved plan"),
        (made.without_template, "matches no template"),
    ):
        if programs:
            names = ", ".join(str(program) for program in programs)
            messages.warning(request, f"No tasks for {names}: {why}.")
