"""Remarks on a scenario."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, page
from ipeo.views.refusals import refused_in_form
from plan.actions.comments import NothingSaid, TooLong, add_comment, mark_read, settle_comment
from plan.forms.planning import CommentForm
from plan.models import Scenario, ScenarioComment
from plan.queries.comments import comments_of, may_be_mentioned


@page("plan.view")
def comments(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show what was said about a scenario, and take a remark."""
    scenarios = Scenario.objects.select_related("cycle__campaign")
    found = get_object_or_404(scenarios, pk=pk)
    if request.method != "POST":
        mark_read(scenario=found, by=request.membership)
        return _answer(request, found, CommentForm())
    form = CommentForm(request.POST)
    if form.is_valid():
        with refused_in_form(form, {NothingSaid: "text", TooLong: "text"}):
            add_comment(scenario=found, by=request.membership, **form.cleaned_data)
            if not request.htmx:
                return redirect(link("plan:comments", pk))
            form = CommentForm()
    return _answer(request, found, form)


@page("plan.view")
def settle(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Mark a remark as settled, or open it again."""
    comments = ScenarioComment.objects.select_related("scenario__cycle__campaign")
    found = get_object_or_404(comments, pk=pk)
    if request.method == "POST":
        settle_comment(comment=found, by=request.membership)
        if request.htmx:
            return _answer(request, found.scenario, CommentForm())
    return redirect(link("plan:comments", found.scenario_id))


def _answer(request: WorkspaceRequest, found: Scenario, form: CommentForm) -> HttpResponse:
    context = {
        "scenario": found,
        "comments": comments_of(found),
        "members": [one for one in may_be_mentioned() if one.pk != request.membership.pk],
        "form": form,
    }
    name = "plan/comments.html#panel" if request.htmx else "plan/comments.html"
    status = 422 if form.errors and not request.htmx else 200
    return render(request, name, context, status=status)
