"""Experiments in the API: designed, started, asked for an arm, read and stopped."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from ipeo.api.problems import Conflict
from ipeo.api.views import KeptViewSet
from optimize.actions import experiments as actions
from optimize.models import Experiment, ExperimentUnit
from optimize.queries import experiments as queries
from optimize.queries.units import regions
from optimize.queries.verdicts import promise, told


class ExperimentSerializer(serializers.ModelSerializer[Experiment]):
    """An experiment. `design` is what it could tell at its start, `result` what it found.

    Shares and lifts are fractions: 0.1 is 10 %. `regions` names those that are treated.
    """

    regions = serializers.ListField(child=serializers.CharField(), required=False)
    share = serializers.FloatField(min_value=0.05, max_value=0.95, default=0.5)
    smallest_lift = serializers.FloatField(min_value=0.001, max_value=10)
    weeks = serializers.IntegerField(min_value=1, max_value=104, default=8)

    class Meta:
        model = Experiment
        fields = (
            "id", "name", "question", "treatment", "unit", "metric", "audience", "channel",
            "program", "cycle", "recommendation", "share", "regions", "smallest_lift", "weeks",
            "starts_on", "ends_on", "design", "state", "decision", "reason", "result", "finding",
            "started_at", "stopped_at", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = (
            "starts_on", "ends_on", "design", "state", "decision", "reason", "result", "finding",
            "started_at", "stopped_at", "created_at", "updated_at",
        )  # fmt: skip

    def validate_regions(self, names: list[str]) -> list[str]:
        """Refuse a region that no account names."""
        unknown = set(names) - set(regions())
        if unknown:
            raise serializers.ValidationError(f"No account is in {sorted(unknown)[0]}.")
        return sorted(set(names))

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for the treated regions where regions are split."""
        unit = attrs.get("unit", self.instance.unit if self.instance else "")
        named = attrs.get("regions", self.instance.regions if self.instance else [])
        if unit == Experiment.Unit.REGION and not named:
            raise serializers.ValidationError({"regions": ["Choose the treated regions."]})
        return attrs


class AssignmentSerializer(serializers.Serializer[Any]):
    """A unit's arm; `enrolled` is false for one that came after the start."""

    unit = serializers.CharField()
    arm = serializers.ChoiceField(choices=ExperimentUnit.Arm.choices)
    enrolled = serializers.BooleanField()


class SequentialSerializer(serializers.Serializer[Any]):
    """The lift with the interval that holds at every look up to the planned end, or why none."""

    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    level = serializers.FloatField()
    reason = serializers.CharField()


class ReadingSerializer(serializers.Serializer[Any]):
    """An experiment as it stands: the verdict, the lift with its ends, and in words.

    The interval holds on every day, so it may be looked at daily; only that of regions at their
    planned end is read once, and `sequential` beside it holds whenever one looks. `verdict` is
    treated or control (that does better), same, early (not told yet), or broken (the split).
    """

    verdict = serializers.CharField()
    says = serializers.CharField()
    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    level = serializers.FloatField()
    total = serializers.FloatField(allow_null=True)
    total_se = serializers.FloatField(allow_null=True)
    control = serializers.FloatField(allow_null=True)
    treated = serializers.FloatField(allow_null=True)
    n_control = serializers.IntegerField()
    n_treated = serializers.IntegerField()
    ratio_p = serializers.FloatField(allow_null=True)
    through = serializers.DateField(allow_null=True)
    sequential = SequentialSerializer()
    reason = serializers.CharField()


class PowerSerializer(serializers.Serializer[Any]):
    """What a draft could detect; `says` tells it in words, or what it would take."""

    can_tell = serializers.BooleanField()
    says = serializers.CharField()
    n_treated = serializers.IntegerField()
    n_control = serializers.IntegerField()


class StopSerializer(serializers.Serializer[Any]):
    """The decision with which it is stopped."""

    decision = serializers.ChoiceField(choices=Experiment.Decision.choices)
    reason = serializers.CharField(required=False, allow_blank=True, default="")


class ExperimentView(mixins.DestroyModelMixin, KeptViewSet):
    """Experiments; only a draft is changed or deleted."""

    permission = "optimize.view"
    change_permission = "experiments.edit"
    serializer_class = ExperimentSerializer
    queryset = Experiment.objects.all()
    filterset_fields = ("state", "metric", "program", "channel", "cycle")
    refused_as = {
        actions.NotADraft: Conflict,
        actions.NotRunning: Conflict,
        actions.CannotTell: Conflict,
        actions.ReasonMissing: "reason",
    }

    def get_queryset(self) -> Any:
        """Return the experiments with what they are about."""
        return queries.experiments()

    def keep(self, row: Experiment) -> Experiment:
        """Save a draft."""
        return actions.save_experiment(experiment=row, by=self.membership)

    def perform_destroy(self, instance: Experiment) -> None:
        """Delete a draft; 409 for one that has started."""
        actions.delete_draft(experiment=instance)

    @extend_schema(
        parameters=[
            OpenApiParameter("unit", str, required=True, description="An id, e-mail or name.")
        ],
        responses=AssignmentSerializer,
    )
    @action(detail=True, methods=["get"])
    def assignment(self, request: Request, pk: int) -> Response:
        """Return a unit's arm, which never changes; 404 if the unit is not known."""
        held = self.get_object()
        found = queries.assignment_of(held, request.query_params.get("unit", ""))
        if found is None:
            raise NotFound("This unit was not found.")
        unit, treated, enrolled = found
        arm = ExperimentUnit.Arm.TREATED if treated else ExperimentUnit.Arm.CONTROL
        return Response({"unit": unit, "arm": arm.value, "enrolled": enrolled})

    @extend_schema(responses=PowerSerializer)
    @action(detail=True, methods=["get"])
    def power(self, request: Request, pk: int) -> Response:
        """Return what it could detect if it started today."""
        held = promise(self.get_object(), timezone.localdate(), actions.design_of)
        return Response(
            {
                "can_tell": not held.refusal,
                "says": held.refusal or held.text,
                "n_treated": held.n_treated,
                "n_control": held.n_control,
            }
        )

    @extend_schema(responses=ReadingSerializer)
    @action(detail=True, methods=["get"])
    def reading(self, request: Request, pk: int) -> Response:
        """Return the result as of today, or as of its stop; 404 for a draft."""
        experiment = self.get_object()
        held = queries.reading_of(experiment, timezone.localdate())
        if held is None:
            raise NotFound("It has not started yet.")
        more = {"says": told(experiment, held), "sequential": held.sequential}
        return Response(ReadingSerializer(held.as_dict() | more).data)

    @extend_schema(request=None, responses=ExperimentSerializer)
    @action(detail=True, methods=["post"])
    def start(self, request: Request, pk: int) -> Response:
        """Assign the units at random and start; 409 if it has started, or could detect nothing."""
        held = actions.start_experiment(experiment=self.get_object(), by=self.membership)
        return Response(self.get_serializer(held).data)

    @extend_schema(request=StopSerializer, responses=ExperimentSerializer)
    @action(detail=True, methods=["post"])
    def stop(self, request: Request, pk: int) -> Response:
        """Stop with a decision; 409 if it is not running."""
        held = actions.stop_experiment(
            experiment=self.get_object(), by=self.membership, **self.sent(StopSerializer)
        )
        return Response(self.get_serializer(held).data)
