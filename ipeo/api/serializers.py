"""The kernel's rows as JSON."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from ipeo.models import Campaign, Cycle, Membership, Run, StageChange, Workspace
from ipeo.tenancy import CurrentWorkspace


def member_field() -> serializers.PrimaryKeyRelatedField[Membership]:
    """Return the field of a member of the workspace, and of no other that the caller belongs to."""
    return serializers.PrimaryKeyRelatedField(
        queryset=Membership.objects.filter(workspace_id=CurrentWorkspace()),
        required=False,
        allow_null=True,
    )


class WorkspaceSerializer(serializers.ModelSerializer[Workspace]):
    """The token's workspace."""

    class Meta:
        model = Workspace
        fields = (
            "slug",
            "name",
            "currency",
            "time_zone",
            "fiscal_year_start",
            "lookback_days",
            "half_life_days",
            "discount_threshold",
            "handoff_hours",
            "four_eyes",
        )


class MembershipSerializer(serializers.ModelSerializer[Membership]):
    """A member, or a placeholder for a rep whom a file named."""

    display_name = serializers.CharField(source="__str__", read_only=True)
    email = serializers.EmailField(source="user.email", read_only=True, default=None)

    class Meta:
        model = Membership
        fields = ("id", "display_name", "email", "role", "is_active", "is_placeholder")


class CampaignSerializer(serializers.ModelSerializer[Campaign]):
    """A campaign; `starts_on` and `ends_on` are of its first cycle, when it is made."""

    starts_on = serializers.DateField(write_only=True)
    ends_on = serializers.DateField(write_only=True)

    class Meta:
        model = Campaign
        fields = (
            "id",
            "name",
            "goal",
            "owner",
            "status",
            "created_at",
            "version",
            "starts_on",
            "ends_on",
        )
        read_only_fields = ("owner", "status", "created_at", "version")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a cycle that ends before it starts."""
        if attrs["ends_on"] < attrs["starts_on"]:
            raise serializers.ValidationError({"ends_on": "The cycle must end after it starts."})
        return attrs


class CampaignChangeSerializer(serializers.ModelSerializer[Campaign]):
    """What can be changed of a campaign; what is not sent stays.

    Send the `version` you read to have a 409 where somebody changed the campaign meanwhile.
    """

    owner = member_field()
    version = serializers.IntegerField(required=False)

    class Meta:
        model = Campaign
        fields = ("id", "name", "goal", "owner", "status", "created_at", "version")
        read_only_fields = ("created_at",)


class BlockerSerializer(serializers.Serializer[Any]):
    """What keeps a gate closed."""

    message = serializers.CharField()
    href = serializers.CharField()
    action = serializers.CharField()


class CycleSerializer(serializers.ModelSerializer[Cycle]):
    """One turn of a campaign."""

    class Meta:
        model = Cycle
        fields = (
            "id",
            "campaign",
            "number",
            "stage",
            "starts_on",
            "ends_on",
            "opened_at",
            "closed_at",
        )


class AdvanceSerializer(serializers.Serializer[Any]):
    """A wish to pass the gate: the stage one saw, and a reason where the gate is closed."""

    stage = serializers.ChoiceField(choices=Cycle.Stage.choices)
    override_reason = serializers.CharField(required=False, allow_blank=True, default="")


class StageChangeSerializer(serializers.ModelSerializer[StageChange]):
    """A stage change: a cycle passed a gate."""

    class Meta:
        model = StageChange
        fields = (
            "id",
            "cycle",
            "from_stage",
            "to_stage",
            "by",
            "at",
            "override_reason",
            "overridden_blockers",
            "handoff",
        )


class RunSerializer(serializers.ModelSerializer[Run]):
    """One piece of background work."""

    class Meta:
        model = Run
        fields = (
            "id",
            "kind",
            "title",
            "state",
            "done",
            "total",
            "message",
            "result",
            "error",
            "created_at",
            "started_at",
            "finished_at",
        )
