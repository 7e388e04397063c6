"""The attribution models side by side."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render

from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, page
from ipeo.queries.ranges import choices_of, range_of
from ipeo.templatetags.figures import figure
from optimize import charts
from optimize.forms import CompareForm
from optimize.models import AttributionModel
from optimize.queries.measures import measured
from optimize.queries.side_by_side import GRAINS, KINDS, Compared, side_by_side
from optimize.queries.slices import Days

DRAWN = 6
"""How many rows the chart draws; the table has all."""


@page("optimize.view")
def models(request: WorkspaceRequest) -> HttpResponse:
    """Show every model's credit side by side, with intervals, and where all agree."""
    chosen, at = range_of(request.GET), measured()
    form = CompareForm(CompareForm.defaults | request.GET.dict())
    form.is_valid()
    wish = CompareForm.defaults | {key: one for key, one in form.cleaned_data.items() if one}
    given = chosen.parameters | wish

    def tabs(name: str, choices: tuple[tuple[str, str], ...]) -> list[dict[str, Any]]:
        return [
            {
                "label": label,
                "href": f"{link('optimize:models')}?{urlencode(given | {name: key})}",
                "current": wish[name] == key,
            }
            for key, label in choices
        ]

    kind = "number" if wish["kind"] == "count" else request.workspace.currency
    found = side_by_side(**wish, days=Days(chosen.first, chosen.last)) if at.measured_at else None
    drawn = [row for row in found.rows if row.key][:DRAWN] if found else []
    context = {
        "measured": at,
        "form": form,
        "wish": wish,
        "chosen": chosen,
        "choices": choices_of(chosen),
        "grains": tabs("by", GRAINS),
        "kinds": tabs("kind", KINDS),
        "found": found,
        "kind": kind,
        "short": kind if kind == "number" else f"{kind}:short",
        "kind_label": dict(KINDS)[wish["kind"]],
        "by_label": dict(GRAINS)[wish["by"]],
        "models": AttributionModel.labels,
        "chart": charts.models_side_by_side(
            [row.name for row in drawn],
            AttributionModel.labels,
            [row.shown for row in drawn],
            kind=kind,
        )
        if drawn
        else None,
        "columns": [dict(GRAINS)[wish["by"]], *AttributionModel.labels],
        "cells": [_cells(row, kind) for row in drawn],
    }
    return render(request, "optimize/models.html", context, status=200 if form.is_valid() else 422)


def _cells(row: Compared, kind: str) -> list[str]:
    cells = [row.name]
    for one in row.shown:
        ends = ""
        if one.has_interval:
            ends = f" ({figure(one.low, kind)} to {figure(one.high, kind)})"
        cells.append(f"{figure(one.value, kind)}{ends}")
    return cells
