"""Files over the API: sent, looked at, answered, started, and what was refused."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from execute.actions.imports.files import (
    AlreadyStarted,
    TooLarge,
    Unanswered,
    answer_import,
    forget_file,
    receive_file,
    start_import,
)
from execute.actions.imports.mappings import (
    MappingNameMissing,
    MappingNameTaken,
    delete_mapping,
    save_mapping,
)
from execute.actions.imports.undoing import CannotUndo, start_undo
from execute.forms.imports import content_of
from execute.models import Import, ImportMapping, ImportRefusal
from execute.numerics.doubts import NoSuchName, Unreadable
from execute.queries import imports as queries
from execute.queries.previews import preview
from ipeo.api.problems import Conflict
from ipeo.api.views import ReadViewSet


class OptionSerializer(serializers.Serializer[Any]):
    """One possible answer."""

    value = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]


class DoubtSerializer(serializers.Serializer[Any]):
    """A question the file leaves open, and the answer used meanwhile."""

    key = serializers.CharField()
    question = serializers.CharField()
    options = OptionSerializer(many=True)
    answer = serializers.CharField()
    blocking = serializers.BooleanField()


class RefusedRowSerializer(serializers.Serializer[Any]):
    """A row that would be refused."""

    line = serializers.IntegerField()
    column = serializers.CharField()
    value = serializers.CharField()
    reason = serializers.CharField()


class PreviewSerializer(serializers.Serializer[Any]):
    """What a file would bring."""

    rows = serializers.IntegerField(source="accepted")
    refused = serializers.IntegerField(source="refused_count")
    columns = serializers.ListField(child=serializers.CharField())
    mapping = serializers.DictField(child=serializers.CharField(), source="seen.mapping")
    unmapped = serializers.ListField(child=serializers.CharField())
    doubts = DoubtSerializer(many=True)
    notes = serializers.SerializerMethodField()
    first_rows = serializers.SerializerMethodField()
    first_refused = RefusedRowSerializer(many=True, source="refused")

    def get_notes(self, shown: Any) -> list[str]:
        """What was noticed."""
        return [note.text for note in shown.seen.notes]

    def get_first_rows(self, shown: Any) -> list[dict[str, str]]:
        """The first rows as they would be stored, by the fields' labels."""
        return [
            {"line": str(line)}
            | {head.text: cell.text for head, cell in zip(shown.heads, cells, strict=True)}
            for line, cells in shown.rows
        ]


class ImportSerializer(serializers.ModelSerializer[Import]):
    """One file, its mapping and its counts."""

    doubts = DoubtSerializer(many=True, read_only=True)
    notes = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = Import
        fields = (
            "id",
            "kind",
            "state",
            "file_name",
            "mapping",
            "answers",
            "doubts",
            "notes",
            "rows",
            "new",
            "changed",
            "unchanged",
            "refused",
            "run",
            "by",
            "created_at",
            "finished_at",
            "origin",
            "saved_mapping",
            "undone",
            "undone_at",
        )
        read_only_fields = fields


class OneImportSerializer(ImportSerializer):
    """One file; while it waits, with what it would bring."""

    preview = serializers.SerializerMethodField()

    class Meta(ImportSerializer.Meta):
        fields = (*ImportSerializer.Meta.fields, "preview")  # type: ignore[assignment]
        read_only_fields = fields  # type: ignore[assignment]

    @extend_schema_field(PreviewSerializer(allow_null=True))
    def get_preview(self, brought: Import) -> dict[str, Any] | None:
        """What the file would bring; null once it is on its way."""
        if brought.state != Import.State.PREVIEW and not queries.has_stopped(brought):
            return None
        shown = preview(brought, queries.understood(brought))
        return dict(PreviewSerializer(shown).data)


class SendSerializer(serializers.Serializer[Any]):
    """A file, and what its rows are; without a kind, its columns are asked."""

    file = serializers.FileField(allow_empty_file=True)
    kind = serializers.ChoiceField(choices=Import.Kind.choices, required=False)


class AnswerSerializer(serializers.Serializer[Any]):
    """A person's choices, added to those that were made: an empty header leaves a field out."""

    kind = serializers.ChoiceField(choices=Import.Kind.choices, required=False)
    mapping = serializers.DictField(child=serializers.CharField(allow_blank=True), required=False)
    answers = serializers.DictField(child=serializers.CharField(allow_blank=True), required=False)
    set_to = serializers.DictField(
        child=serializers.CharField(), required=False, help_text="A field's value in every row."
    )
    anew = serializers.BooleanField(
        required=False, help_text="Discard all earlier choices, and a saved mapping."
    )


class ImportRefusalSerializer(serializers.ModelSerializer[ImportRefusal]):
    """A row that was refused, and why."""

    class Meta:
        model = ImportRefusal
        fields = ("id", "line", "column", "value", "reason")


