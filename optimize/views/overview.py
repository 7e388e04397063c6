"""The stage's home: the workspace's figures, shared out and by model, and as a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render

from ipeo.downloads import list_file
from ipeo.models import Cycle
from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, page
from optimize.forms import BREAKDOWNS, ReportForm
from optimize.models import AttributionModel
from optimize.queries.measures import Slice, key_figures, measured
from optimize.queries.overview import last_year
from optimize.queries.report import ReportRow, report
from optimize.queries.stage import summary

SHOWN = 200
CYCLES = 8


@dataclass(frozen=True)
class Wish:
    """Which figures a person asked to see."""

    form: ReportForm
    first: date
    last: date
    model: str
    by: str

    def href(self, name: str = "optimize:optimize", **changed: str) -> str:
        """Return the address of these figures with something changed."""
        given = {
            "date_from": self.first.isoformat(),
            "date_to": self.last.isoformat(),
            "model": self.model,
            "by": self.by,
        }
        return f"{link(name)}?{urlencode(given | changed)}"


def _wish(request: WorkspaceRequest) -> Wish:
    first, last = last_year()
    typed = {"date_from": first.isoformat(), "date_to": last.isoformat()} | request.GET.dict()
    form = ReportForm(typed)
    form.is_valid()
    held = form.cleaned_data
    begins, ends = held.get("date_from") or first, held.get("date_to") or last
    return Wish(
        form=form,
        first=begins if begins <= ends else first,
        last=ends if begins <= ends else last,
        model=held.get("model") or AttributionModel.FIRST,
        by=held.get("by") or "program",
    )


@page("optimize.view")
def optimize(request: WorkspaceRequest) -> HttpResponse:
    """Show the workspace's figures in a time, shared out by channel, program and others."""
    wish, at = _wish(request), measured()
    rows = _rows(wish) if at.measured_at else []
    cycles = (
        Cycle.objects.filter(closed_at=None)
        .select_related("campaign")
        .order_by("-starts_on", "-pk")[:CYCLES]
    )
    piece = Slice(date_from=wish.first, date_to=wish.last)
    context: dict[str, Any] = {
        "form": wish.form,
        "wish": wish,
        "measured": at,
        "rows": rows[:SHOWN],
        "hidden": max(len(rows) - SHOWN, 0),
        "whole": key_figures(piece, model=wish.model) if at.measured_at else None,
        "export": wish.href("optimize:export"),
        "by_label": dict(BREAKDOWNS)[wish.by],
        "model_label": AttributionModel(wish.model).label,
        "models": [
            {"label": label, "href": wish.href(model=key), "current": key == wish.model}
            for key, label in AttributionModel.choices
        ],
        "breakdowns": [
            {"label": label, "href": wish.href(by=key), "current": key == wish.by}
            for key, label in BREAKDOWNS
        ],
        "cycles": [
            {"cycle": cycle, "line": summary(cycle).line}
            for cycle in cycles
            if cycle.stage == Cycle.Stage.OPTIMIZE
        ],
        "open_cycles": cycles,
    }
    return render(
        request, "optimize/optimize.html", context, status=200 if wish.form.is_valid() else 422
    )


def _rows(wish: Wish) -> list[ReportRow]:
    rows = report(by=wish.by, date_from=wish.first, date_to=wish.last, model=wish.model)
    if wish.by == "month":
        return list(rows)
    return sorted(
        rows, key=lambda row: (row.key == "(none)", -float(row.figures.net_amount or 0), row.key)
    )


@page("optimize.view")
def export(request: WorkspaceRequest) -> HttpResponse:
    """Give the same figures as a CSV file, every metric with its interval."""
    wish = _wish(request)
    rows = [row.as_dict() for row in _rows(wish)]
    columns: list[str] = []
    flat = []
    for row in rows:
        line: dict[str, Any] = {}
        for name, value in row.items():
            if isinstance(value, dict):
                line[name] = value.get("value")
                if "low" in value or "high" in value:
                    line |= {f"{name}_{end}": value.get(end) for end in ("low", "high")}
            else:
                line[name] = value
        flat.append(line)
        columns += [name for name in line if name not in columns]
    name = f"{request.workspace.slug}-{wish.by}-{wish.first}-{wish.last}-{wish.model}.csv"
    return list_file(name, [columns, *([line.get(name) for name in columns] for line in flat)])
