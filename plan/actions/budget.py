"""The budget grid is filled."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.db import transaction

from plan.actions.drafts import hold_draft
from plan.models import BudgetLine, ProgramPlan, Scenario
from plan.queries.budget import amounts_of, months_of

Cell = tuple[int, date]
LARGEST = Decimal(10) ** 13


class NotInThisPlan(Exception):
    """A cell lies outside the scenario's programs or the cycle's months; `cells` are they."""

    def __init__(self, cells: list[Cell]) -> None:
        months = sorted({month for _, month in cells})
        super().__init__(
            "The plan has no such program or month: "
            + ", ".join(f"{month:%b %Y}" for month in months)
            + "."
        )
        self.cells = cells


class AmountNotValid(Exception):
    """An amount is negative, or larger than any budget."""


class ChangedMeanwhile(Exception):
    """Somebody else changed the same cells; `stored` is what they hold now."""

    def __init__(self, stored: dict[Cell, Decimal]) -> None:
        super().__init__("Someone else changed the same cells in the meantime.")
        self.stored = stored


@transaction.atomic
def set_budget(
    *,
    scenario: Scenario,
    amounts: Mapping[Cell, Decimal],
    seen: Mapping[Cell, Decimal] | None = None,
) -> int:
    """Save the money of some cells (program plan id, first of the month); return how many changed.

    Cells that are not named keep what they hold; 0 empties a cell. With `seen`, the amounts that
    the person saw, a cell that somebody else has changed since raises `ChangedMeanwhile` and
    nothing is saved. Raises `NotInThisPlan`, `AmountNotValid`, and what `hold_draft` raises.
    """
    held = hold_draft(scenario)
    plans = set(ProgramPlan.objects.filter(scenario=held).values_list("pk", flat=True))
    months = set(months_of(held.cycle))
    strange = [cell for cell in amounts if cell[0] not in plans or cell[1] not in months]
    if strange:
        raise NotInThisPlan(strange)
    if any(not amount.is_finite() or amount < 0 for amount in amounts.values()):
        raise AmountNotValid("An amount cannot be negative.")
    if any(amount >= LARGEST for amount in amounts.values()):
        raise AmountNotValid("An amount is larger than a budget can hold.")
    stored = amounts_of(held)
    changed = {
        cell: amount for cell, amount in amounts.items() if stored.get(cell, Decimal(0)) != amount
    }
    if seen is not None:
        others = {
            cell: stored.get(cell, Decimal(0))
            for cell in changed
            if stored.get(cell, Decimal(0)) != seen.get(cell, Decimal(0))
        }
        if others:
            raise ChangedMeanwhile(others)
    BudgetLine.objects.bulk_create(
        [
            BudgetLine(program_plan_id=plan_id, month=month, amount=amount)
            for (plan_id, month), amount in changed.items()
        ],
        update_conflicts=True,
        unique_fields=["workspace", "program_plan", "month"],
        update_fields=["amount"],
    )
    return len(changed)
