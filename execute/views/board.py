"""The board: deals by stage, moved by hand, by keyboard or by choice."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect

from execute.actions.deals import MovedMeanwhile, OutcomeNeeded, move_deal
from execute.forms.deals import MoveForm
from execute.models import Deal
from execute.queries import deals as queries
from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, page
from ipeo.views.refusals import refused_as_message


@page("deals.view")
def board(request: WorkspaceRequest) -> HttpResponse:
    """Show the deals by stage: all of them, or one's own."""
    return render(request, "execute/board.html", _context(request, "mine" in request.GET))


def _context(request: WorkspaceRequest, mine: bool) -> dict[str, Any]:
    here = link("execute:board")
    return {
        "columns": queries.board(owner=request.membership if mine else None),
        "mine": mine,
        "today": timezone.localdate(),
        "tabs": [
            {"label": "Everyone", "href": here, "current": not mine},
            {"label": "Mine", "href": f"{here}?mine=yes", "current": mine},
        ],
    }


@page("deals.edit")
def move(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Move a deal to a stage; where deals end, go on to its outcome."""
    found = get_object_or_404(Deal.objects.all(), pk=pk)
    if request.method != "POST":
        return redirect(link("execute:deal", pk))
    mine = request.POST.get("back") == "mine"
    form = MoveForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose a stage of this workspace.")
    else:
        try:
            with refused_as_message(request, MovedMeanwhile):
                moved = move_deal(deal=found, by=request.membership, **form.cleaned_data)
                messages.success(request, f"{moved} is in {moved.stage}.")
        except OutcomeNeeded as needed:
            address = f"{link('execute:outcome', pk)}?outcome={needed.stage.outcome}"
            return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
    if request.htmx:
        return render(request, "execute/board.html#board", _context(request, mine))
    back = request.POST.get("back", "")
    if back in {"board", "mine"}:
        return redirect(link("execute:board") + ("?mine=yes" if mine else ""))
    return redirect(link("execute:deal", pk))
