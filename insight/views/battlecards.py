"""Battlecards: on the deal, on the rival's page, and while they are written."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from insight.actions.battlecards import CardMovedOn, TooManyLines, save_card
from insight.forms.battlecards import BattlecardForm
from insight.models import Battlecard, Competitor
from insight.queries.battlecards import card_of, card_versions, current_cards
from insight.queries.market import competitors
from insight.queries.stories import current_story, proof_points
from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, page
from ipeo.queries.named import id_in
from ipeo.views.refusals import overtaken_in_form, refused_in_form

SHOWN = 20


@page("insight.view")
def battlecard(request: WorkspaceRequest) -> HttpResponse:
    """Show the card against a rival (`?rival=`), or all of them where none is named yet."""
    wanted = request.GET.get("rival", "")
    cards = current_cards()
    rival = None
    if not wanted:
        cards = cards.filter(competitor__is_active=True)
    if (rival_id := id_in(wanted)) is not None:
        rival = competitors().filter(pk=rival_id).first()
        cards = cards.filter(competitor=rival_id)
    context = {"cards": list(cards[:SHOWN]), "rival": rival}
    template = "insight/battlecard.html#panel" if request.htmx else "insight/battlecard.html"
    return render(request, template, context)


@page("insight.edit")
def edit_card(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Write a rival's card; saving makes a version."""
    rival = get_object_or_404(Competitor.objects.all(), pk=pk)
    form = BattlecardForm(request.POST or None, card=card_of(rival))
    if request.method == "POST" and form.is_valid():
        with overtaken_in_form(form, CardMovedOn), refused_in_form(form, {TooManyLines: None}):
            card = save_card(competitor=rival, by=request.membership, **form.words())
            messages.success(request, f"Version {card.version} of the battlecard was saved.")
            return redirect(link("insight:rival", pk))
    story = current_story()
    context = {
        "form": form,
        "rival": rival,
        "points": proof_points(story) if story else [],
    }
    status = 422 if form.is_bound else 200
    return render(request, "insight/battlecard_form.html", context, status=status)


@page("insight.view")
def card_version(request: WorkspaceRequest, pk: int, number: int) -> HttpResponse:
    """Show one version of a rival's card as it was."""
    rival = get_object_or_404(Competitor.objects.all(), pk=pk)
    card = get_object_or_404(card_versions(rival), version=number)
    return render(request, "insight/card_version.html", {"rival": rival, "card": card})


def shown(rival: Competitor) -> tuple[Battlecard | None, list[Battlecard]]:
    """Return what a rival's page shows: the card that holds, and the versions before it."""
    versions = list(card_versions(rival)[: SHOWN + 1])
    card = next((one for one in versions if one.is_current), None)
    return card, [one for one in versions if not one.is_current]
