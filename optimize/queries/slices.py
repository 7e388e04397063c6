"""Sums over deals and activity, grouped and filtered: from totals, or day by day from facts.

Whole months are read from the totals, the days at a range's edges from the facts, by the same
sums, so that both give the same numbers.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from ipeo import tenancy
from optimize.models import AttributionModel
from optimize.queries.sums import ADDED_UP, EACH, MONTH, SUMS, credited, measured

Sums = dict[str, Decimal]
_DEALS = "optimize_dealfact d"


@dataclass(frozen=True)
class Days:
    """A range of days, either end open."""

    first: date | None = None
    last: date | None = None

    def split(self) -> tuple[Days | None, tuple[Days, ...]]:
        """Return the whole months inside, which totals answer, and the days at the edges."""
        first, last = self.first, self.last
        if first is not None and first.day > 1:
            first = _month_end(first) + timedelta(days=1)
        if last is not None and last != _month_end(last):
            last = last.replace(day=1) - timedelta(days=1)
        if first is not None and last is not None and first > last:
            return None, (self,)
        edges = []
        if self.first is not None and first is not None and self.first < first:
            edges.append(Days(self.first, first - timedelta(days=1)))
        if self.last is not None and last is not None and last < self.last:
            edges.append(Days(last + timedelta(days=1), self.last))
        return Days(first, last), tuple(edges)

    def condition(self, column: str) -> str:
        """The condition on a date column; a range with an end leaves out what has no date."""
        parts = []
        if self.first is not None:
            parts.append(f"{column} >= '{self.first.isoformat()}'")
        if self.last is not None:
            parts.append(f"{column} <= '{self.last.isoformat()}'")
        return " AND ".join(parts) or "true"


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _sources(days: Days, totals: str, facts: str, **narrowed: str) -> str:
    """What totals hold of the whole months, and facts of the days at the edges.

    Both are SQL with a `{condition}`; the totals' is on `month`, the facts' on `d.date`. Facts may
    be `narrowed` by more conditions, since what is not asked for need not be multiplied.
    """
    whole, edges = days.split()
    parts = [] if whole is None else [totals.format(condition=whole.condition("month"))]
    if edges:
        either = " OR ".join(f"({edge.condition('d.date')})" for edge in edges)
        parts.append(facts.format(condition=f"({either})", **narrowed))
    return " UNION ALL ".join(parts)


_COLUMNS = ", ".join(SUMS)
_CREDIT_TOTALS = (
    "SELECT model, month, channel_id, program_id, campaign_id, outcome, "  # noqa: S608
    f"{_COLUMNS} FROM optimize_credittotal "
    "WHERE workspace_id = %(workspace)s AND model = ANY(%(models)s) AND {condition}"
)
_CREDIT_FACTS = (
    # Deal by deal: few of them fall on these days, and a join would read all of a subject's credit.
    f"(WITH chosen AS (SELECT c.*, 1 AS sign FROM {_DEALS} CROSS JOIN LATERAL "  # noqa: S608
    "(SELECT * FROM optimize_credit c WHERE c.workspace_id = %(workspace)s "
    "AND c.deal_id = d.deal_id AND {chosen} OFFSET 0) AS c "
    "WHERE d.workspace_id = %(workspace)s AND {condition}) "
    f"SELECT model, month, channel_id, program_id, campaign_id, outcome, {ADDED_UP} FROM ("
    + measured(
        f"t.model, {MONTH} AS month, t.channel_id, t.program_id, t.campaign_id, d.outcome",
        f"({credited('chosen')}) AS t JOIN {_DEALS} ON d.deal_id = t.deal_id "
        "LEFT JOIN plan_program p ON p.id = t.program_id "
        "WHERE d.workspace_id = %(workspace)s AND {condition} "
        "AND t.model = ANY(%(models)s) AND {where}",
        share="t.share",
    )
    + ") AS m GROUP BY 1, 2, 3, 4, 5, 6)"
)
_DEAL_TOTALS = (
    f"SELECT month, owner_id, product_id, outcome, is_touched, {_COLUMNS} "  # noqa: S608
    "FROM optimize_dealtotal WHERE workspace_id = %(workspace)s AND {condition}"
)
_DEAL_FACTS = (
    f"SELECT month, owner_id, product_id, outcome, is_touched, {ADDED_UP} FROM ("  # noqa: S608
    + measured(
        f"{MONTH} AS month, d.owner_id, d.product_id, d.outcome, d.is_touched",
        f"{_DEALS} WHERE d.workspace_id = %(workspace)s AND {{condition}}",
    )
    + ") AS m GROUP BY 1, 2, 3, 4, 5"
)


def credit_sums(
    *,
    group: str,
    models: Sequence[str],
    days: Days,
    where: str = "true",
    fixed: str = "",
    **parameters: Any,
) -> list[tuple[Any, str, str, Sums]]:
    """Return (group, model, outcome, sums) of credited deals.

    `group` is SQL over `t` (model, month, channel_id, program_id, campaign_id, outcome) and `p`,
    the touch's program, `where` over what is credited alone (not month or outcome); an influence
    on a campaign names it in `t`. Where it is one column that is `fixed` to the `subject`, the
    others' credit is not even read, unless a deal is shared with them in equal parts.
    """
    chosen = f"c.{fixed} = %(subject)s" if fixed and EACH.keys().isdisjoint(models) else "true"
    source = f"t AS ({_sources(days, _CREDIT_TOTALS, _CREDIT_FACTS, where=where, chosen=chosen)})"
    rows = _rows(
        f"WITH {source} SELECT {group}, t.model, t.outcome, {_added()} "  # noqa: S608
        f"FROM t LEFT JOIN plan_program p ON p.id = t.program_id WHERE {where} GROUP BY 1, 2, 3",
        models=list(models),
        **parameters,
    )
    return [(row[0], row[1], row[2], _named(row[3:])) for row in rows]


def deal_sums(*, group: str, days: Days) -> list[tuple[Any, str, bool, Sums]]:
    """Return (group, outcome, is touched, sums) of deals, each counted once.

    `group` is SQL over `t` (month, owner_id, product_id, outcome, is_touched).
    """
    source = f"t AS ({_sources(days, _DEAL_TOTALS, _DEAL_FACTS)})"
    rows = _rows(
        f"WITH {source} SELECT {group}, t.outcome, t.is_touched, {_added()} "  # noqa: S608
        "FROM t GROUP BY 1, 2, 3",
    )
    return [(row[0], row[1], row[2], _named(row[3:])) for row in rows]


def activity_sums(
    *, group: str, days: Days, where: str = "true", **parameters: Any
) -> list[tuple[Any, str, int, Decimal]]:
    """Return (group, figure, count, amount) of touches, leads and spend.

    `group` and `where` are SQL over `t` (date, figure, channel_id, program_id) and `p`, the
    program. An expense of a program that names no channel is the program's channel's.
    """
    rows = _rows(
        f"SELECT {group}, t.figure, sum(t.n)::bigint, sum(t.amount) "  # noqa: S608
        "FROM optimize_activitytotal a LEFT JOIN plan_program p ON p.id = a.program_id "
        "CROSS JOIN LATERAL (SELECT a.date, date_trunc('month', a.date)::date AS month, a.figure, "
        "COALESCE(a.channel_id, p.channel_id) AS channel_id, a.program_id, p.campaign_id, "
        "a.n, a.amount) AS t WHERE a.workspace_id = %(workspace)s "
        f"AND {days.condition('a.date')} AND {where} GROUP BY 1, 2",
        **parameters,
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def opened_sums(*, program: int, days: Days, model: str) -> dict[date, Decimal] | None:
    """Return how many deals a program is credited with by the month they were opened.

    Shapley's model shares a deal equally over the distinct programs that touched it, touches of
    no program being one of them. None for Markov's, which is about what was decided.
    """
    if model == AttributionModel.MARKOV:
        return None
    share, source = f'c."{model}"', "optimize_credit c"
    if model == AttributionModel.SHAPLEY:
        share = "c.share"
        source = (
            "(SELECT workspace_id, deal_id, program_id, "
            "1::numeric / count(*) OVER (PARTITION BY deal_id) AS share FROM "
            "(SELECT DISTINCT workspace_id, deal_id, program_id FROM optimize_credit "
            "WHERE workspace_id = %(workspace)s AND deal_id IN (SELECT deal_id FROM "
            "optimize_credit WHERE workspace_id = %(workspace)s AND program_id = %(program)s)"
            ") AS e) AS c"
        )
    rows = _rows(
        f"SELECT date_trunc('month', d.created_date)::date, sum({share}) "  # noqa: S608
        f"FROM {source} JOIN {_DEALS} "
        "ON d.workspace_id = c.workspace_id AND d.deal_id = c.deal_id "
        "WHERE c.workspace_id = %(workspace)s AND c.program_id = %(program)s "
        f"AND d.created_date IS NOT NULL AND {days.condition('d.created_date')} GROUP BY 1",
        program=program,
    )
    return dict(rows)


def add(one: Mapping[str, Decimal], other: Mapping[str, Decimal]) -> Sums:
    """Add two sums, name by name."""
    return {name: one.get(name, Decimal(0)) + other.get(name, Decimal(0)) for name in SUMS}


def _added() -> str:
    return ", ".join(f"sum(t.{name}) AS {name}" for name in SUMS)


def _named(values: Sequence[Decimal]) -> Sums:
    return dict(zip(SUMS, values, strict=True))


def _rows(query: str, **parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, {"workspace": tenancy.current_workspace_id(), **parameters})
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
