"""Tasks of marketing and sales in one list."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from execute.actions.tasks import (
    CycleIsClosed,
    WaitsInCircle,
    delete_task,
    save_task,
    set_task_state,
)
from execute.forms.tasks import QuickTaskForm, TaskFilterForm, TaskForm
from execute.models import Task
from execute.queries import tasks as queries
from execute.queries.handoffs import clock_of, handoffs
from execute.views.months import board_context
from ipeo.merging import Merge, chosen, merged, merged_choice
from ipeo.models import Role
from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, page
from ipeo.queries.paging import page_of
from ipeo.views.refusals import refused_in_form
from ipeo.views.together import edit_together


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
        messages.success(request, f"“{saved}” was added.")
        return redirect(request.get_full_path())
    form = TaskFilterForm(request.GET or None, member=request.membership)
    wanted = form.wanted()
    found = queries.matching_tasks(**wanted)
    context = {
        "form": form,
        "quick": quick,
        "narrowed": any(wanted.values()),
        "today": timezone.localdate(),
        "clock": clock_of(handoffs(cycle=wanted["cycle"])),
        "templates_for": wanted["cycle"],
    }
    group = request.GET.get("group", "")
    if group in queries.GROUPS:
        rows = found.filter(queries.condition_of(group, timezone.localdate()))
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
    if request.method == "POST" and form.is_valid() and _kept(form):
        messages.success(request, f"“{form.instance}” was saved.")
        return redirect(link("execute:tasks"))
    return _edit_page(request, form, "New task", status=422 if form.is_bound else 200)


@page("tasks.edit")
def edit_task(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Change a task, or remove one that was written by mistake."""
    found = get_object_or_404(Task.objects.all(), pk=pk)
    title = found.title
    if request.method == "POST" and "remove" in request.POST:
        delete_task(task=found)
        messages.success(request, f"“{title}” was deleted.")
        return redirect(link("execute:tasks"))
    if request.method != "POST":
        return _edit_page(request, TaskForm(instance=found), title, status=200)
    edited = edit_together(
        chosen(request.POST),
        bind=lambda data: TaskForm(data, instance=get_object_or_404(Task.objects.all(), pk=pk)),
        merge_with=_merged,
        save=_kept,
    )
    if not edited.saved:
        return _edit_page(request, edited.form, title, status=edited.status, merge=edited.merge)
    messages.success(request, edited.told(f"“{edited.form.instance}” was saved."))
    return redirect(link("execute:tasks"))


def _merged(data: QueryDict, form: TaskForm) -> Merge:
    waits_for = [other.pk for other in queries.waits_for(form.instance)]
    return merged(merged_choice(data, "waits_for", waits_for), form, form.merged_fields)


def _kept(form: TaskForm, version: int | None = None) -> bool:
    """Save what a valid form holds; False where it was refused, which the form then tells."""
    waits_for = form.cleaned_data["waits_for"]
    with refused_in_form(form, {CycleIsClosed: "cycle", WaitsInCircle: "waits_for"}):
        save_task(task=form.instance, waits_for=waits_for, version=version)
        return True
    return False


def _edit_page(
    request: WorkspaceRequest,
    form: TaskForm,
    title: str,
    *,
    status: int,
    merge: Merge | None = None,
) -> HttpResponse:
    task = form.instance
    context = {
        "form": form,
        "title": title,
        "task": task,
        "holds_up": queries.held_up_by(task) if task.pk else [],
        "handoffs": handoffs(task=task.pk).order_by("due_at", "pk")[:20] if task.pk else [],
        "handoff_count": task.handoffs.count() if task.pk else 0,
        "merge": merge,
    }
    return render(request, "execute/task_form.html", context, status=status)


@page("tasks.edit")
def state(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Mark a task as done or dropped, or take it up again, with one touch."""
    found = get_object_or_404(Task.objects.all(), pk=pk)
    wanted = request.POST.get("state", "")
    if request.method != "POST" or wanted not in Task.State.values:
        return redirect(link("execute:edit_task", pk))
    set_task_state(task=found, state=wanted)
    row = get_object_or_404(queries.matching_tasks(), pk=pk)
    waiting = [task for task in queries.waits_for(found) if task.state in queries.OPEN]
    if wanted == Task.State.DONE and waiting:
        others = ", ".join(f"“{task}”" for task in waiting)
        messages.warning(request, f"“{found}” is done, although it is waiting for {others}.")
    elif not request.htmx:
        messages.success(request, f"“{found}” is {Task.State(wanted).label.lower()}.")
    back = request.POST.get("back", "")
    if request.htmx and back == "board":
        return render(request, "execute/task_board.html#board", board_context(request))
    if request.htmx:
        return render(request, "execute/_task.html", {"task": row, "today": timezone.localdate()})
    return redirect(link("execute:task_board" if back == "board" else _place(request)))


def _place(request: WorkspaceRequest) -> str:
    return "execute:mine" if "mine" in request.POST else "execute:tasks"
