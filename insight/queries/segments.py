"""Segments worth an audience: by recency, frequency and value, and by what people share."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.utils import timezone

from insight.models import Contact
from insight.numerics.segments import Group, Split, find_groups
from insight.queries.fields import FIELDS, Field
from insight.queries.membership import counted
from insight.queries.rules import RuleNotValid, read_rule
from ipeo.models import Run

KIND = "insight.segments"
SAMPLED = 20_000
LEVELS = 8
YEAR, HALF_A_YEAR = 365, 182
NEVER = 3650.0


@dataclass(frozen=True)
class Suggestion:
    """A segment that may become an audience: its rule, whom it finds, and why it is offered."""

    name: str
    description: str
    rule: dict[str, Any]
    size: int
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return it as a run's result keeps it."""
        return dict(vars(self))


def latest_run() -> Run | None:
    """Return the last time segments were looked for."""
    return Run.objects.filter(kind=KIND).order_by("-created_at", "-id").first()


def recency_segments(*, high_value: float | None) -> list[Suggestion]:
    """Return the segments of recency, frequency and value whose fields are known here.

    `high_value`: the net amount that the best quarter of buyers exceeds, None where nobody
    bought.
    """
    if not {"deals_won", "last_won", "won_amount", "touches_90"} <= set(FIELDS):
        return []
    again = _is("deals_won", "at_least", 2)
    best = [again, _is("last_won", "within_days", YEAR)]
    if high_value:
        best.append(_is("won_amount", "at_least", round(high_value)))
    offered = [
        ("Best customers", "Repeat buyers who bought within a year and are worth the most.", best),
        (
            "Loyal customers",
            "Bought more than once, most recently within a year.",
            [again, _is("last_won", "within_days", YEAR)],
        ),
        (
            "New customers",
            "Bought for the first time within half a year.",
            [_is("deals_won", "is", 1), _is("last_won", "within_days", HALF_A_YEAR)],
        ),
        (
            "Slipping away",
            "Bought more than once, but not for a year.",
            [again, _is("last_won", "older_than", YEAR)],
        ),
        (
            "Warm prospects",
            "Had a touch in the last 90 days and never bought.",
            [_is("touches_90", "at_least", 1), _is("deals_won", "is", 0)],
        ),
        (
            "Lost before, warm again",
            "Lost a deal, never bought, and had a touch in the last 90 days.",
            [
                _is("deals_lost", "at_least", 1),
                _is("deals_won", "is", 0),
                _is("touches_90", "at_least", 1),
            ],
        ),
    ]
    return [_suggested(name, text, {"all": conditions}) for name, text, conditions in offered]


def _is(key: str, operator: str, value: Any) -> dict[str, Any]:
    return {"field": key, "op": operator, "value": value}


def _suggested(name: str, text: str, rule: dict[str, Any], note: str = "") -> Suggestion:
    return Suggestion(name, text, rule, counted(read_rule(rule)).contacts, note)


