"""Scenarios: begun, cloned, proposed, decided; and the value guard of a price-led program."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from ipeo.actions.approving import OwnWork
from ipeo.merging import chosen, merged
from ipeo.models import Cycle
from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, page
from ipeo.queries.named import row_named
from ipeo.views.refusals import refused_in_form
from ipeo.views.together import edit_together
from plan.actions import approvals as approving
from plan.actions import scenarios as actions
from plan.actions.drafts import CycleOver, ScenarioLocked
from plan.forms.planning import ApproveForm, ApprovePriceForm, LimitForm, NoteForm, ScenarioForm
from plan.models import ProgramPlan, Scenario
from plan.queries.budget import approved_scenario, total_of
from plan.queries.forecasts import shown_forecast
from plan.queries.guard import guard_of
from plan.queries.readiness import missing_of
from plan.queries.sheet import sheet_of
from plan.views.confirming import confirm_page

REFUSALS = (
    ScenarioLocked,
    CycleOver,
    actions.NotProposed,
    approving.AlreadyApproved,
    approving.AnotherApproved,
    approving.ProposedAnew,
    OwnWork,
)


def _scenario(pk: int) -> Scenario:
    return get_object_or_404(Scenario.objects.select_related("cycle__campaign"), pk=pk)


@page("plan.edit")
def new(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Begin a scenario, empty or from another one."""
    cycle = get_object_or_404(Cycle.objects.select_related("campaign"), pk=pk)
    form = ScenarioForm(
        request.POST or None, cycle=cycle, initial={"start_from": request.GET.get("from")}
    )
    if request.method == "POST" and form.is_valid():
        name, source = form.cleaned_data["name"], form.cleaned_data["start_from"]
        with refused_in_form(form, {actions.ScenarioNameTaken: "name", CycleOver: None}):
            made = (
                actions.clone_scenario(scenario=source, name=name, into=cycle)
                if source
                else actions.create_scenario(cycle=cycle, name=name)
            )
            return redirect(link("plan:scenario", made.pk))
    context = {"form": form, "cycle": cycle}
    return render(request, "plan/new_scenario.html", context, status=422 if form.is_bound else 200)


