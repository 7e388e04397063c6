"""Background work, the audit, and the API's tokens and replays."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from ipeo.models.identity import Membership
from ipeo.models.tenant import TenantModel


class Run(TenantModel):
    """One piece of background work: the row is the request, the progress and the result."""

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=200, blank=True)
    arguments = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    message = models.CharField(max_length=300, blank=True)
    result = models.JSONField(default=dict, blank=True)
    error = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    only_one = models.CharField(
        max_length=120,
        blank=True,
        help_text="While a run with this key waits, no second is queued.",
    )
    requested_by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "only_one"],
                condition=models.Q(state="queued") & ~models.Q(only_one=""),
                name="run_only_one_waiting",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "kind", "-created_at"], name="run_by_kind"),
            models.Index(
                fields=["lease_until"],
                condition=models.Q(state__in=["queued", "running"]),
                name="run_alive",
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.kind

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to this run."""
        return self.state in {self.State.DONE, self.State.FAILED}

    @property
    def fraction(self) -> float:
        """How much is done, from 0 to 1."""
        if self.state == self.State.DONE:
            return 1.0
        return min(self.done / self.total, 1.0) if self.total else 0.0

    @property
    def percent(self) -> int:
        """How much is done, in whole percent."""
        return int(100 * self.fraction)


class AuditEvent(TenantModel):
    """One hand edit of one row, written by a database trigger and never changed."""

    table_name = models.CharField(max_length=63)
    row_id = models.BigIntegerField(null=True)
    action = models.CharField(max_length=6)
    changes = models.JSONField()
    person_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["workspace", "-id"], name="auditevent_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.table_name} {self.row_id}"


class ApiToken(TenantModel):
    """A key to the API for one member of one workspace; only its hash is kept."""

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list, help_text="Such as deals:read, tasks:write, *:read.")
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["workspace", "membership"], name="apitoken_by_member"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class IdempotencyRecord(TenantModel):
    """The answer given to a write with an `Idempotency-Key`, given again to its repetition."""

    key = models.CharField(max_length=200)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    response = models.JSONField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "key"], name="idempotencyrecord_key_once"),
        ]

    def __str__(self) -> str:
        return self.key
