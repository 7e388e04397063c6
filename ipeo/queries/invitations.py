"""Who is invited to the workspace, and how each invitation stands."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone

from ipeo.models import Invitation, Run
from ipeo.permissions import may, may_give

_NO_INVITER = "Whoever sent it can no longer invite people. Send it again in your own name."


@dataclass(frozen=True)
class InvitationLine:
    """A waiting invitation as those see it who manage members."""

    invitation: Invitation
    label: str
    tone: str = ""
    note: str = ""


def invitations() -> QuerySet[Invitation]:
    """Return the workspace's invitations with who sent them and how their mail went."""
    return Invitation.objects.select_related("invited_by__user", "accepted_by__user", "run")


def waiting() -> QuerySet[Invitation]:
    """Return those that were neither accepted nor withdrawn, the latest first."""
    found = invitations().filter(accepted_at=None, withdrawn_at=None)
    return found.order_by("-invited_at", "-pk")


def lines() -> list[InvitationLine]:
    """Return the waiting invitations with what there is to say of each."""
    return [_line(invitation) for invitation in waiting()]


def is_backed(invitation: Invitation) -> bool:
    """Return whether its sender still may invite to such a role: it is theirs to answer for."""
    by = invitation.invited_by
    if by is None or by.user is None or not by.user.is_active:
        return False
    return may_give(by, invitation.role) and may(by, "members.manage")


def _line(invitation: Invitation) -> InvitationLine:
    if invitation.state_at(timezone.now()) == Invitation.State.EXPIRED:
        return InvitationLine(invitation, "Expired", "bad")
    if not is_backed(invitation):
        return InvitationLine(invitation, "Not valid", "bad", _NO_INVITER)
    run = invitation.run
    if run is not None and run.state == Run.State.FAILED:
        return InvitationLine(invitation, "Not sent", "bad", run.error)
    if run is not None and not run.is_over:
        return InvitationLine(invitation, "Sending")
    return InvitationLine(invitation, "Sent", "good")
