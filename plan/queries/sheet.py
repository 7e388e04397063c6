"""The budget grid of a scenario: programs by months, with totals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from ipeo import tenancy
from ipeo.numerics.ranges import month_after
from plan.models import Approval, ProgramPlan, Scenario
from plan.queries.budget import amounts_of, months_of
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
class Quarter:
    """The months of a grid that lie in one quarter of the fiscal year."""

    label: str
    places: tuple[int, ...]


@dataclass(frozen=True)
class Sheet:
    """The whole grid."""

    scenario: Scenario
    months: list[date]
    rows: list[Row]
    month_totals: list[Decimal]
    total: Decimal
    quarters: list[Quarter]

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
        quarters=quarters_of(months, tenancy.current_workspace().fiscal_year_start),
    )


def with_amounts(sheet: Sheet, amounts: Mapping[tuple[int, date], Decimal]) -> Sheet:
    """Return a grid as it would be with other amounts in some cells, not saved anywhere."""
    rows = []
    for row in sheet.rows:
        cells = [
            replace(cell, amount=amounts.get((cell.plan_id, cell.month), cell.amount))
            for cell in row.cells
        ]
        rows.append(replace(row, cells=cells, total=sum((one.amount for one in cells), Decimal(0))))
    return replace(
        sheet,
        rows=rows,
        month_totals=[
            sum((row.cells[place].amount for row in rows), Decimal(0))
            for place in range(len(sheet.months))
        ],
        total=sum((row.total for row in rows), Decimal(0)),
    )


def quarters_of(months: list[date], fiscal_year_start: int) -> list[Quarter]:
    """Return the quarters of the fiscal year that months fall in: `Q3 2026`, or `Q1 FY2027`.

    A fiscal year that does not begin in January is named for the year in which it ends.
    """
    places: dict[str, list[int]] = {}
    for place, month in enumerate(months):
        since = (month.month - fiscal_year_start) % 12
        begun = month.year - (month.month < fiscal_year_start)
        year = str(begun) if fiscal_year_start == 1 else f"FY{begun + 1}"
        places.setdefault(f"Q{since // 3 + 1} {year}", []).append(place)
    return [Quarter(label, tuple(held)) for label, held in places.items()]


def _flies(plan: ProgramPlan, month: date) -> bool:
    if plan.starts_on and plan.starts_on >= month_after(month, 1):
        return False
    return not (plan.ends_on and plan.ends_on < month)
