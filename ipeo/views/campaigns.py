"""The pages that all four stages share: home, campaigns, and a cycle with its ring and gates."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from ipeo.actions.campaigns import (
    AlreadyMoved,
    GateClosed,
    MayNotOverride,
    NameTaken,
    advance_cycle,
    save_campaign,
    start_campaign,
)
from ipeo.forms import AdvanceForm, EditCampaignForm, StartCampaignForm
from ipeo.merging import chosen, merged
from ipeo.models import Campaign, Cycle, Role
from ipeo.navigation import link, panels_of
from ipeo.permissions import WorkspaceRequest, may, page
from ipeo.queries.campaigns import campaigns_with_open_cycle, passages, standing
from ipeo.queries.paging import page_of
from ipeo.queries.ranges import choices_of, range_of
from ipeo.views.refusals import refused_in_form
from ipeo.views.together import edit_together

SHOWN = 12
"""How many campaigns the home page shows."""


@page("workspace.view")
def home(request: WorkspaceRequest) -> HttpResponse:
    """Show what matters now; a rep begins with the day's deals instead."""
    if request.membership.role == Role.SALES_REP and "all" not in request.GET:
        return redirect(link("execute:mine"))
    campaigns = list(
        campaigns_with_open_cycle().filter(
            status__in=[Campaign.Status.PLANNED, Campaign.Status.IN_PROGRESS]
        )[:SHOWN]
    )
    chosen = range_of(request.GET)
    context = {
        "panels": panels_of(request.membership, "home", query=chosen.query),
        "campaigns": campaigns,
        "is_new": not campaigns and not Campaign.objects.exists(),
        "chosen": chosen,
        "choices": choices_of(chosen),
    }
    return render(request, "ipeo/home.html", context)


@page("campaigns.view")
def campaigns(request: WorkspaceRequest) -> HttpResponse:
    """List the workspace's campaigns."""
    found = page_of(campaigns_with_open_cycle(), order=("-id",), after=request.GET.get("after", ""))
    return render(request, "ipeo/campaigns.html", {"page": found})


@page("campaigns.edit")
def new_campaign(request: WorkspaceRequest) -> HttpResponse:
    """Start a campaign with its first cycle."""
    form = StartCampaignForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refused_in_form(form, {NameTaken: "name"}):
            campaign = start_campaign(owner=request.membership, **form.cleaned_data)
            messages.success(request, f"{campaign.name} has started, in Insight.")
            return redirect(link("ipeo:campaign", campaign.pk))
    status = 422 if form.is_bound else 200
    return render(request, "ipeo/new_campaign.html", {"form": form}, status=status)


@page("campaigns.view")
def campaign(request: WorkspaceRequest, pk: int, number: int | None = None) -> HttpResponse:
    """Show one cycle of a campaign, the latest where none is named."""
    cycles = Cycle.objects.select_related("campaign").filter(campaign_id=pk).order_by("-number")
    cycle = get_object_or_404(cycles, number=number) if number else cycles.first()
    if cycle is None:
        get_object_or_404(Campaign, pk=pk)
        return redirect(link("ipeo:campaigns"))
    chosen = range_of(request.GET, cycle=cycle)
    context = {
        "chosen": chosen,
        "choices": choices_of(chosen, cycle=cycle),
        "campaign": cycle.campaign,
        "cycle": cycle,
        "cycles": list(cycles),
        "standing": standing(cycle),
        "panels": panels_of(request.membership, "campaign", cycle.pk, query=chosen.query),
        "form": AdvanceForm(initial={"stage": cycle.stage}),
    }
    return render(request, "ipeo/campaign.html", context)


@page("campaigns.view")
def history(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show a campaign's passages through the gates, with what was handed on."""
    found = get_object_or_404(Campaign.objects.all(), pk=pk)
    return render(request, "ipeo/history.html", {"campaign": found, "passages": passages(found)})


@page("campaigns.edit")
def edit_campaign(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Change a campaign's name, goal, owner and status."""
    found = get_object_or_404(Campaign.objects.all(), pk=pk)
    context: dict[str, object] = {"form": EditCampaignForm(instance=found), "campaign": found}
    if request.method != "POST":
        return render(request, "ipeo/edit_campaign.html", context)
    edited = edit_together(
        chosen(request.POST),
        bind=lambda data: EditCampaignForm(
            data, instance=get_object_or_404(Campaign.objects.all(), pk=pk)
        ),
        merge_with=lambda data, form: merged(data, form, EditCampaignForm.Meta.fields),
        save=_kept,
    )
    if edited.saved:
        messages.success(request, edited.told("Campaign saved."))
        return redirect(link("ipeo:campaign", pk))
    context |= {"form": edited.form, "merge": edited.merge}
    return render(request, "ipeo/edit_campaign.html", context, status=edited.status)


def _kept(form: EditCampaignForm, version: int) -> bool:
    """Save what a valid form holds; False where its name was refused, which the form then tells."""
    with refused_in_form(form, {NameTaken: "name"}):
        save_campaign(campaign=form.instance, version=version)
        return True
    return False


@page("cycle.advance")
def advance(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Pass the gate of a cycle's stage: ask first, then move."""
    cycle = get_object_or_404(Cycle.objects.select_related("campaign"), pk=pk)
    if cycle.stage == Cycle.Stage.CLOSED:
        return redirect(link("ipeo:campaign", cycle.campaign_id))
    form = AdvanceForm(request.POST or None, initial={"stage": cycle.stage})
    if request.method == "POST" and form.is_valid():
        try:
            with refused_in_form(form, {MayNotOverride: "override_reason"}):
                change = advance_cycle(
                    cycle=cycle,
                    by=request.membership,
                    override_reason=form.cleaned_data["override_reason"],
                    expected_stage=form.cleaned_data["stage"],
                )
                messages.success(
                    request,
                    "The cycle is closed. The next one starts with what it taught."
                    if change.to_stage == Cycle.Stage.CLOSED
                    else f"{cycle.campaign} is now in {change.get_to_stage_display()}.",
                )
                return redirect(link("ipeo:campaign", cycle.campaign_id))
        except GateClosed as refusal:
            # The page lists what is still needed; who may pass it is asked for the reason.
            asked = "Enter a reason to move on anyway."
            overrides = may(request.membership, "cycle.override")
            form.add_error("override_reason", asked if overrides else str(refusal))
        except AlreadyMoved as refusal:
            messages.info(request, str(refusal))
            return redirect(link("ipeo:campaign", cycle.campaign_id))
    context = {"form": form, "cycle": cycle, "standing": standing(cycle)}
    return render(request, "ipeo/advance.html", context, status=422 if form.is_bound else 200)
