"""Parts of shared pages that Execute provides, each also a page of its own."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from execute.queries.beside import deals_against, deals_with
from execute.queries.deals import deals, past_due, totals_of
from execute.queries.materials import materials_for_deal
from execute.queries.money import money_rows, money_table
from execute.queries.spending import spend_of
from insight.models import Audience, Competitor
from insight.queries.rules import RuleNotValid
from ipeo.charts import spend_against_plan
from ipeo.downloads import list_file
from ipeo.models import Cycle, Role
from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, page

SHOWN = 6


@page("expenses.view")
def spend(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show a cycle's spend against its plan, by month and by program."""
    cycle = get_object_or_404(Cycle.objects.select_related("campaign"), pk=pk)
    on = timezone.localdate()
    money = spend_of(cycle, on=on)
    figure = spend_against_plan(
        money.months,
        [float(amount) for amount in money.planned_by_month],
        [float(amount) for amount in money.committed_by_month],
        [float(amount) for amount in money.actual_by_month],
        currency=request.workspace.currency,
        today=on,
    )
    context = {
        "cycle": cycle,
        "spend": money,
        "figure": figure,
        "months": list(
            zip(
                money.months,
                money.planned_by_month,
                money.committed_by_month,
                money.actual_by_month,
                strict=True,
            )
        ),
    }
    if request.htmx:
        return render(request, "execute/spend.html#panel", context)
    return render(request, "execute/spend.html", context | {"table": money_table(cycle)})


@page("expenses.view")
def spend_file(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Give a cycle's money by program and month as a file."""
    cycle = get_object_or_404(Cycle.objects.all(), pk=pk)
    name = f"{request.workspace.slug}-money-{cycle.starts_on}.csv"
    return list_file(name, money_rows(money_table(cycle)))


@page("deals.view")
def past_due_panel(request: WorkspaceRequest) -> HttpResponse:
    """Show the deals that wait for their outcome: a rep's own, or everybody's."""
    own = request.membership.role == Role.SALES_REP
    on = timezone.localdate()
    found = deals().filter(past_due(on))
    if own:
        found = found.filter(owner=request.membership)
    context = {
        "deals": found.order_by("expected_close_date", "pk")[:SHOWN],
        "totals": totals_of(found),
        "own": own,
        "today": on,
    }
    part = "#panel" if request.htmx else ""
    return render(request, f"execute/past_due.html{part}", context)


@page("materials.view")
def deal_materials(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show what sales may use in a deal, what fits its program and stage first."""
    deal = get_object_or_404(deals(), pk=pk)
    context = {"deal": deal, "materials": materials_for_deal(deal)[:SHOWN]}
    part = "#panel" if request.htmx else ""
    return render(request, f"execute/deal_materials.html{part}", context)


@page("deals.view")
def audience_deals(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show how deals with an audience's accounts end, beside those with all others."""
    audience = get_object_or_404(Audience.objects.all(), pk=pk)
    try:
        beside = deals_with(audience)
    except RuleNotValid:
        beside = None
    context = {
        "title": "Deals with these accounts",
        "of": str(audience),
        "at": link("insight:audience", pk),
        "columns": ("This audience", "All other accounts"),
        "beside": beside,
    }
    return render(request, _beside_page(request), context)


@page("deals.view")
def competitor_deals(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show how deals end in which a competitor was named, beside all others."""
    competitor = get_object_or_404(Competitor.objects.all(), pk=pk)
    context = {
        "title": f"Deals against {competitor}",
        "of": str(competitor),
        "at": link("insight:rival", pk),
        "columns": ("Against them", "All other deals"),
        "beside": deals_against(competitor),
    }
    return render(request, _beside_page(request), context)


def _beside_page(request: WorkspaceRequest) -> str:
    return "execute/deals_beside.html" + ("#panel" if request.htmx else "")
