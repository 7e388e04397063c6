"""What Execute tells Plan: money out by program and month, materials, and what sales can take."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import urlencode

from django.db.models import Count, Q, Sum
from django.db.models.functions import Lower, TruncMonth, TruncWeek
from django.utils import timezone

from execute.models import Expense, Handoff, Material
from execute.queries.spending import expenses_of
from ipeo.models import Cycle
from ipeo.navigation import link
from plan.queries.later import Capacity, MaterialState

WEEKS = 26
"""How far back what sales took is looked at."""
ZERO = Decimal(0)


def money_by_cell(cycle: Cycle) -> Mapping[tuple[int, date], tuple[Decimal, Decimal]]:
    """Return a cycle's committed and actual money by program id and first of the month."""
    rows = (
        expenses_of(cycle)
        .annotate(month=TruncMonth("date"))
        .order_by()
        .values_list("program_id", "month")
        .annotate(
            committed=Sum("amount", filter=Q(state=Expense.State.COMMITTED)),
            actual=Sum("amount", filter=Q(state=Expense.State.ACTUAL)),
        )
    )
    return {
        (program_id, month): (committed or ZERO, actual or ZERO)
        for program_id, month, committed, actual in rows
    }


def materials_by_program(
    program_ids: Sequence[int],
) -> Mapping[int, Sequence[MaterialState]]:
    """Return the materials of programs, approved where a version of them was."""
    found: dict[int, list[MaterialState]] = defaultdict(list)
    rows = Material.objects.filter(program__in=program_ids).exclude(status=Material.Status.RETIRED)
    for row in rows.order_by("name"):
        if row.program_id is not None:
            state = MaterialState(
                row.name, row.approved_id is not None, link("execute:material", row.pk)
            )
            found[row.program_id].append(state)
    return found


def named_materials(
    wanted: Sequence[tuple[int, str]],
) -> Mapping[tuple[int, str], MaterialState]:
    """Return the materials of these names, whichever program they were made for.

    The page of one that does not exist is where it is made, with its name and program filled in.
    """
    names = {name.lower() for _, name in wanted}
    if not names:
        return {}
    rows = (
        Material.objects.annotate(small=Lower("name"))
        .filter(small__in=names)
        .exclude(status=Material.Status.RETIRED)
    )
    made = {
        row.small: MaterialState(
            row.name, row.approved_id is not None, link("execute:material", row.pk)
        )
        for row in rows
    }
    found = {}
    for program_id, name in wanted:
        page = f"{link('execute:new_material')}?{urlencode({'name': name, 'program': program_id})}"
        found[program_id, name.lower()] = made.get(name.lower(), MaterialState(name, False, page))
    return found


def sales_capacity() -> Capacity:
    """Return the most handovers that reps answered in one of the last weeks, and what they cost.

    A handover counts for the week in which sales first touched the buyer.
    """
    since = timezone.localdate() - timedelta(weeks=WEEKS)
    answered = (
        Handoff.objects.filter(first_touch_at__date__gte=since)
        .annotate(week=TruncWeek("first_touch_at"))
        .order_by()
        .values_list("week")
        .annotate(n=Count("pk"))
    )
    by_week = sorted(n for _, n in answered)
    reps = (
        Handoff.objects.filter(first_touch_at__date__gte=since, owner__isnull=False)
        .aggregate(n=Count("owner", distinct=True))
        .get("n", 0)
    )
    handed = dict(
        Handoff.objects.filter(handed_at__date__gte=since, program__isnull=False)
        .order_by()
        .values_list("program_id")
        .annotate(n=Count("pk"))
    )
    spent = dict(
        Expense.objects.filter(state=Expense.State.ACTUAL, date__gte=since, amount__gt=0)
        .order_by()
        .values_list("program_id")
        .annotate(total=Sum("amount"))
    )
    per_money = {
        program_id: handed.get(program_id, 0) / float(total)
        for program_id, total in spent.items()
        if program_id is not None and total
    }
    whole = float(sum(total for pk, total in spent.items() if pk is not None))
    return Capacity(
        # One exceptional week is no measure: of many, the tenth best counts.
        weekly=float(by_week[-1 - len(by_week) // 10]) if by_week else None,
        reps=int(reps or 0),
        weeks=len(by_week),
        per_money=per_money,
        overall=sum(handed.values()) / whole if whole and handed else None,
    )
