"""Discounts put before a manager, as resources."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from execute.actions.approvals import (
    AlreadyDecided,
    AskedAnew,
    DiscountRefused,
    approve_discount,
    ask_approval,
    send_back_discount,
)
from execute.actions.pricing import PriceNotOffered, take_approved_price
from execute.api.serializers import DealSerializer
from execute.models import Deal, DiscountApproval, InReturn
from ipeo.actions.approving import OwnWork
from ipeo.api.problems import Conflict, at_its_field
from ipeo.api.views import ReadViewSet


class DiscountApprovalSerializer(serializers.ModelSerializer[DiscountApproval]):
    """A discount beyond the workspace's threshold, and a manager's decision on it."""

    class Meta:
        model = DiscountApproval
        fields = (
            "id",
            "deal",
            "status",
            "list_amount",
            "net_amount",
            "discount",
            "margin",
            "break_even_uplift",
            "shown",
            "in_return",
            "in_return_note",
            "asked_by",
            "asked_at",
            "decided_by",
            "decided_at",
            "reason",
        )
        read_only_fields = fields


class AskApprovalSerializer(serializers.Serializer[Any]):
    """A deal's discount for a manager; at the deal's own net price where none is given."""

    deal = serializers.PrimaryKeyRelatedField(queryset=Deal.objects.all())
    net_amount = serializers.DecimalField(
        max_digits=16, decimal_places=2, min_value=0, required=False, allow_null=True
    )
    in_return = serializers.ChoiceField(choices=InReturn.choices)
    in_return_note = serializers.CharField(required=False, allow_blank=True, max_length=500)


class DecisionSerializer(serializers.Serializer[Any]):
    """A manager's decision; `reason` is required to send it back.

    With `asked_at`, as it was read, the decision is on those terms alone.
    """

    asked_at = serializers.DateTimeField(required=False)
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=2000)


class DiscountApprovalView(ReadViewSet):
    """Requests to approve a discount beyond the workspace's threshold."""

    permission = "discounts.view"
    permissions_by_action = {
        "create": "deals.edit",
        "approve": "discounts.approve",
        "send_back": "discounts.approve",
        "use": "deals.edit",
    }
    serializer_class = DiscountApprovalSerializer
    queryset = DiscountApproval.objects.all()
    filterset_fields = ("deal", "status")
    refused_as = {
        DiscountRefused: at_its_field,
        AlreadyDecided: Conflict,
        AskedAnew: Conflict,
        PriceNotOffered: Conflict,
        OwnWork: PermissionDenied,
    }

    @extend_schema(request=AskApprovalSerializer, responses={201: DiscountApprovalSerializer})
    def create(self, request: Request) -> Response:
        """Request approval of a deal's discount; these terms replace what is waiting."""
        row = ask_approval(by=self.membership, **self.sent(AskApprovalSerializer))
        return Response(DiscountApprovalSerializer(row).data, status=201)

    @extend_schema(request=DecisionSerializer, responses=DiscountApprovalSerializer)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: int) -> Response:
        """Approve the discount; 409 if it is no longer waiting, or its terms have changed."""
        return self._decided(approve_discount)

    @extend_schema(request=DecisionSerializer, responses=DiscountApprovalSerializer)
    @action(detail=True, methods=["post"])
    def send_back(self, request: Request, pk: int) -> Response:
        """Send the discount back with a reason; 409 as for `approve`."""
        return self._decided(send_back_discount)

    @extend_schema(request=None, responses=DealSerializer)
    @action(detail=True, methods=["post"])
    def use(self, request: Request, pk: int) -> Response:
        """Make the approved price the open deal's net price; 409 if it no longer applies."""
        deal = take_approved_price(approval=self.get_object(), by=self.membership)
        return Response(DealSerializer(deal).data)

    def _decided(self, decide: Callable[..., DiscountApproval]) -> Response:
        row = decide(
            approval=self.get_object(), by=self.membership, **self.sent(DecisionSerializer)
        )
        return Response(DiscountApprovalSerializer(row).data)
