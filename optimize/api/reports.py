"""The report as JSON, the same as `manage.py report` prints."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ipeo.api.views import WorkspaceViewSet
from optimize.api.days import DaysSerializer
from optimize.models import AttributionModel, DealFact
from optimize.queries.credits import credit_of
from optimize.queries.report import BREAKDOWNS, report
from optimize.queries.side_by_side import COHORTS, GRAINS, KINDS, side_by_side
from optimize.queries.slices import Days


class ReportWishSerializer(DaysSerializer):
    """What to report: the breakdown, the days and the attribution model."""

    by = serializers.ChoiceField(choices=BREAKDOWNS, default="all")
    model = serializers.ChoiceField(
        choices=AttributionModel.choices, default=AttributionModel.FIRST.value
    )


class ReportSerializer(serializers.Serializer[Any]):
    """Rows of a `key` and every metric by name; money is rounded to the cent.

    An estimated metric is `{"value", "low", "high", "n"}` with an 80 % interval. What cannot be
    known has nulls there and a `reason`.
    """

    rows = serializers.ListField(child=serializers.DictField())


class ReportView(WorkspaceViewSet):
    """Every metric by channel, program, campaign, rep, product, month, or in all."""

    permission = "optimize.view"
    pagination_class = None
    serializer_class = ReportSerializer
    queryset = DealFact.objects.none()

    @extend_schema(parameters=[ReportWishSerializer], responses=ReportSerializer)
    def list(self, request: Request) -> Response:
        """Return the rows, the most deals won first."""
        asked = self.asked(ReportWishSerializer)
        rows = report(
            by=asked["by"], date_from=asked["from"], date_to=asked["to"], model=asked["model"]
        )
        return Response({"rows": [row.as_dict() for row in rows]})


class ComparisonWishSerializer(DaysSerializer):
    """What to compare: by what, of which kind, for which deals, over which days."""

    by = serializers.ChoiceField(choices=GRAINS, default="channel")
    kind = serializers.ChoiceField(choices=KINDS, default="margin")
    cohort = serializers.ChoiceField(choices=COHORTS, default="closed")


class ComparisonSerializer(serializers.Serializer[Any]):
    """Each key's credit and return under every model, and whether all models agree.

    `direction` is 1 where every model says that it earned more than it cost, -1 for less, 0 where
    they disagree, null where the return is not known; `sure` where every interval says so too.
    """

    rows = serializers.ListField(child=serializers.DictField())
    journeys = serializers.IntegerField()
    won = serializers.IntegerField()
    summary = serializers.CharField()


class ComparisonView(WorkspaceViewSet):
    """The attribution models side by side, with 80 % intervals."""

    permission = "optimize.view"
    pagination_class = None
    serializer_class = ComparisonSerializer
    queryset = DealFact.objects.none()

    @extend_schema(parameters=[ComparisonWishSerializer], responses=ComparisonSerializer)
    def list(self, request: Request) -> Response:
        """Return a row for each key, the most credit first."""
        asked = self.asked(ComparisonWishSerializer)
        found = side_by_side(
            by=asked["by"],
            kind=asked["kind"],
            cohort=asked["cohort"],
            days=Days(asked["from"], asked["to"]),
        )
        return Response(
            {
                "rows": [row.as_dict() for row in found.rows],
                "journeys": found.journeys,
                "won": found.won,
                "summary": found.summary,
            }
        )


class CreditWishSerializer(serializers.Serializer[Any]):
    """Which deal's credit."""

    deal = serializers.IntegerField(min_value=1)


class CreditSerializer(serializers.Serializer[Any]):
    """A closed deal's touches, each with its shares and its part of the money under each model.

    Over the touches they add up to exactly 1 and to exactly the deal's amounts, to the cent.
    """

    touches = serializers.ListField(child=serializers.DictField())


class CreditView(WorkspaceViewSet):
    """One deal's credit, touch by touch."""

    permission = "optimize.view"
    pagination_class = None
    serializer_class = CreditSerializer
    queryset = DealFact.objects.none()

    @extend_schema(parameters=[CreditWishSerializer], responses=CreditSerializer)
    def list(self, request: Request) -> Response:
        """Return a deal's touches in order; empty where the deal is open or has no touch."""
        found = credit_of(self.asked(CreditWishSerializer)["deal"])
        return Response({"touches": [one.as_dict() for one in found]})
