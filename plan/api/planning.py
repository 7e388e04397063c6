"""Suggestions, remarks and templates as resources."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from ipeo.api.views import KeptViewSet, ReadViewSet
from plan.actions import allocations, comments, templates
from plan.api import serializers
from plan.api.refusals import REFUSED_AS
from plan.models import Allocation, ProgramTemplate, ScenarioComment


class AllocationView(ReadViewSet):
    """Suggested splits; one is asked for by a scenario's `suggest`."""

    permission = "plan.view"
    change_permission = "plan.edit"
    serializer_class = serializers.AllocationSerializer
    queryset = Allocation.objects.select_related("scenario__cycle").prefetch_related("lines")
    filterset_fields = ("scenario", "scenario__cycle")
    refused_as = REFUSED_AS

    @extend_schema(request=serializers.TakeSerializer, responses=serializers.BudgetSavedSerializer)
    @action(detail=True, methods=["post"])
    def take(self, request: Request, pk: int) -> Response:
        """Write the suggestion, or some of its lines, into its draft."""
        found = self.get_object()
        wish = self.sent(serializers.TakeSerializer)
        lines = wish.get("lines") or None
        changed = allocations.take_split(allocation=found, lines=lines)
        return Response({"changed": changed})


class CommentView(mixins.CreateModelMixin, ReadViewSet):
    """Comments on scenarios."""

    permission = "plan.view"
    change_permission = "plan.view"
    serializer_class = serializers.CommentSerializer
    queryset = ScenarioComment.objects.all()
    filterset_fields = ("scenario", "scenario__cycle")
    refused_as = REFUSED_AS

    def perform_create(self, serializer: Any) -> None:
        """Keep the remark."""
        serializer.instance = comments.add_comment(by=self.membership, **serializer.validated_data)

    @extend_schema(request=None, responses=serializers.CommentSerializer)
    @action(detail=True, methods=["post"])
    def settle(self, request: Request, pk: int) -> Response:
        """Resolve the comment, or reopen it."""
        held = comments.settle_comment(comment=self.get_object(), by=self.membership)
        return Response(serializers.CommentSerializer(held).data)


class ProgramTemplateView(KeptViewSet):
    """Program templates that the workspace created or changed."""

    permission = "plan.view"
    change_permission = "plan.edit"
    serializer_class = serializers.ProgramTemplateSerializer
    queryset = ProgramTemplate.objects.all()
    filterset_fields = ("offer", "is_hidden")
    refused_as = REFUSED_AS
    fixed = ("key",)

    def keep(self, row: ProgramTemplate) -> ProgramTemplate:
        """Save a template."""
        return templates.save_template(template=row)
