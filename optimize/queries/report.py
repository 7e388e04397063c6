"""Every figure by channel, program, campaign, rep, product, month, or in all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from insight.models import Channel, Product
from ipeo.models import Campaign, Membership
from optimize.models import CreditTotal
from optimize.numerics.figures import Figures
from optimize.queries.parts import (
    WHOLE,
    Gathering,
    UnknownModel,
    by_credit,
    check_model,
    usual_dependence,
)
from optimize.queries.plans import planned_by
from optimize.queries.slices import Days
from plan.models import Program

__all__ = ["BREAKDOWNS", "ReportRow", "UnknownBreakdown", "UnknownModel", "report"]

BREAKDOWNS = ("channel", "program", "campaign", "rep", "product", "month", "all")
NOBODY = "(none)"
"""The key of what has no known touch, rep, product or month; a channel may be called anything."""

_CREDIT = {
    "channel": ("t.channel_id", CreditTotal.ANY_CHANNEL),
    "program": ("t.program_id", CreditTotal.ANY_PROGRAM),
    "campaign": ("COALESCE(t.campaign_id, p.campaign_id)", CreditTotal.ANY_CAMPAIGN),
}
_ONCE = {"rep": "t.owner_id", "product": "t.product_id", "month": "t.month", "all": "'all'"}


class UnknownBreakdown(ValueError):
    """There is no such breakdown."""


@dataclass(frozen=True)
class ReportRow:
    """The figures of one key; `id` names the channel, program, ... where there is one."""

    key: str
    id: int | None
    figures: Figures

    def as_dict(self) -> dict[str, Any]:
        """The JSON shape: the key, then every figure by its name."""
        return {"key": self.key, "id": self.id, **self.figures.as_dict()}


def report(
    *,
    by: str,
    date_from: date | None = None,
    date_to: date | None = None,
    model: str = "first",
) -> list[ReportRow]:
    """Return the figures by `by`, for deals closed (open ones: opened) between two days.

    By channel, program and campaign a deal counts under the touches that the model names, under
    `(none)` where none is known; by the others it counts once. The most deals won come first,
    months in their order, `(none)` last. Raises `UnknownBreakdown` or `UnknownModel`.
    """
    if by not in BREAKDOWNS:
        raise UnknownBreakdown(f"“{by}” is not a breakdown. Available: {', '.join(BREAKDOWNS)}.")
    check_model(model)
    days, is_credit = Days(date_from, date_to), by in _CREDIT
    kept_so = by not in {"rep", "product"}
    if is_credit:
        group, influence = _CREDIT[by]
        gathered = by_credit([model], group=group, days=days, influence=influence)[model]
    else:
        gathered = Gathering("" if kept_so else f"touches and spend are not recorded by {by}")
        gathered.add_deals(group=_ONCE[by], days=days)
        if kept_so:
            gathered.add_activity(group=_ONCE[by], days=days)
    if kept_so:
        gathered.planned = planned_by(by, days=days, on=timezone.localdate())
    keys = gathered.keys | ({"all"} if by == "all" else set())
    names, usual = _names(by, keys), usual_dependence()
    rows = [
        ReportRow(
            key=NOBODY if key is None else names.get(key, "(deleted)"),
            id=key if isinstance(key, int) else None,
            figures=gathered.figures(
                key,
                usual=usual,
                is_whole=not is_credit or model in WHOLE,
                untouched=(
                    f"no touches of a {by} are known for these deals"
                    if is_credit and key is None
                    else ""
                ),
            ),
        )
        for key in keys
    ]
    return sorted(rows, key=lambda row: _place(by, row))


def _names(by: str, keys: set[Any]) -> Mapping[Any, str]:
    if by == "month":
        return {key: f"{key:%Y-%m}" for key in keys if key is not None}
    if by == "all":
        return {"all": "all"}
    ids = [key for key in keys if key is not None]
    if by == "rep":
        members = Membership.objects.select_related("user").filter(pk__in=ids)
        return {member.pk: str(member) for member in members}
    model: Any = {"channel": Channel, "program": Program, "campaign": Campaign, "product": Product}[
        by
    ]
    return dict(model.objects.filter(pk__in=ids).values_list("pk", "name"))


def _place(by: str, row: ReportRow) -> tuple[Any, ...]:
    if by == "month":
        return (row.key == NOBODY, row.key)
    figures = row.figures
    return (
        row.id is None and row.key == NOBODY,
        -figures.deals_won,
        -(figures.net_amount or 0),
        -(figures.touches or 0),
        row.key,
    )
