"""Who was asked by email to join a workspace, and has still to answer."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from ipeo.models.identity import Membership, Role
from ipeo.models.tenant import TenantModel
from ipeo.models.work import Run


class Invitation(TenantModel):
    """An address that is asked to join with a role, by a link that works once.

    Sent again, it is its latest sender's. Whether anybody has an account under the address is
    not kept here, and asked by nobody but whoever opens the link.
    """

    class State(models.TextChoices):
        PENDING = "pending", "Pending"
        EXPIRED = "expired", "Expired"
        ACCEPTED = "accepted", "Accepted"
        WITHDRAWN = "withdrawn", "Withdrawn"

    email = models.EmailField()
    role = models.CharField(max_length=10, choices=Role)
    invited_by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    invited_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(verbose_name="valid until")
    run = models.ForeignKey(
        Run, models.SET_NULL, null=True, related_name="+", help_text="The sending of its email."
    )
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "email"],
                condition=Q(accepted_at=None, withdrawn_at=None),
                name="invitation_one_waiting",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(withdrawn_at=None),
                name="invitation_settled_once",
            ),
            models.CheckConstraint(
                condition=Q(email=Lower("email")), name="invitation_email_in_lowercase"
            ),
        ]

    def __str__(self) -> str:
        return self.email

    def state_at(self, now: datetime) -> State:
        """Return how it stands at a moment."""
        if self.accepted_at:
            return self.State.ACCEPTED
        if self.withdrawn_at:
            return self.State.WITHDRAWN
        return self.State.PENDING if now < self.expires_at else self.State.EXPIRED

    @property
    def state(self) -> State:
        """How it stands now."""
        return self.state_at(timezone.now())
