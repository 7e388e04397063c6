"""Findings: the list, one finding, and the decision on it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from insight.actions.evidence import keep_study
from insight.actions.findings import (
    AlreadyDecided,
    CycleIsClosed,
    LinkNotValid,
    OtherCampaign,
    ReasonMissing,
    adopt_waiting,
    delete_finding,
    dispose_finding,
    save_finding,
)
from insight.forms.evidence import PickForm
from insight.forms.findings import (
    DisposeForm,
    EvidenceFormSet,
    FindingFilterForm,
    FindingForm,
    evidence_lines,
)
from insight.models import Disposition, Finding, Study
from insight.queries import findings as queries
from insight.queries.evidence import facts
from insight.queries.exhibits import exhibits, renewals, snapshot_of
from insight.queries.research import studies
from ipeo.models import Cycle
from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, page
from ipeo.queries.named import id_in
from ipeo.queries.paging import page_of
from ipeo.views.refusals import refused_in_form


@page("insight.view")
def findings(request: WorkspaceRequest) -> HttpResponse:
    """List the findings, narrowed by what the filter says."""
    form = FindingFilterForm(request.GET or None)
    wanted = form.cleaned_data if form.is_valid() else {}
    campaign = wanted.get("campaign")
    found = queries.matching_findings(
        search=wanted.get("q", ""),
        campaign_id=campaign.pk if campaign else None,
        source=wanted.get("source", ""),
        confidence=wanted.get("confidence", ""),
        validity=wanted.get("validity", ""),
    )
    context = {
        "form": form,
        "page": page_of(
            queries.with_latest_disposition(found),
            order=("-recorded_at", "-id"),
            after=request.GET.get("after", ""),
        ),
        "narrowed": any(wanted.values()),
    }
    return render(request, "insight/findings.html", context)


@page("insight.view")
def finding(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show one finding with its evidence and what each cycle did with it."""
    found = get_object_or_404(queries.with_latest_disposition(queries.findings()), pk=pk)
    held = {row.cycle_id for row in found.dispositions.all()}
    undecided = [cycle for cycle in queries.open_cycles_for(found) if cycle.pk not in held]
    context = {
        "finding": found,
        "facts": facts(found.evidence),
        "exhibits": [(one, facts({"facts": one.snapshot.get("facts")})) for one in exhibits(found)],
        "renewals": renewals(found),
        "undecided": undecided,
    }
    return render(request, "insight/finding.html", context)


@page("insight.edit")
def new_finding(request: WorkspaceRequest) -> HttpResponse:
    """Record a finding."""
    form = FindingForm(request.POST or None, initial={"campaign": request.GET.get("campaign")})
    study, pick = _picked(request)
    return _edit(
        request, form, EvidenceFormSet(request.POST or None, prefix="evidence"), study, pick
    )


def _picked(request: WorkspaceRequest) -> tuple[Study | None, PickForm | None]:
    """Return the study that the finding is written from, with what it may keep of it."""
    wanted = id_in(request.GET.get("study", ""))
    if wanted is None:
        return None, None
    study = get_object_or_404(studies(), pk=wanted)
    snapshot = snapshot_of(study, request.workspace.currency)
    return study, PickForm(request.POST or None, snapshot=snapshot)


