"""Optimize's rows as JSON."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from optimize.models import Decision, Period, Recommendation, Restatement
from optimize.queries.periods import as_text, books_of


class DecisionSerializer(serializers.ModelSerializer[Decision]):
    """One decision; the latest one holds."""

    class Meta:
        model = Decision
        fields = ("id", "decision", "reason", "by", "at")


class RecommendationSerializer(serializers.ModelSerializer[Recommendation]):
    """One thing to change; `gain` is in margin with an 80 % interval, or the reason why not."""

    decisions = DecisionSerializer(many=True, read_only=True, source="history")

    class Meta:
        model = Recommendation
        fields = (
            "id",
            "cycle",
            "kind",
            "route",
            "subject_key",
            "program",
            "title",
            "summary",
            "text",
            "gain",
            "gain_low",
            "gain_high",
            "gain_reason",
            "n",
            "evidence",
            "state",
            "decided_at",
            "created_at",
            "updated_at",
            "decisions",
        )


class DecideSerializer(serializers.Serializer[Any]):
    """A decision; `seen` is when the decision that one saw was taken, if there was one."""

    decision = serializers.ChoiceField(choices=Decision.Choice.choices)
    reason = serializers.CharField(required=False, allow_blank=True, default="")
    seen = serializers.DateTimeField(required=False, allow_null=True, default=None)


class RestatementSerializer(serializers.ModelSerializer[Restatement]):
    """What one measurement after the close changed, as exact decimals in text."""

    class Meta:
        model = Restatement
        fields = ("number", "made_at", "changes")


class PeriodSerializer(serializers.ModelSerializer[Period]):
    """Closed books: a cycle's figures as they were at the close.

    `amounts` and the `changes` of all `restatements` add up to `amounts_now`, exactly. Sums are
    named `all.net_amount`, `models.markov.net` or `programs.12.spend`.
    """

    restatements = RestatementSerializer(many=True, read_only=True)
    amounts_now = serializers.SerializerMethodField()

    class Meta:
        model = Period
        fields = (
            "id",
            "cycle",
            "closed_at",
            "closed_by",
            "figures",
            "amounts",
            "restatements",
            "amounts_now",
        )
        read_only_fields = ("closed_at", "closed_by", "figures", "amounts")
        validators: list[Any] = []

    def get_amounts_now(self, period: Period) -> dict[str, str]:
        """Return the period as now known."""
        return as_text(books_of(period).now)


class MeasurementSerializer(serializers.Serializer[Any]):
    """When the workspace was last measured, and whether facts have come in since."""

    measured_at = serializers.DateTimeField(allow_null=True)
    facts_through = serializers.DateField(allow_null=True)
    is_stale = serializers.BooleanField()
    waiting = serializers.IntegerField()
