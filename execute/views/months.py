"""Tasks as a board and as a month."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from execute.forms.tasks import TaskFilterForm
from execute.queries import tasks as queries
from execute.queries.calendars import month_of
from ipeo.permissions import WorkspaceRequest, page


@page("tasks.view")
def board(request: WorkspaceRequest) -> HttpResponse:
    """Show the tasks by state."""
    return render(request, "execute/task_board.html", board_context(request))


def board_context(request: WorkspaceRequest) -> dict[str, Any]:
    """Return the board as its filter asks."""
    form = TaskFilterForm(request.GET or None, member=request.membership)
    wanted = form.wanted()
    return {
        "form": form,
        "narrowed": any(wanted.values()),
        "columns": queries.board(queries.matching_tasks(**wanted)),
        "today": timezone.localdate(),
    }


@page("tasks.view")
def month(request: WorkspaceRequest) -> HttpResponse:
    """Show a month of tasks and flights."""
    form = TaskFilterForm(request.GET or None, member=request.membership)
    wanted = form.wanted()
    on = timezone.localdate()
    named = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", request.GET.get("month", ""))
    first = date(int(named[1]), int(named[2]), 1) if named else on.replace(day=1)
    context = {
        "form": form,
        "narrowed": any(wanted.values()),
        "month": month_of(queries.matching_tasks(**wanted), first, on=on),
        "today": on,
    }
    return render(request, "execute/task_month.html", context)
