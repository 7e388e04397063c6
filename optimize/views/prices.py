"""Price and value: what discounts bought, the way to the pocket price, who wins on value."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from ipeo.permissions import WorkspaceRequest, page
from ipeo.queries.ranges import choices_of, range_of
from ipeo.templatetags.figures import interval, money, percent
from optimize import charts
from optimize.charts import Spot
from optimize.queries import prices
from optimize.queries.behind import deals_href
from optimize.queries.fits import discount_fit
from optimize.queries.measures import measured
from optimize.queries.overview import key_figures_of


@page("optimize.view")
def price(request: WorkspaceRequest) -> HttpResponse:
    """Show price and value over some days."""
    chosen, at, currency = range_of(request.GET), measured(), request.workspace.currency
    days = chosen.days
    bands = [
        (band, deals_href(days, f"discount.{band.key}", outcome="decided"))
        for band in prices.bands(days)
    ]
    pocket = prices.pocket(days)
    lines = prices.value_lines(days) if at.measured_at else []
    context: dict[str, Any] = {
        "measured": at,
        "chosen": chosen,
        "choices": choices_of(chosen),
        "price": discount_fit(),
        "bands": bands,
        "has_bands": any(band.decided for band, _ in bands),
        "bands_figure": charts.win_rates([(band.label, band.win_rate) for band, _ in bands]),
        "pocket": pocket,
        "pocket_steps": [(step, pocket.share(step.amount)) for step in pocket.steps],
        "lines": lines,
        "unsure": prices.unsure(lines),
        "held": key_figures_of(chosen, names=("value_share",)),
        "healthy": prices.HEALTHY,
    }
    if pocket.is_known:
        context["pocket_figure"] = charts.down_to_pocket(
            [(step.label, float(step.amount), step.is_total) for step in pocket.steps],
            currency=currency,
        )
    placed = [(number, one) for number, one in enumerate(lines, 1) if one.quadrant]
    if placed:
        context["quadrant"] = {
            "figure": charts.value_quadrant(
                [
                    Spot(
                        number,
                        one.program.name,
                        one.margin_romi,
                        one.value_share,
                        float(one.figures.attributed_net_amount or 0),
                    )
                    for number, one in placed
                ],
                healthy=prices.HEALTHY,
            ),
            "columns": [
                "Program",
                "Margin ROMI",
                "80% interval",
                "Won on value",
                "80% interval",
                "Won net",
                "Quadrant",
            ],
            "rows": [
                (
                    f"{number}. {one.program.name}",
                    f"{one.margin_romi.value:.1f}",
                    interval(one.margin_romi, "times"),
                    percent(one.value_share.value),
                    interval(one.value_share, "percent"),
                    money(one.figures.attributed_net_amount, currency),
                    one.quadrant,
                )
                for number, one in placed
            ],
        }
    return render(request, "optimize/price.html", context)
