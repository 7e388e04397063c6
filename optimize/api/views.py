"""Optimize's resources."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from ipeo.api.problems import Conflict
from ipeo.api.serializers import RunSerializer
from ipeo.api.views import ReadViewSet, WorkspaceViewSet
from optimize.actions.advice import AlreadyDecided, CycleIsClosed, ReasonMissing, decide
from optimize.actions.closing import AlreadyClosed, MeasureFirst, NotInOptimize, close_period
from optimize.actions.recompute import request_recompute
from optimize.api import serializers
from optimize.models import MeasurementState, Period, Recommendation
from optimize.queries.measures import measured
from optimize.queries.recommendations import recommendations


class RecommendationView(ReadViewSet):
    """Recommendations, and the decisions on them."""

    permission = "optimize.view"
    permissions_by_action = {"decide": "optimize.decide"}
    serializer_class = serializers.RecommendationSerializer
    queryset = Recommendation.objects.all()
    filterset_fields = ("cycle", "kind", "route", "state", "program")
    refused_as = {
        ReasonMissing: "reason",
        AlreadyDecided: Conflict,
        CycleIsClosed: Conflict,
    }

    def get_queryset(self) -> Any:
        """Return recommendations with their decisions."""
        return recommendations()

    @extend_schema(
        request=serializers.DecideSerializer, responses=serializers.RecommendationSerializer
    )
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: int) -> Response:
        """Decide; 409 if someone else did in the meantime, or the cycle is closed."""
        decide(
            recommendation=self.get_object(),
            by=self.membership,
            **self.sent(serializers.DecideSerializer),
        )
        return Response(self.get_serializer(self.get_object()).data)


class PeriodView(mixins.CreateModelMixin, ReadViewSet):
    """Closed books; making one closes a cycle's period."""

    permission = "optimize.view"
    change_permission = "optimize.close"
    serializer_class = serializers.PeriodSerializer
    queryset = Period.objects.select_related("cycle__campaign").prefetch_related("restatements")
    filterset_fields = ("cycle",)
    refused_as = {AlreadyClosed: Conflict, NotInOptimize: Conflict, MeasureFirst: Conflict}

    def perform_create(self, serializer: Any) -> None:
        """Close the period of a cycle; 409 where it cannot be closed."""
        cycle = serializer.validated_data["cycle"]
        serializer.instance = close_period(cycle=cycle, by=self.membership)


class MeasurementView(WorkspaceViewSet):
    """The measurement: when it was made, and a new one on demand."""

    permission = "optimize.view"
    change_permission = "optimize.measure"
    permissions_by_action = {"create": "optimize.measure"}
    pagination_class = None
    serializer_class = serializers.MeasurementSerializer
    queryset = MeasurementState.objects.none()

    @extend_schema(responses=serializers.MeasurementSerializer)
    def list(self, request: Request) -> Response:
        """Return when the workspace was last measured."""
        return Response(serializers.MeasurementSerializer(measured()).data)

    @extend_schema(request=None, responses={202: RunSerializer})
    def create(self, request: Request) -> Response:
        """Measure now; returns the run, which shows the progress."""
        run = request_recompute(by=self.membership)
        return Response(RunSerializer(run).data, status=status.HTTP_202_ACCEPTED)
