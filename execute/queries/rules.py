"""Rules of spend: which one places a row, and what no rule places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import Count, Max, Min, Q, QuerySet, Sum

from execute.models import Expense, SpendRule
from ipeo import tenancy

SHOWN = 30

# The first rule, by its position, that a row's texts fit. Only one branch of the CASE is
# evaluated, so that a text that is no pattern is never read as one.
FIRST_FIT = """
    SELECT r.id FROM execute_spendrule r
    CROSS JOIN LATERAL (SELECT CASE r.field
        WHEN 'campaign' THEN {campaign} WHEN 'description' THEN {description} ELSE {source}
    END AS said) s
    WHERE r.workspace_id = %s AND coalesce(s.said, '') <> '' AND CASE r.comparison
        WHEN 'contains' THEN position(lower(r.text) IN lower(s.said)) > 0
        WHEN 'starts' THEN starts_with(lower(s.said), lower(r.text))
        WHEN 'equals' THEN lower(s.said) = lower(r.text)
        ELSE s.said ~* r.text
    END
    ORDER BY r.position, r.id LIMIT 1
"""


def rules() -> QuerySet[SpendRule]:
    """Return the rules in their order."""
    return SpendRule.objects.select_related("program", "channel").order_by("position", "pk")


def placed_by(
    campaigns: Sequence[str | None],
    descriptions: Sequence[str | None],
    sources: Sequence[str | None],
) -> list[SpendRule | None]:
    """Return the rule that places each row by its texts, None where none does; one query.

    The three have one length: the campaign's name, the ad group or description, and the source
    (the channel as the file names it).
    """
    known = {rule.pk: rule for rule in rules()}
    rows = list(zip(campaigns, descriptions, sources, strict=True))
    if not known:
        return [None] * len(rows)
    wanted = list(dict.fromkeys(rows))
    fit = FIRST_FIT.format(campaign="w.campaign", description="w.description", source="w.source")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT w.place, ({fit}) FROM unnest(%s::text[], %s::text[], %s::text[])"  # noqa: S608
            " WITH ORDINALITY AS w (campaign, description, source, place)",
            [tenancy.current_workspace_id(), *(list(column) for column in _columns(wanted))],
        )
        found = {wanted[place - 1]: pk for place, pk in cursor.fetchall()}
    return [known.get(found[row]) for row in rows]


def _columns(
    rows: Sequence[tuple[str | None, str | None, str | None]],
) -> tuple[list[str], list[str], list[str]]:
    return (
        [row[0] or "" for row in rows],
        [row[1] or "" for row in rows],
        [row[2] or "" for row in rows],
    )


@dataclass(frozen=True)
class Unmatched:
    """A campaign's spend that belongs to no program yet."""

    name: str
    channel: str
    count: int
    amount: Decimal
    first: date
    last: date


@dataclass(frozen=True)
class UnmatchedSpend:
    """The unmatched campaigns, dearest first; `more` are not shown."""

    rows: list[Unmatched]
    more: int
    amount: Decimal


def unplaced() -> QuerySet[Expense]:
    """Return the expenses that name a campaign and that neither a program nor a rule has."""
    return Expense.objects.filter(~Q(campaign_name=""), program=None, rule=None)


def unmatched_campaigns() -> UnmatchedSpend:
    """Return the campaigns of ad exports that match no program, with their spend."""
    named = unplaced().order_by().values("campaign_name", "channel__name")
    lines = named.annotate(
        count=Count("pk"), total=Sum("amount"), first=Min("date"), last=Max("date")
    ).order_by("-total", "campaign_name", "channel__name")
    whole = unplaced().aggregate(total=Sum("amount"))["total"] or Decimal(0)
    rows = [
        Unmatched(
            name=line["campaign_name"],
            channel=line["channel__name"] or "",
            count=line["count"],
            amount=line["total"],
            first=line["first"],
            last=line["last"],
        )
        for line in lines[:SHOWN]
    ]
    more = named.distinct().count() - len(rows) if len(rows) == SHOWN else 0
    return UnmatchedSpend(rows, more, whole)


def counts_of(found: Sequence[SpendRule]) -> dict[int, tuple[int, Decimal]]:
    """Return how many rows each rule placed and their amount, by the rule's id."""
    lines = (
        Expense.objects.filter(rule__in=found)
        .order_by()
        .values("rule")
        .annotate(count=Count("pk"), total=Sum("amount"))
    )
    return {line["rule"]: (line["count"], line["total"]) for line in lines}
