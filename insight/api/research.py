"""Studies, their waves, answers and links, battlecards and the market, as resources."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from insight.actions import battlecards, research
from insight.api.serializers import PlainObject
from insight.api.views import CatalogViewSet
from insight.models import Battlecard, MindsetWave, Study, StudyAnswer, StudyForm
from insight.queries.answers import questions_of
from insight.queries.exhibits import snapshot_of
from insight.queries.market import health
from insight.queries.research import found_ids
from ipeo.api.problems import Conflict
from ipeo.api.views import ReadViewSet, WorkspaceViewSet
from ipeo.numerics.estimates import Estimate

MOST_FOUND = 1000


class StudySerializer(serializers.ModelSerializer[Study]):
    """A note, or a study with answers. The kind is given when it is made, and stays."""

    tags = serializers.ListField(child=serializers.CharField(max_length=40), required=False)
    settings = PlainObject(required=False)

    class Meta:
        model = Study
        fields = (
            "id",
            "kind",
            "title",
            "body",
            "source",
            "tags",
            "held_on",
            "product",
            "settings",
            "created_by",
            "created_at",
        )
        read_only_fields = ("created_by", "created_at")

    def validate_kind(self, kind: str) -> str:
        """Refuse another kind: the answers were read as the first one reads them."""
        if isinstance(self.instance, Study) and self.instance.kind != kind:
            raise serializers.ValidationError("A study keeps its kind.")
        return kind


class StudyFilter(filters.FilterSet):  # type: ignore[misc]
    """Studies by words, kind and tag."""

    q = filters.CharFilter(method="by_words", label="Words, as one writes to a search engine")
    kind = filters.ChoiceFilter(choices=Study.Kind.choices)
    tag = filters.CharFilter(method="by_tag", label="One tag")

    def by_words(self, rows: QuerySet[Study], name: str, value: str) -> QuerySet[Study]:
        """Return the latest thousand that hold the words."""
        return rows.filter(pk__in=found_ids(value, most=MOST_FOUND))

    def by_tag(self, rows: QuerySet[Study], name: str, value: str) -> QuerySet[Study]:
        """Return those that carry the tag."""
        return rows.filter(tags__contains=[value])


class AnswerSerializer(serializers.ModelSerializer[StudyAnswer]):
    """What one person answered."""

    class Meta:
        model = StudyAnswer
        fields = ("id", "study", "wave", "given", "answered_at")
        read_only_fields = fields


class AnswersSerializer(serializers.Serializer[Any]):
    """Answers to keep: one object a person, keyed by what the study asks."""

    answers = serializers.ListField(child=PlainObject(), min_length=1, max_length=5000)
    wave = serializers.PrimaryKeyRelatedField(
        queryset=MindsetWave.objects.all(), required=False, allow_null=True, default=None
    )
    as_they_are = serializers.BooleanField(
        default=False, help_text="Keep prices that do not rise, without asking."
    )


class LoadedSerializer(serializers.Serializer[Any]):
    """How many answers were kept, and why others were not."""

    taken = serializers.IntegerField()
    refused = serializers.ListField(child=serializers.CharField())


class ResultSerializer(serializers.Serializer[Any]):
    """What a study says now: facts with their intervals."""

    facts = serializers.ListField(child=serializers.JSONField())


class WaveSerializer(serializers.ModelSerializer[MindsetWave]):
    """A wave of a tracking study, and its counts."""

    class Meta:
        model = MindsetWave
        fields = (
            "id",
            "study",
            "name",
            "held_on",
            "asked",
            "aware",
            "considering",
            "preferring",
        )


class FormSerializer(serializers.ModelSerializer[StudyForm]):
    """A link that asks for answers; its address is told once, when it is made."""

    most = serializers.IntegerField(min_value=1, max_value=research.MOST_PER_LINK, default=1)
    days = serializers.IntegerField(min_value=1, max_value=365, default=30, write_only=True)
    address = serializers.SerializerMethodField(help_text="Told once, when the link is made.")

    class Meta:
        model = StudyForm
        fields = (
            "id",
            "study",
            "wave",
            "most",
            "days",
            "answered",
            "made_by",
            "made_at",
            "expires_at",
            "revoked_at",
            "address",
        )
        read_only_fields = ("answered", "made_by", "made_at", "expires_at", "revoked_at")

    def get_address(self, form: StudyForm) -> str | None:
        """Return the whole address of a link just made."""
        told: str | None = self.context.get("address")
        return told


class BattlecardSerializer(serializers.ModelSerializer[Battlecard]):
    """A version of a competitor's card; with `seen_version`, no later one is replaced unseen."""

    proofs = serializers.ListField(child=serializers.CharField(), required=False, default=list)
    traps = serializers.ListField(child=serializers.CharField(), required=False, default=list)
    seen_version = serializers.IntegerField(required=False, allow_null=True, write_only=True)

    class Meta:
        model = Battlecard
        fields = (
            "id",
            "competitor",
            "version",
            "is_current",
            "their_claim",
            "our_answer",
            "proofs",
            "traps",
            "created_by",
            "created_at",
            "seen_version",
        )
        read_only_fields = ("version", "is_current", "created_by", "created_at")


class FigureSerializer(serializers.Serializer[Estimate]):
    """A figure with its 80 % interval; null with the reason where it is not known."""

    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    n = serializers.IntegerField()
    reason = serializers.CharField()


