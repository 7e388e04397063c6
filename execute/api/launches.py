"""Launches of programs, as resources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from execute.actions.launches import (
    LaunchedAlready,
    MaterialsMissing,
    MayNotLaunchAnyway,
    NotUnderWay,
    launch_program,
    take_back_launch,
)
from execute.models import Launch
from ipeo.api.problems import Answer, Conflict
from ipeo.api.views import ReadViewSet
from plan.models import ProgramPlan


class LaunchSerializer(serializers.ModelSerializer[Launch]):
    """A program's launch in a cycle, and what it went without."""

    overridden = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = Launch
        fields = ("id", "cycle", "program", "by", "at", "override_reason", "overridden")
        read_only_fields = fields


class LaunchingSerializer(serializers.Serializer[Any]):
    """A program as the approved scenario plans it; a manager's reason where something lacks."""

    program_plan = serializers.PrimaryKeyRelatedField(
        queryset=ProgramPlan.objects.select_related("program", "scenario__cycle")
    )
    override_reason = serializers.CharField(required=False, allow_blank=True, max_length=2000)


def _missing(refusal: MaterialsMissing) -> Conflict:
    found = [{"name": one.name, "href": one.href} for one in refusal.missing]
    return Conflict(str(refusal), missing=found)


class LaunchView(ReadViewSet):
    """Launches of programs. One needs its materials approved, or a manager's reason."""

    permission = "plan.view"
    change_permission = "programs.launch"
    serializer_class = LaunchSerializer
    queryset = Launch.objects.all()
    filterset_fields = ("cycle", "program")
    refused_as: ClassVar[Mapping[type[Exception], Answer]] = {
        MaterialsMissing: _missing,
        MayNotLaunchAnyway: "override_reason",
        LaunchedAlready: Conflict,
        NotUnderWay: Conflict,
    }

    @extend_schema(request=LaunchingSerializer, responses={201: LaunchSerializer})
    def create(self, request: Request) -> Response:
        """Launch a program; 409 with what is `missing` while something is not approved."""
        given = self.sent(LaunchingSerializer)
        plan = given.pop("program_plan")
        launch = launch_program(plan=plan, by=self.membership, **given)
        return Response(LaunchSerializer(launch).data, status=201)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: int) -> Response:
        """Undo a launch, while the cycle is in Execute."""
        take_back_launch(launch=self.get_object())
        return Response(status=204)
