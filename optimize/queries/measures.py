"""What pages, advice and the closing of a cycle ask of the measurement."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from scipy import special

from ipeo import tenancy
from ipeo.models import Campaign, Cycle
from ipeo.numerics.estimates import LEVEL, Estimate
from optimize.models import AttributionModel, CreditTotal, FunnelFact, FunnelTotal
from optimize.numerics.figures import Figures
from optimize.queries import slices
from optimize.queries.freshness import Measured, is_stale, measured
from optimize.queries.parts import (
    WHOLE,
    Gathering,
    UnknownModel,
    by_credit,
    check_model,
    usual_dependence,
)
from optimize.queries.slices import Days
from plan.models import Program

__all__ = [
    "Funnel",
    "FunnelStep",
    "Measured",
    "MonthFigures",
    "ProgramFigures",
    "ProgramMonth",
    "Slice",
    "UnknownModel",
    "by_model",
    "by_month",
    "by_program",
    "funnel",
    "is_stale",
    "key_figures",
    "measured",
    "program_months",
]


@dataclass(frozen=True)
class Slice:
    """A part of the workspace: everything, or what belongs to one of these, between two days.

    Each takes a row or its id. A cycle stands for its campaign's programs on its own days, unless
    days are given. Only the narrowest of them counts: program, then cycle or campaign, then
    channel.
    """

    cycle: Cycle | int | None = None
    campaign: Campaign | int | None = None
    program: Program | int | None = None
    channel: Any = None
    date_from: date | None = None
    date_to: date | None = None


@dataclass(frozen=True)
class _Chosen:
    """A slice resolved: its days, its condition, and how influence is counted in it."""

    days: Days
    where: str
    influence: str
    subject: int | None
    fixed: str = ""

    @property
    def is_everything(self) -> bool:
        return self.subject is None


def _chosen(piece: Slice) -> _Chosen:
    first, last = piece.date_from, piece.date_to
    campaign = _id(piece.campaign)
    if piece.cycle is not None:
        cycle = piece.cycle if isinstance(piece.cycle, Cycle) else Cycle.objects.get(pk=piece.cycle)
        campaign = cycle.campaign_id
        if first is None and last is None:
            first, last = cycle.starts_on, cycle.ends_on
    days = Days(first, last)
    if piece.program is not None:
        return _fixed(days, "program_id", CreditTotal.ANY_PROGRAM, _id(piece.program))
    if campaign is not None:
        return _Chosen(
            days,
            "COALESCE(t.campaign_id, p.campaign_id) = %(subject)s",
            CreditTotal.ANY_CAMPAIGN,
            campaign,
        )
    if piece.channel is not None:
        return _fixed(days, "channel_id", CreditTotal.ANY_CHANNEL, _id(piece.channel))
    return _Chosen(days, "true", "", None)


def _fixed(days: Days, column: str, influence: str, subject: int | None) -> _Chosen:
    return _Chosen(days, f"t.{column} = %(subject)s", influence, subject, fixed=column)


def _id(row: Any) -> int | None:
    return row if row is None or isinstance(row, int) else int(row.pk)


def _gathered(chosen: _Chosen, group: str, models: Sequence[str]) -> dict[str, Gathering]:
    """Gather a slice by `group`, SQL over `t`, under each of some models."""
    if not chosen.is_everything:
        return by_credit(
            models,
            group=group,
            days=chosen.days,
            influence=chosen.influence,
            where=chosen.where,
            fixed=chosen.fixed,
            subject=chosen.subject,
        )
    gathered = Gathering()
    gathered.add_deals(group=group, days=chosen.days)
    gathered.add_activity(group=group, days=chosen.days)
    return dict.fromkeys(models, gathered)


def key_figures(piece: Slice = Slice(), *, model: str = "first") -> Figures:
    """Return the figures of a slice under one attribution model; raises `UnknownModel`."""
    check_model(model)
    return by_model(piece, models=[model])[model]


def by_model(
    piece: Slice = Slice(), *, models: Sequence[str] = AttributionModel.values
) -> dict[str, Figures]:
    """Return the figures of a slice under every attribution model, or some of them."""
    chosen, usual = _chosen(piece), usual_dependence()
    return {
        model: gathered.figures("all", usual=usual, is_whole=chosen.is_everything or model in WHOLE)
        for model, gathered in _gathered(chosen, "'all'", models).items()
    }


@dataclass(frozen=True)
class MonthFigures:
    """The figures of one month."""

    month: date
    figures: Figures


def by_month(piece: Slice = Slice(), *, model: str = "first") -> list[MonthFigures]:
    """Return the figures of each month from the first to the last, those without facts too."""
    check_model(model)
    chosen = _chosen(piece)
    gathered = _gathered(chosen, "t.month", [model])[model]
    usual = usual_dependence()
    return [
        MonthFigures(
            month,
            gathered.figures(month, usual=usual, is_whole=chosen.is_everything or model in WHOLE),
        )
        for month in _months(chosen.days, gathered.keys)
    ]


def _months(days: Days, seen: set[Any]) -> list[date]:
    known = sorted(key for key in seen if key is not None)
    first = days.first or (known[0] if known else None)
    last = days.last or (known[-1] if known else None)
    if first is None or last is None:
        return []
    start, stop = first.year * 12 + first.month - 1, last.year * 12 + last.month - 1
    return [date(month // 12, month % 12 + 1, 1) for month in range(start, stop + 1)]


@dataclass(frozen=True)
class ProgramFigures:
    """The figures of one program, under each of the models that were asked for."""

    program: Program
    by_model: dict[str, Figures]

    @property
    def figures(self) -> Figures:
        """The figures under the first model that was asked for."""
        return next(iter(self.by_model.values()))


_PROGRAMS = {
    CreditTotal.ANY_CAMPAIGN: "campaign_id",
    CreditTotal.ANY_PROGRAM: "pk",
    CreditTotal.ANY_CHANNEL: "channel_id",
}


def by_program(
    piece: Slice = Slice(), *, models: Sequence[str] = ("first",)
) -> list[ProgramFigures]:
    """Return the figures of each program of a slice, also of those without any fact, by name.

    Raises `UnknownModel`.
    """
    for model in models:
        check_model(model)
    chosen = _chosen(piece)
    programs = Program.objects.select_related("campaign", "channel").order_by("name")
    if chosen.subject is not None:
        programs = programs.filter(**{_PROGRAMS[chosen.influence]: chosen.subject})
    gathered = by_credit(
        models,
        group="t.program_id",
        days=chosen.days,
        influence=CreditTotal.ANY_PROGRAM,
        where="t.program_id IS NOT NULL",
    )
    usual = usual_dependence()
    return [
        ProgramFigures(
            program,
            {
                model: held.figures(program.pk, usual=usual, is_whole=model in WHOLE)
                for model, held in gathered.items()
            },
        )
        for program in programs
    ]


@dataclass(frozen=True)
class ProgramMonth:
    """A program in one month; deals are credited, and so may be fractions.

    `opportunities` are deals by the month they were opened, the rest by the month they closed.
    None is not known: by removals nothing can be said of deals that are still open.
    """

    month: date
    touches: int
    leads: int
    opportunities: float | None
    won: float
    net_amount: Decimal | None
    margin_amount: Decimal | None
    spend: Decimal | None


def program_months(
    program: Program | int,
    *,
    date_from: date | None = None,
    date_to: date | None = None,
    model: str = "first",
) -> list[ProgramMonth]:
    """Return a program's months from the first to the last; raises `UnknownModel`."""
    check_model(model)
    days, subject = Days(date_from, date_to), _id(program)
    assert subject is not None
    piece = Slice(program=subject, date_from=date_from, date_to=date_to)
    gathered = _gathered(_chosen(piece), "t.month", [model])[model]
    opened = slices.opened_sums(program=subject, days=days, model=model)
    usual = usual_dependence()
    found = []
    for month in _months(days, gathered.keys | set(opened or ())):
        figures = gathered.figures(month, usual=usual, is_whole=model in WHOLE)
        won = gathered.deals.get(month, {}).get("won", {})
        found.append(
            ProgramMonth(
                month=month,
                touches=figures.touches or 0,
                leads=figures.leads or 0,
                opportunities=None if opened is None else float(opened.get(month, 0)),
                won=figures.deals_won,
                net_amount=figures.net_amount if won else Decimal(0),
                margin_amount=figures.margin_amount if won else Decimal(0),
                spend=figures.spend,
            )
        )
    return found


