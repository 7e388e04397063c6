"""The state of the market, in figures and in words."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from insight.numerics import market as read
from insight.queries.market import health, moves
from ipeo.permissions import WorkspaceRequest, page

READINGS = {
    read.GROWING: ("Growing", "good"),
    read.MATURE: ("Mature", ""),
    read.SHRINKING: ("Shrinking", "warn"),
    read.PRICE_WAR: ("In a price war", "bad"),
    read.UNKNOWN: ("Not known", ""),
}
ADVICE = {
    read.GROWING: "There is room for more demand: programs that widen the audience pay now.",
    read.MATURE: "Demand has to be won from somebody: proof and retention pay more than reach.",
    read.SHRINKING: "Keep those you have, and find out where the demand went.",
    read.PRICE_WAR: "Do not answer a cut with a cut by habit: show what the price buys, and let "
    "the value guard test each offer.",
    read.UNKNOWN: "Log more outcomes with what decided them; the reading follows by itself.",
}


@page("insight.view")
def market(request: WorkspaceRequest) -> HttpResponse:
    """Show growth, price spread and losses on price, and what they come to."""
    found = health()
    label, tone = READINGS[found.reading]
    context = {
        "health": found,
        "reading": label,
        "tone": tone,
        "advice": ADVICE[found.reading],
        "today": timezone.localdate(),
        "moves": list(moves()[:8]),
    }
    return render(request, "insight/market.html", context)
