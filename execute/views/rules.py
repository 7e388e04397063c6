"""Rules of spend: the list, and the campaigns that no rule places yet."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from execute.actions.rules import (
    Applied,
    LeadsNowhere,
    PatternRefused,
    match_campaign,
    remove_rule,
    save_rule,
)
from execute.forms.expenses import MatchForm, RuleForm
from execute.models import SpendRule
from execute.queries.rules import counts_of, unmatched_campaigns
from execute.queries.rules import rules as listed
from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, page
from ipeo.views.refusals import refused_in_form
from plan.models import Program


@page("expenses.view")
def rules(request: WorkspaceRequest) -> HttpResponse:
    """List the rules, and the campaigns of ad exports that match no program."""
    found = list(listed())
    counts = counts_of(found)
    undo = request.GET.get("undo", "")
    context = {
        "rules": [(rule, *counts.get(rule.pk, (0, 0))) for rule in found],
        "unmatched": unmatched_campaigns(),
        "programs": Program.objects.order_by("name"),
        "undo": next((rule for rule in found if str(rule.pk) == undo), None),
    }
    return render(request, "execute/rules.html", context)


@page("expenses.edit")
def match(request: WorkspaceRequest) -> HttpResponse:
    """Match a campaign to a program: one rule, applied to what is there."""
    if request.method == "POST":
        form = MatchForm(request.POST)
        if form.is_valid():
            made = match_campaign(by=request.membership, **form.cleaned_data)
            messages.success(request, _told(made))
            return redirect(f"{link('execute:rules')}?undo={made.rule.pk}")
        messages.error(request, "Choose the program that this spend belongs to.")
    return redirect(link("execute:rules"))


@page("expenses.edit")
def new_rule(request: WorkspaceRequest) -> HttpResponse:
    """Make a rule."""
    last = listed().last()
    position = min(last.position + 1, 32767) if last else 0
    form = RuleForm(request.POST or None, instance=SpendRule(), initial={"position": position})
    return _edit(request, form, "New rule")


@page("expenses.edit")
def edit_rule(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Change a rule; what it had placed is placed anew."""
    found = get_object_or_404(listed(), pk=pk)
    return _edit(request, RuleForm(request.POST or None, instance=found), "Rule")


def _edit(request: WorkspaceRequest, form: RuleForm, title: str) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        with refused_in_form(form, {LeadsNowhere: "program", PatternRefused: "text"}):
            saved = save_rule(rule=form.instance, by=request.membership)
            messages.success(request, _told(saved))
            return redirect(link("execute:rules"))
    context = {"form": form, "title": title, "rule": form.instance}
    return render(request, "execute/rule.html", context, status=422 if form.is_bound else 200)


@page("expenses.edit")
def remove(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Remove a rule, and put what it placed back as it came."""
    found = get_object_or_404(SpendRule.objects.all(), pk=pk)
    if request.method == "POST":
        rows = remove_rule(rule=found)
        told = "1 expense is" if rows == 1 else f"{rows:,} expenses are"
        messages.success(request, f"Rule deleted. {told} no longer matched by it.")
    return redirect(link("execute:rules"))


def _told(applied: Applied) -> str:
    where = " on ".join(
        str(place) for place in (applied.rule.program, applied.rule.channel) if place is not None
    )
    told = "1 expense was" if applied.rows == 1 else f"{applied.rows:,} expenses were"
    return f"Rule saved: {told} assigned to {where}."
