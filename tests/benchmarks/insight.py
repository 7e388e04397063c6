"""Words searched among 100,000 notes, and a rule counted over 1,000,000 people."""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pandas as pd
from django.core.cache import cache
from django.db import connection, connections, transaction

from insight.models import Study
from insight.queries.audiences import size_of
from insight.queries.membership import counted
from insight.queries.research import library
from insight.queries.rules import Rule, read_rule
from ipeo import tenancy
from ipeo.actions.workspaces import create_workspace
from ipeo.database import bulk
from ipeo.models import Workspace
from tests.benchmarks.measuring import Line, interleaved, median_ratio

NOTES, PEOPLE, ACCOUNTS = 100_000, 1_000_000, 100_000
WORDS = 8_000
SEARCHED, COUNTED = 0.050, 0.300
ROUNDS, WARM = 15, 2


def run() -> list[Line]:
    """Measure both in a workspace of their own."""
    workspace = create_workspace(slug="insight", currency="USD")
    with tenancy.scope(workspace), bulk.unaudited():
        words = _notes(workspace)
        lines = [_search(name, search) for name, search in words]
        _people(workspace)
        lines += [_count(name, rule) for name, rule in _rules()]
    return lines


def _notes(workspace: Workspace) -> list[tuple[str, str]]:
    """Write notes whose words are as unevenly used as people's are; return what to search for."""
    rng = random.Random(4)
    words = [
        "".join(rng.choices("abcdefghijklmnoprstuw", k=rng.randint(4, 9))) for _ in range(WORDS)
    ]
    weights = [1 / (place + 5) for place in range(WORDS)]
    for _ in range(10):
        texts = [rng.choices(words, weights, k=50) for _ in range(NOTES // 10)]
        frame = pd.DataFrame(
            {
                "title": [" ".join(text[:6]) for text in texts],
                "body": [" ".join(text) for text in texts],
                "held_on": [date(2024, 1, 1) + timedelta(rng.randrange(900)) for _ in texts],
            }
        )
        fixed = {"kind": "note", "source": "", "tags": "[]", "settings": "{}", "created_at": "now"}
        with transaction.atomic():
            bulk.insert("insight_study", workspace.pk, frame, fixed)
    _analyse("insight_study")
    return [
        ("a rare word", words[-1]),
        ("a common word", words[0]),
        ("a common and a rare word", f"{words[0]} {words[4000]}"),
    ]


def _analyse(table: str) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"VACUUM ANALYZE {table}")


def _search(name: str, search: str) -> Line:
    def bare() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT insight_found(websearch_to_tsquery('english', %s), '', '', NULL, 0, 51)",
                [search],
            )
            cursor.fetchall()

    def walked() -> list[int]:
        query = "search @@ websearch_to_tsquery('english', %s)"
        found = Study.objects.extra(where=[query], params=[search])  # noqa: S610
        return list(found.values_list("id", flat=True)[:51])

    works: dict[str, Callable[[], object]] = {
        "ours": lambda: library(search=search),
        "bare": bare,
        "walked": walked,
    }
    return _line(f"{name} among {NOTES:,} notes", works, SEARCHED, "bare index search")


def _people(workspace: Workspace) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO insight_account (workspace_id, name, industry, region, country, employees,"
            " website, parent_name, attributes, created_at) SELECT %s, 'Account ' || i,"
            " (array['Health', 'Public', 'Retail', 'Law', 'Industry'])[1 + i %% 5],"
            " (array['North', 'South', 'East', 'West'])[1 + i %% 4], 'US', i %% 2000, '', '', '{}',"
            " now() FROM generate_series(1, %s) i RETURNING id",
            [workspace.pk, ACCOUNTS],
        )
        first = cursor.fetchone()[0]
        cursor.execute(
            "INSERT INTO insight_contact (workspace_id, name, email, phone, title, account_id,"
            " source, lead_date, consent, attributes, created_at) SELECT %s, 'Person ' || i,"
            " 'p' || i || '@x.test', '',"
            " (array['Manager', 'Chief', 'Buyer', 'Architect', 'Owner'])[1 + (i * 7919) %% 5],"
            " %s + (i * 31) %% %s, (array['Search', 'Fair', 'Referral'])[1 + i %% 3],"
            " date '2024-01-01' + (i %% 900)::int,"
            " (array['given', 'unknown', 'refused'])[1 + i %% 3], '{}', now()"
            " FROM generate_series(1::bigint, %s) i",
            [workspace.pk, first, ACCOUNTS, PEOPLE],
        )
    for table in ("insight_account", "insight_contact"):
        _analyse(table)


def _rules() -> list[tuple[str, Rule]]:
    def rule(*conditions: tuple[str, str, Any]) -> Rule:
        keys = ("field", "op", "value")
        return read_rule({"all": [dict(zip(keys, one, strict=True)) for one in conditions]})

    return [
        ("one condition", rule(("title", "is", "Manager"))),
        (
            "four conditions",
            rule(
                ("title", "is", "Manager"),
                ("region", "in", ["North", "South"]),
                ("employees", "at_least", 250),
                ("lead_date", "within_days", 2000),
            ),
        ),
    ]


def _count(name: str, rule: Rule) -> Line:
    cache.clear()
    assert counted(rule).contacts == size_of(rule).contacts
    works: dict[str, Callable[[], object]] = {
        "ours": lambda: counted(rule),
        "bare": lambda: size_of(rule),
    }
    return _line(f"{name} over {PEOPLE:,} people", works, COUNTED, "the same in SQL", rounds=5)


def _line(
    name: str, works: dict[str, Callable[[], object]], most: float, floor: str, rounds: int = ROUNDS
) -> Line:
    interleaved(WARM, **works)
    held = interleaved(rounds, **works)
    middle = {key: statistics.median(values) for key, values in held.items()}
    others = ", ".join(f"{key} {value * 1000:.1f} ms" for key, value in middle.items())
    ratio = median_ratio(held["ours"], held["bare"])
    return Line(
        f"{name}, against {floor}",
        ratio,
        f"within {most * 1000:.0f} ms",
        middle["ours"] <= most,
        others,
    )
