"""Rules of spend: made, applied to what is there, and undone."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from django.db import DataError, OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import F, Min

from execute.models import Expense, SpendRule
from execute.queries.rules import FIRST_FIT
from ipeo import tenancy
from ipeo.database import bulk
from ipeo.models import Membership
from plan.models import Program

SECONDS = 10
AUDITED = 2_000
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
        raise LeadsNowhere("Choose the program or channel this spend belongs to.")
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
    placed = Expense.objects.filter(rule=rule)
    with _audited(placed.count()):
        count: int = placed.update(
            program=None,
            channel=F("channel_before_rule"),
            channel_before_rule=None,
            rule=None,
            version=F("version") + 1,
        )
    return count


def _audited(rows: int) -> AbstractContextManager[None]:
    """Audit a few rows one by one; of many, the rule's own audit and their mark of it tell."""
    return bulk.unaudited() if rows > AUDITED else nullcontext()


@transaction.atomic
def apply_rules() -> int:
    """Place every expense that no program and no rule has by the first rule that fits it.

    Return how many were placed. Raises `PatternRefused` where a pattern takes too long.
    """
    fit = FIRST_FIT.format(campaign="e.campaign_name", description="e.description", source="c.name")
    workspace_id = tenancy.current_workspace_id()
    with connection.cursor() as cursor:
        _read_patterns(
            cursor,
            # Each text is read once, however many rows have it.
            f"CREATE TEMPORARY TABLE fitting ON COMMIT DROP AS SELECT e.*, ({fit}) AS rule_id"  # noqa: S608
            " FROM (SELECT DISTINCT campaign_name, description, channel_id"
            "  FROM execute_expense"
            "  WHERE workspace_id = %s AND program_id IS NULL AND rule_id IS NULL) e"
            " LEFT JOIN insight_channel c ON c.workspace_id = %s AND c.id = e.channel_id",
            [workspace_id] * 3,
            "These patterns take too long. Simplify them.",
        )
        found = (
            " FROM fitting f"
            " JOIN execute_spendrule r ON r.workspace_id = %s AND r.id = f.rule_id"
            " LEFT JOIN plan_program p ON p.workspace_id = r.workspace_id AND p.id = r.program_id"
        )
        where = (
            " t.workspace_id = %s AND t.program_id IS NULL AND t.rule_id IS NULL"
            " AND t.campaign_name = f.campaign_name AND t.description = f.description"
            " AND t.channel_id IS NOT DISTINCT FROM f.channel_id"
        )
        given = [workspace_id, workspace_id]
        cursor.execute(f"SELECT count(*){found} JOIN execute_expense t ON{where}", given)
        with _audited(cursor.fetchone()[0]):
            cursor.execute(
                "UPDATE execute_expense t SET rule_id = r.id,"  # noqa: S608 - columns of ours
                " program_id = r.program_id, channel_before_rule_id = t.channel_id,"
                " channel_id = coalesce(r.channel_id, t.channel_id, p.channel_id),"
                f" version = t.version + 1{found}"
                f" WHERE{where}",
                given,
            )
        placed: int = cursor.rowcount
        cursor.execute("DROP TABLE fitting")
    return placed


def _read_patterns(cursor: CursorWrapper, statement: str, given: list[Any], why: str) -> None:
    """Run a statement that reads patterns, for ten seconds at most; raises `PatternRefused`."""
    cursor.execute(f"SET LOCAL statement_timeout = '{SECONDS}s'")
    try:
        with transaction.atomic():
            cursor.execute(statement, given)
    except (DataError, OperationalError):
        raise PatternRefused(why) from None
    cursor.execute("SET LOCAL statement_timeout = DEFAULT")


def demand_pattern(text: str) -> None:
    """Refuse what is no regular expression, or one that could take too long.

    Raises `PatternRefused`. References back, looking around and repeats of a hundred and more
    are not taken.
    """
    if _COSTLY.search(text):
        raise PatternRefused(
            "Enter a pattern without backreferences, lookaround or repeats of a hundred or more."
        )
    with connection.cursor() as cursor:
        _read_patterns(
            cursor,
            "SELECT 'summer sale 2026' ~* %s",
            [text],
            "This is not a valid pattern. “Contains” with plain text is easier.",
        )
