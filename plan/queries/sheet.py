"""The budget grid of a scenario: programs by months, with totals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from plan.models import Approval, ProgramPlan, Scenario
from plan.queries.budget import amounts_of, month_after, months_of
from plan.queries.readiness import plans_of, price_approvals_of


@dataclass(frozen=True)
class Cell:
    """One program in one month; `in_flight` is false where its flight lies elsewhere."""

    plan_id: int
    month: date
    amount: Decimal
    in_flight: bool

    @property
    def key(self) -> str:
        """The cell's name in a form."""
        return f"{self.plan_id}-{self.month:%Y-%m}"


@dataclass(frozen=True)
class Row:
    """One program's line."""

    plan: ProgramPlan
    cells: list[Cell]
    total: Decimal
    price_approval: Approval | None


@dataclass(frozen=True)
class Sheet:
    """The whole grid."""

    scenario: Scenario
    months: list[date]
    rows: list[Row]
    month_totals: list[Decimal]
    total: Decimal

    @property
    def is_open(self) -> bool:
        """Whether cells may change."""
        return (
            self.scenario.status == Scenario.Status.DRAFT and self.scenario.cycle.closed_at is None
        )

    @property
    def price_led(self) -> list[Row]:
        """The programs that sell on price."""
        return [row for row in self.rows if row.plan.program.is_price_led]

    @property
    def price_led_share(self) -> float | None:
        """The share of the money that price-led programs get; None where there is no money."""
        if not self.total:
            return None
        return float(sum((row.total for row in self.price_led), Decimal(0)) / self.total)


def sheet_of(scenario: Scenario) -> Sheet:
    """Return a scenario's grid; the number of queries does not depend on its size."""
    months = months_of(scenario.cycle)
    amounts = amounts_of(scenario)
    approvals = price_approvals_of(scenario)
    rows = []
    for plan in plans_of(scenario):
        cells = [
            Cell(plan.pk, month, amounts.get((plan.pk, month), Decimal(0)), _flies(plan, month))
            for month in months
        ]
        total = sum((cell.amount for cell in cells), Decimal(0))
        rows.append(Row(plan, cells, total, approvals.get(plan.pk)))
    return Sheet(
        scenario=scenario,
        months=months,
        rows=rows,
        month_totals=[
            sum((row.cells[place].amount for row in rows), Decimal(0))
            for place in range(len(months))
        ],
        total=sum((row.total for row in rows), Decimal(0)),
    )


def _flies(plan: ProgramPlan, month: date) -> bool:
    if plan.starts_on and plan.starts_on >= month_after(month, 1):
        return False
    return not (plan.ends_on and plan.ends_on < month)