@dataclass(frozen=True)
class FunnelStep:
    """A step from mindset to wallet: who came at least so far, and who no further."""

    depth: int
    label: str
    reached: int
    here: int


@dataclass(frozen=True)
class Funnel:
    """A cycle's buyers from mindset to wallet, and the handoff between the two."""

    steps: tuple[FunnelStep, ...]
    handed_over: int
    taken_up: int
    handoff_hours: Estimate


def funnel(cycle: Cycle) -> Funnel:
    """Return how far the buyers of a cycle came, and how fast sales took them over."""
    totals = {row.depth: row for row in FunnelTotal.objects.filter(cycle=cycle)}
    steps = tuple(
        FunnelStep(
            depth=depth.value,
            label=str(depth.label),
            reached=sum(row.n for found, row in totals.items() if found >= depth.value),
            here=totals[depth.value].n if depth.value in totals else 0,
        )
        for depth in FunnelFact.Depth
    )
    taken_up = sum(row.taken_up for row in totals.values())
    return Funnel(
        steps=steps,
        handed_over=sum(row.handed_over for row in totals.values()),
        taken_up=taken_up,
        handoff_hours=_median_hours(cycle.pk, taken_up),
    )


def _median_hours(cycle_id: int, n: int) -> Estimate:
    """The median handoff in hours; its interval is between order statistics (binomial)."""
    if n == 0:
        return Estimate.unknown("sales has touched nobody after a second look yet")
    reach = float(special.ndtri((1 + LEVEL) / 2)) / (2 * math.sqrt(n))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT percentile_cont(%(at)s::float8[]) WITHIN GROUP (ORDER BY handoff_minutes) "
            "FROM optimize_funnelfact WHERE workspace_id = %(workspace)s "
            "AND cycle_id = %(cycle)s AND handoff_minutes IS NOT NULL",
            {
                "at": [max(0.5 - reach, 0.0), 0.5, min(0.5 + reach, 1.0)],
                "workspace": tenancy.current_workspace_id(),
                "cycle": cycle_id,
            },
        )
        low, median, high = (minutes / 60 for minutes in cursor.fetchone()[0])
    if n < 2:
        return Estimate(median, None, None, n, "one handoff alone has no interval")
    return Estimate(median, low, high, n)
