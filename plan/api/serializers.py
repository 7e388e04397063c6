"""Plan's rows as JSON."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from insight.models import Audience, Channel, Finding, ProofPoint
from ipeo.api.serializers import member_field
from ipeo.models import Campaign, Cycle
from plan.models import (
    Allocation,
    AllocationLine,
    Approval,
    BudgetLine,
    Forecast,
    Objective,
    Program,
    ProgramPlan,
    ProgramTemplate,
    Scenario,
    ScenarioComment,
)


class ObjectiveSerializer(serializers.ModelSerializer[Objective]):
    """What a cycle is to reach; shares are between 0 and 1."""

    cycle = serializers.PrimaryKeyRelatedField(queryset=Cycle.objects.all())
    audience = serializers.PrimaryKeyRelatedField(
        queryset=Audience.objects.all(), required=False, allow_null=True
    )
    version = serializers.IntegerField(required=False)

    class Meta:
        model = Objective
        fields = ("id", "cycle", "metric", "baseline", "target", "due_date", "audience", "version")
        validators: list[Any] = []


class ScenarioSerializer(serializers.ModelSerializer[Scenario]):
    """One way to spend a cycle's budget."""

    cycle = serializers.PrimaryKeyRelatedField(queryset=Cycle.objects.all())
    version = serializers.IntegerField(required=False)

    class Meta:
        model = Scenario
        fields = (
            "id",
            "cycle",
            "name",
            "status",
            "note",
            "budget",
            "revises",
            "proposed_by",
            "proposed_at",
            "updated_at",
            "created_at",
            "version",
        )
        read_only_fields = (
            "status",
            "note",
            "revises",
            "proposed_by",
            "proposed_at",
            "updated_at",
            "created_at",
        )
        validators: list[Any] = []


class CloneSerializer(serializers.Serializer[Any]):
    """A copy's name, and the cycle it goes to; its own cycle where none is given."""

    name = serializers.CharField(max_length=80, required=False, allow_blank=True, default="")
    into = serializers.PrimaryKeyRelatedField(
        queryset=Cycle.objects.all(), required=False, allow_null=True, default=None
    )


class ApproveSerializer(serializers.Serializer[Any]):
    """A manager's approval; `replacing` is the approved scenario that this one replaces, if any.

    With `proposed_at`, as it was read, only that proposal is approved.
    """

    proposed_at = serializers.DateTimeField(required=False)
    replacing = serializers.PrimaryKeyRelatedField(
        queryset=Scenario.objects.all(), required=False, allow_null=True, default=None
    )
    note = serializers.CharField(required=False, allow_blank=True, default="")


class NoteSerializer(serializers.Serializer[Any]):
    """A note that goes with a decision."""

    note = serializers.CharField(required=False, allow_blank=True, default="")


class ApprovePriceSerializer(NoteSerializer):
    """A manager's approval of a price-led offer; with `discount`, only at that discount."""

    discount = serializers.DecimalField(
        max_digits=6, decimal_places=4, required=False, source="seen_discount"
    )


class ProgramSerializer(serializers.ModelSerializer[Program]):
    """A repeatable program; `discount` is the share of list price that a price offer gives."""

    campaign = serializers.PrimaryKeyRelatedField(queryset=Campaign.objects.all())
    channel = serializers.PrimaryKeyRelatedField(queryset=Channel.objects.all())
    version = serializers.IntegerField(required=False)

    class Meta:
        model = Program
        fields = ("id", "campaign", "name", "channel", "offer", "discount", "created_at", "version")
        read_only_fields = ("created_at",)
        validators: list[Any] = []


class ProgramPlanSerializer(serializers.ModelSerializer[ProgramPlan]):
    """A program as planned in one scenario."""

    scenario = serializers.PrimaryKeyRelatedField(queryset=Scenario.objects.all())
    program = serializers.PrimaryKeyRelatedField(queryset=Program.objects.all())
    audience = serializers.PrimaryKeyRelatedField(
        queryset=Audience.objects.all(), required=False, allow_null=True
    )
    finding = serializers.PrimaryKeyRelatedField(
        queryset=Finding.objects.all(), required=False, allow_null=True
    )
    marketing_owner = member_field()
    sales_owner = member_field()
    proof_points = serializers.PrimaryKeyRelatedField(
        queryset=ProofPoint.objects.all(), many=True, required=False
    )
    materials = serializers.ListField(
        child=serializers.CharField(max_length=120), required=False, max_length=50
    )
    tasks = serializers.ListField(child=serializers.DictField(), read_only=True)
    version = serializers.IntegerField(required=False)

    class Meta:
        model = ProgramPlan
        fields = (
            "id",
            "scenario",
            "program",
            "audience",
            "message",
            "proof_points",
            "starts_on",
            "ends_on",
            "marketing_owner",
            "sales_owner",
            "finding",
            "is_bet",
            "materials",
            "tasks",
            "floor",
            "ceiling",
            "is_locked",
            "position",
            "version",
        )
        # A suggestion's limits are set for the scenario as a whole.
        read_only_fields = ("tasks", "floor", "ceiling", "is_locked", "position")
        validators: list[Any] = []


class BudgetLineSerializer(serializers.ModelSerializer[BudgetLine]):
    """The budget of a program in one month of a scenario."""

    scenario = serializers.IntegerField(source="program_plan.scenario_id", read_only=True)

    class Meta:
        model = BudgetLine
        fields = ("id", "scenario", "program_plan", "month", "amount")
        read_only_fields = fields


