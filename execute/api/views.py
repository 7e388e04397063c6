"""Execute's resources."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from execute.actions import deals, setup, tasks, touches
from execute.actions.outcomes import OutcomeRefused, log_outcome
from execute.actions.pricing import price_deal
from execute.api import filters, serializers
from execute.models import Deal, DealLine, DealStage, DealStageChange, Driver, Touch
from execute.queries.rates import NoRate, TooLarge
from ipeo.api.problems import Conflict, PreconditionFailed
from ipeo.api.views import ReadViewSet


def stale(refusal: deals.ChangedMeanwhile) -> Conflict:
    """Return the problem of a deal that somebody else changed: it shows the deal as it stands."""
    current = dict(serializers.DealSerializer(refusal.deal).data)
    return Conflict(f"{refusal} It is at version {refusal.deal.version} now.", current=current)


def version_wanted(request: Request) -> int | None:
    """Return the version that `If-Match` names; None where it names none."""
    found = re.fullmatch(r'(?:W/)?"(\d{1,9})"', request.headers.get("If-Match", "").strip())
    return int(found[1]) if found else None


def lines_sent(values: dict[str, Any]) -> list[DealLine] | None:
    """Take the lines out of what was sent; None where none were.

    An empty list makes the deal one of a single product: its own.
    """
    sent = values.pop("lines", None)
    if sent is None:
        return None
    return [DealLine(position=place, **line) for place, line in enumerate(sent, 1)]


@contextmanager
def answered() -> Iterator[None]:
    """Turn what an action raises into a problem document."""
    try:
        yield
    except (deals.AmountNegative, deals.LineRefused, OutcomeRefused) as refusal:
        raise ValidationError({refusal.field: [str(refusal)]}) from None
    except deals.OutcomeNeeded as refusal:
        raise ValidationError({"stage": [str(refusal)]}) from None
    except deals.ChangedMeanwhile as refusal:
        raise stale(refusal) from None
    except (setup.InUse, setup.StageMissing) as refusal:
        raise Conflict(str(refusal)) from None
    except tasks.CycleIsClosed as refusal:
        raise ValidationError({"cycle": [str(refusal)]}) from None
    except setup.NameTaken as refusal:
        raise ValidationError({"name": [str(refusal)]}) from None
    except NoRate as refusal:
        raise ValidationError({"currency": [str(refusal)]}) from None
    except TooLarge as refusal:
        raise ValidationError({"net_amount": [str(refusal)]}) from None
    except touches.NobodyTouched as refusal:
        raise ValidationError({"contact": [str(refusal)]}) from None


class WriteViewSet(mixins.CreateModelMixin, mixins.UpdateModelMixin, ReadViewSet):
    """Rows that are written one by one; `keep` saves one by the action that does."""

    def keep(self, row: Any) -> Any:
        """Save a row."""
        raise NotImplementedError

    def perform_create(self, serializer: Any) -> None:
        """Save a new row."""
        row = serializer.Meta.model(**serializer.validated_data)
        with answered():
            serializer.instance = self.keep(row)

    def perform_update(self, serializer: Any) -> None:
        """Save what changed."""
        row = serializer.instance
        for name, value in serializer.validated_data.items():
            setattr(row, name, value)
        with answered():
            serializer.instance = self.keep(row)


class DealStageView(mixins.DestroyModelMixin, WriteViewSet):
    """The stages of deals."""

    permission = "deals.view"
    change_permission = "deals.manage"
    serializer_class = serializers.DealStageSerializer
    queryset = DealStage.objects.all()
    filterset_fields = ("outcome",)

    def keep(self, row: DealStage) -> DealStage:
        """Save a stage."""
        setup.save_stages(rows=[row], whole=False)
        return row

    def perform_destroy(self, instance: DealStage) -> None:
        """Remove a stage that no deal names."""
        with answered():
            setup.save_stages(rows=[], removed=[instance])


class DriverView(mixins.DestroyModelMixin, WriteViewSet):
    """What may decide deals."""

    permission = "deals.view"
    change_permission = "deals.manage"
    serializer_class = serializers.DriverSerializer
    queryset = Driver.objects.all()
    filterset_fields = ("is_active", "decides_won", "decides_lost", "is_price")

    def keep(self, row: Driver) -> Driver:
        """Save a driver."""
        setup.save_drivers(rows=[row])
        return row

    def perform_destroy(self, instance: Driver) -> None:
        """Remove a driver that decided no deal."""
        with answered():
            setup.save_drivers(rows=[], removed=[instance])


class DealView(WriteViewSet):
    """Deals, their moves and their outcomes."""

    permission = "deals.view"
    change_permission = "deals.edit"
    serializer_class = serializers.DealSerializer
    queryset = Deal.objects.select_related("stage", "product").prefetch_related(
        "deal_drivers", "deal_materials", Prefetch("lines", DealLine.objects.order_by("position"))
    )
    filterset_class = filters.DealFilter

    def perform_create(self, serializer: Any) -> None:
        """Open a deal."""
        values = dict(serializer.validated_data)
        values.pop("version", None)
        lines = lines_sent(values)
        with answered():
            serializer.instance = deals.save_deal(
                deal=Deal(**values), lines=lines, by=self.membership
            )

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Show a deal; its version is also its `ETag`, for `If-Match`."""
        response = super().retrieve(request, *args, **kwargs)
        response.headers["ETag"] = f'"{response.data["version"]}"'
        return response

    def perform_update(self, serializer: Any) -> None:
        """Edit a deal: 409, or 412 with `If-Match`, where somebody else changed it meanwhile."""
        values = dict(serializer.validated_data)
        matched = version_wanted(self.request)
        version = values.pop("version", None) if matched is None else matched
        row, lines = serializer.instance, lines_sent(values)
        for name, value in values.items():
            setattr(row, name, value)
        try:
            with answered():
                deals.save_deal(deal=row, lines=lines, by=self.membership, version=version)
        except Conflict as problem:
            if matched is None or "current" not in problem.members:
                raise
            raise PreconditionFailed(str(problem.detail), **problem.members) from None
        serializer.instance = self._fresh(row.pk)

    @extend_schema(request=serializers.OutcomeSerializer, responses=serializers.DealSerializer)
    @action(detail=True, methods=["post"])
    def outcome(self, request: Request, pk: int) -> Response:
        """Log how the deal ended, or correct it; 409 where it was changed meanwhile."""
        deal = self.get_object()
        given = serializers.OutcomeSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        with answered():
            log_outcome(deal=deal, by=self.membership, **given.validated_data)
        return self._shown(deal.pk)

    @extend_schema(request=serializers.MoveSerializer, responses=serializers.DealSerializer)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: int) -> Response:
        """Move the deal to another open stage; one that had ended is open again."""
        deal = self.get_object()
        given = serializers.MoveSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        with answered():
            deals.move_deal(deal=deal, by=self.membership, **given.validated_data)
        return self._shown(deal.pk)

    @extend_schema(request=serializers.PriceSerializer, responses=serializers.DealSerializer)
    @action(detail=True, methods=["post"])
    def price(self, request: Request, pk: int) -> Response:
        """Set the prices in the currency of the offer; 409 where the deal was changed."""
        deal = self.get_object()
        given = serializers.PriceSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        with answered():
            price_deal(deal=deal, **given.validated_data)
        return self._shown(deal.pk)

    def _fresh(self, pk: int) -> Deal:
        deal: Deal = self.get_queryset().get(pk=pk)
        return deal

    def _shown(self, pk: int) -> Response:
        return Response(serializers.DealSerializer(self._fresh(pk)).data)


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

    def perform_create(self, serializer: Any) -> None:
        """Write a touch down."""
        with answered():
            serializer.instance = touches.record_touch(touch=Touch(**serializer.validated_data))
