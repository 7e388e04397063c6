"""Execute's resources."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from execute.actions import deals, setup, touches
from execute.actions.approvals import WonPastThreshold
from execute.actions.outcomes import OutcomeRefused, log_outcome
from execute.actions.pricing import price_deal
from execute.api import filters, serializers
from execute.models import Deal, DealLine, DealStage, DealStageChange, Driver, Touch
from execute.queries.rates import NoRate, TooLarge
from ipeo.api.problems import Conflict, at_its_field
from ipeo.api.views import KeptViewSet, ReadViewSet, VersionedViewSet


class DealStageView(mixins.DestroyModelMixin, KeptViewSet):
    """The stages of deals."""

    permission = "deals.view"
    change_permission = "deals.manage"
    serializer_class = serializers.DealStageSerializer
    queryset = DealStage.objects.all()
    filterset_fields = ("outcome", "is_active")
    refused_as = {
        setup.NameTaken: "name",
        setup.InUse: Conflict,
        setup.StageMissing: Conflict,
    }

    def keep(self, row: DealStage) -> DealStage:
        """Save a stage."""
        setup.save_stages(rows=[row])
        return row

    def perform_destroy(self, instance: DealStage) -> None:
        """Remove a stage that no deal names."""
        setup.save_stages(rows=[], removed=[instance])


class DriverView(mixins.DestroyModelMixin, KeptViewSet):
    """Decision drivers."""

    permission = "deals.view"
    change_permission = "deals.manage"
    serializer_class = serializers.DriverSerializer
    queryset = Driver.objects.all()
    filterset_fields = ("is_active", "decides_won", "decides_lost", "is_price")
    refused_as = {setup.NameTaken: "name", setup.InUse: Conflict}

    def keep(self, row: Driver) -> Driver:
        """Save a driver."""
        setup.save_drivers(rows=[row])
        return row

    def perform_destroy(self, instance: Driver) -> None:
        """Remove a driver that decided no deal."""
        setup.save_drivers(rows=[], removed=[instance])


class DealView(VersionedViewSet):
    """Deals, their moves and their outcomes."""

    permission = "deals.view"
    change_permission = "deals.edit"
    serializer_class = serializers.DealSerializer
    queryset = Deal.objects.select_related("stage", "product").prefetch_related(
        "deal_drivers", "deal_materials", Prefetch("lines", DealLine.objects.order_by("position"))
    )
    filterset_class = filters.DealFilter
    beside = ("lines", "version")
    refused_as = {
        deals.AmountNegative: at_its_field,
        deals.LineRefused: at_its_field,
        deals.OutcomeNeeded: "stage",
        OutcomeRefused: at_its_field,
        NoRate: "currency",
        TooLarge: "net_amount",
        WonPastThreshold: at_its_field,
    }

    def keep(
        self, row: Deal, lines: list[dict[str, Any]] | None = None, version: int | None = None
    ) -> Deal:
        """Save a deal; an empty list of lines makes it one of a single product: its own."""
        return deals.save_deal(
            deal=row,
            lines=None
            if lines is None
            else [DealLine(position=place, **line) for place, line in enumerate(lines, 1)],
            by=self.membership,
            version=version,
        )

    @extend_schema(request=serializers.OutcomeSerializer, responses=serializers.DealSerializer)
    @action(detail=True, methods=["post"])
    def outcome(self, request: Request, pk: int) -> Response:
        """Log the outcome, or correct it; 409 if the deal was changed in the meantime."""
        return self._changed(serializers.OutcomeSerializer, log_outcome, by=self.membership)

    @extend_schema(request=serializers.MoveSerializer, responses=serializers.DealSerializer)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: int) -> Response:
        """Move the deal to another open stage; a closed deal is reopened."""
        return self._changed(serializers.MoveSerializer, deals.move_deal, by=self.membership)

    @extend_schema(request=serializers.PriceSerializer, responses=serializers.DealSerializer)
    @action(detail=True, methods=["post"])
    def price(self, request: Request, pk: int) -> Response:
        """Set the prices in the currency of the offer; 409 if the deal has changed since."""
        return self._changed(serializers.PriceSerializer, price_deal)

    def _changed(
        self, wish: type[BaseSerializer[Any]], change: Callable[..., Deal], **given: Any
    ) -> Response:
        """Change the deal as was sent, over the version wanted, and show it."""
        deal, sent = self.get_object(), self.sent(wish)
        sent["version"] = self.version_wanted(sent.get("version"), of=deal)
        change(deal=deal, **sent, **given)
        return Response(self.get_serializer(self.get_queryset().get(pk=deal.pk)).data)


class StageMoveView(ReadViewSet):
    """The stage history of deals."""

    permission = "deals.view"
    serializer_class = serializers.StageMoveSerializer
    queryset = DealStageChange.objects.all()
    filterset_fields = ("deal", "stage")


class TouchView(mixins.CreateModelMixin, ReadViewSet):
    """Touches."""

    permission = "touches.view"
    change_permission = "touches.edit"
    serializer_class = serializers.TouchSerializer
    queryset = Touch.objects.all()
    filterset_class = filters.TouchFilter
    refused_as = {touches.NobodyTouched: "contact"}

    def perform_create(self, serializer: Any) -> None:
        """Write a touch down."""
        serializer.instance = touches.record_touch(touch=Touch(**serializer.validated_data))
