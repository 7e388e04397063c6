"""The kernel's resources."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from ipeo.actions.campaigns import (
    AlreadyMoved,
    GateClosed,
    MayNotOverride,
    NameTaken,
    advance_cycle,
    save_campaign,
    start_campaign,
)
from ipeo.api import serializers
from ipeo.api.problems import Conflict
from ipeo.api.views import ReadViewSet, VersionedViewSet, WorkspaceViewSet
from ipeo.models import Campaign, Cycle, Membership, Run, StageChange, Workspace
from ipeo.queries.campaigns import standing
from ipeo.queries.members import members_of


class WorkspaceView(WorkspaceViewSet):
    """The workspace itself."""

    permission = "workspace.view"
    pagination_class = None
    serializer_class = serializers.WorkspaceSerializer
    queryset = Workspace.objects.none()

    @extend_schema(responses=serializers.WorkspaceSerializer)
    def list(self, request: Request) -> Response:
        """Return the workspace that the token or the header names."""
        return Response(serializers.WorkspaceSerializer(self.workspace).data)


class MemberView(ReadViewSet):
    """The workspace's members."""

    permission = "members.view"
    serializer_class = serializers.MembershipSerializer
    queryset = Membership.objects.none()

    def get_queryset(self) -> Any:
        """Return the members of the scope's workspace."""
        return members_of(self.workspace)


class CampaignView(VersionedViewSet):
    """Campaigns."""

    permission = "campaigns.view"
    change_permission = "campaigns.edit"
    serializer_class = serializers.CampaignSerializer
    queryset = Campaign.objects.all()
    filterset_fields = ("status",)
    refused_as = {NameTaken: "name"}

    def get_serializer_class(self) -> Any:
        """Return the serializer of a change, or of the campaign with its first cycle's days."""
        if self.action in {"update", "partial_update"}:
            return serializers.CampaignChangeSerializer
        return self.serializer_class

    def perform_create(self, serializer: Any) -> None:
        """Start the campaign with its first cycle."""
        serializer.instance = start_campaign(owner=self.membership, **serializer.validated_data)

    def keep(self, row: Campaign, version: int | None = None) -> Campaign:
        """Save a changed campaign."""
        return save_campaign(campaign=row, version=version)


class CycleView(ReadViewSet):
    """Cycles, and their passage through the gates."""

    permission = "campaigns.view"
    permissions_by_action = {"advance": "cycle.advance"}
    serializer_class = serializers.CycleSerializer
    queryset = Cycle.objects.select_related("campaign")
    filterset_fields = ("campaign", "stage")
    refused_as = {GateClosed: Conflict, AlreadyMoved: Conflict, MayNotOverride: PermissionDenied}

    @extend_schema(responses=serializers.BlockerSerializer(many=True))
    @action(detail=True, pagination_class=None, filterset_fields=())
    def blockers(self, request: Request, pk: int) -> Response:
        """List what keeps the cycle's current gate closed."""
        found = standing(self.get_object()).blockers
        return Response(serializers.BlockerSerializer(found, many=True).data)

    @extend_schema(
        request=serializers.AdvanceSerializer, responses={201: serializers.StageChangeSerializer}
    )
    @action(detail=True, methods=["post"])
    def advance(self, request: Request, pk: int) -> Response:
        """Pass the gate; 409 with the blockers while it is closed."""
        wish = self.sent(serializers.AdvanceSerializer)
        change = advance_cycle(
            cycle=self.get_object(),
            by=self.membership,
            override_reason=wish["override_reason"],
            expected_stage=wish["stage"],
        )
        data = serializers.StageChangeSerializer(change).data
        return Response(data, status=status.HTTP_201_CREATED)


class StageChangeView(ReadViewSet):
    """Stage changes, with what each stage handed over."""

    permission = "campaigns.view"
    serializer_class = serializers.StageChangeSerializer
    queryset = StageChange.objects.all()
    filterset_fields = ("cycle",)


class RunView(ReadViewSet):
    """Background work."""

    permission = "workspace.view"
    serializer_class = serializers.RunSerializer
    queryset = Run.objects.all()
    filterset_fields = ("kind", "state")
