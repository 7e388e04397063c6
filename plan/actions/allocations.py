"""A split is suggested, and what is wanted of it is taken into the draft."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_FLOOR, Decimal
from typing import TypeVar

from django.db import transaction
from django.utils import timezone

from ipeo.models import Membership
from ipeo.numerics.estimates import from_draws
from plan.actions.budget import NotInThisPlan, set_budget
from plan.actions.drafts import hold_draft
from plan.models import Allocation, AllocationLine, BudgetLine, Objective, ProgramPlan, Scenario
from plan.numerics.allocation import Impossible, Split, allocate, evaluate
from plan.numerics.responses import Response
from plan.queries.allocations import locked_cells, question_of, rests_on
from plan.queries.budget import months_of
from plan.queries.forecasts import Past, expected_of, past_of
from plan.queries.sheet import Sheet, sheet_of, with_amounts

Key = TypeVar("Key")
ZERO, ONE = Decimal(0), Decimal(1)
HALF, DUST = Decimal("0.5"), Decimal("0.0001")
FEWEST_MONTHS = 6


class SplitImpossible(Exception):
    """The constraints leave no split; the message says which of them."""


class LimitsNotValid(Exception):
    """A floor lies above its ceiling; `plan` is whose."""

    def __init__(self, plan: ProgramPlan) -> None:
        super().__init__(f"The floor of “{plan.program.name}” is above its ceiling.")
        self.plan = plan


@dataclass(frozen=True)
class Limits:
    """What a suggestion must keep to for one program; `locked` names months by their first."""

    floor: Decimal | None
    ceiling: Decimal | None
    is_locked: bool
    locked: frozenset[date] = frozenset()


@transaction.atomic
def set_limits(*, scenario: Scenario, limits: Mapping[int, Limits]) -> None:
    """Keep floors, ceilings and locks of a draft's programs, by program plan id.

    A locked cell that holds no money yet is kept as a cell of 0. Raises `LimitsNotValid`,
    `NotInThisPlan`, and what `hold_draft` raises.
    """
    held = hold_draft(scenario)
    plans = list(ProgramPlan.objects.filter(scenario=held, pk__in=limits).select_related("program"))
    known, months = {plan.pk for plan in plans}, set(months_of(held.cycle))
    strange = [
        (pk, month)
        for pk, wish in limits.items()
        for month in sorted(wish.locked) or [held.cycle.starts_on.replace(day=1)]
        if pk not in known or month not in months
    ]
    if strange:
        raise NotInThisPlan(strange)
    for plan in plans:
        wish = limits[plan.pk]
        if wish.floor is not None and wish.ceiling is not None and wish.floor > wish.ceiling:
            raise LimitsNotValid(plan)
        plan.floor, plan.ceiling, plan.is_locked = wish.floor, wish.ceiling, wish.is_locked
    ProgramPlan.objects.bulk_update(plans, ["floor", "ceiling", "is_locked"])
    wanted = {(pk, month) for pk, wish in limits.items() for month in wish.locked}
    now = {cell for cell in locked_cells(held) if cell[0] in limits}
    for pk, month in now - wanted:
        BudgetLine.objects.filter(program_plan=pk, month=month).update(is_locked=False)
    BudgetLine.objects.bulk_create(
        [
            BudgetLine(program_plan_id=pk, month=month, amount=ZERO, is_locked=True)
            for pk, month in sorted(wanted - now)
        ],
        update_conflicts=True,
        unique_fields=["workspace", "program_plan", "month"],
        update_fields=["is_locked"],
    )


@transaction.atomic
def suggest_split(
    *,
    scenario: Scenario,
    total: Decimal,
    by: Membership | None,
    objective: Objective | None = None,
    now: datetime | None = None,
) -> Allocation:
    """Split a total over a draft's programs and months, and keep the suggestion with its grounds.

    With an objective its chance is raised, else the expected margin. Raises `SplitImpossible`
    with what stands in the way, and what `hold_draft` raises.
    """
    held = hold_draft(scenario)
    sheet = sheet_of(held)
    if not sheet.rows:
        raise SplitImpossible("There are no programs to fund. Add one first.")
    past = past_of()
    question = question_of(sheet, past, objective)
    if question is None:
        raise SplitImpossible(
            f"How spend affects {objective} is not known yet, so its chance cannot be raised."
        )
    if objective is not None and question.target is None:
        raise SplitImpossible(f"{objective} has no target yet; set one first.")
    try:
        split = allocate(
            question.candidates,
            float(total),
            target=question.target,
            raise_chance=objective is not None,
        )
    except Impossible as error:
        raise SplitImpossible(str(error)) from None
    amounts = _rounded(sheet, split)
    suggested = with_amounts(sheet, amounts)
    in_margin = question_of(sheet, past)
    assert in_margin is not None
    before = evaluate(in_margin.candidates, _money(sheet))
    after = evaluate(in_margin.candidates, _money(suggested))
    allocation = Allocation.objects.create(
        scenario=held,
        objective=objective,
        total=total,
        planned=dict(before.margin.as_dict()),
        split=dict(after.margin.as_dict()),
        gain=dict(from_draws(after.draws - before.draws, 0).as_dict()),
        chances=_chances(held, sheet, suggested, past),
        rests_on=_says(question.responses, past, sheet, split),
        made_by=by,
        made_at=now or timezone.now(),
    )
    AllocationLine.objects.bulk_create(
        AllocationLine(
            allocation=allocation,
            program_plan=row.plan,
            floor=row.plan.floor,
            ceiling=row.plan.ceiling,
            is_locked=row.plan.is_locked,
            planned=row.total,
            suggested=new.total,
            months={f"{cell.month:%Y-%m}": str(cell.amount) for cell in new.cells if cell.amount},
            margin=dict(share.margin.as_dict()),
            next_return=dict(share.next_return.as_dict()),
            rests_on=rests_on(response, row.plan.program.channel.name)[:300],
        )
        for row, new, share, response in zip(
            sheet.rows, suggested.rows, after.shares, in_margin.responses, strict=True
        )
    )
    return allocation


@transaction.atomic
def take_split(
    *,
    allocation: Allocation,
    lines: list[AllocationLine] | None = None,
    now: datetime | None = None,
) -> int:
    """Write a suggestion, or some of its lines, into its draft; return how many cells changed.

    What has been locked meanwhile stays as it is. Raises what `set_budget` raises.
    """
    scenario = hold_draft(allocation.scenario)
    held = AllocationLine.objects.filter(allocation=allocation, program_plan__is_locked=False)
    if lines is not None:
        held = held.filter(pk__in=[line.pk for line in lines])
    locked = locked_cells(scenario)
    months = months_of(scenario.cycle)
    amounts = {
        (line.program_plan_id, month): Decimal(line.months.get(f"{month:%Y-%m}", "0"))
        for line in held
        for month in months
        if (line.program_plan_id, month) not in locked
    }
    changed = set_budget(scenario=scenario, amounts=amounts)
    held.update(taken_at=now or timezone.now())
    return changed


def _money(sheet: Sheet) -> list[list[float]]:
    return [[float(cell.amount) for cell in row.cells] for row in sheet.rows]


def _rounded(sheet: Sheet, split: Split) -> dict[tuple[int, date], Decimal]:
    """Return the split in whole units of money, month by month; locked cells as they are.

    What rounding leaves over goes to the programs, and within them to the months, that lost most.
    """
    locked = locked_cells(sheet.scenario)
    amounts: dict[tuple[int, date], Decimal] = {}
    exact: dict[int, dict[tuple[int, date], Decimal]] = {}
    for row, share in zip(sheet.rows, split.shares, strict=True):
        free = exact.setdefault(row.plan.pk, {})
        for cell, given in zip(row.cells, share.by_month, strict=True):
            key = (cell.plan_id, cell.month)
            if row.plan.is_locked or key in locked:
                amounts[key] = cell.amount
            else:
                free[key] = Decimal(repr(float(given)))
    wholes = _whole({pk: sum(free.values(), ZERO) for pk, free in exact.items()})
    for pk, free in exact.items():
        scale = wholes[pk] / total if (total := sum(free.values(), ZERO)) else ZERO
        amounts |= _whole({key: one * scale for key, one in free.items()})
    return amounts


def _whole(exact: dict[Key, Decimal]) -> dict[Key, Decimal]:
    """Round amounts to whole units so that their sum is rounded too; the largest rests go up."""
    # A hair below a whole number is that number.
    floors = {key: (one + DUST).quantize(ONE, rounding=ROUND_FLOOR) for key, one in exact.items()}
    left = int((sum(exact.values(), ZERO) + DUST) - sum(floors.values(), ZERO) + HALF)
    by_rest = sorted(exact, key=lambda key: floors[key] - exact[key])
    for key in by_rest[:left]:
        floors[key] += ONE
    return floors


def _chances(
    scenario: Scenario, sheet: Sheet, suggested: Sheet, past: Past
) -> dict[str, dict[str, float | None]]:
    before = expected_of(scenario, sheet, past=past).objectives
    after = expected_of(scenario, suggested, past=past).objectives
    return {
        str(one.objective.pk): {"planned": one.chance, "split": two.chance}
        for one, two in zip(before, after, strict=True)
    }


def _says(responses: list[Response], past: Past, sheet: Sheet, split: Split) -> str:
    """Return on what the suggestion rests, and whether that is much."""
    expected = expected_of(sheet.scenario, sheet, past=past)
    months = [one.months for one in responses if one.basis != "none"]
    words = [expected.says if sheet.total else ""]
    if not months:
        words.append("There is no data yet, so the split is based only on stated priors.")
    elif sorted(months)[len(months) // 2] < FEWEST_MONTHS:
        words.append(
            "There is little data, so the split relies on stated priors and its interval is wide."
        )
    if split.unspent >= 1:
        words.append("The ceilings leave part of the total unassigned.")
    return " ".join(word for word in words if word)