@page("plan.edit")
def rename(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Rename a draft, and set the money there is to spend."""
    found = _scenario(pk)
    context: dict[str, object] = {"form": LimitForm(instance=found), "scenario": found}
    if request.method != "POST":
        return render(request, "plan/rename_scenario.html", context)
    edited = edit_together(
        chosen(request.POST),
        bind=lambda data: LimitForm(data, instance=_scenario(pk)),
        merge_with=lambda data, form: merged(data, form, form.columns),
        save=_renamed,
    )
    if edited.saved:
        messages.success(request, edited.told("Name and budget limit saved."))
        return redirect(link("plan:scenario", pk))
    context |= {"form": edited.form, "merge": edited.merge}
    return render(request, "plan/rename_scenario.html", context, status=edited.status)


def _renamed(form: LimitForm, version: int) -> bool:
    """Save what a valid form holds; False where it was refused, which the form then tells."""
    told = {actions.ScenarioNameTaken: "name", ScenarioLocked: None, CycleOver: None}
    sent = form.cleaned_data | {"version": version}
    with refused_in_form(form, told):
        actions.rename_scenario(scenario=form.instance, **sent)
        return True
    return False


@page("plan.edit")
def remove(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Remove a draft: ask first."""
    found = _scenario(pk)

    def act() -> str:
        actions.remove_scenario(scenario=found)
        messages.success(request, f"“{found.name}” was deleted.")
        return link("plan:cycle", found.cycle_id)

    return confirm_page(
        request,
        act,
        *REFUSALS,
        eyebrow=str(found.cycle),
        back=link("plan:scenario", found.pk),
        title=f"Delete “{found.name}”",
        text="The draft and its budget are deleted. The programs stay.",
        submit="Delete draft",
    )


@page("plan.edit")
def clone(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Begin a new draft from a scenario; a revision where it is the approved one."""
    found = _scenario(pk)

    def act() -> str:
        return link("plan:scenario", actions.clone_scenario(scenario=found).pk)

    revising = found.status == Scenario.Status.APPROVED
    return confirm_page(
        request,
        act,
        *REFUSALS,
        eyebrow=str(found.cycle),
        back=link("plan:scenario", found.pk),
        title=f"Revise “{found.name}”" if revising else f"Clone “{found.name}”",
        text=(
            "A new draft starts from the approved plan, which stays in effect until a manager "
            "approves the revision."
            if revising
            else "A new draft starts with the same programs and budget. Approvals are not copied."
        ),
        submit="Create revision" if revising else "Create copy",
        tone="primary",
    )


@page("plan.edit")
def propose(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Hand a draft to the managers: show what it lacks, or what they will read."""
    found = _scenario(pk)
    fault = ""
    if request.method == "POST":
        try:
            actions.propose_scenario(scenario=found, by=request.membership)
        except actions.NotReady:
            fault = "It is not ready yet."
        except (ScenarioLocked, CycleOver, OwnWork) as error:
            fault = str(error)
        else:
            messages.success(request, f"“{found.name}” is now waiting for a manager's approval.")
            return redirect(link("plan:scenario", pk))
    missing = missing_of(found)
    context = {
        "scenario": found,
        "missing": [one for one in missing if not one.needs_manager],
        "later": [one for one in missing if one.needs_manager],
        "total": total_of(found),
        "fault": fault,
    }
    return render(request, "plan/propose.html", context, status=422 if fault else 200)


@page("plan.edit")
def take_back(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Make a proposed scenario a draft again."""
    found = _scenario(pk)

    def act() -> str:
        actions.take_back_scenario(scenario=found)
        messages.success(request, f"“{found.name}” is a draft again.")
        return link("plan:scenario", pk)

    return confirm_page(
        request,
        act,
        *REFUSALS,
        eyebrow=str(found.cycle),
        back=link("plan:scenario", found.pk),
        title=f"Withdraw “{found.name}”",
        text="It becomes a draft again and is no longer waiting for approval.",
        submit="Withdraw",
        tone="primary",
    )


def _seen_approved(request: WorkspaceRequest, found: Scenario) -> Scenario | None:
    rivals = Scenario.objects.filter(cycle=found.cycle_id)
    return row_named(rivals, request.POST.get("replacing", ""))


@page("plan.approve")
def approve(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Read a proposed scenario with its forecast, and approve it."""
    found = _scenario(pk)
    form = ApproveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with refused_in_form(form, dict.fromkeys(REFUSALS)):
                approving.approve_scenario(
                    scenario=found,
                    by=request.membership,
                    replacing=_seen_approved(request, found),
                    **form.cleaned_data,
                )
                messages.success(
                    request, f"“{found.name}” is approved, and its forecast is frozen."
                )
                return redirect(link("plan:scenario", pk))
        except actions.NotReady:
            form.add_error(None, "It still needs what is listed below.")
    found = _scenario(pk)
    context = {
        "scenario": found,
        "sheet": sheet_of(found),
        "forecast": shown_forecast(found),
        "missing": missing_of(found),
        "current": approved_scenario(found.cycle),
        "form": form,
    }
    return render(request, "plan/approve.html", context, status=422 if form.is_bound else 200)


@page("plan.approve")
def send_back(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Send a proposed scenario back to the planner with a note."""
    found = _scenario(pk)
    form = NoteForm(request.POST or None)
    form.fields["note"].label = "What should change"
    if request.method == "POST" and form.is_valid():
        with refused_in_form(form, {actions.NoteMissing: "note", actions.NotProposed: None}):
            actions.send_back_scenario(
                scenario=found, by=request.membership, note=form.cleaned_data["note"]
            )
            messages.success(request, f"“{found.name}” was sent back.")
            return redirect(link("plan:cycle", found.cycle_id))
    context = {"form": form, "scenario": found}
    return render(request, "plan/send_back.html", context, status=422 if form.is_bound else 200)


@page("plan.view", change="plan.approve")
def value_guard(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show what a price-led program costs in margin; a manager may approve it here."""
    plans = ProgramPlan.objects.select_related("scenario__cycle__campaign", "program__channel")
    found = get_object_or_404(plans, pk=pk)
    form = ApprovePriceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = (approving.OfferChanged, approving.NotPriceLed, *REFUSALS)
        with refused_in_form(form, dict.fromkeys(told)):
            approving.approve_price(
                plan=found,
                by=request.membership,
                note=form.cleaned_data["note"],
                seen_discount=form.cleaned_data["discount"],
            )
            messages.success(request, f"{found.program.name} is approved with the figures shown.")
            return redirect(link("plan:scenario", found.scenario_id))
    context = {
        "plan": found,
        "guard": guard_of(found),
        "form": form,
    }
    return render(request, "plan/value_guard.html", context, status=422 if form.is_bound else 200)