class CellSerializer(serializers.Serializer[Any]):
    """One cell of the grid: the month is its first day; 0 empties it."""

    program_plan = serializers.IntegerField()
    month = serializers.DateField()
    amount = serializers.DecimalField(max_digits=16, decimal_places=2, min_value=Decimal(0))


class SuggestSerializer(serializers.Serializer[Any]):
    """A total to split; with an objective its chance is raised, else the expected margin."""

    total = serializers.DecimalField(max_digits=16, decimal_places=2, min_value=Decimal("0.01"))
    objective = serializers.PrimaryKeyRelatedField(
        queryset=Objective.objects.all(), required=False, allow_null=True, default=None
    )


class AllocationLineSerializer(serializers.ModelSerializer[AllocationLine]):
    """What a suggestion gives one program; estimates have value, low, high and n."""

    class Meta:
        model = AllocationLine
        fields = (
            "id",
            "program_plan",
            "floor",
            "ceiling",
            "is_locked",
            "planned",
            "suggested",
            "months",
            "margin",
            "next_return",
            "rests_on",
            "taken_at",
        )
        read_only_fields = fields


class AllocationSerializer(serializers.ModelSerializer[Allocation]):
    """A suggested split with its lines; estimates have value, low, high and n at 80 %."""

    lines = AllocationLineSerializer(many=True, read_only=True)

    class Meta:
        model = Allocation
        fields = (
            "id",
            "scenario",
            "objective",
            "total",
            "planned",
            "split",
            "gain",
            "chances",
            "rests_on",
            "made_by",
            "made_at",
            "lines",
        )
        read_only_fields = fields


class TakeSerializer(serializers.Serializer[Any]):
    """Which lines of a suggestion to take; without any, all."""

    lines = serializers.PrimaryKeyRelatedField(
        queryset=AllocationLine.objects.all(), many=True, required=False
    )


class CommentSerializer(serializers.ModelSerializer[ScenarioComment]):
    """A comment on a scenario; `@` before a name notifies that member."""

    scenario = serializers.PrimaryKeyRelatedField(queryset=Scenario.objects.all())

    class Meta:
        model = ScenarioComment
        fields = ("id", "scenario", "by", "at", "text", "settled_at", "settled_by")
        read_only_fields = ("by", "at", "settled_at", "settled_by")


class ProgramTemplateTaskSerializer(serializers.Serializer[Any]):
    """A task that a kind of program asks; days from the flight's start."""

    title = serializers.CharField(max_length=200)
    side = serializers.RegexField(r"^(marketing|sales)$", default="marketing")
    days = serializers.IntegerField(min_value=-366, max_value=366, default=0)


class ProgramTemplateSerializer(serializers.ModelSerializer[ProgramTemplate]):
    """A template that the workspace wrote or changed; with a built-in's key it replaces that."""

    key = serializers.SlugField(max_length=60, required=False)
    materials = serializers.ListField(
        child=serializers.CharField(max_length=120), required=False, max_length=50
    )
    tasks = serializers.ListField(
        child=ProgramTemplateTaskSerializer(), required=False, max_length=100
    )

    class Meta:
        model = ProgramTemplate
        fields = (
            "id",
            "key",
            "name",
            "purpose",
            "channel",
            "offer",
            "discount",
            "message",
            "begins_after_days",
            "lasts_days",
            "materials",
            "tasks",
            "is_hidden",
        )
        validators: list[Any] = []


class BudgetSerializer(serializers.Serializer[Any]):
    """Cells of a scenario's grid, saved together or not at all; the others stay."""

    lines = CellSerializer(many=True)


class BudgetSavedSerializer(serializers.Serializer[Any]):
    """How many cells changed."""

    changed = serializers.IntegerField()


class ApprovalSerializer(serializers.ModelSerializer[Approval]):
    """A manager's approval, with the figures that were shown."""

    class Meta:
        model = Approval
        fields = ("id", "scenario", "program_plan", "by", "at", "note", "shown")
        read_only_fields = fields


class ForecastSerializer(serializers.ModelSerializer[Forecast]):
    """A frozen forecast, with an 80 % interval; scored when the cycle closes."""

    rests_on = serializers.SerializerMethodField()

    class Meta:
        model = Forecast
        fields = (
            "id",
            "scenario",
            "program",
            "objective",
            "metric",
            "expected",
            "low",
            "high",
            "chance",
            "rests_on",
            "frozen_at",
            "actual",
            "scored_at",
        )
        read_only_fields = fields

    @extend_schema_field(serializers.DictField())
    def get_rests_on(self, row: Forecast) -> dict[str, Any]:
        """Return what the forecast rests on, without its long list of percentiles."""
        return {name: value for name, value in row.rests_on.items() if name != "quantiles"}


class GuardSerializer(serializers.Serializer[Any]):
    """What the value guard shows of a price-led program."""

    says = serializers.CharField()
    discount = serializers.CharField()
    margin = serializers.DictField()
    margin_says = serializers.CharField()
    break_even_uplift = serializers.DictField()
    given_away = serializers.DictField()
    given_away_says = serializers.CharField()
    months = serializers.IntegerField()
    past_says = serializers.CharField()
    alternatives = serializers.ListField(child=serializers.DictField())
