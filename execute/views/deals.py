"""Deals: the list, one deal, and its editing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render

from execute.actions.deals import AmountNegative, ChangedMeanwhile, OutcomeNeeded, save_deal
from execute.actions.setup import ensure_defaults
from execute.forms.deals import DealFilterForm, DealForm, chosen, differences
from execute.models import Deal
from execute.queries import deals as queries
from execute.queries.days import today
from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, page
from ipeo.queries.paging import page_of


@page("deals.view")
def deals(request: WorkspaceRequest) -> HttpResponse:
    """List the deals, narrowed by what the filter says."""
    form = DealFilterForm(request.GET or None, member=request.membership)
    wanted = form.wanted()
    found = queries.matching_deals(**wanted)
    context = {
        "form": form,
        "page": page_of(found, order=("-updated_at", "-id"), after=request.GET.get("after", "")),
        "totals": queries.totals_of(found),
        "narrowed": any(wanted.values()),
        "today": today(),
    }
    return render(request, "execute/deals.html", context)


@page("deals.view")
def deal(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show one deal: its money, its history, its buyer's touches, its outcome."""
    wanted = queries.deals().select_related("competitor", "outcome_by__user")
    found = get_object_or_404(wanted, pk=pk)
    context = {
        "deal": found,
        "today": today(),
        "stages": queries.stages(),
        "changes": found.stage_changes.select_related("stage", "by__user").order_by(
            "-entered_at", "-pk"
        )[:20],
        "touches": queries.touches_of(found),
        "drivers": found.deal_drivers.select_related("driver").order_by("rank", "pk"),
        "materials": found.deal_materials.select_related("material").order_by("pk"),
    }
    return render(request, "execute/deal.html", context)


@page("deals.edit")
def new_deal(request: WorkspaceRequest) -> HttpResponse:
    """Open a deal."""
    ensure_defaults()
    first = next(iter(queries.stages()), None)
    initial = {"owner": request.membership, "stage": first, "quantity": 1}
    given = {name: request.GET[name] for name in ("name", "account") if name in request.GET}
    form = DealForm(request.POST or None, instance=Deal(), initial=initial | given)
    if request.method == "POST" and form.is_valid():
        saved = _saved(request, form, version=None)
        if saved is not None:
            messages.success(request, f"{saved} is open, in {saved.stage}.")
            return redirect(link("execute:deal", saved.pk))
    return _edit_page(request, form, title="New deal", back=link("execute:deals"))


@page("deals.edit")
def edit_deal(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Change a deal; where somebody else did so meanwhile, the person sees both and chooses."""
    stored = get_object_or_404(Deal.objects.all(), pk=pk)
    title, back = f"Edit {stored}", link("execute:deal", pk)
    data: QueryDict | None = chosen(request.POST, stored) if request.method == "POST" else None
    form = DealForm(data, instance=get_object_or_404(Deal.objects.all(), pk=pk))
    meanwhile = None
    if data is not None and form.is_valid():
        try:
            saved = _saved(request, form, version=form.cleaned_data["version"] or 0)
        except ChangedMeanwhile as refusal:
            meanwhile = differences(form, refusal.deal)
            data["version"] = str(refusal.deal.version)
        else:
            if saved is not None:
                messages.success(request, "The deal is saved.")
                return redirect(back)
    return _edit_page(request, form, title=title, back=back, meanwhile=meanwhile)


def _saved(request: WorkspaceRequest, form: DealForm, *, version: int | None) -> Deal | None:
    """Save what the form holds; None where it was refused, which the form then tells."""
    try:
        return save_deal(deal=form.instance, by=request.membership, version=version)
    except AmountNegative as refusal:
        form.add_error(refusal.field, str(refusal))
    except OutcomeNeeded as refusal:
        form.add_error("stage", str(refusal))
    return None


def _edit_page(
    request: WorkspaceRequest, form: DealForm, *, title: str, back: str, **context: Any
) -> HttpResponse:
    status = 409 if context.get("meanwhile") else 422 if form.is_bound else 200
    context |= {"form": form, "title": title, "back": back}
    return render(request, "execute/deal_form.html", context, status=status)
