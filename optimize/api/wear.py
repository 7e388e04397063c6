"""Wear, price and value, wins and losses as JSON: what their pages show."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ipeo.api.views import WorkspaceViewSet
from ipeo.numerics.ranges import Days
from optimize.api.days import DaysSerializer
from optimize.models import Fit
from optimize.queries import helping, prices, wins
from optimize.queries.fits import CellFit, Judged, SettlingTest, WearFit, cells, discount_fit, wears
from optimize.queries.overview import last_year
from optimize.queries.told import told


class RowsSerializer(serializers.Serializer[Any]):
    """Rows; an estimate is `{"value", "low", "high", "n"}` at 80 %, or null with the reason."""

    rows = serializers.ListField(child=serializers.DictField())


class FoundSerializer(serializers.Serializer[Any]):
    """Figures by name; an estimate is `{"value", "low", "high", "n"}` at 80 %, or null with why."""

    figures = serializers.DictField()


class _Reading(WorkspaceViewSet):
    permission = "optimize.view"
    pagination_class = None
    queryset = Fit.objects.none()

    def days(self) -> Days:
        """Return the days asked for, the last year where none are."""
        asked, (first, last) = self.asked(DaysSerializer), last_year()
        begins = asked["from"] or min(first, asked["to"] or first)
        return Days(begins, max(asked["to"] or last, begins))


class WearView(_Reading):
    """How programs wear: verdict, date of change, decline, half-life, break-even, and the test
    that would tell wear from saturation where observation cannot."""

    serializer_class = RowsSerializer

    @extend_schema(responses=RowsSerializer)
    def list(self, request: Request) -> Response:
        """Return the wear-out of every program that was judged."""
        return Response({"rows": [_wear(fit) for fit in wears().values()]})


class WearCellView(_Reading):
    """The same for each audience, message and channel that approved plans brought together."""

    serializer_class = RowsSerializer

    @extend_schema(responses=RowsSerializer)
    def list(self, request: Request) -> Response:
        """Return the wear-out of each audience, message and channel, the most worn out first."""
        return Response({"rows": [_wear(fit) for fit in cells()]})


class PriceView(_Reading):
    """Price and value: what discounts bought, win rates by discount, list to pocket, programs."""

    serializer_class = FoundSerializer

    @extend_schema(parameters=[DaysSerializer], responses=FoundSerializer)
    def list(self, request: Request) -> Response:
        """Return the figures of a period; what discounts bought covers all closed deals."""
        days = self.days()
        fit, pocket = discount_fit(), prices.pocket(days)
        figures = {
            "from": days.first,
            "to": days.last,
            "price_dependence": prices.dependence_of_workspace(days).as_dict(),
            "five_points": None
            if fit is None
            else {
                "win_rate": fit.bought.as_dict(),
                "win_rate_without_controls": fit.effect.plain.as_dict(),
                "margin_given_away": fit.cost.as_dict(),
                "margin_per_opportunity": fit.effect.net_margin.as_dict(),
                "hidden_odds": fit.effect.hidden_odds,
                "fitted_at": fit.fitted_at,
            },
            "win_rate_by_discount": [
                {"above": band.low, "up_to": band.high, "win_rate": band.win_rate.as_dict()}
                for band in prices.bands(days)
            ],
            "pocket": pocket.as_dict(),
            "programs": [
                {
                    "program": one.program.pk,
                    "name": one.program.name,
                    "own_price_dependence": one.own.as_dict(),
                    "value_share": one.value_share.as_dict(),
                    "margin_romi": one.margin_romi.as_dict(),
                    "revenue_romi": one.revenue_romi.as_dict(),
                    "stands": one.quadrant,
                    "sure": one.is_sure,
                }
                for one in prices.value_lines(days)
            ],
        }
        return Response({"figures": figures})


class WinsView(_Reading):
    """Wins and losses: drivers by both voices, rivals, segments, disagreement, what helped."""

    serializer_class = FoundSerializer

    @extend_schema(parameters=[DaysSerializer], responses=FoundSerializer)
    def list(self, request: Request) -> Response:
        """Return the figures of the deals that closed in a period."""
        days = self.days()
        ended, voices = wins.ended(days), told(days)
        matrix = wins.disagreement(voices)
        helped = helping.helping(voices)
        figures = {
            "from": days.first,
            "to": days.last,
            "won": ended.won,
            "lost": ended.lost,
            "no_decision": ended.undecided,
            "buyers_answered": wins.answered_share(voices, ended).as_dict(),
            "drivers": [
                {
                    "driver": line.driver.pk,
                    "name": line.driver.name,
                    "lost_by_rep": line.lost_rep.share.as_dict(),
                    "lost_by_buyer": line.lost_buyer.share.as_dict(),
                    "won_by_rep": line.won_rep.share.as_dict(),
                    "won_by_buyer": line.won_buyer.share.as_dict(),
                }
                for line in wins.drivers(voices).lines
            ],
            "rivals": _lines(ended.rivals),
            "segments": {part.title.lower(): _lines(part) for part in ended.segments},
            "voices": {
                "agreed": matrix.agreed.as_dict(),
                "rows": [
                    {
                        "rep": driver.name,
                        "buyers": {
                            one.name: cell.count
                            for one, cell in zip(matrix.buyers, counts, strict=True)
                        },
                    }
                    for driver, counts in matrix.rows
                ],
            },
            "helped": [
                {
                    "kind": line.kind,
                    "name": line.name,
                    "named_in_won": line.named.as_dict(),
                    "against_similar_deals": line.used.as_dict(),
                    "since_sales_has_it": line.since.as_dict(),
                }
                for line in (*helped.materials, *helped.proofs)
            ],
        }
        return Response({"figures": figures})


def _lines(part: wins.Segment) -> list[dict[str, Any]]:
    return [
        {"name": line.label, "won": line.won, "win_rate": line.win_rate.as_dict()}
        for line in part.lines
    ]


def _wear(fit: Judged) -> dict[str, Any]:
    wear = fit.wear
    found: dict[str, Any] = {}
    if isinstance(fit, WearFit):
        found["program"] = fit.program_id
    if isinstance(fit, CellFit):
        found |= {
            "audience": fit.audience,
            "message": fit.message,
            "channel": fit.channel,
            "programs": fit.programs,
        }
    verdict = "tiring" if wear.tiring else "unclear" if wear.unclear else "steady"
    return found | {
        "verdict": verdict if wear.known else None,
        "reason": wear.reason,
        "p_value": wear.p_value,
        "weekly": fit.weekly,
        "changed": _dates(fit.changed_on, fit.changed_between, fit.changed_between_wide),
        "course": wear.course,
        "decline": wear.decline.as_dict(),
        "half_life_months": wear.half_life.as_dict(),
        "break_even": _dates(fit.break_even_on, fit.break_even_between, fit.break_even_between_wide)
        or wear.break_even_at.as_dict(),
        "saturation": wear.saturation.as_dict(),
        "ridge": wear.ridge,
        "test": _test(fit.plan),
        "fitted_at": fit.fitted_at,
    }


def _dates(
    on: date | None, between: tuple[date, date] | None, wide: tuple[date, date] | None
) -> dict[str, Any] | None:
    if on is None or between is None or wide is None:
        return None
    return {
        "value": on,
        "low": between[0],
        "high": between[1],
        "low_90": wide[0],
        "high_90": wide[1],
    }


def _test(plan: SettlingTest | None) -> dict[str, Any] | None:
    return None if plan is None else asdict(plan) | {"settles": plan.settles}
