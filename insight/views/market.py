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
    read.GROWING: "There is room for more demand. Programs that widen the audience pay off now.",
    read.MATURE: "Demand has to be won from competitors. Proof and retention pay off more than "
    "reach.",
    read.SHRINKING: "Keep the customers you have and find out where demand went.",
    read.PRICE_WAR: "Do not match price cuts out of habit. Show what the price buys and check each "
    "offer in the value guard.",
    read.UNKNOWN: "Log more outcomes with their drivers. The reading updates automatically.",
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
