"""Webhooks, in the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from ipeo.actions import webhooks as actions
from ipeo.api.problems import Conflict
from ipeo.api.views import ReadViewSet
from ipeo.events import TYPES, message_id
from ipeo.models import WebhookDelivery, WebhookEndpoint
from ipeo.outgoing import AddressRefused
from ipeo.queries import webhooks as queries


class EndpointSerializer(serializers.ModelSerializer[WebhookEndpoint]):
    """An endpoint. Its secret is told once: when it is made, and when it is given a new one."""

    events = serializers.MultipleChoiceField(choices=list(TYPES.items()))

    class Meta:
        model = WebhookEndpoint
        fields = (
            "id",
            "url",
            "description",
            "events",
            "is_active",
            "failing_since",
            "off_reason",
            "created_at",
        )
        read_only_fields = ("is_active", "failing_since", "off_reason", "created_at")

    def to_representation(self, endpoint: WebhookEndpoint) -> dict[str, Any]:
        """Keep the events in the table's order."""
        shown = super().to_representation(endpoint)
        return shown | {"events": list(endpoint.events)}


class EndpointWithSecretSerializer(EndpointSerializer):
    """An endpoint with its secret."""

    class Meta(EndpointSerializer.Meta):
        fields = (*EndpointSerializer.Meta.fields, "secret")  # type: ignore[assignment]
        read_only_fields = (*EndpointSerializer.Meta.read_only_fields, "secret")  # type: ignore[assignment]


class DeliverySerializer(serializers.ModelSerializer[WebhookDelivery]):
    """One event on its way to one endpoint."""

    event = serializers.SerializerMethodField()
    type = serializers.CharField(source="event.type", read_only=True)
    data = serializers.JSONField(source="event.data", read_only=True)  # type: ignore[assignment]
    state = serializers.CharField(read_only=True)

    class Meta:
        model = WebhookDelivery
        fields = (
            "id",
            "endpoint",
            "event",
            "type",
            "data",
            "state",
            "attempts",
            "attempted_at",
            "next_attempt_at",
            "last_status",
            "last_error",
            "response",
            "duration_ms",
            "created_at",
        )

    def get_event(self, delivery: WebhookDelivery) -> str:
        """Return the event's id, as the header `webhook-id` gives it."""
        return message_id(delivery.event)


class EndpointView(
    mixins.CreateModelMixin, mixins.UpdateModelMixin, mixins.DestroyModelMixin, ReadViewSet
):
    """Webhook endpoints."""

    permission = "webhooks.view"
    change_permission = "webhooks.manage"
    serializer_class = EndpointSerializer
    queryset = WebhookEndpoint.objects.all()
    filterset_fields = ("is_active",)
    refused_as = {AddressRefused: "url", actions.EndpointIsOff: Conflict}

    @extend_schema(responses={201: EndpointWithSecretSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Create an endpoint; only this response holds its secret."""
        made = actions.make_endpoint(by=self.membership, **self.sent(EndpointSerializer))
        data = EndpointWithSecretSerializer(made).data
        return Response(data, status=status.HTTP_201_CREATED)

    def perform_update(self, serializer: Any) -> None:
        """Change where it is and what it hears of."""
        row = serializer.instance
        given = {"url": row.url, "events": row.events, "description": row.description}
        actions.change_endpoint(endpoint=row, **(given | serializer.validated_data))

    def perform_destroy(self, instance: WebhookEndpoint) -> None:
        """Remove it with its log."""
        actions.remove_endpoint(endpoint=instance)

    @extend_schema(request=None, responses=EndpointWithSecretSerializer)
    @action(detail=True, methods=["post"], url_path="rotate-secret")
    def rotate_secret(self, request: Request, pk: int) -> Response:
        """Create a new secret; for a day, the previous one signs as well."""
        row = self.get_object()
        actions.rotate_secret(endpoint=row)
        return Response(EndpointWithSecretSerializer(row).data)

    @extend_schema(request=None, responses=EndpointSerializer)
    @action(detail=True, methods=["post"], url_path="switch-on")
    def switch_on(self, request: Request, pk: int) -> Response:
        """Turn it on; pending events are sent."""
        row = self.get_object()
        actions.switch_endpoint(endpoint=row, on=True)
        return Response(self.get_serializer(row).data)

    @extend_schema(request=None, responses=EndpointSerializer)
    @action(detail=True, methods=["post"], url_path="switch-off")
    def switch_off(self, request: Request, pk: int) -> Response:
        """Turn it off; events that happen while it is off are not kept for it."""
        row = self.get_object()
        actions.switch_endpoint(endpoint=row, on=False, reason="Turned off manually.")
        return Response(self.get_serializer(row).data)

    @extend_schema(request=None, responses={202: DeliverySerializer})
    @action(detail=True, methods=["post"])
    def test(self, request: Request, pk: int) -> Response:
        """Send a test event; 409 if it is turned off."""
        delivery = actions.send_test(endpoint=self.get_object())
        return Response(DeliverySerializer(delivery).data, status=status.HTTP_202_ACCEPTED)


class DeliveryView(ReadViewSet):
    """Deliveries: what was sent, and what came back."""

    permission = "webhooks.view"
    change_permission = "webhooks.manage"
    serializer_class = DeliverySerializer
    queryset = queries.deliveries()
    filterset_fields = ("endpoint", "state", "event__type")
    refused_as = {actions.EndpointIsOff: Conflict}

    @extend_schema(request=None, responses={202: DeliverySerializer})
    @action(detail=True, methods=["post"])
    def again(self, request: Request, pk: int) -> Response:
        """Send it again under the same id; 409 if the endpoint is turned off."""
        delivery = self.get_object()
        actions.send_again(delivery=delivery)
        delivery.refresh_from_db()
        return Response(DeliverySerializer(delivery).data, status=status.HTTP_202_ACCEPTED)
