"""Money of a cycle: what was planned, committed and spent, by program and by month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from execute.models import Expense
from insight.models import Channel
from ipeo.models import Campaign, Cycle
from plan.models import Program, ProgramPlan
from plan.queries.budget import (
    approved_scenario,
    in_months,
    in_programs,
    months_of,
    planned_by_program_month,
    until_day,
)

ZERO = Decimal(0)


@dataclass(frozen=True)
class Spend:
    """Money against its plan, in the workspace's currency."""

    planned: Decimal
    committed: Decimal
    actual: Decimal

    @property
    def available(self) -> Decimal:
        """What is left of the plan: planned - committed - actual."""
        return self.planned - self.committed - self.actual

    @property
    def over(self) -> Decimal:
        """What is out beyond the plan; 0 where the plan holds."""
        return max(-self.available, ZERO)

    @property
    def used(self) -> float | None:
        """The share of the plan that is committed or spent; None where nothing is planned."""
        return float((self.committed + self.actual) / self.planned) if self.planned else None

    @property
    def spent(self) -> float | None:
        """The share of the plan that is spent; None where nothing is planned."""
        return float(self.actual / self.planned) if self.planned else None


@dataclass(frozen=True)
class ProgramSpend(Spend):
    """One program's money in a cycle."""

    program: Program


@dataclass(frozen=True)
class CycleSpend(Spend):
    """A cycle's money: its programs, its months, and what the plan had for the time so far."""

    programs: list[ProgramSpend]
    months: list[date]
    planned_by_month: list[Decimal]
    committed_by_month: list[Decimal]
    actual_by_month: list[Decimal]
    planned_to_date: Decimal
    has_plan: bool

    @property
    def pacing(self) -> float | None:
        """Actual to date / planned to date; None before anything was planned."""
        return float(self.actual / self.planned_to_date) if self.planned_to_date else None


def expenses_of(cycle: Cycle) -> QuerySet[Expense]:
    """Return the expenses for the campaign's programs dated within the cycle."""
    return Expense.objects.filter(
        program__campaign=cycle.campaign_id, date__range=(cycle.starts_on, cycle.ends_on)
    )


def spend_of(cycle: Cycle, *, on: date) -> CycleSpend:
    """Return a cycle's money by program and month; `on` is the day up to which it is paced.

    The plan is the approved scenario's budget. An expense written as planned is a wish within
    that budget and changes no total.
    """
    by_program, by_month = _by_program_and_month(cycle)
    amounts = planned_by_program_month(cycle)
    planned, plan = in_programs(amounts), in_months(amounts, cycle)
    programs = Program.objects.filter(pk__in={*planned, *(pk for pk, _ in by_program)})
    rows = [
        ProgramSpend(
            planned=planned.get(program.pk, ZERO),
            committed=by_program.get((program.pk, Expense.State.COMMITTED), ZERO),
            actual=by_program.get((program.pk, Expense.State.ACTUAL), ZERO),
            program=program,
        )
        for program in programs.select_related("channel")
    ]
    rows.sort(key=lambda row: (-row.planned, -row.actual, row.program.name))
    months = months_of(cycle)
    return CycleSpend(
        planned=sum((row.planned for row in rows), ZERO),
        committed=sum((row.committed for row in rows), ZERO),
        actual=sum((row.actual for row in rows), ZERO),
        programs=rows,
        months=months,
        planned_by_month=list(plan.values()),
        committed_by_month=_series(by_month, months, Expense.State.COMMITTED),
        actual_by_month=_series(by_month, months, Expense.State.ACTUAL),
        planned_to_date=until_day(plan, min(on, cycle.ends_on)),
        has_plan=approved_scenario(cycle) is not None,
    )


def _by_program_and_month(
    cycle: Cycle,
) -> tuple[dict[tuple[int, str], Decimal], dict[tuple[date, str], Decimal]]:
    by_program: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    by_month: dict[tuple[date, str], Decimal] = defaultdict(Decimal)
    lines = expenses_of(cycle).annotate(month=TruncMonth("date")).order_by()
    for program_id, month, state, total in lines.values_list("program", "month", "state").annotate(
        total=Sum("amount")
    ):
        by_program[program_id, state] += total
        by_month[month, state] += total
    return by_program, by_month


def _series(
    sums: Mapping[tuple[date, str], Decimal], months: Iterable[date], state: str
) -> list[Decimal]:
    return [sums.get((month, state), ZERO) for month in months]


def flights_without_spend(cycle: Cycle) -> list[ProgramPlan]:
    """Return the approved programs with money in the plan and no actual spend in their flight.

    A program without dates flies for the whole cycle. One for which nothing was planned needs
    no spend.
    """
    scenario = approved_scenario(cycle)
    if scenario is None:
        return []
    plans = list(
        ProgramPlan.objects.filter(scenario=scenario)
        .annotate(money=Sum("budget_lines__amount"))
        .filter(money__gt=0)
        .select_related("program")
        .order_by("position", "pk")
    )
    spent: dict[int, list[date]] = {}
    dates = (
        Expense.objects.filter(
            Q(state=Expense.State.ACTUAL), program__in=[plan.program_id for plan in plans]
        )
        .order_by()
        .values_list("program_id", "date")
        .distinct()
    )
    for program_id, day in dates:
        spent.setdefault(program_id, []).append(day)
    return [
        plan
        for plan in plans
        if not any(
            (plan.starts_on or cycle.starts_on) <= day <= (plan.ends_on or cycle.ends_on)
            for day in spent.get(plan.program_id, [])
        )
    ]


def matching_expenses(
    *,
    program: Program | int | None = None,
    channel: int | None = None,
    state: str = "",
    cycle: Cycle | None = None,
    month: tuple[date, date] | None = None,
    campaign: Campaign | int | None = None,
    date_from: date | None = None,
    date_to: date | None = None,
) -> QuerySet[Expense]:
    """Return the expenses that a filter leaves, with their program and channel.

    `month` is its first day and the day after its last. An expense of a program that names no
    channel is the program's channel's, as figures count it.
    """
    found = Expense.objects.select_related("program", "channel", "source", "rule")
    if cycle is not None:
        found = expenses_of(cycle).select_related("program", "channel", "source", "rule")
    if month is not None:
        found = found.filter(date__gte=month[0], date__lt=month[1])
    if date_from is not None:
        found = found.filter(date__gte=date_from)
    if date_to is not None:
        found = found.filter(date__lte=date_to)
    if channel:
        found = found.filter(of_channel(channel))
    exact = {"program": program, "program__campaign": campaign, "state": state}
    return found.filter(**{name: value for name, value in exact.items() if value})


def of_channel(channel: Channel | int) -> Q:
    """Return the condition that an expense is a channel's: its own, or its program's."""
    return Q(channel=channel) | Q(channel=None, program__channel=channel)


@dataclass(frozen=True)
class ExpenseTotals:
    """How many expenses there are, and their money by state, in the workspace's currency."""

    count: int
    planned: Decimal
    committed: Decimal
    actual: Decimal


def totals_of(found: QuerySet[Expense]) -> ExpenseTotals:
    """Return the totals of the expenses that a filter leaves."""
    lines = found.order_by().values("state").annotate(total=Sum("amount"), count=Count("pk"))
    sums = {line["state"]: line for line in lines}
    return ExpenseTotals(
        count=sum(line["count"] for line in sums.values()),
        **{
            state: sums[state]["total"] if state in sums else ZERO for state in Expense.State.values
        },
    )