@page("insight.edit")
def edit_finding(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Change a finding; the figures of one that was measured stay as they were."""
    found = get_object_or_404(Finding.objects.all(), pk=pk)
    form = FindingForm(request.POST or None, instance=found)
    if found.source == Finding.Source.MEASUREMENT:
        return _edit(request, form, None)
    lines = evidence_lines(found.evidence)
    return _edit(
        request, form, EvidenceFormSet(request.POST or None, initial=lines, prefix="evidence")
    )


def _edit(
    request: WorkspaceRequest,
    form: FindingForm,
    evidence: Any,
    study: Study | None = None,
    pick: PickForm | None = None,
) -> HttpResponse:
    valid = form.is_valid() and all(one is None or one.is_valid() for one in (evidence, pick))
    if request.method == "POST" and valid:
        if evidence is not None:
            lines = [line.as_fact() for line in evidence.forms]
            form.instance.evidence |= {"facts": [line for line in lines if line]}
        with refused_in_form(form, {LinkNotValid: "evidence_url"}):
            saved = save_finding(finding=form.instance, by=request.membership)
            if study is not None and pick is not None:
                keep_study(
                    finding=saved,
                    study=study,
                    labels=pick.cleaned_data.get("facts", []),
                    chart=pick.cleaned_data.get("chart", False),
                    by=request.membership,
                )
            messages.success(request, "Finding saved.")
            return redirect(link("insight:finding", saved.pk))
    context = {
        "form": form,
        "evidence": evidence,
        "finding": form.instance,
        "study": study,
        "pick": pick,
    }
    status = 422 if form.is_bound else 200
    return render(request, "insight/finding_form.html", context, status=status)


@page("insight.edit")
def remove_finding(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Remove a finding, once that is confirmed."""
    found = get_object_or_404(Finding.objects.all(), pk=pk)
    if request.method != "POST":
        return redirect(link("insight:finding", pk))
    delete_finding(finding=found)
    messages.success(request, "Finding deleted.")
    return redirect(link("insight:findings"))


@page("insight.view", change="insight.edit")
def dispose(request: WorkspaceRequest, pk: int, cycle_pk: int) -> HttpResponse:
    """Decide on a finding, in its place on a page or on a page of its own."""
    found = get_object_or_404(queries.findings(), pk=pk)
    cycle = get_object_or_404(Cycle.objects.select_related("campaign"), pk=cycle_pk)
    held = queries.disposition_of(found, cycle)
    if request.htmx and "row" in request.GET:
        return render(request, "insight/dispose.html#row", {"held": held})
    form = DisposeForm(request.POST or None, initial=_as_typed(held))
    meanwhile = None
    if request.method == "POST" and form.is_valid():
        told = {ReasonMissing: "reason", CycleIsClosed: None, OtherCampaign: None}
        try:
            with refused_in_form(form, told):
                held = dispose_finding(
                    finding=found, cycle=cycle, by=request.membership, **form.cleaned_data
                )
                return _decided(request, held)
        except AlreadyDecided as refusal:
            meanwhile = held = refusal.disposition
            form.add_error(None, str(refusal))
    context = {
        "form": form,
        "held": held,
        "finding": found,
        "cycle": cycle,
        "seen": _seen(meanwhile) if meanwhile else form["seen"].value() or "",
    }
    template = "insight/dispose.html#form" if request.htmx else "insight/dispose.html"
    return render(request, template, context, status=422 if form.is_bound else 200)


@page("insight.edit")
def adopt_rest(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Adopt all findings of a cycle that were shown and still await a decision."""
    cycle = get_object_or_404(Cycle.objects.select_related("campaign"), pk=pk)
    if request.method == "POST":
        last = id_in(request.POST.get("last", ""))
        try:
            adopted = adopt_waiting(cycle=cycle, by=request.membership, up_to=last)
        except CycleIsClosed as refusal:
            messages.error(request, str(refusal))
        else:
            findings = f"{adopted} finding{'' if adopted == 1 else 's'}"
            messages.success(request, f"{findings} adopted. You can still change each one.")
    return redirect(link("insight:cycle", pk))


def _decided(request: WorkspaceRequest, held: Disposition) -> HttpResponse:
    if not request.htmx:
        messages.success(request, f"{held.get_decision_display()}: {held.finding}")
        return redirect(link("insight:cycle", held.cycle_id))
    response = render(request, "insight/dispose.html#row", {"held": held})
    response.headers["HX-Trigger"] = "decided"
    return response


def _seen(held: Disposition | None) -> str:
    return held.decided_at.isoformat() if held and held.decided_at else ""


def _as_typed(held: Disposition | None) -> dict[str, str]:
    if held is None or held.decided_at is None:
        return {}
    return {"decision": held.decision, "reason": held.reason, "seen": _seen(held)}
