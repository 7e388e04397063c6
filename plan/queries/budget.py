"""The planned money: by program, channel and month, of a scenario or of a cycle's approved one."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import TypeVar

from django.db.models import QuerySet, Sum

from ipeo.models import Cycle
from ipeo.numerics.ranges import month_after, months_between
from plan.models import BudgetLine, Scenario

Key = TypeVar("Key")
ZERO, CENT = Decimal(0), Decimal("0.01")


def months_of(cycle: Cycle) -> list[date]:
    """Return the first day of every month that a cycle touches."""
    return months_between(cycle.starts_on, cycle.ends_on)


def approved_scenario(cycle: Cycle) -> Scenario | None:
    """Return the scenario that a cycle's money follows, None while none is approved."""
    return Scenario.objects.filter(cycle=cycle, status=Scenario.Status.APPROVED).first()


def amounts_of(scenario: Scenario) -> dict[tuple[int, date], Decimal]:
    """Return a scenario's money by program plan and month, the empty months left out."""
    lines = BudgetLine.objects.filter(program_plan__scenario=scenario)
    return {
        (plan_id, month): amount
        for plan_id, month, amount in lines.values_list("program_plan_id", "month", "amount")
    }


def totals_of(scenarios: Iterable[Scenario]) -> dict[int, Decimal]:
    """Return the whole money of each scenario, by its id."""
    ids = [scenario.pk for scenario in scenarios]
    lines = (
        BudgetLine.objects.filter(program_plan__scenario__in=ids)
        .values("program_plan__scenario_id")
        .annotate(total=Sum("amount"))
    )
    sums = {line["program_plan__scenario_id"]: line["total"] for line in lines}
    return {pk: sums.get(pk, Decimal(0)) for pk in ids}


def total_of(scenario: Scenario) -> Decimal:
    """Return the whole money of a scenario."""
    return totals_of([scenario])[scenario.pk]


def planned_by_program_month(cycle: Cycle) -> dict[tuple[int, date], Decimal]:
    """Return the approved money by program id and first day of the month."""
    lines = _approved_lines(cycle).values_list("program_plan__program_id", "month", "amount")
    return {(program_id, month): amount for program_id, month, amount in lines}


def planned_by_month(cycle: Cycle) -> dict[date, Decimal]:
    """Return the approved money of every month that the cycle touches, in order."""
    return in_months(planned_by_program_month(cycle), cycle)


def in_programs(amounts: Mapping[tuple[int, date], Decimal]) -> dict[int, Decimal]:
    """Return money by program, of money by program and month."""
    return _summed((program_id, amount) for (program_id, _), amount in amounts.items())


def in_months(amounts: Mapping[tuple[int, date], Decimal], cycle: Cycle) -> dict[date, Decimal]:
    """Return money of every month that the cycle touches, in order, of money by program and month.

    Without an approved scenario nothing is planned, and every month has 0.
    """
    sums = _summed((month, amount) for (_, month), amount in amounts.items())
    return {month: sums.get(month, Decimal(0)) for month in months_of(cycle)}


def until_day(amounts: Mapping[date, Decimal], until: date) -> Decimal:
    """Return the part of money by month that is planned up to a day.

    The month in which the day falls counts for the share of its days that are over by its end.
    """
    total = sum((amount * _share_over(month, until) for month, amount in amounts.items()), ZERO)
    return total.quantize(CENT)


def _share_over(month: date, until: date) -> Decimal:
    if until >= month_after(month, 1):
        return Decimal(1)
    if until < month:
        return Decimal(0)
    return Decimal(until.day) / Decimal(monthrange(month.year, month.month)[1])


def _approved_lines(cycle: Cycle) -> QuerySet[BudgetLine]:
    return BudgetLine.objects.filter(
        program_plan__scenario__cycle=cycle,
        program_plan__scenario__status=Scenario.Status.APPROVED,
    )


def _summed(pairs: Iterable[tuple[Key, Decimal]]) -> dict[Key, Decimal]:
    sums: dict[Key, Decimal] = {}
    for key, amount in pairs:
        sums[key] = sums.get(key, Decimal(0)) + amount
    return sums
