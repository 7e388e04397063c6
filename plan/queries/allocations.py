"""What the allocator is asked for a scenario, and what it suggested last."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from ipeo.numerics.estimates import Estimate, from_draws
from plan.models import Allocation, AllocationLine, BudgetLine, Objective, ProgramPlan, Scenario
from plan.numerics.allocation import Candidate
from plan.numerics.responses import Response
from plan.queries.forecasts import Past, known_of, past_of, way_of
from plan.queries.sheet import Row, Sheet

Floats = npt.NDArray[np.float64]
POINTS = 41
_RESTS = {
    "program": "its own {months} months of spend and won margin",
    "channel": "{months} months of other programs on {channel}",
    "workspace": "{months} months of all programs together",
    "none": "a rough guess: nothing like it has been measured",
}


@dataclass(frozen=True)
class Question:
    """What the allocator is asked: one candidate per program of the grid, in its order."""

    candidates: list[Candidate]
    responses: list[Response]
    target: float | None


@dataclass(frozen=True)
class ProgramCurve:
    """A program's curve over the cycle: money against what it brings, with its 80 % band.

    `planned` and `suggested` are amounts on it, None where there is none.
    """

    row: Row
    amounts: list[float]
    middle: list[float]
    low: list[float]
    high: list[float]
    planned: Decimal
    suggested: Decimal | None
    next_return: Estimate
    says: str
    takes_off: float | None
    """A month's money that returns most a dollar, where the curve is S-shaped; else None."""


def flown_parts(plan: ProgramPlan, months: list[date], first: date, last: date) -> list[float]:
    """Return which part of each month a program flies, within a cycle from one day to another."""
    starts, ends = plan.starts_on or first, plan.ends_on or last
    parts = []
    for month in months:
        length = monthrange(month.year, month.month)[1]
        begun = max(starts, month)
        over = min(ends, month.replace(day=length))
        parts.append(max((over - begun).days + 1, 0) / length)
    return parts


def question_of(
    sheet: Sheet, past: Past | None = None, objective: Objective | None = None
) -> Question | None:
    """Return what the allocator is asked about a grid, None where the objective has no curve.

    Curves are in margin, or for an objective of another metric in the money behind its units.
    """
    past = past or past_of()
    way = ("margin", 1.0) if objective is None else way_of(objective.metric, past)
    if way is None:
        return None
    series, scale = way
    given = known_of(sheet, past, series, scale if series != "margin" else 1.0)
    shift = given.market[:, None]
    locked = locked_cells(sheet.scenario)
    cycle = sheet.scenario.cycle
    candidates, responses = [], []
    for row in sheet.rows:
        response = given.responses[row.plan.program.name]
        responses.append(response)
        held = [
            (place, float(cell.amount))
            for place, cell in enumerate(row.cells)
            if row.plan.is_locked or (cell.plan_id, cell.month) in locked
        ]

        def curve(spend: Floats, response: Response = response) -> Floats:
            return np.asarray(response.margin(spend) * shift)

        candidates.append(
            Candidate(
                key=row.plan.program.name,
                curve=curve,
                months=tuple(flown_parts(row.plan, sheet.months, cycle.starts_on, cycle.ends_on)),
                floor=float(row.plan.floor or 0),
                ceiling=None if row.plan.ceiling is None else float(row.plan.ceiling),
                locked=tuple(held),
            )
        )
    target = None
    if objective is not None and objective.target is not None:
        target = float(objective.target) * scale
    return Question(candidates, responses, target)


def locked_cells(scenario: Scenario) -> set[tuple[int, date]]:
    """Return the cells of a grid that a suggestion leaves as they are."""
    found = BudgetLine.objects.filter(program_plan__scenario=scenario, is_locked=True)
    return set(found.values_list("program_plan_id", "month"))


def rests_on(response: Response, channel: str) -> str:
    """Return on what a program's curve rests, in words."""
    return _RESTS[response.basis].format(months=response.months, channel=channel)


def latest_of(scenario: Scenario) -> Allocation | None:
    """Return the scenario's latest suggestion with its lines, None where there is none."""
    return (
        Allocation.objects.filter(scenario=scenario)
        .select_related("objective", "made_by__user")
        .order_by("-made_at", "-pk")
        .first()
    )


def lines_of(allocation: Allocation) -> list[AllocationLine]:
    """Return a suggestion's lines in the grid's order."""
    return list(
        AllocationLine.objects.filter(allocation=allocation)
        .select_related("program_plan__program__channel", "program_plan__audience")
        .order_by("program_plan__position", "program_plan_id")
    )


def curve_of(row: Row, sheet: Sheet) -> ProgramCurve:
    """Return the curve of one program of a grid, over the money of the whole cycle."""
    question = question_of(sheet)
    assert question is not None
    place = next(i for i, one in enumerate(sheet.rows) if one.plan.pk == row.plan.pk)
    candidate, response = question.candidates[place], question.responses[place]
    latest = latest_of(sheet.scenario)
    line = (
        AllocationLine.objects.filter(allocation=latest, program_plan=row.plan).first()
        if latest
        else None
    )
    suggested = None if line is None else line.suggested
    weeks = sum(candidate.months) or float(len(sheet.months))
    usual = response.reference * weeks
    most = max(2 * float(row.total), 1.6 * usual, 1.3 * float(suggested or 0))
    amounts = np.linspace(0, most, POINTS)
    drawn = candidate.curve(amounts / weeks) * weeks
    low, high = np.quantile(drawn, [0.1, 0.9], axis=0)
    at = np.asarray([float(row.total) / weeks])
    more = response.slope(at)[:, 0]
    return ProgramCurve(
        row=row,
        amounts=amounts.tolist(),
        middle=drawn.mean(axis=0).tolist(),
        low=low.tolist(),
        high=high.tolist(),
        planned=row.total,
        suggested=suggested,
        next_return=from_draws(more, response.months),
        says=rests_on(response, row.plan.program.channel.name),
        takes_off=response.takes_off(),
    )
