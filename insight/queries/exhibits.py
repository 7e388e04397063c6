"""What a study says today, as facts and a chart that a finding can keep."""

from __future__ import annotations

import json
import math
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from insight import charts
from insight.models import Audience, Finding, FindingEvidence, FindingRenewal, Study
from insight.numerics.pricing import Point
from insight.queries import research
from insight.queries.audiences import size_of
from insight.queries.market import health
from insight.queries.rules import RuleNotValid, read_rule
from ipeo.charts import figure_json
from ipeo.numerics.estimates import Estimate
from ipeo.templatetags.figures import money
from ipeo.tenancy import current_workspace

Kind = Study.Kind


def point_estimate(point: Point, n: int) -> Estimate:
    """Return a price with its interval; not known where the curves never meet."""
    if not math.isfinite(point.value):
        return Estimate.unknown("The curves do not cross.", n)
    if not (math.isfinite(point.low) and math.isfinite(point.high)):
        return Estimate(point.value, None, None, n, "Too few answers for an interval.")
    return Estimate(point.value, min(point.low, point.value), max(point.high, point.value), n)


def snapshot_of(study: Study, currency: str) -> dict[str, Any]:
    """Return what a study says now: `facts` in the form of evidence, and its chart, if any."""
    facts, figure = _read(study, currency)
    taken = {"period": f"{study.held_on.day} {study.held_on:%b %Y}"}
    return {
        "facts": [_fact(label, estimate, kind) | taken for label, estimate, kind in facts],
        "figure": json.loads(figure_json(figure)) if figure is not None else None,
    }


def _fact(label: str, estimate: Estimate, kind: str) -> dict[str, Any]:
    return {
        "label": label,
        "value": estimate.value,
        "low": estimate.low,
        "high": estimate.high,
        "n": estimate.n,
        "reason": estimate.reason,
        "kind": kind,
    }


def _read(study: Study, currency: str) -> tuple[list[tuple[str, Estimate, str]], Any]:
    if study.kind == Kind.PRICE:
        price = research.price_result(study)
        if isinstance(price, str):
            return [], None
        points = [
            ("Lower bound of the price", price.lower),
            ("Upper bound of the price", price.upper),
            ("Indifference price", price.indifference),
            ("Optimum price", price.optimum),
        ]
        if price.trial.size:
            points += [
                ("Price of most trial", price.most_trial),
                ("Price of most revenue", price.most_revenue),
            ]
        return [
            (label, point_estimate(point, price.valid), currency) for label, point in points
        ], charts.price_curves(price, currency=currency)
    if study.kind == Kind.LADDER:
        ladder = research.ladder_result(study)
        if isinstance(ladder, str):
            return [], None
        steps = zip(ladder.prices, ladder.shares, strict=True)
        shares = [
            (f"Would buy at {money(price, currency)}", one, "percent") for price, one in steps
        ]
        best = ("Price that earns most", ladder.best, currency)
        return [best, *shares[:8]], charts.acceptance_curve(ladder, currency=currency)
    if study.kind == Kind.BRAND:
        waves = research.waves(study)
        if not waves:
            return [], None
        last = waves[-1]
        levels = research.LEVELS
        facts = [
            (f"{label}, {last.wave.name}", last.shares[key], "percent")
            for key, label in levels.items()
        ]
        facts += [
            (f"{label}, change since {waves[-2].wave.name}", last.changes[key], "points")
            for key, label in levels.items()
            if len(waves) > 1
        ]
        drawn = [(label, [wave.shares[key] for wave in waves]) for key, label in levels.items()]
        return facts, charts.mindset([wave.wave.held_on for wave in waves], drawn)
    if study.kind == Kind.INTERVIEWS:
        read = research.interviews(study)
        lost = [(f"Named where we lost: {one.name}", one.lost, "percent") for one in read.drivers]
        won = [(f"Named where we won: {one.name}", one.won, "percent") for one in read.drivers]
        return [fact for fact in (lost + won)[:12] if fact[1].known], None
    return [], None


def study_shown(query: str, *, pk: int) -> list[dict[str, Any]]:
    """Return the facts that a study's page shows; none where there is no such study."""
    study = research.studies().filter(pk=pk).first()
    facts: list[dict[str, Any]] = (
        snapshot_of(study, current_workspace().currency)["facts"] if study else []
    )
    return facts


def market_shown(query: str) -> list[dict[str, Any]]:
    """Return the facts that the market's page shows."""
    read, today = health(), timezone.localdate()
    shown = [
        ("Demand compared with last year", read.growth, "percent"),
        ("Price spread", read.spread, "points"),
        ("Losses on price", read.on_price, "percent"),
        ("Losses on price, change from last year", read.on_price_change, "points"),
    ]
    period = {"period": f"12 months to {today.day} {today:%b %Y}"}
    return [_fact(label, one, kind) | period for label, one, kind in shown]


def audience_shown(query: str, *, pk: int) -> list[dict[str, Any]]:
    """Return how many people an audience has now; nothing where its rule cannot be read."""
    audience = Audience.objects.filter(pk=pk).first()
    try:
        size = size_of(read_rule(audience.rule)) if audience else None
    except RuleNotValid:
        size = None
    if size is None:
        return []
    return [
        {"label": "People", "value": size.contacts, "kind": "count"},
        {"label": "Accounts", "value": size.accounts, "kind": "count"},
    ]


def exhibits(finding: Finding) -> list[FindingEvidence]:
    """Return what a finding rests on, in the order in which it was taken."""
    return list(
        FindingEvidence.objects.filter(finding=finding)
        .select_related("study", "taken_by__user")
        .order_by("id")
    )


def renewals(finding: Finding) -> list[FindingRenewal]:
    """Return how a finding's date was renewed, the latest first."""
    return list(
        FindingRenewal.objects.filter(finding=finding)
        .select_related("renewed_by__user")
        .order_by("-id")
    )


def expired(*, today: date | None = None) -> QuerySet[Finding]:
    """Return the findings that ask to be renewed, the longest expired first."""
    return (
        Finding.objects.filter(expires_on__lt=today or timezone.localdate())
        .select_related("campaign", "learned_in")
        .order_by("expires_on", "id")
    )
