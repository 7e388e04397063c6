"""The stage's home, the stage of one cycle, and a rep's own day."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from execute.queries import stage
from execute.queries.deals import coming_of, deals, of_campaign, past_due, waiting_of
from execute.queries.discounts import sent_back_to
from execute.queries.handoffs import clock_of, handoffs
from execute.queries.tasks import condition_of, matching_tasks, open_tasks_of
from ipeo.models import Cycle
from ipeo.permissions import WorkspaceRequest, page

SHOWN = 8
CYCLES = 6


@page("deals.view")
def execute(request: WorkspaceRequest) -> HttpResponse:
    """Show what waits to be done, and the cycles in Execute."""
    on = timezone.localdate()
    waiting = deals().filter(past_due(on))
    overdue = matching_tasks().filter(condition_of("overdue", on))
    week = matching_tasks().filter(condition_of("week", on))
    cycles = list(
        Cycle.objects.filter(stage=Cycle.Stage.EXECUTE)
        .select_related("campaign")
        .order_by("-starts_on", "-pk")[:CYCLES]
    )
    context = {
        "waiting": waiting.order_by("expected_close_date", "pk")[:SHOWN],
        "waiting_count": waiting.count(),
        "overdue": overdue.order_by("due_date", "pk")[:SHOWN],
        "overdue_count": overdue.count(),
        "week_count": week.count(),
        "cycles": [
            {
                "cycle": cycle,
                "summary": stage.summary(cycle, on),
                "blockers": stage.gate(cycle),
            }
            for cycle in cycles
        ],
        "today": on,
    }
    return render(request, "execute/execute.html", context)


@page("deals.view")
def cycle(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show the execution of one cycle, and what its gate lacks."""
    found = get_object_or_404(Cycle.objects.select_related("campaign"), pk=pk)
    on = timezone.localdate()
    waiting = deals().filter(past_due(on), of_campaign(found.campaign_id))
    tasks = matching_tasks(cycle=found)
    in_execute = found.stage == Cycle.Stage.EXECUTE
    context = {
        "cycle": found,
        "in_execute": in_execute,
        "blockers": stage.gate(found) if in_execute else [],
        "summary": stage.summary(found, on),
        "waiting": waiting.order_by("expected_close_date", "pk")[:SHOWN],
        "waiting_count": waiting.count(),
        "tasks": tasks.filter(condition_of("overdue", on) | condition_of("week", on)).order_by(
            "due_date", "pk"
        )[:SHOWN],
        "clock": clock_of(handoffs(cycle=found)),
        "today": on,
    }
    return render(request, "execute/cycle.html", context)


@page("deals.view")
def mine(request: WorkspaceRequest) -> HttpResponse:
    """Show one's own day: outcomes to log, deals about to close, tasks."""
    member = request.membership
    waiting = waiting_of(member)
    context = {
        "waiting": waiting[:20],
        "waiting_count": waiting.count(),
        "coming": coming_of(member)[:20],
        "tasks": open_tasks_of(member),
        "sent_back": sent_back_to(member),
        "today": timezone.localdate(),
    }
    return render(request, "execute/mine.html", context)
