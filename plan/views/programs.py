"""Programs, and what a scenario intends with them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render

from insight.models import Audience
from ipeo.merging import chosen as chosen_of
from ipeo.navigation import link, panels_of
from ipeo.permissions import WorkspaceRequest, page
from ipeo.queries.paging import page_of
from ipeo.views.refusals import refused_in_form
from ipeo.views.together import Edited, edit_together
from plan.actions import programs as actions
from plan.actions.drafts import CycleOver, ScenarioLocked
from plan.forms.planning import AddProgramForm, ProgramForm, ProgramPlanForm
from plan.models import Program, ProgramPlan, Scenario
from plan.queries import scenarios as queries
from plan.views.confirming import confirm_page

SHOWN = 20
"""How many programs are listed for one audience."""


def _scenario(pk: int) -> Scenario:
    return get_object_or_404(Scenario.objects.select_related("cycle__campaign"), pk=pk)


@page("plan.view")
def programs(request: WorkspaceRequest) -> HttpResponse:
    """List the workspace's programs."""
    found = page_of(queries.programs(), order=("-id",), after=request.GET.get("after", ""))
    return render(request, "plan/programs.html", {"page": found})


@page("plan.edit")
def new(request: WorkspaceRequest) -> HttpResponse:
    """Make a program."""
    form = ProgramForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and (made := _saved(form)):
        messages.success(request, f"{made.name} is ready to plan.")
        return redirect(link("plan:programs"))
    context = {"form": form, "title": "New program", "back": link("plan:programs")}
    return render(request, "plan/program.html", context, status=422 if form.is_bound else 200)