def high_value() -> float | None:
    """Return the net amount that the best quarter of buyers exceeds."""
    won = FIELDS.get("won_amount")
    if won is None or won.acts is None:
        return None
    best = won.acts().filter(figure__gt=0).order_by("-figure")
    buyers = best.count()
    if not buyers:
        return None
    return float(best.values_list("figure", flat=True)[(buyers - 1) // 4])


@dataclass
class Feature:
    """A column of what is known of people, and how one side of it is said as a condition."""

    values: list[float]
    condition: Callable[[Split], dict[str, Any] | None]
    skewed: bool = False


def cluster_segments() -> tuple[list[Suggestion], str]:
    """Return groups of people who are alike, each as a rule, and a line on how they were found."""
    many = Contact.objects.order_by()[SAMPLED : SAMPLED + 1].exists()
    sampled = Contact.objects.order_by("?" if many else "id").values_list("pk", flat=True)[:SAMPLED]
    rows = list(
        Contact.objects.filter(pk__in=list(sampled))
        .order_by("id")
        .values("id", "account_id", *{one.path for one in FIELDS.values() if one.path})
    )
    features = _features(rows, timezone.localdate())
    if not features:
        return [], "Not enough is known about people to form groups."
    matrix = np.array([one.values for one in features], dtype=np.float64).T
    found = find_groups(matrix, skewed=[place for place, one in enumerate(features) if one.skewed])
    made = [_group(number, group, features) for number, group in enumerate(found.groups, 1)]
    shown = [one for one in made if one is not None]
    if not shown:
        return [], "People do not form distinct groups based on what is known about them."
    return shown, (f"From {found.n:,} people; group separation: {found.silhouette:.2f} of 1.")


def _features(rows: list[dict[str, Any]], today: date) -> list[Feature]:
    found: list[Feature] = []
    for one in FIELDS.values():
        if one.acts is not None:
            found += _deeds(one, rows, today)
        elif one.kind == "number":
            values = [float(row[one.path]) if row[one.path] is not None else 0.0 for row in rows]
            found.append(Feature(values, _number(one), skewed=True))
        elif one.kind == "text":
            found += _levels(one, rows)
    return [one for one in found if len(set(one.values)) > 1]


def _deeds(one: Field, rows: list[dict[str, Any]], today: date) -> list[Feature]:
    assert one.acts is not None
    did = dict(one.acts().exclude(party=None).values_list("party", "figure"))
    figures = [did.get(row["account_id"] or -row["id"]) for row in rows]
    if one.kind == "number":
        return [Feature([float(figure or 0) for figure in figures], _number(one), skewed=True)]
    days = [float((today - figure).days) if figure else NEVER for figure in figures]
    return [Feature(days, _days(one), skewed=True)]


def _number(one: Field) -> Callable[[Split], dict[str, Any] | None]:
    def condition(split: Split) -> dict[str, Any] | None:
        if split.above:
            return _is(one.key, "at_least", math.floor(split.threshold) + 1)
        return _is(one.key, "at_most", max(math.floor(split.threshold), 0))

    return condition


def _days(one: Field) -> Callable[[Split], dict[str, Any] | None]:
    def condition(split: Split) -> dict[str, Any] | None:
        days = max(1, min(math.floor(split.threshold) + 1, 3600))
        if not split.above:
            return _is(one.key, "within_days", days)
        # Longer ago than that, or never: only the never-touched stand so far out.
        return {"field": one.key, "op": "is_unknown"} if split.threshold > 3000 else None

    return condition


def _levels(one: Field, rows: list[dict[str, Any]]) -> list[Feature]:
    counted_levels = Counter(str(row[one.path] or "") for row in rows)
    common = [
        level
        for level, count in counted_levels.most_common(LEVELS)
        if level and count >= max(5, len(rows) // 50)
    ]

    def feature(level: str) -> Feature:
        def condition(split: Split) -> dict[str, Any]:
            return _is(one.key, "is" if split.above else "is_not", level)

        return Feature([float(str(row[one.path] or "") == level) for row in rows], condition)

    return [feature(level) for level in common] if len(common) > 1 else []


def _group(number: int, group: Group, features: list[Feature]) -> Suggestion | None:
    conditions = [
        condition
        for split in group.splits
        if (condition := features[split.feature].condition(split)) is not None
    ]
    if not conditions:
        return None
    try:
        rule = read_rule({"all": conditions})
    except RuleNotValid:
        return None
    return _suggested(
        f"Group {number}: {_named(conditions)}",
        "; ".join(str(condition) for condition in rule.conditions) + ".",
        rule.as_json(),
        f"{group.precision:.0%} of whom the rule finds belong to the group, and it finds "
        f"{group.recall:.0%} of the group.",
    )


def _named(conditions: list[dict[str, Any]]) -> str:
    """Return a few words for a group: the levels that it shares, else its first condition."""
    levels = [str(one["value"]) for one in conditions if one["op"] == "is"]
    if levels:
        return ", ".join(levels)[:80].lower()
    first = read_rule({"all": conditions[:1]}).conditions[0]
    return str(first).lower()[:80]
