"""What a finding rests on, added and taken away; and its renewal."""

from __future__ import annotations

import re
from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from insight.actions.evidence import (
    DateNotAhead,
    LinkNotValid,
    add_evidence,
    remove_evidence,
    renew_finding,
)
from insight.forms.evidence import EvidenceForm, RenewForm
from insight.forms.findings import EvidenceLineForm
from insight.models import FindingEvidence
from insight.queries.findings import findings
from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, page
from ipeo.views.refusals import refused_in_form

A_QUARTER = timedelta(days=91)


@page("insight.edit")
def new_evidence(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Add a page to what a finding rests on."""
    found = get_object_or_404(findings(), pk=pk)
    form = EvidenceForm(request.POST or None)
    figure = EvidenceLineForm(request.POST or None, prefix="figure")
    if request.method == "POST" and all([form.is_valid(), figure.is_valid()]):
        here = request.build_absolute_uri("/")
        typed = form.cleaned_data
        typed["url"] = re.sub(f"^{re.escape(here)}", "/", typed["url"])
        with refused_in_form(form, {LinkNotValid: "url"}):
            fact = figure.as_fact()
            add_evidence(
                finding=found, by=request.membership, facts=[fact] if fact else [], **typed
            )
            messages.success(request, "Evidence saved.")
            return redirect(link("insight:finding", pk))
    context = {"form": form, "figure": figure, "finding": found}
    status = 422 if form.is_bound else 200
    return render(request, "insight/evidence_form.html", context, status=status)


@page("insight.edit")
def drop_evidence(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Take a piece of evidence away."""
    found = get_object_or_404(FindingEvidence.objects.all(), pk=pk)
    if request.method == "POST":
        remove_evidence(evidence=found)
        messages.success(request, "Evidence removed.")
    return redirect(link("insight:finding", found.finding_id))


@page("insight.edit")
def renew(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Give a finding a new date, with the reason."""
    found = get_object_or_404(findings(), pk=pk)
    form = RenewForm(request.POST or None, initial={"expires_on": timezone.localdate() + A_QUARTER})
    if request.method == "POST" and form.is_valid():
        with refused_in_form(form, {DateNotAhead: "expires_on"}):
            renew_finding(finding=found, by=request.membership, **form.cleaned_data)
            messages.success(request, "Finding renewed.")
            return redirect(link("insight:finding", pk))
    context = {
        "form": form,
        "title": "Renew the finding",
        "submit": "Renew",
        "eyebrow": found.statement,
        "back": link("insight:finding", pk),
    }
    return render(request, "insight/edit.html", context, status=422 if form.is_bound else 200)