@page("plan.view", change="plan.edit")
def program(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show a program with where it was planned; change its name, channel and offer."""
    edited = _edited(request, pk) if request.method == "POST" else None
    if edited is not None and edited.saved:
        messages.success(request, edited.told("Program saved."))
        return redirect(link("plan:programs"))
    stored = get_object_or_404(queries.programs(), pk=pk)
    plans = ProgramPlan.objects.filter(program=pk).select_related("scenario__cycle__campaign")
    context = {
        "form": edited.form if edited else ProgramForm(instance=stored),
        "merge": edited.merge if edited else None,
        "program": stored,
        "title": stored.name,
        "plans": list(plans.order_by("-scenario__cycle__number", "-pk")[:50]),
        "panels": panels_of(request.membership, "program", pk),
        "back": link("plan:programs"),
    }
    return render(request, "plan/program.html", context, status=edited.status if edited else 200)


def _edited(request: WorkspaceRequest, pk: int) -> Edited[ProgramForm]:
    return edit_together(
        chosen_of(request.POST),
        bind=lambda data: ProgramForm(data, instance=get_object_or_404(queries.programs(), pk=pk)),
        merge_with=lambda data, form: form.merged(data),
        save=lambda form, version: _saved(form, version) is not None,
    )


def _saved(form: ProgramForm, version: int | None = None) -> Program | None:
    form.instance.discount = form.cleaned_data["discount"]
    told = {
        actions.ProgramNameTaken: "name",
        actions.DiscountMissing: "discount",
        actions.OfferFrozen: "offer",
    }
    with refused_in_form(form, told):
        return actions.save_program(program=form.instance, version=version)
    return None


@page("plan.view")
def audience_programs(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show the programs that open cycles intend for an audience."""
    audience = get_object_or_404(Audience.objects.all(), pk=pk)
    name = "plan/audience_programs.html" + ("#panel" if request.htmx else "")
    context = {"audience": audience, "plans": queries.planned_for(audience)[:SHOWN]}
    return render(request, name, context)


@page("plan.edit")
def remove(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Remove a program that was never planned: ask first."""
    found = get_object_or_404(Program.objects.all(), pk=pk)

    def act() -> str:
        actions.remove_program(program=found)
        messages.success(request, f"{found.name} was deleted.")
        return link("plan:programs")

    return confirm_page(
        request,
        act,
        actions.ProgramInUse,
        title=f"Delete {found.name}",
        text="Only a program that is not in any scenario can be deleted.",
        submit="Delete",
        eyebrow="Programs",
        back=link("plan:program", pk),
    )


@page("plan.edit")
def add(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Add one of the campaign's programs to a draft."""
    scenario = _scenario(pk)
    chosen = AddProgramForm(
        request.POST or None,
        scenario=scenario,
        initial={"program": request.GET.get("program")},
    )
    plan = ProgramPlan(scenario=scenario)
    form = _plan_form(request, plan, request.POST or None)
    if request.method == "POST" and all([chosen.is_valid(), form.is_valid()]):
        plan.program = chosen.cleaned_data["program"]
        if _planned(form, scenario):
            return redirect(link("plan:scenario", pk))
    context = {"chosen": chosen, "form": form, "scenario": scenario}
    return render(request, "plan/add_program.html", context, status=422 if form.is_bound else 200)


@page("plan.edit")
def new_within(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Make a program of the scenario's campaign, and go on to plan it."""
    scenario = _scenario(pk)
    form = ProgramForm(request.POST or None, campaign=scenario.cycle.campaign)
    if request.method == "POST" and form.is_valid() and (made := _saved(form)):
        return redirect(f"{link('plan:add_program', pk)}?program={made.pk}")
    context = {"form": form, "title": "New program", "back": link("plan:add_program", pk)}
    return render(request, "plan/program.html", context, status=422 if form.is_bound else 200)


@page("plan.view", change="plan.edit")
def intended(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show and change what a scenario intends with a program."""
    plans = ProgramPlan.objects.select_related("scenario__cycle__campaign", "program__channel")
    found = get_object_or_404(plans, pk=pk)
    edited = None
    if request.method == "POST":
        edited = edit_together(
            chosen_of(request.POST),
            bind=lambda data: _plan_form(request, get_object_or_404(plans, pk=pk), data),
            merge_with=lambda data, form: form.merged(data),
            save=lambda form, version: _planned(form, None, version) is not None,
        )
        if edited.saved:
            messages.success(request, edited.told(f"{found.program.name} was saved."))
            return redirect(link("plan:scenario", found.scenario_id))
        found = get_object_or_404(plans, pk=pk)
    context = {
        "form": edited.form if edited else _plan_form(request, found, None),
        "merge": edited.merge if edited else None,
        "plan": found,
        "scenario": found.scenario,
        "is_draft": found.scenario.status == Scenario.Status.DRAFT,
    }
    status = edited.status if edited else 200
    return render(request, "plan/program_plan.html", context, status=status)


def _plan_form(
    request: WorkspaceRequest, plan: ProgramPlan, data: QueryDict | None
) -> ProgramPlanForm:
    return ProgramPlanForm(
        data,
        instance=plan,
        workspace=request.workspace,
        cycle=plan.scenario.cycle,
    )


def _planned(
    form: ProgramPlanForm, into: Scenario | None, version: int | None = None
) -> ProgramPlan | None:
    proof_points = form.cleaned_data["proof_points"]
    told = {
        actions.FlightOutsideCycle: "ends_on",
        actions.PlannedAlready: None,
        actions.OtherCampaign: None,
        ScenarioLocked: None,
        CycleOver: None,
    }
    with refused_in_form(form, told):
        if into is None:
            return actions.change_program_plan(
                plan=form.instance, proof_points=proof_points, version=version
            )
        return actions.plan_program(scenario=into, plan=form.instance, proof_points=proof_points)
    return None


@page("plan.edit")
def take_out(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Take a program out of a draft: ask first."""
    plans = ProgramPlan.objects.select_related("scenario__cycle__campaign", "program")
    found = get_object_or_404(plans, pk=pk)

    def act() -> str:
        actions.remove_program_plan(plan=found)
        messages.success(request, f"{found.program.name} was removed from “{found.scenario}”.")
        return link("plan:scenario", found.scenario_id)

    return confirm_page(
        request,
        act,
        ScenarioLocked,
        CycleOver,
        title=f"Remove {found.program.name} from “{found.scenario}”",
        text="Its budget in this scenario is deleted. The program itself stays.",
        submit="Remove",
        eyebrow=str(found.scenario.cycle),
        back=link("plan:program_plan", pk),
    )
