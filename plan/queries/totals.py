"""A plan's money in groups: by channel, audience, quarter and objective, planned beside spent."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ipeo import tenancy
from plan.models import Objective, Scenario
from plan.queries.later import Spent, money_of
from plan.queries.objectives import objectives_of
from plan.queries.sheet import Row, Sheet, quarters_of

ZERO = Decimal(0)


@dataclass(frozen=True)
class Group:
    """One group's money; `share` is that of the whole plan."""

    label: str
    planned: Decimal
    committed: Decimal
    actual: Decimal
    share: float | None

    @property
    def available(self) -> Decimal:
        """What is left of the plan: planned - committed - actual."""
        return self.planned - self.committed - self.actual


@dataclass(frozen=True)
class Grouping:
    """The groups of one kind; `overlaps` where a program may stand in more than one."""

    key: str
    label: str
    groups: list[Group]
    overlaps: bool = False


@dataclass(frozen=True)
class Totals:
    """All groupings, and the whole."""

    whole: Group
    groupings: list[Grouping]


def totals_of(sheet: Sheet) -> Totals:
    """Return a grid's money in groups, beside what is committed and spent in its cycle.

    Spent money follows the cycle, so it stands beside the scenario that is followed and beside
    those that might be. An objective counts the programs of its audience; one that concerns
    everybody counts all.
    """
    spent = money_of(sheet.scenario.cycle)
    months = set(sheet.months)
    start = tenancy.current_workspace().fiscal_year_start
    objectives = objectives_of(sheet.scenario.cycle)

    def by(key: str, label: str, name: Callable[[Row], str]) -> Grouping:
        names = sorted({name(row) for row in sheet.rows}, key=str.lower)
        groups = [
            _group(sheet, spent, one, [row for row in sheet.rows if name(row) == one], months)
            for one in names
        ]
        return Grouping(key, label, groups)

    quarters = [
        _group(sheet, spent, one.label, sheet.rows, {sheet.months[place] for place in one.places})
        for one in quarters_of(sheet.months, start)
    ]
    return Totals(
        whole=_group(sheet, spent, "All", sheet.rows, months),
        groupings=[
            by("channel", "Channel", lambda row: str(row.plan.program.channel.name)),
            by("audience", "Audience", _audience),
            Grouping("quarter", "Quarter", quarters),
            Grouping(
                "objective",
                "Objective",
                [
                    _group(sheet, spent, str(one), _serving(sheet, one), months)
                    for one in objectives
                ],
                overlaps=True,
            ),
        ],
    )


def _audience(row: Row) -> str:
    return str(row.plan.audience) if row.plan.audience else "No audience"


def _serving(sheet: Sheet, objective: Objective) -> list[Row]:
    if objective.audience_id is None:
        return sheet.rows
    return [row for row in sheet.rows if row.plan.audience_id == objective.audience_id]


def _group(
    sheet: Sheet,
    spent: dict[tuple[int, date], Spent],
    label: str,
    rows: Iterable[Row],
    months: set[date],
) -> Group:
    planned = committed = actual = ZERO
    for row in rows:
        for cell in row.cells:
            if cell.month in months:
                planned += cell.amount
                held = spent.get((row.plan.program_id, cell.month), (ZERO, ZERO))
                committed, actual = committed + held[0], actual + held[1]
    share = float(planned / sheet.total) if sheet.total else None
    return Group(label, planned, committed, actual, share)


def left_of(scenario: Scenario, sheet: Sheet) -> Decimal | None:
    """Return what the scenario's limit leaves to plan; None where nobody has set a limit."""
    return None if scenario.budget is None else scenario.budget - sheet.total
