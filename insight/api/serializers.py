"""Insight's rows as JSON."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from insight.models import (
    Account,
    Audience,
    BrandStory,
    Channel,
    Competitor,
    CompetitorMove,
    Contact,
    Disposition,
    Finding,
    FindingRenewal,
    Product,
    ProofPoint,
)
from insight.queries.fields import OPERATORS, Field
from insight.queries.rules import RuleNotValid, read_rule
from ipeo.api.serializers import member_field
from ipeo.models import Campaign, Cycle


class PlainObject(serializers.JSONField):
    """A JSON object that the database can hold."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the object; refuse what is none, and letters that no database keeps."""
        read = super().to_internal_value(data)
        if not isinstance(read, dict):
            raise serializers.ValidationError("This must be an object.")
        _demand_storable(read)
        return read


def _demand_storable(value: Any, depth: int = 0) -> None:
    if depth > 8:
        raise serializers.ValidationError("This is nested too deeply.")
    if isinstance(value, str) and any(
        letter == "\0" or 0xD800 <= ord(letter) < 0xE000 for letter in value
    ):
        raise serializers.ValidationError("This holds a character that cannot be stored.")
    if (isinstance(value, float) and value in (float("inf"), float("-inf"))) or value != value:
        raise serializers.ValidationError("This holds a number that is none.")
    parts = [*value, *value.values()] if isinstance(value, dict) else value
    for part in parts if isinstance(parts, list) else ():
        _demand_storable(part, depth + 1)


class ProductSerializer(serializers.ModelSerializer[Product]):
    """A product that the brand sells."""

    class Meta:
        model = Product
        fields = ("id", "name", "family", "list_price", "unit_cost", "valued_for", "is_active")


class ChannelSerializer(serializers.ModelSerializer[Channel]):
    """A channel, by which people are reached."""

    class Meta:
        model = Channel
        fields = ("id", "name", "key", "is_sales", "is_active")
        read_only_fields = ("key",)


class AccountSerializer(serializers.ModelSerializer[Account]):
    """A company that buys, or might."""

    owner = member_field()
    attributes = PlainObject(required=False)

    class Meta:
        model = Account
        fields = (
            "id",
            "name",
            "industry",
            "region",
            "country",
            "employees",
            "annual_revenue",
            "website",
            "parent_name",
            "owner",
            "attributes",
            "created_at",
        )
        read_only_fields = ("created_at",)


class MergeSerializer(serializers.Serializer[Any]):
    """The account that another one is merged into."""

    into = serializers.PrimaryKeyRelatedField(queryset=Account.objects.all())


class ContactSerializer(serializers.ModelSerializer[Contact]):
    """A person at an account, or a lead without one yet."""

    owner = member_field()
    email = serializers.EmailField(required=False, allow_blank=True, max_length=254)
    attributes = PlainObject(required=False)

    class Meta:
        model = Contact
        fields = (
            "id",
            "name",
            "email",
            "phone",
            "title",
            "account",
            "source",
            "lead_date",
            "consent",
            "owner",
            "attributes",
            "created_at",
        )
        read_only_fields = ("created_at",)


class RuleField(PlainObject):
    """An audience's rule: `{"all": [{"field": "industry", "op": "is", "value": "Healthcare"}]}`."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the rule as it is stored; say of each condition what is wrong with it."""
        read = super().to_internal_value(data)
        try:
            return read_rule(read).as_json()
        except RuleNotValid as refusal:
            raise serializers.ValidationError(
                [str(RuleNotValid({place: text})) for place, text in refusal.errors.items()]
            ) from None


class AudienceSerializer(serializers.ModelSerializer[Audience]):
    """People described by a rule."""

    rule = RuleField()

    class Meta:
        model = Audience
        fields = ("id", "name", "description", "rule", "size", "counted_at", "created_at")
        read_only_fields = ("size", "counted_at", "created_at")


class RuleSerializer(serializers.Serializer[Any]):
    """A rule to be counted."""

    rule = RuleField()


class SizeSerializer(serializers.Serializer[Any]):
    """How many people and accounts a rule finds, and how many of the people refused contact."""

    contacts = serializers.IntegerField()
    accounts = serializers.IntegerField()
    refused = serializers.IntegerField()
    as_of = serializers.DateTimeField(allow_null=True, help_text="When it was true; null for now.")


class OperatorSerializer(serializers.Serializer[Any]):
    """A way to compare. `shape` says what `value` is: one, a list of many or of two, or days."""

    key = serializers.CharField(help_text="What a condition says as `op`.")
    label = serializers.CharField()  # type: ignore[assignment]
    shape = serializers.ChoiceField(choices=("one", "many", "two", "days", "nothing"))


