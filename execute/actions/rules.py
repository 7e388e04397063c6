"""Rules of spend: made, applied to what is there, and undone."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db import DatabaseError, connection, transaction
from django.db.models import F, Min

from execute.models import Expense, SpendRule
from execute.queries.rules import FIRST_FIT
from ipeo import tenancy
from ipeo.models import Membership
from plan.models import Program

SECONDS = 10
# What makes a pattern slow (what it found before, looking around) or huge (counted repeats).
_COSTLY = re.compile(r"\\[1-9mMyYAZ]|\(\?(?!:)|\{\s*\d{3,}|\{\d*,\s*\d{3,}|\*\*\*")


class LeadsNowhere(Exception):
    """A rule places spend in a program, or on a channel."""


class PatternRefused(Exception):
    """The pattern is none, or could take too long."""


@dataclass(frozen=True)
class Applied:
    """A rule, and how many rows it has placed."""

    rule: SpendRule
    rows: int


@transaction.atomic
def save_rule(*, rule: SpendRule, by: Membership | None) -> Applied:
    """Save a new or edited rule and place by it the rows that are there.

    What an edited rule had placed is placed anew. Raises `LeadsNowhere` and `PatternRefused`.
    """
    if rule.program is None and rule.channel is None:
        raise LeadsNowhere("Name the program or the channel that this spend belongs to.")
    if rule.comparison == SpendRule.Comparison.PATTERN:
        demand_pattern(rule.text)
    if rule.pk is None:
        rule.made_by = by
    else:
        _release(rule)
    rule.save()
    apply_rules()
    return Applied(rule, Expense.objects.filter(rule=rule).count())


@transaction.atomic
def match_campaign(*, name: str, program: Program, by: Membership | None) -> Applied:
    """Make a rule that spend of exactly this campaign is the program's, and place it.

    The rule comes before all others.
    """
    first = SpendRule.objects.aggregate(first=Min("position"))["first"]
    if first == 0:
        SpendRule.objects.update(position=F("position") + 1)
    rule = SpendRule(
        field=SpendRule.Field.CAMPAIGN,
        comparison=SpendRule.Comparison.EQUALS,
        text=name[:200],
        program=program,
        position=0,
    )
    if len(name) > 200:
        rule.comparison = SpendRule.Comparison.STARTS
    return save_rule(rule=rule, by=by)


@transaction.atomic
def remove_rule(*, rule: SpendRule) -> int:
    """Remove a rule, put the rows it placed back as they came, and return how many.

    Another rule that fits them places them then.
    """
    released = _release(rule)
    rule.delete()
    apply_rules()
    return released


def _release(rule: SpendRule) -> int:
    count: int = Expense.objects.filter(rule=rule).update(
        program=None, channel=F("channel_before_rule"), channel_before_rule=None, rule=None
    )
    return count


@transaction.atomic
def apply_rules() -> int:
    """Place every expense that no program and no rule has by the first rule that fits it.

    Return how many were placed. Raises `PatternRefused` where a pattern takes too long.
    """
    fit = FIRST_FIT.format(campaign="e.campaign_name", description="e.description", source="c.name")
    workspace_id = tenancy.current_workspace_id()
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = '{SECONDS}s'")
        try:
            with transaction.atomic():
                cursor.execute(
                    "UPDATE execute_expense t SET rule_id = r.id,"  # noqa: S608 - columns of ours
                    " program_id = r.program_id, channel_before_rule_id = t.channel_id,"
                    " channel_id = coalesce(r.channel_id, t.channel_id, p.channel_id)"
                    f" FROM (SELECT e.id, ({fit}) AS rule_id FROM execute_expense e"
                    "  LEFT JOIN insight_channel c"
                    "  ON c.workspace_id = e.workspace_id AND c.id = e.channel_id"
                    "  WHERE e.workspace_id = %s AND e.program_id IS NULL"
                    "  AND e.rule_id IS NULL) f"
                    " JOIN execute_spendrule r ON r.workspace_id = %s AND r.id = f.rule_id"
                    " LEFT JOIN plan_program p"
                    " ON p.workspace_id = r.workspace_id AND p.id = r.program_id"
                    " WHERE t.workspace_id = %s AND t.id = f.id",
                    [workspace_id] * 4,
                )
                placed: int = cursor.rowcount
        except DatabaseError as error:
            if getattr(error.__cause__, "pgcode", "") != "57014":
                raise
            raise PatternRefused("This takes too long. Write simpler patterns.") from None
        cursor.execute("SET LOCAL statement_timeout = DEFAULT")
    return placed


def demand_pattern(text: str) -> None:
    """Refuse what is no regular expression, or one that could take too long.

    Raises `PatternRefused`. References back, looking around and repeats of a hundred and more
    are not taken.
    """
    if _COSTLY.search(text):
        raise PatternRefused(
            "Write a pattern without references back, without looking around, and without "
            "repeats of a hundred or more."
        )
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = '{SECONDS}s'")
        try:
            with transaction.atomic():
                cursor.execute("SELECT 'summer sale 2026' ~* %s", [text])
        except DatabaseError:
            raise PatternRefused("This is no pattern. A plain text is easier: contains.") from None
        cursor.execute("SET LOCAL statement_timeout = DEFAULT")
