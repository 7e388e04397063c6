"""Objectives' pacing and the scores of frozen forecasts, in the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from ipeo.api.views import WorkspaceViewSet
from ipeo.models import Cycle
from ipeo.queries.named import id_in
from optimize.queries.pacing import Pace, Score, calibration, paces_of, scores_of
from plan.models import Objective


class PaceSerializer(serializers.Serializer[Any]):
    """An objective on this day. Estimates are `{"value", "low", "high", "n"}` at 80 %.

    `pacing` is actual / planned to date, `chance` that it is reached by its date. A null in an
    estimate comes with its `reason`: `pacing` has that of `actual` and `planned_to_date`, and
    `ends_at` that of `chance`.
    """

    objective = serializers.IntegerField()
    metric = serializers.ChoiceField(choices=Objective.Metric.choices)
    target = serializers.FloatField(allow_null=True)
    actual = serializers.FloatField(allow_null=True)
    planned_to_date = serializers.FloatField(allow_null=True)
    share_gone = serializers.FloatField()
    pacing = serializers.DictField()
    ends_at = serializers.DictField()
    chance = serializers.FloatField(allow_null=True)
    forecast = serializers.DictField()


class ScoreSerializer(serializers.Serializer[Any]):
    """How a frozen forecast came out; scores are in the metric's unit, smaller is better."""

    metric = serializers.ChoiceField(choices=Objective.Metric.choices)
    forecast_of = serializers.CharField()
    forecast = serializers.DictField()
    actual = serializers.FloatField()
    inside = serializers.BooleanField()
    interval_score = serializers.FloatField()
    crps = serializers.FloatField(allow_null=True)


class PacingSerializer(serializers.Serializer[Any]):
    """A cycle's objectives, its scored forecasts, and how often forecasts held so far."""

    cycle = serializers.IntegerField()
    objectives = PaceSerializer(many=True)
    scores = ScoreSerializer(many=True)
    held = serializers.DictField(
        help_text="Share of scored forecast intervals that contained the result."
    )


class PacingView(WorkspaceViewSet):
    """How a cycle's objectives come along, and how its forecasts came out."""

    permission = "optimize.view"
    pagination_class = None
    serializer_class = PacingSerializer
    queryset = Cycle.objects.none()

    @extend_schema(
        parameters=[OpenApiParameter("cycle", int, required=True)], responses=PacingSerializer
    )
    def list(self, request: Request) -> Response:
        """Return the pacing of a cycle; 404 if there is no such cycle."""
        asked = id_in(request.query_params.get("cycle", ""))
        if asked is None:
            raise ValidationError({"cycle": ["Enter the id of a cycle."]})
        cycle = Cycle.objects.select_related("campaign").filter(pk=asked).first()
        if cycle is None:
            raise NotFound("This cycle was not found.")
        return Response(
            {
                "cycle": cycle.pk,
                "objectives": [_pace(one) for one in paces_of(cycle)],
                "scores": [_score(one) for one in scores_of(cycle)],
                "held": calibration(cycle).inside.as_dict(),
            }
        )


def _pace(one: Pace) -> dict[str, Any]:
    target = one.objective.target
    return {
        "objective": one.objective.pk,
        "metric": one.objective.metric,
        "target": None if target is None else float(target),
        "actual": one.actual,
        "planned_to_date": one.planned,
        "share_gone": one.gone,
        "pacing": one.pacing.as_dict(),
        "ends_at": one.outlook.ends_at.as_dict(),
        "chance": one.outlook.chance,
        "forecast": one.forecast.as_dict(),
    }


def _score(one: Score) -> dict[str, Any]:
    return {
        "metric": one.metric,
        "forecast_of": one.label,
        "forecast": one.expected.as_dict(),
        "actual": one.actual,
        "inside": one.inside,
        "interval_score": one.interval_score,
        "crps": one.crps,
    }
