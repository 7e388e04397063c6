"""What findings rest on, audiences against each other, and suggested segments, as resources."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from insight.actions import evidence, segments
from insight.actions.audiences import AudienceNameTaken
from insight.api.serializers import AudienceSerializer, PlainObject
from insight.models import Audience, FindingEvidence, Study
from insight.queries.audiences import audiences
from insight.queries.membership import overlaps
from insight.queries.segments import latest_run
from ipeo.api.problems import Conflict
from ipeo.api.views import ReadViewSet, WorkspaceViewSet


class EvidenceSerializer(serializers.ModelSerializer[FindingEvidence]):
    """A piece of evidence as it was, with its figures as they are now.

    Of a `study`, those of the `labels` are kept, or all, with its `chart`. Of a page of this
    product, such as `/w/northwind/deals/?outcome=lost`, they are kept by themselves; of any other
    page, say them as `facts`:
    `[{"label": "Win rate", "value": 0.41, "low": 0.33, "high": 0.5, "n": 54, "kind": "percent"}]`.
    """

    study = serializers.PrimaryKeyRelatedField(
        queryset=Study.objects.all(), required=False, allow_null=True, default=None
    )
    words = serializers.CharField(
        required=False, allow_blank=True, max_length=1000, write_only=True, default=""
    )
    title = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    facts = serializers.ListField(
        child=PlainObject(), required=False, max_length=20, write_only=True, default=list
    )
    labels = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        allow_null=True,
        write_only=True,
        default=None,
    )
    chart = serializers.BooleanField(required=False, write_only=True, default=True)

    class Meta:
        model = FindingEvidence
        fields = (
            "id",
            "finding",
            "kind",
            "title",
            "url",
            "study",
            "words",
            "facts",
            "labels",
            "chart",
            "snapshot",
            "taken_at",
            "taken_by",
        )
        read_only_fields = ("snapshot", "taken_at", "taken_by")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a page without a title."""
        if attrs["study"] is None and not attrs["title"]:
            raise serializers.ValidationError({"title": "Enter what it shows."})
        return attrs


class EvidenceView(mixins.CreateModelMixin, mixins.DestroyModelMixin, ReadViewSet):
    """The evidence of findings."""

    permission = "insight.view"
    change_permission = "insight.edit"
    serializer_class = EvidenceSerializer
    queryset = FindingEvidence.objects.all()
    filterset_fields = ("finding", "study", "kind")
    refused_as = {evidence.LinkNotValid: "url"}

    def perform_create(self, serializer: Any) -> None:
        """Keep a page, or a study with its figures as they are now."""
        typed = dict(serializer.validated_data)
        picked = {name: typed.pop(name) for name in ("study", "labels", "chart")}
        if picked["study"] is not None:
            serializer.instance = evidence.keep_study(
                finding=typed["finding"], by=self.membership, **picked
            )
            return
        serializer.instance = evidence.add_evidence(
            **{"kind": FindingEvidence.Kind.PAGE.value, **typed}, by=self.membership
        )

    def perform_destroy(self, instance: FindingEvidence) -> None:
        """Take a piece of evidence away."""
        evidence.remove_evidence(evidence=instance)


SEGMENTS = (("value", "By recency, frequency and value"), ("groups", "Similar people"))


class OverlapSerializer(serializers.Serializer[Any]):
    """How many people are in both of two audiences."""

    first = serializers.IntegerField()
    second = serializers.IntegerField()
    both = serializers.IntegerField()
    share_of_first = serializers.FloatField(allow_null=True)


class OverlapView(WorkspaceViewSet):
    """Audiences against each other."""

    permission = "insight.view"
    serializer_class = OverlapSerializer
    queryset = Audience.objects.none()
    pagination_class = None

    @extend_schema(responses=OverlapSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Return each ordered pair of the first twelve audiences by name."""
        found = overlaps(audiences())
        pairs = [
            {
                "first": first.pk,
                "second": second.pk,
                "both": cell.both,
                "share_of_first": cell.share,
            }
            for first, row in zip(found.audiences, found.rows, strict=True)
            for second, cell in zip(found.audiences, row, strict=True)
            if first.pk != second.pk
        ]
        return Response(OverlapSerializer(pairs, many=True).data)


class SegmentSerializer(serializers.Serializer[Any]):
    """A suggested segment; `kind` and `place` name it for adoption."""

    kind = serializers.ChoiceField(choices=SEGMENTS)
    place = serializers.IntegerField(min_value=0, max_value=1000)
    name = serializers.CharField()
    description = serializers.CharField()
    rule = serializers.JSONField()
    size = serializers.IntegerField()
    note = serializers.CharField()


class AdoptSerializer(serializers.Serializer[Any]):
    """Which suggestion becomes an audience, and what it is called."""

    kind = serializers.ChoiceField(choices=SEGMENTS)
    place = serializers.IntegerField(min_value=0, max_value=1000)
    name = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")


class LookedSerializer(serializers.Serializer[Any]):
    """The run that looks for segments."""

    run = serializers.IntegerField()


class SegmentView(WorkspaceViewSet):
    """Segments that may become audiences."""

    permission = "insight.view"
    change_permission = "insight.edit"
    serializer_class = SegmentSerializer
    queryset = Audience.objects.none()
    pagination_class = None
    refused_as = {segments.NoSuchSegment: Conflict, AudienceNameTaken: "name"}

    @extend_schema(responses=SegmentSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Return what the last search suggested."""
        run = latest_run()
        result = run.result if run is not None else {}
        rows = [
            {"kind": kind, "place": place, **one}
            for kind in ("value", "groups")
            for place, one in enumerate(result.get(kind, []))
        ]
        return Response(SegmentSerializer(rows, many=True).data)

    @extend_schema(request=None, responses={202: LookedSerializer})
    def create(self, request: Request) -> Response:
        """Search for segments again, in the background."""
        run = segments.look_for_segments(by=self.membership)
        return Response(LookedSerializer({"run": run.pk}).data, status=202)

    @extend_schema(request=AdoptSerializer, responses={201: AudienceSerializer})
    @action(detail=False, methods=["post"])
    def adopt(self, request: Request) -> Response:
        """Save a suggestion as an audience."""
        made = segments.adopt_segment(**self.sent(AdoptSerializer))
        return Response(AudienceSerializer(made).data, status=201)
