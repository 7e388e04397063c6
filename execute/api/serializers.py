"""Execute's rows as JSON."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from execute.models import (
    Deal,
    DealLine,
    DealStage,
    DealStageChange,
    Driver,
    InReturn,
    Material,
    Outcome,
    Touch,
)
from insight.models import Competitor
from ipeo.api.serializers import member_field


def _amount(**given: Any) -> serializers.DecimalField:
    return serializers.DecimalField(
        max_digits=16, decimal_places=2, min_value=0, required=False, allow_null=True, **given
    )


class DealStageSerializer(serializers.ModelSerializer[DealStage]):
    """A column of the deal board."""

    class Meta:
        model = DealStage
        fields = ("id", "name", "position", "outcome", "is_proposal", "is_active")


class DriverSerializer(serializers.ModelSerializer[Driver]):
    """A decision driver: something that decides deals."""

    class Meta:
        model = Driver
        fields = (
            "id",
            "name",
            "buyer_name",
            "decides_won",
            "decides_lost",
            "is_price",
            "position",
            "is_active",
        )


class DealLineSerializer(serializers.ModelSerializer[DealLine]):
    """One product of a deal that sells several, with its part of the money."""

    quantity = serializers.DecimalField(
        max_digits=12, decimal_places=2, min_value=0, required=False, default=Decimal(1)
    )
    list_amount = _amount(help_text="From the product, where not given.")
    net_amount = _amount()
    cost_amount = _amount(help_text="From the product, where not given.")
    discount = serializers.DecimalField(
        max_digits=24, decimal_places=6, read_only=True, help_text="(list - net) / list"
    )
    margin_amount = serializers.DecimalField(
        max_digits=18, decimal_places=2, read_only=True, help_text="net - cost"
    )

    class Meta:
        model = DealLine
        fields = (
            "position",
            "product",
            "quantity",
            "list_amount",
            "net_amount",
            "cost_amount",
            "discount",
            "margin_amount",
        )
        read_only_fields = ("position",)


class DealSerializer(serializers.ModelSerializer[Deal]):
    """A deal. It ends by `outcome`, never by an edit; `version` guards against lost edits.

    `lines` are the products of a deal that sells several; a deal of one product has none. What is
    sent as `lines` takes the place of those before, and the deal's amounts are their sums; an
    amount that is sent without `lines` is shared among them in proportion.

    Send the `version` you read to have a 409 where somebody changed the deal meanwhile.
    """

    owner = member_field()
    list_amount = _amount(help_text="From the product, where not given.")
    net_amount = _amount()
    cost_amount = _amount(help_text="From the product, where not given.")
    stage = serializers.PrimaryKeyRelatedField(queryset=DealStage.objects.all())
    lines = DealLineSerializer(many=True, required=False)
    discount = serializers.DecimalField(
        max_digits=24, decimal_places=6, read_only=True, help_text="(list - net) / list"
    )
    margin_amount = serializers.DecimalField(
        max_digits=18, decimal_places=2, read_only=True, help_text="net - cost"
    )
    drivers = serializers.SerializerMethodField(help_text="What decided it, first things first.")
    materials = serializers.SerializerMethodField(help_text="What helped.")
    version = serializers.IntegerField(required=False)

    class Meta:
        model = Deal
        fields = (
            "id",
            "name",
            "account",
            "contact",
            "owner",
            "product",
            "program",
            "quantity",
            "lines",
            "stage",
            "outcome",
            "created_date",
            "expected_close_date",
            "closed_date",
            "list_amount",
            "net_amount",
            "cost_amount",
            "discount",
            "margin_amount",
            "original_currency",
            "exchange_rate",
            "original_list_amount",
            "original_net_amount",
            "original_cost_amount",
            "competitor",
            "drivers",
            "materials",
            "outcome_note",
            "outcome_by",
            "outcome_at",
            "attributes",
            "version",
            "updated_at",
        )
        read_only_fields = (
            "outcome",
            "closed_date",
            "original_currency",
            "exchange_rate",
            "original_list_amount",
            "original_net_amount",
            "original_cost_amount",
            "competitor",
            "outcome_note",
            "outcome_by",
            "outcome_at",
            "attributes",
            "updated_at",
        )

    def get_drivers(self, deal: Deal) -> list[int]:
        """Return the drivers' ids by rank."""
        rows = sorted(deal.deal_drivers.all(), key=lambda row: (row.rank, row.pk))
        return [row.driver_id for row in rows]

    def get_materials(self, deal: Deal) -> list[int]:
        """Return the ids of the materials that helped."""
        return sorted(row.material_id for row in deal.deal_materials.all())


class StageMoveSerializer(serializers.ModelSerializer[DealStageChange]):
    """When a deal entered a stage."""

    class Meta:
        model = DealStageChange
        fields = ("id", "deal", "stage", "entered_at", "by")


class MoveSerializer(serializers.Serializer[Any]):
    """A stage to move a deal to, and the version that was read."""

    stage = serializers.PrimaryKeyRelatedField(queryset=DealStage.objects.all())
    version = serializers.IntegerField(required=False)


class PriceSerializer(serializers.Serializer[Any]):
    """A deal's prices in a currency, converted at the rate of the day it closed or was opened."""

    currency = serializers.RegexField(r"^[A-Z]{3}$", help_text="Three letters, such as GBP.")
    list_amount = _amount()
    net_amount = _amount()
    cost_amount = _amount()
    version = serializers.IntegerField(required=False)


class OutcomeSerializer(serializers.Serializer[Any]):
    """How a deal ended. `drivers` come in their order: the first decided most."""

    outcome = serializers.ChoiceField(
        choices=Outcome.choices, help_text="Won, lost or no decision; an open deal has none yet."
    )
    drivers = serializers.PrimaryKeyRelatedField(queryset=Driver.objects.all(), many=True)
    competitor = serializers.PrimaryKeyRelatedField(
        queryset=Competitor.objects.all(), required=False, allow_null=True
    )
    net_amount = _amount()
    list_amount = _amount()
    materials = serializers.PrimaryKeyRelatedField(
        queryset=Material.objects.all(), many=True, required=False
    )
    note = serializers.CharField(required=False, allow_blank=True, max_length=2000)
    in_return = serializers.ChoiceField(
        choices=InReturn.choices,
        required=False,
        allow_blank=True,
        help_text="What the buyer gives for a discount past the threshold.",
    )
    in_return_note = serializers.CharField(required=False, allow_blank=True, max_length=500)
    closed_date = serializers.DateField(required=False, allow_null=True)
    version = serializers.IntegerField(required=False)


class TouchSerializer(serializers.ModelSerializer[Touch]):
    """One contact of marketing or sales with a buyer; the level follows from the kind."""

    class Meta:
        model = Touch
        fields = ("id", "contact", "account", "channel", "program", "kind", "level", "occurred_at")
        read_only_fields = ("level",)
