"""Scenarios side by side: money, expected result, and how much of it sells on price."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ipeo.models import Cycle
from ipeo.templatetags.figures import number, percent
from plan.models import Scenario
from plan.queries.budget import months_of
from plan.queries.expectations import ObjectiveExpectation, ScenarioForecast
from plan.queries.forecasts import past_of, shown_forecast
from plan.queries.later import capacity
from plan.queries.scenarios import scenarios_of
from plan.queries.sheet import Row, Sheet, sheet_of
from plan.queries.timeline import Timeline, timeline_of

MOST = 6
"""How many scenarios stand side by side."""


@dataclass(frozen=True)
class Column:
    """One scenario as it is compared."""

    scenario: Scenario
    sheet: Sheet
    forecast: ScenarioForecast
    timeline: Timeline

    @property
    def bets_share(self) -> float | None:
        """The share of the money on programs that nothing shows to work yet."""
        if not self.sheet.total:
            return None
        bets = sum((row.total for row in self.sheet.rows if row.plan.is_bet), Decimal(0))
        return float(bets / self.sheet.total)

    @property
    def loss_text(self) -> str:
        """The chance that the money wins less margin than it costs."""
        chance = self.forecast.chance_below(float(self.sheet.total))
        if chance is None:
            return "Not known"
        if chance <= 0.01:
            return "under 1%"
        return "over 99%" if chance >= 0.99 else str(percent(chance))

    @property
    def capacity_text(self) -> str:
        """The fullest week of handovers against what reps can take."""
        peak, room = self.timeline.peak, self.timeline.capacity.weekly
        if peak is None or peak.leads is None:
            return "Not known"
        asked = number(peak.leads, 0)
        return f"{asked} per week" if room is None else f"{asked} of {number(room, 0)} per week"


@dataclass(frozen=True)
class Line:
    """One program, channel or month: its money in each scenario, None where it is not there."""

    label: str
    amounts: list[Decimal | None]


@dataclass(frozen=True)
class ObjectiveLine:
    """One objective as each scenario is expected to reach it."""

    label: str
    cells: list[ObjectiveExpectation | None]


@dataclass(frozen=True)
class Comparison:
    """A cycle's scenarios, those that were replaced left out; `left_out` counts older drafts."""

    columns: list[Column]
    left_out: int
    objectives: list[ObjectiveLine]
    programs: list[Line]
    channels: list[Line]
    months: list[tuple[date, list[Decimal]]]


def comparison_of(cycle: Cycle) -> Comparison:
    """Return a cycle's scenarios side by side: what is decided on first, then the latest drafts."""
    held = [one for one in scenarios_of(cycle) if one.status != Scenario.Status.REPLACED]
    chosen = sorted(held, key=lambda one: (one.status == Scenario.Status.DRAFT, -one.pk))[:MOST]
    columns = []
    past, room = past_of(), capacity()
    for scenario in sorted(chosen, key=lambda one: one.pk):
        scenario.cycle = cycle
        sheet = sheet_of(scenario)
        forecast = shown_forecast(scenario, sheet, past)
        columns.append(Column(scenario, sheet, forecast, timeline_of(sheet, room)))
    return Comparison(
        columns=columns,
        left_out=len(held) - len(columns),
        objectives=_objectives(columns),
        programs=_lines(
            columns, lambda row: row.plan.program_id, lambda row: str(row.plan.program.name)
        ),
        channels=_lines(
            columns,
            lambda row: row.plan.program.channel_id,
            lambda row: str(row.plan.program.channel.name),
        ),
        months=[
            (month, [column.sheet.month_totals[place] for column in columns])
            for place, month in enumerate(months_of(cycle))
        ],
    )


def _lines(
    columns: list[Column], key: Callable[[Row], Hashable], label: Callable[[Row], str]
) -> list[Line]:
    labels: dict[Hashable, str] = {}
    sums: list[dict[Hashable, Decimal]] = []
    for column in columns:
        amounts: dict[Hashable, Decimal] = {}
        for row in column.sheet.rows:
            labels.setdefault(key(row), label(row))
            amounts[key(row)] = amounts.get(key(row), Decimal(0)) + row.total
        sums.append(amounts)
    return [
        Line(text, [amounts.get(one) for amounts in sums])
        for one, text in sorted(labels.items(), key=lambda pair: pair[1].lower())
    ]


def _objectives(columns: list[Column]) -> list[ObjectiveLine]:
    found: dict[int, ObjectiveLine] = {}
    for place, column in enumerate(columns):
        for one in column.forecast.objectives:
            line = found.setdefault(
                one.objective.pk, ObjectiveLine(one.label, [None] * len(columns))
            )
            line.cells[place] = one
    return list(found.values())
