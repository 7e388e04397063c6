"""Closed books, and the figures that a close freezes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np

from ipeo.models import Cycle
from optimize.models import AttributionModel, Period
from optimize.numerics.attribution import UNIT
from optimize.numerics.comparison import EVERY
from optimize.queries.comparisons import comparison
from optimize.queries.measures import Slice, by_model, by_program, funnel, key_figures, measured
from optimize.queries.slices import Days

Amounts = dict[str, Decimal]
"""Sums by name: `all.net_amount`, `models.markov.net`, `programs.12.spend`."""

SUMMED = {
    "spend": "Spend",
    "planned_spend": "Planned spend",
    "committed_spend": "Committed spend",
    "impressions": "Impressions",
    "clicks": "Clicks",
    "touches": "Touches",
    "leads": "Leads",
    "deals_won": "Deals won",
    "deals_lost": "Deals lost",
    "deals_no_decision": "Deals without a decision",
    "deals_open": "Deals open",
    "new_customers": "New customers",
    "net_amount": "Net amount won",
    "list_amount": "List amount won",
    "margin_amount": "Margin won",
    "open_amount": "Net amount open",
}
"""The figures that add up, and so can be restated; rates and returns follow from them."""
MONEY = frozenset(name for name in SUMMED if name.endswith(("spend", "amount")))
OF_PROGRAM = ("spend", "deals_won", "deals_lost", "net_amount", "margin_amount")
_FINEST = Decimal("1e-8")


def period_of(cycle: Cycle) -> Period | None:
    """Return a cycle's closed books, None while they are open."""
    return Period.objects.filter(cycle=cycle).select_related("closed_by__user").first()


def figures_of(cycle: Cycle) -> dict[str, Any]:
    """Return a cycle's figures as they are now, as JSON: in all, by program, and its funnel.

    In all they are given under every attribution model, by program under first touch.
    """
    at = measured()
    found = funnel(cycle)
    return {
        "measured_at": at.measured_at and at.measured_at.isoformat(),
        "facts_through": at.facts_through and at.facts_through.isoformat(),
        "starts_on": cycle.starts_on.isoformat(),
        "ends_on": cycle.ends_on.isoformat(),
        "by_model": {
            model: figures.as_dict() for model, figures in by_model(Slice(cycle=cycle)).items()
        },
        "by_program": [
            {
                "program": one.program.pk,
                "name": one.program.name,
                "model": AttributionModel.FIRST.value,
                **one.figures.as_dict(),
            }
            for one in by_program(Slice(cycle=cycle))
        ],
        "funnel": {
            "steps": [{"label": step.label, "reached": step.reached} for step in found.steps],
            "handed_over": found.handed_over,
            "taken_up": found.taken_up,
            "handoff_hours": found.handoff_hours.as_dict(),
        },
    }


def amounts_of(campaign_id: int, first: date | None, last: date | None) -> Amounts:
    """Return a campaign's sums between two days, exactly; what is not known is left out.

    In all and by program deals are credited to their first touch, and under `models` to each.
    """
    piece = Slice(campaign=campaign_id, date_from=first, date_to=last)
    found = _known("all", key_figures(piece), SUMMED)
    for one in by_program(piece):
        found |= _known(f"programs.{one.program.pk}", one.figures, OF_PROGRAM)
    compared = comparison("campaign", Days(first, last))
    place = int(np.searchsorted(compared.keys, campaign_id))
    is_there = place < compared.keys.size and int(compared.keys[place]) == campaign_id
    for kind, unit in (("count", UNIT), ("net", 100), ("margin", 100)):
        for model in EVERY:
            value = compared.given[kind][model].value
            if is_there and value is not None:
                found[f"models.{model}.{kind}"] = Decimal(int(value[place])) / unit
    return {name: value for name, value in found.items() if value}


def _known(section: str, figures: Any, names: Iterable[str]) -> Amounts:
    values = {name: getattr(figures, name) for name in names}
    return {
        f"{section}.{name}": Decimal(str(value)).quantize(_FINEST)
        for name, value in values.items()
        if value is not None
    }


def as_text(amounts: Mapping[str, Decimal]) -> dict[str, str]:
    """Return sums as exact decimals in text, as they are kept."""
    return {name: format(value.normalize(), "f") for name, value in sorted(amounts.items())}


def as_numbers(kept: Mapping[str, str]) -> Amounts:
    """Return kept sums as numbers."""
    return {name: Decimal(text) for name, text in kept.items()}


def added(*parts: Mapping[str, Decimal]) -> Amounts:
    """Add sums by name; what adds up to nothing is left out."""
    names = {name for part in parts for name in part}
    totals = {
        name: sum((part.get(name, Decimal(0)) for part in parts), Decimal(0)) for name in names
    }
    return {name: total for name, total in totals.items() if total}


@dataclass(frozen=True)
class RestatementLine:
    """What one measurement after the close changed."""

    number: int
    made_at: datetime
    changes: Amounts


@dataclass(frozen=True)
class BooksRow:
    """A figure as closed, what was restated, and as now known."""

    label: str
    is_money: bool
    closed: Decimal
    restated: Decimal
    now: Decimal


@dataclass(frozen=True)
class Books:
    """A closed period's three lines: as closed, what was restated since, and as now known."""

    period: Period
    closed: Amounts
    restatements: tuple[RestatementLine, ...]

    @property
    def restated(self) -> Amounts:
        """All that was restated, together."""
        return added(*(one.changes for one in self.restatements))

    @property
    def now(self) -> Amounts:
        """The period as now known: as closed, and what was restated."""
        return added(self.closed, self.restated)

    @property
    def rows(self) -> list[BooksRow]:
        """The three lines of each figure in all, of those that have one."""
        restated, now = self.restated, self.now
        names = {name: f"all.{name}" for name in SUMMED}
        nothing = Decimal(0)
        return [
            BooksRow(
                label=SUMMED[name],
                is_money=name in MONEY,
                closed=self.closed.get(key, nothing),
                restated=restated.get(key, nothing),
                now=now.get(key, nothing),
            )
            for name, key in names.items()
            if key in self.closed or key in now
        ]

    @property
    def also_restated(self) -> int:
        """How many sums by program or model were restated."""
        return sum(not name.startswith("all.") for name in self.restated)


def books_of(period: Period) -> Books:
    """Return the three lines of a closed period."""
    return Books(
        period=period,
        closed=as_numbers(period.amounts),
        restatements=tuple(
            RestatementLine(one.number, one.made_at, as_numbers(one.changes))
            for one in sorted(period.restatements.all(), key=lambda one: one.number)
        ),
    )


def amounts_now(period: Period) -> Amounts:
    """Measure a closed period's sums anew, on the days that it had when it was closed."""
    days = [period.figures.get(name) for name in ("starts_on", "ends_on")]
    first, last = (date.fromisoformat(day) if day else None for day in days)
    return amounts_of(period.cycle.campaign_id, first, last)
