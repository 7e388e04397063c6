"""Deals: the list, and one deal."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from execute.forms.deals import DealFilterForm, SaveViewForm
from execute.queries import deals as queries
from execute.queries.discounts import approvals_of, approved_price, terms_of
from execute.queries.exports import deal_rows
from execute.queries.lines import lines_of
from execute.queries.reviews import answers_of, open_reviews, voices_of
from ipeo.actions.saved_views import NotYours, delete_view, save_view
from ipeo.downloads import list_file
from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, page
from ipeo.queries.paging import page_of
from ipeo.queries.saved_views import views_of
from ipeo.views.refusals import refused_as_message

LIST = "execute:deals"


@page("deals.view")
def deals(request: WorkspaceRequest) -> HttpResponse:
    """List the deals, narrowed by what the filter says."""
    form = DealFilterForm(request.GET or None, member=request.membership)
    wanted = form.wanted()
    found = queries.matching_deals(**wanted)
    views = list(views_of(request.membership, page=LIST))
    context = {
        "form": form,
        "page": page_of(found, order=("-updated_at", "-id"), after=request.GET.get("after", "")),
        "totals": queries.totals_of(found),
        "narrowed": any(value not in (None, "") for value in wanted.values()),
        "today": timezone.localdate(),
        "views": views,
        "here": next((view for view in views if view.query and view.query == form.query), None),
        "save_view": SaveViewForm(initial={"query": form.query}, prefix="view"),
    }
    return render(request, "execute/deals.html", context, status=422 if form.errors else 200)


@page("deals.view")
def export(request: WorkspaceRequest) -> HttpResponse:
    """Give the deals that the filter leaves as a file."""
    form = DealFilterForm(request.GET or None, member=request.membership)
    name = f"deals-{request.workspace.slug}-{timezone.localdate():%Y-%m-%d}.csv"
    return list_file(name, deal_rows(queries.matching_deals(**form.wanted())))


@page("deals.view")
def keep_view(request: WorkspaceRequest) -> HttpResponse:
    """Keep the filter under a name."""
    form = SaveViewForm(request.POST or None, prefix="view")
    query = ""
    if form.is_valid():
        query = form.cleaned_data["query"]
        view = save_view(page=LIST, owner=request.membership, **form.cleaned_data)
        messages.success(request, f"“{view}” was saved.")
    elif request.method == "POST":
        query = request.POST.get("view-query", "")
        messages.error(request, "Enter a name of up to 80 characters.")
    return redirect(f"{link(LIST)}?{query}" if query else link(LIST))


@page("deals.view")
def forget_view(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Remove a saved view."""
    view = get_object_or_404(views_of(request.membership, page=LIST), pk=pk)
    if request.method == "POST":
        with refused_as_message(request, NotYours):
            delete_view(view=view, by=request.membership)
            messages.success(request, f"“{view}” was deleted.")
    return redirect(link(LIST))


@page("deals.view")
def deal(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show one deal: its money, its history, its buyer's touches, its outcome."""
    wanted = queries.deals().select_related("competitor", "outcome_by__user")
    found = get_object_or_404(wanted, pk=pk)
    answer, asks = next(iter(answers_of(found)), None), approvals_of(found)
    context = {
        "deal": found,
        "terms": terms_of(found),
        "lines": lines_of(found),
        "discount_asks": asks,
        "approved": approved_price(found, asks),
        "buyer_answer": answer,
        "voices": voices_of(found, answer),
        "open_reviews": open_reviews(found),
        "today": timezone.localdate(),
        "stages": queries.stages(found),
        "stood_in": queries.stood_in(found),
        "changes": found.stage_changes.select_related("stage", "by__user").order_by(
            "-entered_at", "-pk"
        )[:20],
        "touches": queries.touches_of(found),
        "drivers": found.deal_drivers.select_related("driver").order_by("rank", "pk"),
        "materials": found.deal_materials.select_related("material").order_by("pk"),
    }
    return render(request, "execute/deal.html", context)