class FieldSerializer(serializers.Serializer[Any]):
    """Something that a condition can ask about."""

    key = serializers.CharField(help_text="What a condition says as `field`.")
    label = serializers.CharField()  # type: ignore[assignment]
    kind = serializers.ChoiceField(choices=("text", "number", "date", "choice"))
    choices = serializers.SerializerMethodField()
    operators = serializers.SerializerMethodField()

    def get_choices(self, field: Field) -> list[str]:
        """Return the values that a choice takes."""
        return [value for value, _ in field.choices]

    @extend_schema_field(OperatorSerializer(many=True))
    def get_operators(self, field: Field) -> Any:
        """Return the ways in which the field can be asked about."""
        return OperatorSerializer(OPERATORS[field.kind], many=True).data


class CompetitorSerializer(serializers.ModelSerializer[Competitor]):
    """A competitor."""

    class Meta:
        model = Competitor
        fields = ("id", "name", "website", "positioning", "is_active")


class CompetitorMoveSerializer(serializers.ModelSerializer[CompetitorMove]):
    """Something a competitor did."""

    class Meta:
        model = CompetitorMove
        fields = ("id", "competitor", "kind", "description", "happened_on", "source")


class ProofPointSerializer(serializers.ModelSerializer[ProofPoint]):
    """A reason to believe the promise; a new one belongs to the current story."""

    class Meta:
        model = ProofPoint
        fields = ("id", "story", "statement", "evidence", "position")
        read_only_fields = ("story", "position")


class StepsSerializer(serializers.Serializer[Any]):
    """How far a proof point moves: up where negative, down where positive."""

    steps = serializers.IntegerField(min_value=-100, max_value=100)


class BrandStorySerializer(serializers.ModelSerializer[BrandStory]):
    """A version of the brand's story; with `seen_version`, no later one is replaced unseen."""

    proof_points = ProofPointSerializer(many=True, read_only=True)
    seen_version = serializers.IntegerField(required=False, allow_null=True, write_only=True)

    class Meta:
        model = BrandStory
        fields = (
            "id",
            "title",
            "for_whom",
            "problem",
            "promise",
            "tone",
            "version",
            "is_current",
            "created_by",
            "created_at",
            "proof_points",
            "seen_version",
        )
        read_only_fields = ("version", "is_current", "created_by", "created_at")


class DispositionSerializer(serializers.ModelSerializer[Disposition]):
    """A cycle's decision on a finding."""

    class Meta:
        model = Disposition
        fields = ("id", "cycle", "decision", "reason", "carried", "decided_by", "decided_at")
        read_only_fields = fields


class RenewalSerializer(serializers.ModelSerializer[FindingRenewal]):
    """How a finding's date was renewed."""

    class Meta:
        model = FindingRenewal
        fields = ("id", "expired_on", "expires_on", "reason", "renewed_by", "renewed_at")
        read_only_fields = fields


class FindingSerializer(serializers.ModelSerializer[Finding]):
    """Something learned. The campaign is given when it is made, and stays."""

    evidence = PlainObject(required=False)
    campaign = serializers.PrimaryKeyRelatedField(
        queryset=Campaign.objects.all(), required=False, allow_null=True
    )
    dispositions = DispositionSerializer(many=True, read_only=True)
    renewals = RenewalSerializer(many=True, read_only=True)

    class Meta:
        model = Finding
        fields = (
            "id",
            "statement",
            "detail",
            "source",
            "confidence",
            "evidence",
            "evidence_url",
            "kind",
            "campaign",
            "learned_in",
            "recorded_by",
            "recorded_at",
            "expires_on",
            "dispositions",
            "renewals",
        )
        read_only_fields = ("kind", "learned_in", "recorded_by", "recorded_at")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse another campaign, and other figures or another source for what was measured."""
        stored = self.instance
        if not isinstance(stored, Finding):
            return attrs
        if "campaign" in attrs and attrs["campaign"] != stored.campaign:
            raise serializers.ValidationError({"campaign": "A finding keeps its campaign."})
        if stored.source == Finding.Source.MEASUREMENT:
            for name in ("source", "evidence"):
                if name in attrs and attrs[name] != getattr(stored, name):
                    raise serializers.ValidationError({name: "This was measured, and stays."})
        return attrs


class DisposeSerializer(serializers.Serializer[Any]):
    """A decision. `seen` is the `decided_at` of the decision it replaces, empty where none was."""

    cycle = serializers.PrimaryKeyRelatedField(queryset=Cycle.objects.select_related("campaign"))
    decision = serializers.ChoiceField(
        choices=[
            pair for pair in Disposition.Decision.choices if pair[0] != Disposition.Decision.WAITING
        ]
    )
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=300)
    seen = serializers.DateTimeField(required=False, allow_null=True, default=None)


class RenewSerializer(serializers.Serializer[Any]):
    """A new date for a finding, null for none, and why it still holds."""

    expires_on = serializers.DateField(allow_null=True)
    reason = serializers.CharField(max_length=300)
