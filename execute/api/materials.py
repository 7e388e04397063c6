"""Support materials and their versions over the API."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from execute.actions import materials as actions
from execute.models import Material, MaterialVersion
from execute.queries.materials import materials, versions_for
from ipeo.actions.approving import OwnWork
from ipeo.api.problems import Answer, Conflict
from ipeo.api.views import KeptViewSet, ReadViewSet
from ipeo.downloads import kept_file

REFUSALS: dict[type[Exception], Answer] = {
    actions.MaterialNameTaken: "name",
    actions.FileRefused: "upload",
    actions.LinkOrFile: "upload",
    actions.ReasonNeeded: "reason",
    actions.AlreadyDecided: Conflict,
    actions.NothingToApprove: Conflict,
    OwnWork: PermissionDenied,
}


class MaterialSerializer(serializers.ModelSerializer[Material]):
    """A support material; `approved` is the version that sales has."""

    url = serializers.URLField(
        write_only=True, required=False, max_length=500, help_text="The first version's link."
    )

    class Meta:
        model = Material
        fields = (
            "id",
            "name",
            "description",
            "status",
            "program",
            "stage",
            "proof_point",
            "approved",
            "created_at",
            "url",
        )
        read_only_fields = ("status", "approved", "created_at")


class MaterialVersionSerializer(serializers.ModelSerializer[MaterialVersion]):
    """One version: a link, an uploaded file, or neither for a thing that is handed over."""

    material = serializers.PrimaryKeyRelatedField(queryset=Material.objects.all())
    url = serializers.URLField(required=False, allow_blank=True, max_length=500)
    upload = serializers.FileField(write_only=True, required=False)

    class Meta:
        model = MaterialVersion
        fields = (
            "id",
            "material",
            "number",
            "url",
            "upload",
            "file_name",
            "content_type",
            "size",
            "digest",
            "change_note",
            "state",
            "reason",
            "made_by",
            "made_at",
            "decided_by",
            "decided_at",
        )
        read_only_fields = (
            "number",
            "file_name",
            "content_type",
            "size",
            "digest",
            "state",
            "reason",
            "made_by",
            "made_at",
            "decided_by",
            "decided_at",
        )


class ReasonSerializer(serializers.Serializer[Any]):
    """Why a version is not given to sales."""

    reason = serializers.CharField(max_length=500)


class MaterialView(KeptViewSet):
    """Support materials. Sales reps see what is approved."""

    permission = "materials.view"
    change_permission = "materials.edit"
    permissions_by_action = {"approve": "materials.approve"}
    serializer_class = MaterialSerializer
    queryset = Material.objects.all()
    filterset_fields = ("status", "program", "stage")
    beside = ("url",)
    refused_as = REFUSALS

    def get_queryset(self) -> QuerySet[Material]:
        """Return what the caller may see."""
        if getattr(self, "swagger_fake_view", False):
            return Material.objects.none()
        return materials(member=self.membership)

    def keep(self, row: Material, url: str | None = None) -> Material:
        """Save a material, a new one with its first version; content changes by a version."""
        if row.pk is None:
            return actions.add_material(material=row, by=self.membership, url=url or "")
        if url is not None:
            raise ValidationError({"url": ["Add a version with this link instead."]})
        return actions.save_material(material=row)

    @extend_schema(request=None, responses=MaterialSerializer)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: int) -> Response:
        """Approve the newest waiting version for sales; 409 if none is waiting."""
        row = actions.approve_material(material=self.get_object(), by=self.membership)
        return Response(MaterialSerializer(row).data)

    @extend_schema(request=None, responses=MaterialSerializer)
    @action(detail=True, methods=["post"])
    def retire(self, request: Request, pk: int) -> Response:
        """Retire the material."""
        row = actions.retire_material(material=self.get_object())
        return Response(MaterialSerializer(row).data)

    @extend_schema(request=None, responses=MaterialSerializer)
    @action(detail=True, methods=["post"], url_path="bring-back")
    def bring_back(self, request: Request, pk: int) -> Response:
        """Restore a retired material."""
        row = actions.bring_back(material=self.get_object())
        return Response(MaterialSerializer(row).data)


class MaterialVersionView(mixins.CreateModelMixin, ReadViewSet):
    """Versions of materials. Sales reps see the one that is approved."""

    permission = "materials.view"
    change_permission = "materials.edit"
    permissions_by_action = {"approve": "materials.approve", "send_back": "materials.approve"}
    serializer_class = MaterialVersionSerializer
    queryset = MaterialVersion.objects.all()
    filterset_fields = ("material", "state")
    refused_as = REFUSALS

    def get_queryset(self) -> QuerySet[MaterialVersion]:
        """Return what the caller may see."""
        if getattr(self, "swagger_fake_view", False):
            return MaterialVersion.objects.none()
        return versions_for(self.membership)

    def perform_create(self, serializer: Any) -> None:
        """Add a version, which waits for approval."""
        serializer.instance = actions.add_version(by=self.membership, **serializer.validated_data)

    @extend_schema(request=None, responses=MaterialVersionSerializer)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: int) -> Response:
        """Approve the version for sales; 409 if it was already decided otherwise."""
        version = self.get_object()
        actions.approve_version(version=version, by=self.membership)
        version.refresh_from_db()
        return Response(MaterialVersionSerializer(version).data)

    @extend_schema(request=ReasonSerializer, responses=MaterialVersionSerializer)
    @action(detail=True, methods=["post"], url_path="send-back")
    def send_back(self, request: Request, pk: int) -> Response:
        """Send the version back with a reason."""
        row = actions.send_back(
            version=self.get_object(), by=self.membership, **self.sent(ReasonSerializer)
        )
        return Response(MaterialVersionSerializer(row).data)

    @extend_schema(
        responses={200: OpenApiResponse(OpenApiTypes.BINARY, description="The file, to be saved.")}
    )
    @action(detail=True, methods=["get"])
    def file(self, request: Request, pk: int) -> FileResponse:
        """Download the version's file; 404 if it has none."""
        version = self.get_object()
        return kept_file(version.file, name=version.file_name, content_type=version.content_type)
