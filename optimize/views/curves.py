"""Response curves: what each channel's spend brings, and the button that fits them anew."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from insight.charts import response_curve
from insight.models import Channel, ResponseCurve
from ipeo import tenancy
from ipeo.models import Run
from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, page
from ipeo.templatetags.figures import figure
from optimize.actions.curves import KIND, request_curves
from optimize.queries.curves import Curve, earlier
from optimize.queries.curves import curves as all_curves

_ROWS = 11
WORDS = {
    ResponseCurve.Outcome.MARGIN: "won margin",
    ResponseCurve.Outcome.NET: "won net amount",
    ResponseCurve.Outcome.LEADS: "leads",
}


@page("optimize.view", change="optimize.measure")
def curves(request: WorkspaceRequest) -> HttpResponse:
    """Show every channel's curve; a POST asks for a new fit."""
    if request.method == "POST":
        request_curves(by=request.membership)
        messages.info(request, "Fitting curves. They will be ready within a minute.")
        return redirect(link("optimize:curves"))
    found = all_curves()
    context = {
        "found": found,
        "run": found.run,
        "cards": [(one, _drawing(one)) for one in found.curves if one.is_told],
        "silent": [one for one in found.curves if not one.is_told],
        **_units(found.first),
    }
    return render(request, "optimize/curves.html", context)


@page("optimize.view")
def curve(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show one channel's curve, what it rests on, and the fits before it."""
    channel = get_object_or_404(Channel.objects.all(), pk=pk)
    held = earlier(channel.pk)
    current = next((one for one in held if one.row.is_current), None)
    context = {
        "channel": channel,
        "one": current,
        "drawing": _drawing(current) if current else None,
        "held": held,
        **_units(current.row if current else None),
    }
    return render(request, "optimize/curve.html", context)


@page("optimize.view")
def fitting(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show how far a fit is; once it is done the page around it is loaded anew."""
    run = get_object_or_404(Run.objects.all(), pk=pk, kind=KIND)
    if not request.htmx:
        return redirect(link("ipeo:run", run.pk))
    response = render(request, "optimize/curves.html#progress", {"run": run})
    if run.state == Run.State.DONE:
        response.headers["HX-Refresh"] = "true"
    return response


def _units(row: ResponseCurve | None) -> dict[str, str]:
    """Return how figures are printed: of money, or of leads."""
    kind = row.outcome if row else ResponseCurve.Outcome.MARGIN
    is_money = kind != ResponseCurve.Outcome.LEADS
    currency = tenancy.current_workspace().currency
    return {
        "outcome": WORDS[ResponseCurve.Outcome(kind)],
        "kind": f"{currency}:short" if is_money else "number:0",
        "rate": "number:2" if is_money else "number:4",
    }


def _drawing(one: Curve) -> dict[str, Any] | None:
    """Return a curve as a figure with its table twin."""
    if one.drawn is None:
        return None
    currency = tenancy.current_workspace().currency
    units = _units(one.row)
    kind = currency if units["rate"] == "number:2" else "number"
    drawn = one.drawn
    every = max((len(drawn["spend"]) - 1) // (_ROWS - 1), 1)
    return {
        "figure": response_curve(
            drawn["spend"],
            drawn["mid"],
            drawn["low"],
            drawn["high"],
            today=one.spend_now,
            currency=currency,
            kind=kind,
            level=one.moved.level,
        ),
        "columns": ["Spend per week", f"Weekly return, {units['outcome']}", "80% interval"],
        "rows": [
            (
                figure(drawn["spend"][n], currency),
                figure(drawn["mid"][n], units["kind"]),
                f"{figure(drawn['low'][n], units['kind'])} to "
                f"{figure(drawn['high'][n], units['kind'])}",
            )
            for n in range(0, len(drawn["spend"]), every)
        ],
    }
