"""Discounts past the threshold: asked for, decided, and what waits for a manager."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from execute.actions.approvals import (
    AlreadyDecided,
    AskedAnew,
    BackWithoutReason,
    DiscountRefused,
    approve_discount,
    ask_approval,
    send_back_discount,
)
from execute.actions.pricing import PriceNotOffered, take_approved_price
from execute.forms.approvals import APPROVE, AskApprovalForm, DecideForm
from execute.queries.deals import deals
from execute.queries.discounts import approvals, terms_of, waiting_approvals
from ipeo.actions.approving import OwnWork
from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, page
from ipeo.queries.paging import page_of
from ipeo.templatetags.figures import money
from ipeo.views.refusals import refused_as_message

SHOWN = 5


@page("discounts.view")
def discounts(request: WorkspaceRequest) -> HttpResponse:
    """List what was asked: first what waits, then what was decided."""
    status = request.GET.get("status", "")
    found = approvals().filter(status=status) if status else approvals()
    context = {
        "page": page_of(found, order=("-asked_at", "-id"), after=request.GET.get("after", "")),
        "waiting": waiting_approvals().count(),
        "status": status,
    }
    return render(request, "execute/discounts.html", context)


@page("deals.edit")
def ask_discount(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Put a deal's discount before a manager, also before it is closed."""
    deal = get_object_or_404(deals(), pk=pk)
    form = AskApprovalForm(request.POST or None, deal=deal)
    if request.method == "POST" and form.is_valid():
        try:
            asked = ask_approval(deal=deal, by=request.membership, **form.cleaned_data)
        except DiscountRefused as refusal:
            form.refuse(refusal.field, str(refusal))
        else:
            messages.success(request, "Request sent. Waiting for a manager.")
            return redirect(link("execute:discount", asked.pk))
    context = {"form": form, "deal": deal, "terms": terms_of(deal)}
    status = 422 if form.is_bound else 200
    return render(request, "execute/ask_discount.html", context, status=status)


@page("discounts.view", change="discounts.approve")
def discount(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show what was asked beside its break-even uplift; a manager decides here."""
    approval = get_object_or_404(approvals(), pk=pk)
    form = DecideForm(request.POST or None)
    meanwhile = ""
    if request.method == "POST" and form.is_valid():
        approves = form.cleaned_data["decision"] == APPROVE
        decide = approve_discount if approves else send_back_discount
        try:
            decide(
                approval=approval,
                by=request.membership,
                reason=form.cleaned_data["reason"],
                asked_at=form.cleaned_data["asked_at"],
            )
            messages.success(request, "Approved." if approves else "Sent back with your note.")
            return redirect(link("execute:deal", approval.deal_id))
        except BackWithoutReason as refusal:
            form.add_error(refusal.field, str(refusal))
        except OwnWork as refusal:
            form.add_error(None, str(refusal))
        except (AlreadyDecided, AskedAnew) as refusal:
            meanwhile = str(refusal)
            approval = get_object_or_404(approvals(), pk=pk)
    context = {"approval": approval, "form": form, "meanwhile": meanwhile}
    status = 409 if meanwhile else 422 if form.is_bound else 200
    return render(request, "execute/discount.html", context, status=status)


@page("deals.edit")
def use_price(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Make an approved price the deal's own."""
    approval = get_object_or_404(approvals(), pk=pk)
    if request.method == "POST":
        with refused_as_message(request, PriceNotOffered):
            deal = take_approved_price(approval=approval, by=request.membership)
            net = money(deal.net_amount, request.workspace.currency)
            messages.success(request, f"The deal's net price is now {net}.")
    return redirect(link("execute:deal", approval.deal_id))


@page("discounts.approve")
def discounts_panel(request: WorkspaceRequest) -> HttpResponse:
    """Show what waits for a manager."""
    found = waiting_approvals(by=request.membership)
    context = {"rows": found[:SHOWN], "count": found.count()}
    part = "#panel" if request.htmx else ""
    return render(request, f"execute/discounts_waiting.html{part}", context)
