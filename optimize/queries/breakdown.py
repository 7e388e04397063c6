"""A breakdown's lines, each number with the address of what it counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ipeo import tenancy
from ipeo.numerics.ranges import Days, month_end
from optimize.numerics.attribution import MODELS
from optimize.queries.behind import ANY, deals_href, expenses_href, touches_href
from optimize.queries.report import NOBODY, ReportRow, report

CREDITED = frozenset({"program", "campaign", "channel"})


@dataclass(frozen=True)
class Line:
    """One key's figures, and where what they count is listed; empty where it is not."""

    row: ReportRow
    won: str = ""
    decided: str = ""
    spend: str = ""
    touches: str = ""


def lines_of(*, by: str, days: Days, model: str) -> list[Line]:
    """Return a breakdown's lines, the most money first, months in their order."""
    rows = report(by=by, date_from=days.first, date_to=days.last, model=model)
    if by != "month":
        rows.sort(key=lambda row: (row.key == NOBODY, -float(row.figures.net_amount or 0), row.key))
    return [_line(row, by, days, model) for row in rows]


def _line(row: ReportRow, by: str, days: Days, model: str) -> Line:
    behind: str = ""
    others: dict[str, int | None] = {}
    if by in CREDITED:
        stands = model if model in MODELS else ANY
        behind = f"{stands}.{by}.{row.id or 'none'}"
        if row.id is not None:
            others = {by: row.id}
    elif by == "month":
        if row.key == NOBODY:
            return Line(row)
        first = date.fromisoformat(f"{row.key}-01")
        days = Days(max(first, days.first), min(month_end(first), days.last))
    elif row.id is None:
        return Line(row)
    narrowed = {} if by in CREDITED else _deals_of(by, row.id)
    is_done = by in {"program", "campaign", "channel", "month"} and row.key != NOBODY
    return Line(
        row,
        won=deals_href(days, behind, outcome="won", others=narrowed),
        decided=deals_href(days, behind, outcome="decided", others=narrowed),
        spend=expenses_href(days, subject=others)
        if is_done and row.figures.spend is not None
        else "",
        touches=touches_href(days, subject=others) if is_done and row.figures.touches else "",
    )


def _deals_of(by: str, key: int | None) -> dict[str, str | int | None]:
    if by == "product":
        return {"product": key}
    if by == "rep":
        member = tenancy.current().membership
        return {"owner": "mine" if member is not None and member.pk == key else key}
    return {}
