"""Rivals and their moves."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from insight.actions.rivals import (
    CompetitorNameTaken,
    delete_move,
    save_competitor,
    save_move,
)
from insight.forms.market import CompetitorForm, MoveForm
from insight.models import Competitor, CompetitorMove
from insight.queries import market
from insight.views.battlecards import shown
from insight.views.editing import edit_kept, edit_page
from ipeo.navigation import link, panels_of
from ipeo.permissions import WorkspaceRequest, page
from ipeo.queries.paging import page_of


@page("insight.view")
def rivals(request: WorkspaceRequest) -> HttpResponse:
    """List the rivals, and what they did lately."""
    context = {
        "page": page_of(
            market.competitors(),
            order=("-is_active", "name", "id"),
            after=request.GET.get("after", ""),
        ),
        "moves": list(market.moves()[:10]),
    }
    return render(request, "insight/rivals.html", context)


@page("insight.view", change="insight.edit")
def rival(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show a rival with its moves, and note another."""
    found = get_object_or_404(Competitor.objects.all(), pk=pk)
    card, versions = shown(found)
    return edit_page(
        request,
        form=MoveForm(request.POST or None, instance=CompetitorMove(competitor=found)),
        save=lambda move: save_move(move=move),
        then=lambda move: link("insight:rival", pk),
        context={
            "rival": found,
            "card": card,
            "versions": versions,
            "panels": panels_of(request.membership, "competitor", pk),
            "page": page_of(
                market.moves(competitor_id=pk),
                order=("-happened_on", "-id"),
                after=request.GET.get("after", ""),
            ),
        },
        template="insight/rival.html",
    )


@page("insight.edit")
def new_rival(request: WorkspaceRequest) -> HttpResponse:
    """Name a rival."""
    return _edit_rival(request, Competitor(), "New competitor")


@page("insight.edit")
def edit_rival(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Change what is said of a rival, or remove one that nothing names."""
    found = get_object_or_404(Competitor.objects.all(), pk=pk)
    return _edit_rival(request, found, found.name)


def _edit_rival(request: WorkspaceRequest, row: Competitor, title: str) -> HttpResponse:
    back = link("insight:rival", row.pk) if row.pk else link("insight:rivals")
    return edit_kept(
        request,
        row=row,
        listed=link("insight:rivals"),
        form=CompetitorForm(request.POST or None, instance=row),
        save=lambda competitor: save_competitor(competitor=competitor),
        then=lambda competitor: link("insight:rival", competitor.pk),
        context={"title": title, "eyebrow": "Competitors", "back": back},
        refusals={CompetitorNameTaken: "name"},
    )


@page("insight.edit")
def edit_move(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Change what a rival did, or remove it where it was noted by mistake."""
    found = get_object_or_404(CompetitorMove.objects.select_related("competitor"), pk=pk)
    back = link("insight:rival", found.competitor_id)
    if "remove" in request.POST:
        delete_move(move=found)
        messages.success(request, "Move deleted.")
        return redirect(back)
    return edit_page(
        request,
        form=MoveForm(request.POST or None, instance=found),
        save=lambda move: save_move(move=move),
        then=lambda move: back,
        context={
            "title": "Competitor move",
            "eyebrow": found.competitor.name,
            "back": back,
            "removable": "this move",
        },
    )