class MarketSerializer(serializers.Serializer[Any]):
    """The state of the market, and why."""

    reading = serializers.CharField()
    reasons = serializers.ListField(child=serializers.CharField())
    growth = FigureSerializer()
    spread = FigureSerializer()
    spread_before = FigureSerializer()
    on_price = FigureSerializer()
    on_price_change = FigureSerializer()


def why_no_answers(refusal: research.NoAnswers) -> ValidationError:
    """Return the problem of prices of which no person's rise, with the reasons of the first."""
    return ValidationError({"answers": [one.reason for one in refusal.refused[:20]]})


class StudyView(mixins.DestroyModelMixin, CatalogViewSet):
    """The library of studies and notes."""

    serializer_class = StudySerializer
    queryset = Study.objects.defer("search")
    filterset_class = StudyFilter
    refused_as = {
        research.TagsNotValid: "tags",
        research.SettingsNotValid: "settings",
        research.LooksSwapped: Conflict,
        research.WaveMissing: "wave",
        research.TakesNoAnswers: "answers",
        research.TooManyAnswers: "answers",
        research.NoAnswers: why_no_answers,
    }

    def keep(self, row: Study) -> Study:
        """Save a study."""
        return research.save_study(study=row, by=self.membership)

    def perform_destroy(self, instance: Study) -> None:
        """Remove a study with its answers."""
        research.delete_study(study=instance)

    @extend_schema(responses=ResultSerializer)
    @action(detail=True, filterset_class=None, pagination_class=None)
    def result(self, request: Request, pk: int) -> Response:
        """Return what the study says now."""
        found = snapshot_of(self.get_object(), self.workspace.currency)
        return Response(ResultSerializer(found).data)

    @extend_schema(request=AnswersSerializer, responses=LoadedSerializer)
    @action(detail=True, methods=["post"], filterset_class=None)
    def answers(self, request: Request, pk: int) -> Response:
        """Add answers; 409 if the prices look swapped, unless `as_they_are` is set."""
        study, given = self.get_object(), self.sent(AnswersSerializer)
        columns = {
            question.key: [one.get(question.key) for one in given["answers"]]
            for question in questions_of(study.kind)
        }
        loaded = research.load_answers(
            study=study,
            columns=columns,
            rows=len(given["answers"]),
            wave=given["wave"],
            as_they_are=given["as_they_are"],
        )
        reasons = [f"{one.row}: {one.reason}" for one in loaded.refused]
        return Response(LoadedSerializer({"taken": loaded.taken, "refused": reasons}).data)


class AnswerView(ReadViewSet):
    """What people answered."""

    permission = "insight.view"
    serializer_class = AnswerSerializer
    queryset = StudyAnswer.objects.all()
    filterset_fields = ("study", "wave")


class WaveView(mixins.DestroyModelMixin, CatalogViewSet):
    """Waves of tracking studies."""

    serializer_class = WaveSerializer
    queryset = MindsetWave.objects.all()
    filterset_fields = ("study",)
    refused_as = {research.WaveNotValid: "asked"}
    fixed = ("study",)

    def keep(self, row: MindsetWave) -> MindsetWave:
        """Save a wave."""
        return research.save_wave(wave=row)

    def perform_destroy(self, instance: MindsetWave) -> None:
        """Remove a wave with its answers."""
        research.delete_wave(wave=instance)


class FormView(mixins.CreateModelMixin, ReadViewSet):
    """Links that ask for answers without a sign-in."""

    permission = "insight.view"
    change_permission = "insight.edit"
    serializer_class = FormSerializer
    queryset = StudyForm.objects.all()
    filterset_fields = ("study",)
    refused_as = {research.WaveMissing: "wave", research.TakesNoAnswers: "study"}

    def perform_create(self, serializer: Any) -> None:
        """Make a link; its address is in this answer alone."""
        form, secret = research.make_form(by=self.membership, **serializer.validated_data)
        serializer.instance = form
        serializer.context["address"] = self.request.build_absolute_uri(
            reverse("asked", args=[secret])
        )

    @extend_schema(request=None, responses=FormSerializer)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: int) -> Response:
        """Revoke the link; the answers that were given stay."""
        return Response(self.get_serializer(research.revoke_form(form=self.get_object())).data)


class BattlecardView(mixins.CreateModelMixin, ReadViewSet):
    """Battlecards in their versions; to change one is to add a version."""

    permission = "insight.view"
    change_permission = "insight.edit"
    serializer_class = BattlecardSerializer
    queryset = Battlecard.objects.all()
    filterset_fields = ("competitor", "is_current")
    refused_as = {battlecards.CardMovedOn: Conflict, battlecards.TooManyLines: "proofs"}

    def perform_create(self, serializer: Any) -> None:
        """Save a new version; 409 where the version seen is no longer the current one."""
        serializer.instance = battlecards.save_card(by=self.membership, **serializer.validated_data)


class MarketView(WorkspaceViewSet):
    """The state of the market."""

    permission = "insight.view"
    serializer_class = MarketSerializer
    queryset = Study.objects.none()
    pagination_class = None

    @extend_schema(responses=MarketSerializer(many=False))
    def list(self, request: Request) -> Response:
        """Return growth, price spread and losses on price, and what they come to."""
        return Response(MarketSerializer(health()).data)
