"""A recommendation with its evidence, and the decision on it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from ipeo.database.holding import RowGone
from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, page
from ipeo.views.refusals import refused_in_form
from optimize.actions.advice import AlreadyDecided, CycleIsClosed, ReasonMissing, decide
from optimize.forms import DecideForm
from optimize.models import Decision, Recommendation
from optimize.queries.fits import discount_fit, wears
from optimize.queries.measures import measured
from optimize.queries.proposals import tests_of
from optimize.queries.recommendations import Shown, evidence_of, recommendations
from optimize.views.drawing import efficacy_of


@page("optimize.view", change="optimize.decide")
def recommendation(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show a recommendation with all it rests on, and take a decision."""
    found = get_object_or_404(recommendations(), pk=pk)
    form = DecideForm(request.POST or None, initial=_as_typed(found))
    seen = form["seen"].value() or ""
    if request.method == "POST" and form.is_valid():
        try:
            with refused_in_form(form, {ReasonMissing: "reason", CycleIsClosed: None}):
                made = decide(recommendation=found, by=request.membership, **form.cleaned_data)
                messages.success(
                    request, f"{made.recommendation.get_state_display()}: {found.title}"
                )
                return redirect(f"{link('optimize:cycle', found.cycle_id)}#recommendations")
        except AlreadyDecided as refusal:
            form.add_error(None, str(refusal))
            seen = refusal.decision.at.isoformat()
        except RowGone:
            messages.info(request, "The latest measurement no longer recommends this.")
            return redirect(link("optimize:cycle", found.cycle_id))
    context: dict[str, Any] = {
        "recommendation": found,
        "shown": Shown(found, request.workspace.currency),
        "evidence": evidence_of(found, request.workspace.currency),
        "form": form,
        "seen": seen,
        "experiments": tests_of(found),
        "measured": measured(),
        "price": discount_fit() if found.kind == Recommendation.Kind.PRICE else None,
    }
    fit = wears([found.program_id]).get(found.program_id) if found.program_id else None
    if fit is not None and fit.wear.tiring:
        context |= {"fit": fit, "chart": efficacy_of(fit)}
    return render(
        request, "optimize/recommendation.html", context, status=422 if form.is_bound else 200
    )


def _as_typed(found: Recommendation) -> dict[str, Any]:
    history: list[Decision] = getattr(found, "history", [])
    if found.decided_at is None or not history:
        return {}
    return {
        "decision": history[0].decision,
        "reason": history[0].reason,
        "seen": found.decided_at.isoformat(),
    }
