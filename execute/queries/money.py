"""A cycle's money by program and month: what each cell had, holds and has left."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from babel.dates import format_date
from django.db.models import Sum
from django.db.models.functions import TruncMonth

from execute.models import Expense
from execute.queries.spending import ZERO, Spend, expenses_of
from insight.models import Channel
from ipeo import tenancy
from ipeo.models import Cycle
from plan.models import Program
from plan.queries.budget import months_of, planned_by_program_month

NOTHING = Spend(ZERO, ZERO, ZERO)


@dataclass(frozen=True)
class Period:
    """A column: a month, or a quarter or the whole cycle as the sum of its months."""

    label: str
    months: tuple[date, ...]
    kind: str


@dataclass(frozen=True)
class Line:
    """A row: a program, a channel's total or the cycle's; one cell for each period."""

    label: str
    cells: list[Spend]
    kind: str
    program: Program | None = None
    channel: Channel | None = None


@dataclass(frozen=True)
class MoneyTable:
    """The money of a cycle: periods across, programs by channel down."""

    periods: list[Period]
    lines: list[Line]

    @property
    def overspent(self) -> int:
        """Return how many programs have, over the whole cycle, more out than planned."""
        return sum(line.kind == "program" and line.cells[-1].available < 0 for line in self.lines)


def periods_of(cycle: Cycle, fiscal_year_start: int) -> list[Period]:
    """Return the months of a cycle, after each quarter's last its total, and the whole cycle.

    Quarters are those of the fiscal year that begins in the given month (1 to 12). A quarter of
    which the cycle touches one month alone has no total of its own.
    """
    months = months_of(cycle)
    periods: list[Period] = []
    quarter: list[date] = []
    for place, month in enumerate(months):
        quarter.append(month)
        periods.append(Period(format_date(month, "MMM yyyy", locale="en"), (month,), "month"))
        after = (month.month - fiscal_year_start) % 12
        if after % 3 == 2 or place == len(months) - 1:
            if len(quarter) > 1:
                periods.append(Period(f"Q{after // 3 + 1}", tuple(quarter), "quarter"))
            quarter = []
    periods.append(Period("Whole cycle", tuple(months), "all"))
    return periods


def money_table(cycle: Cycle) -> MoneyTable:
    """Return the money of a cycle by program and month, with totals by channel and quarter.

    Planned is the approved scenario's budget; committed and actual are the expenses for the
    campaign's programs in the cycle. The number of queries is the same for any number of rows.
    """
    months: dict[tuple[int, date], list[Decimal]] = {}
    for place, (program_id, month), amount in _amounts(cycle):
        months.setdefault((program_id, month), [ZERO, ZERO, ZERO])[place] += amount
    programs = Program.objects.filter(pk__in={pk for pk, _ in months}).select_related("channel")
    periods = periods_of(cycle, tenancy.current_workspace().fiscal_year_start)
    cells = {
        program.pk: [
            _sum(Spend(*months[program.pk, m]) for m in period.months if (program.pk, m) in months)
            for period in periods
        ]
        for program in programs
    }
    lines: list[Line] = []
    by_channel: dict[int, list[Program]] = {}
    for program in sorted(programs, key=lambda p: (p.channel.name, p.name, p.pk)):
        by_channel.setdefault(program.channel_id, []).append(program)
    for some in by_channel.values():
        lines += [Line(p.name, cells[p.pk], "program", p, p.channel) for p in some]
        if len(some) > 1:
            whole = _down([cells[p.pk] for p in some])
            lines.append(Line(f"All {some[0].channel}", whole, "channel", None, some[0].channel))
    if lines:
        lines.append(Line("All programs", _down(list(cells.values())), "all"))
    return MoneyTable(periods, lines)


def _amounts(cycle: Cycle) -> Iterator[tuple[int, tuple[int, date], Decimal]]:
    for key, amount in planned_by_program_month(cycle).items():
        yield 0, key, amount
    found = (
        expenses_of(cycle)
        .filter(state__in=[Expense.State.COMMITTED, Expense.State.ACTUAL])
        .annotate(month=TruncMonth("date"))
        .order_by()
        .values_list("program_id", "month", "state")
        .annotate(total=Sum("amount"))
    )
    for program_id, month, state, total in found:
        yield 1 if state == Expense.State.COMMITTED else 2, (program_id, month), total


def _sum(parts: Iterable[Spend]) -> Spend:
    total = [ZERO, ZERO, ZERO]
    for part in parts:
        for place, amount in enumerate((part.planned, part.committed, part.actual)):
            total[place] += amount
    return Spend(*total)


def _down(rows: list[list[Spend]]) -> list[Spend]:
    return [_sum(column) for column in zip(*rows, strict=True)]


def money_rows(table: MoneyTable) -> Iterator[list[object]]:
    """Yield the table as a list: a line for each program and month, with no totals among them."""
    currency = tenancy.current_workspace().currency
    yield [
        *("Program", "Channel", "Month", "Planned", "Committed", "Actual", "Available"),
        "Currency",
    ]
    for line in table.lines:
        if line.kind != "program":
            continue
        for period, cell in zip(table.periods, line.cells, strict=True):
            if period.kind == "month" and cell != NOTHING:
                yield [
                    line.label,
                    line.channel,
                    f"{period.months[0]:%Y-%m}",
                    *(cell.planned, cell.committed, cell.actual, cell.available),
                    currency,
                ]
