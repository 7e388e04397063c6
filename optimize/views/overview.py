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
from ipeo.queries.ranges import Range, choices_of, range_of
from optimize.forms import BREAKDOWNS, ReportForm
from optimize.models import AttributionModel
from optimize.queries.breakdown import lines_of
from optimize.queries.measures import measured
from optimize.queries.overview import OVERVIEW, key_figures_of

SHOWN = 200
CYCLES = 8


@dataclass(frozen=True)
class Wish:
    """Which figures a person asked to see."""

    form: ReportForm
    chosen: Range
    model: str
    by: str

    @property
    def first(self) -> date:
        """The first day."""
        return self.chosen.first

    @property
    def last(self) -> date:
        """The last day."""
        return self.chosen.last

    @property
    def query(self) -> str:
        """These figures as they stand behind an address."""
        return urlencode(self.chosen.parameters | {"model": self.model, "by": self.by})

    def href(self, name: str = "optimize:optimize", **changed: str) -> str:
        """Return the address of these figures with something changed."""
        given = self.chosen.parameters | {"model": self.model, "by": self.by}
        return f"{link(name)}?{urlencode(given | changed)}"


def wish_of(request: WorkspaceRequest) -> Wish:
    """Return what an address asks for; what makes no sense falls back."""
    form = ReportForm({"model": AttributionModel.FIRST.value} | request.GET.dict())
    form.is_valid()
    held = form.cleaned_data
    return Wish(
        form=form,
        chosen=range_of(request.GET),
        model=held.get("model") or AttributionModel.FIRST,
        by=held.get("by") or "program",
    )


@page("optimize.view")
def optimize(request: WorkspaceRequest) -> HttpResponse:
    """Show the workspace's figures in a time, shared out by channel, program and others."""
    wish, at = wish_of(request), measured()
    lines = lines_of(by=wish.by, days=wish.chosen.days, model=wish.model) if at.measured_at else []
    cycles = (
        Cycle.objects.filter(closed_at=None)
        .select_related("campaign")
        .order_by("-starts_on", "-pk")[:CYCLES]
    )
    context: dict[str, Any] = {
        "form": wish.form,
        "wish": wish,
        "chosen": wish.chosen,
        "choices": choices_of(wish.chosen),
        "measured": at,
        "rows": lines[:SHOWN],
        "hidden": max(len(lines) - SHOWN, 0),
        "held": key_figures_of(wish.chosen, names=OVERVIEW, model=wish.model)
        if at.measured_at
        else None,
        "export": wish.href("optimize:export"),
        "by_label": dict(BREAKDOWNS)[wish.by],
        "model_label": AttributionModel(wish.model).label,
        "breakdowns": [
            {"label": label, "href": wish.href(by=key), "current": key == wish.by}
            for key, label in BREAKDOWNS
        ],
        "open_cycles": cycles,
    }
    good = wish.form.is_valid() and not wish.chosen.problem
    return render(request, "optimize/optimize.html", context, status=200 if good else 422)


@page("optimize.view")
def export(request: WorkspaceRequest) -> HttpResponse:
    """Give the same figures as a CSV file, every metric with its interval."""
    wish = wish_of(request)
    rows = [
        line.row.as_dict() for line in lines_of(by=wish.by, days=wish.chosen.days, model=wish.model)
    ]
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