class MappingSerializer(serializers.ModelSerializer[ImportMapping]):
    """How files with certain headers are read."""

    class Meta:
        model = ImportMapping
        fields = (
            "id",
            "name",
            "kind",
            "mapping",
            "answers",
            "saved_by",
            "saved_at",
            "last_used_at",
        )
        read_only_fields = fields


class NameSerializer(serializers.Serializer[Any]):
    """The name a mapping is kept under."""

    name = serializers.CharField(max_length=120)


class ImportView(mixins.DestroyModelMixin, ReadViewSet):
    """Imports: upload a file, answer its open questions, start it."""

    permission = "imports.view"
    change_permission = "imports.run"
    queryset = Import.objects.select_related("by__user", "run", "undo_run", "saved_mapping")
    filterset_fields = ("kind", "state", "origin")
    http_method_names = ("get", "post", "patch", "delete", "head", "options")
    refused_as = {
        Unreadable: "file",
        TooLarge: "file",
        NoSuchName: "mapping",
        MappingNameMissing: "name",
        MappingNameTaken: "name",
        AlreadyStarted: Conflict,
        Unanswered: Conflict,
        CannotUndo: Conflict,
    }

    def get_serializer_class(self) -> Any:
        """Lists without previews: those read the file."""
        return ImportSerializer if self.action == "list" else OneImportSerializer

    def get_parsers(self) -> Any:
        """A file comes as multipart."""
        if getattr(self, "action_map", {}).get("post") == "create":
            return [MultiPartParser()]
        return super().get_parsers()

    def _answer(self, brought: Import, code: int = status.HTTP_200_OK) -> Response:
        return Response(
            OneImportSerializer(brought, context=self.get_serializer_context()).data, status=code
        )

    @extend_schema(
        request={"multipart/form-data": SendSerializer}, responses={201: OneImportSerializer}
    )
    def create(self, request: Request) -> Response:
        """Upload a file; none of its rows are stored until it is started."""
        sent = self.sent(SendSerializer)
        file = sent["file"]
        brought = receive_file(
            kind=sent.get("kind", ""),
            file_name=file.name,
            data=content_of(file),
            by=self.membership,
        )
        return self._answer(brought, status.HTTP_201_CREATED)

    @extend_schema(request=AnswerSerializer, responses=OneImportSerializer)
    def partial_update(self, request: Request, pk: int) -> Response:
        """Answer questions and map columns."""
        given = self.sent(AnswerSerializer)
        if "set" in given.get("answers", {}):
            raise ValidationError({"answers": ["Put fixed values in set_to."]})
        brought = self.get_object()
        answer_import(brought=brought, **given)
        return self._answer(brought)

    @extend_schema(request=None, responses={202: OneImportSerializer})
    @action(detail=True, methods=["post"])
    def start(self, request: Request, pk: int) -> Response:
        """Load the file in the background; 409 with the questions that are still open."""
        brought = self.get_object()
        start_import(brought=brought, by=self.membership)
        return self._answer(brought, status.HTTP_202_ACCEPTED)

    @extend_schema(request=None, responses={202: OneImportSerializer})
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: int) -> Response:
        """Undo the import in the background; rows that were edited or used since stay."""
        brought = self.get_object()
        start_undo(brought=brought, by=self.membership)
        return self._answer(brought, status.HTTP_202_ACCEPTED)

    @extend_schema(request=NameSerializer, responses={201: MappingSerializer})
    @action(detail=True, methods=["post"], url_path="save-mapping")
    def save_mapping(self, request: Request, pk: int) -> Response:
        """Save the mapping and the answers for files with the same headers."""
        saved = save_mapping(
            brought=self.get_object(), by=self.membership, **self.sent(NameSerializer)
        )
        return Response(MappingSerializer(saved).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses=ImportRefusalSerializer(many=True))
    @action(detail=True, filterset_fields=())
    def refusals(self, request: Request, pk: int) -> Response:
        """List the rows that were refused, with their reasons."""
        found = ImportRefusal.objects.filter(source=self.get_object())
        page = self.paginate_queryset(found)
        return self.get_paginated_response(ImportRefusalSerializer(page, many=True).data)

    def perform_destroy(self, instance: Import) -> None:
        """Remove a file that was not loaded."""
        forget_file(brought=instance)


class ImportMappingView(mixins.DestroyModelMixin, ReadViewSet):
    """Saved mappings, used for files with the same headers."""

    permission = "imports.view"
    change_permission = "imports.run"
    serializer_class = MappingSerializer
    queryset = ImportMapping.objects.select_related("saved_by")
    filterset_fields = ("kind",)

    def perform_destroy(self, instance: ImportMapping) -> None:
        """Forget a mapping."""
        delete_mapping(mapping=instance)
