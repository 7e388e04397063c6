"""The outcome of a deal: one page for a thumb, and what comes after it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from execute.actions.outcomes import OutcomeRefused, log_outcome
from execute.forms.outcomes import ENDINGS, OutcomeForm
from execute.models import Deal, Outcome
from execute.queries.deals import coming_of, deals, next_waiting, waiting_of
from execute.queries.discounts import approvals_of, approved_price
from ipeo.actions.versions import EditedMeanwhile
from ipeo.models import Membership
from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, page


@page("deals.edit")
def outcome(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Log how a deal ended, or correct it."""
    found = get_object_or_404(deals(), pk=pk)
    data = request.POST.copy() if request.method == "POST" else None
    form = OutcomeForm(data, deal=found)
    wanted = request.GET.get("outcome", "")
    if data is None and wanted in dict(ENDINGS):
        form.initial["outcome"] = wanted
    meanwhile: Deal | None = None
    if data is not None:
        try:
            if log_typed(form, by=request.membership):
                return redirect(link("execute:outcome_logged", pk))
        except EditedMeanwhile as refusal:
            meanwhile = refusal.current
            data["version"] = str(meanwhile.version)
    context = {
        "form": form,
        "deal": found,
        "meanwhile": meanwhile,
        "approved": approved_price(found, approvals_of(found)),
        "is_correction": found.outcome != Outcome.OPEN,
    }
    status = 409 if meanwhile else 422 if form.is_bound else 200
    return render(request, "execute/outcome.html", context, status=status)


def log_typed(form: OutcomeForm, *, by: Membership) -> bool:
    """Log what a form holds; False where it was refused, which the form then tells.

    Raises `EditedMeanwhile`.
    """
    if not form.is_valid():
        return False
    try:
        log_outcome(
            deal=form.deal, by=by, version=form.cleaned_data["version"] or 0, **form.chosen()
        )
    except OutcomeRefused as refusal:
        form.refuse(refusal.field, str(refusal))
        return False
    return True


@page("deals.view")
def outcome_logged(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Confirm what was logged, and offer the next deal that waits."""
    found = get_object_or_404(deals(), pk=pk)
    if found.outcome == Outcome.OPEN:
        return redirect(link("execute:deal", pk))
    context = {
        "deal": found,
        "next": next_waiting(request.membership, after=found),
        "coming": coming_of(request.membership)[:3],
        "today": timezone.localdate(),
        "waiting": waiting_of(request.membership).count(),
        "drivers": found.deal_drivers.select_related("driver").order_by("rank", "pk"),
    }
    return render(request, "execute/outcome_logged.html", context)
