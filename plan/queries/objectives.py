"""Objectives, and how their figures are written."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ipeo import tenancy
from ipeo.models import Cycle
from ipeo.templatetags.figures import count, money, money_short, percent
from ipeo.typed import percent_text
from plan.models import Objective

RATES = frozenset({Objective.Metric.WIN_RATE, Objective.Metric.VALUE_SHARE})
COUNTS = frozenset({Objective.Metric.NEW_CUSTOMERS})


def objectives_of(cycle: Cycle) -> list[Objective]:
    """Return a cycle's objectives in the order in which they were set."""
    return list(Objective.objects.filter(cycle=cycle).select_related("audience").order_by("pk"))


def in_metric(metric: str, value: Decimal | float | None, unknown: str = "Not known") -> str:
    """Return a figure as its metric is written: a share, a count or money of the workspace."""
    if value is None:
        return unknown
    if metric in RATES:
        # Stored, it is what a person typed, and written so that it stays that when it is sent back.
        return percent_text(round(Decimal(str(value)), 4 if isinstance(value, Decimal) else 3))
    if metric in COUNTS:
        return str(count(value))
    return str(money(value, tenancy.current_workspace().currency))


def kind_of(metric: str) -> str:
    """Return how a metric's estimated figures are written, as `figure` takes it."""
    if metric in RATES:
        return "percent"
    return "number:0" if metric in COUNTS else f"{tenancy.current_workspace().currency}:short"


def in_metric_short(metric: str, value: Any) -> str:
    """Return an estimated figure without digits that nobody knows."""
    if value is None:
        return "Not known"
    if metric in RATES:
        return str(percent(value))
    if metric in COUNTS:
        return str(count(round(value)))
    return str(money_short(value, tenancy.current_workspace().currency))
