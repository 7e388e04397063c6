"""What is told to other programs: endpoints, events written with their change, deliveries."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from ipeo.models.identity import Membership
from ipeo.models.tenant import TenantModel


class WebhookEndpoint(TenantModel):
    """An address of another program, and the events it wants to hear of.

    The secret is kept as it is, since every delivery is signed with it. It opens nothing here:
    it only tells the receiver that a message came from this workspace.
    """

    url = models.CharField(max_length=2000)
    description = models.CharField(max_length=120, blank=True)
    events = models.JSONField(default=list)
    secret = models.CharField(max_length=80)
    earlier_secret = models.CharField(max_length=80, blank=True)
    earlier_secret_until = models.DateTimeField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    off_reason = models.CharField(max_length=200, blank=True)
    created_by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["workspace"], condition=Q(is_active=True), name="webhookendpoint_active"
            ),
        ]

    def __str__(self) -> str:
        return self.description or self.url


class WebhookEvent(TenantModel):
    """Something that happened, saved in the transaction in which it happened."""

    key = models.UUIDField(editable=False)
    type = models.CharField(max_length=40)
    data = models.JSONField(default=dict)
    occurred_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "key"], name="webhookevent_key_once"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.key}"


class WebhookDelivery(TenantModel):
    """One event on its way to one endpoint: the row is the request, and the log."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        DELIVERED = "delivered", "Delivered"
        GIVEN_UP = "given_up", "Given up"

    endpoint = models.ForeignKey(WebhookEndpoint, models.CASCADE, related_name="deliveries")
    event = models.ForeignKey(WebhookEvent, models.CASCADE, related_name="deliveries")
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(
        default=0, help_text="Since it was last sent by hand; the next wait follows from them."
    )
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    attempted_at = models.DateTimeField(null=True, blank=True)
    last_status = models.PositiveSmallIntegerField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    response = models.TextField(blank=True)
    duration_ms = models.PositiveIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "endpoint", "event"], name="webhookdelivery_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(state="waiting"),
                name="webhookdelivery_due",
            ),
            models.Index(fields=["workspace", "endpoint", "-id"], name="webhookdelivery_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.event} to {self.endpoint}"
