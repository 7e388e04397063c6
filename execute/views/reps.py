"""Reps whom files named, and who takes over their deals."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from execute.actions.reps import ClaimedByNobody, NotAPlaceholder, claim_placeholder
from execute.forms.reps import ClaimForm
from execute.queries.reps import placeholders
from ipeo.models import Membership
from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, may, page
from ipeo.views.refusals import refused_as_message


@page("deals.view")
def reps(request: WorkspaceRequest) -> HttpResponse:
    """List the reps whom nobody has claimed, with their deals."""
    form = ClaimForm(member=request.membership)
    context = {"placeholders": placeholders(), "choices": form.choices()}
    return render(request, "execute/reps.html", context)


@page("deals.edit")
def claim(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Take over a placeholder's deals, or give them to somebody where one manages deals."""
    found = get_object_or_404(Membership, pk=pk, workspace=request.workspace)
    if request.method != "POST":
        return redirect(link("execute:reps"))
    claimer: Membership | None = request.membership
    if may(request.membership, "deals.manage"):
        form = ClaimForm(request.POST, member=request.membership)
        claimer = form.cleaned_data["to"] if form.is_valid() else None
    if claimer is None:
        messages.error(request, f"Choose the member for {found}.")
        return redirect(link("execute:reps"))
    with refused_as_message(request, NotAPlaceholder, ClaimedByNobody):
        moved = claim_placeholder(placeholder=found, claimed_by=claimer)
        deals = "1 deal" if moved == 1 else f"{moved:,} deals"
        messages.success(request, f"{found}'s {deals} now belong to {claimer}.")
    return redirect(link("execute:reps"))
