"""Tasks of marketing and sales in one list."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from execute.actions.tasks import CycleIsClosed, delete_task, save_task, set_task_state
from execute.forms.work import QuickTaskForm, TaskFilterForm, TaskForm
from execute.models import Task
from execute.queries import tasks as queries
from execute.queries.days import today
from ipeo.models import Role
from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, page
from ipeo.queries.paging import page_of


def _quick(request: WorkspaceRequest) -> QuickTaskForm:
    side = Task.Side.SALES if request.membership.role == Role.SALES_REP else Task.Side.MARKETING
    initial = {"owner": request.membership, "side": side}
    return QuickTaskForm(request.POST or None, initial=initial, prefix="quick")


@page("tasks.view", change="tasks.edit")
def tasks(request: WorkspaceRequest) -> HttpResponse:
    """Show the tasks by when they are due, and take a new one in a line."""
    quick = _quick(request)
    if request.method == "POST" and quick.is_valid():
        saved = save_task(task=quick.instance)
        messages.success(request, f"“{saved}” is on the list.")
        return redirect(request.get_full_path())
    form = TaskFilterForm(request.GET or None, member=request.membership)
    wanted = form.wanted()
    found = queries.matching_tasks(**wanted)
    context = {
        "form": form,
        "quick": quick,
        "narrowed": any(wanted.values()),
        "today": today(),
    }
    group = request.GET.get("group", "")
    if group in queries.GROUPS:
        rows = found.filter(queries.condition_of(group, today()))
        context |= {
            "group": {"key": group, "label": queries.GROUPS[group]},
            "page": page_of(rows, order=queries.ORDERS[group], after=request.GET.get("after", "")),
        }
    else:
        groups = queries.grouped(found)
        context |= {"groups": groups, "has_tasks": any(part.count for part in groups)}
    status = 422 if quick.is_bound else 200
    return render(request, "execute/tasks.html", context, status=status)


@page("tasks.edit")
def new_task(request: WorkspaceRequest) -> HttpResponse:
    """Write a task down with all it has."""
    given = {name: request.GET[name] for name in ("program", "cycle") if name in request.GET}
    form = TaskForm(
        request.POST or None, instance=Task(), initial={"owner": request.membership} | given
    )
    return _edit(request, form, "New task")


@page("tasks.edit")
def edit_task(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Change a task, or remove one that was written by mistake."""
    found = get_object_or_404(Task.objects.all(), pk=pk)
    title = found.title
    if request.method == "POST" and "remove" in request.POST:
        delete_task(task=found)
        messages.success(request, f"“{title}” is removed.")
        return redirect(link("execute:tasks"))
    return _edit(request, TaskForm(request.POST or None, instance=found), title)


def _edit(request: WorkspaceRequest, form: TaskForm, title: str) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            saved = save_task(task=form.instance)
        except CycleIsClosed as refusal:
            form.add_error("cycle", str(refusal))
        else:
            messages.success(request, f"“{saved}” is saved.")
            return redirect(link("execute:tasks"))
    context = {
        "form": form,
        "title": title,
        "eyebrow": "Tasks",
        "back": link("execute:tasks"),
        "removable": form.instance.title if form.instance.pk else "",
    }
    return render(request, "execute/edit.html", context, status=422 if form.is_bound else 200)


@page("tasks.edit")
def state(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Mark a task as done or dropped, or take it up again, with one touch."""
    found = get_object_or_404(Task.objects.all(), pk=pk)
    wanted = request.POST.get("state", "")
    if request.method != "POST" or wanted not in Task.State.values:
        return redirect(link("execute:edit_task", pk))
    set_task_state(task=found, state=wanted)
    if request.htmx:
        row = queries.matching_tasks().get(pk=pk)
        return render(request, "execute/_task.html", {"task": row, "today": today()})
    messages.success(request, f"“{found}” is {Task.State(wanted).label.lower()}.")
    return redirect(link("execute:mine" if "mine" in request.POST else "execute:tasks"))
