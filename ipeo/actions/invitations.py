"""People are asked to join a workspace by email, and join by the link in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from smtplib import SMTPException, SMTPRecipientsRefused
from typing import Any

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from ipeo import accounts, mails, tenancy
from ipeo.actions.members import guard_owner
from ipeo.actions.runs import WorkRefused, queue_run
from ipeo.database.holding import hold
from ipeo.database.uniqueness import unless_taken
from ipeo.limits import A_MINUTE, AN_HOUR, seconds_to_wait
from ipeo.models import Invitation, Membership, Role, Run, User
from ipeo.permissions import IN_SHORT, with_article
from ipeo.queries.invitations import invitations, is_backed, waiting
from ipeo.runs import Report
from ipeo.templatetags.figures import day

log = structlog.get_logger(__name__)

KIND = "ipeo.invitation"
LIFETIME = timedelta(days=7)
# However many workspaces somebody makes to ask it from, one address gets so many mails an hour.
MOST_TO_ONE = 3


class AlreadyMember(Exception):
    """This person is a member of the workspace already."""


class AlreadyInvited(Exception):
    """An invitation to this address is waiting."""


class TooManyInvitations(Exception):
    """More were sent than one person may send; `wait` is in seconds."""

    def __init__(self, message: str, wait: int) -> None:
        minutes = -(-wait // A_MINUTE)
        unit = "minute" if minutes == 1 else "minutes"
        super().__init__(f"{message} Try again in {minutes} {unit}.")
        self.wait = wait


class NoSuchInvitation(Exception):
    """The link leads nowhere: it is not ours, or its workspace is gone."""


class InvitationOver(Exception):
    """The invitation can no longer be accepted, sent or withdrawn."""


class InvitationUsed(InvitationOver):
    """It was accepted."""


class NotTheirs(Exception):
    """It is for another address than that of whoever is signed in."""


class AccessEnded(Exception):
    """Whoever is invited was a member whose access was ended; no link gives it back."""


def invite(*, email: str, role: str, by: Membership, now: datetime | None = None) -> Invitation:
    """Save an invitation and have its mail sent; nothing is asked of accounts elsewhere.

    Raises `OwnersOnly`, `AlreadyMember`, `AlreadyInvited` or `TooManyInvitations`.
    """
    now = now or timezone.now()
    email = email.strip().lower()
    guard_owner(by, role)
    _guard_member(email)
    taken = AlreadyInvited(
        f"{email} has already been invited. Send that invitation again, or withdraw it first."
    )
    if waiting().filter(email=email).exists():
        raise taken
    _demand_patience(email, by)
    with unless_taken(taken):
        return Invitation.objects.create(
            email=email,
            role=role,
            invited_by=by,
            invited_at=now,
            expires_at=now + LIFETIME,
            run=_queue(by),
        )


@transaction.atomic
def send_again(*, invitation: Invitation, by: Membership, now: datetime | None = None) -> None:
    """Send a waiting invitation once more, for as long as a new one, in the sender's own name.

    Raises `OwnersOnly`, `AlreadyMember`, `InvitationOver` or `TooManyInvitations`.
    """
    now = now or timezone.now()
    stored = _held_waiting(invitation, by)
    _guard_member(stored.email)
    _demand_patience(stored.email, by)
    stored.invited_by, stored.invited_at, stored.expires_at = by, now, now + LIFETIME
    stored.run = _queue(by)
    stored.save(update_fields=["invited_by", "invited_at", "expires_at", "run"])


@transaction.atomic
def withdraw(*, invitation: Invitation, by: Membership, now: datetime | None = None) -> None:
    """End a waiting invitation: its link stops working. Raises `OwnersOnly` or `InvitationOver`."""
    stored = _held_waiting(invitation, by)
    stored.withdrawn_at = now or timezone.now()
    stored.save(update_fields=["withdrawn_at"])


def _held_waiting(invitation: Invitation, by: Membership) -> Invitation:
    stored = hold(Invitation, invitation.pk)
    guard_owner(by, stored.role)
    if stored.accepted_at:
        raise InvitationUsed(f"{stored} has joined in the meantime.")
    if stored.withdrawn_at:
        raise InvitationOver(f"The invitation to {stored} was withdrawn in the meantime.")
    return stored


def _guard_member(email: str) -> None:
    here = Membership.objects.filter(workspace=tenancy.current_workspace(), user__email=email)
    member = here.select_related("user").first()
    if member is None:
        return
    if member.is_active:
        raise AlreadyMember(f"{member} is already a member.")
    raise AlreadyMember(f"{member} is a member without access. Give it back under People.")


def _demand_patience(email: str, by: Membership) -> None:
    wait = seconds_to_wait(f"invite:{by.user_id}", settings.INVITATIONS_AN_HOUR, AN_HOUR)
    if wait:
        raise TooManyInvitations("You have sent many invitations within an hour.", wait)
    wait = seconds_to_wait(f"invite:{by.user_id}:{email}", MOST_TO_ONE, AN_HOUR)
    if wait:
        raise TooManyInvitations(f"{email} was sent several emails within an hour.", wait)


def _queue(by: Membership) -> Run:
    # Every member may read of runs: whose invitation it is stands in the invitation alone.
    return queue_run(kind=KIND, title="Invitation", by=by)


def perform(run: Run, report: Report) -> dict[str, Any]:
    """Send the mail of the invitation that waits for this run; the work of a Run.

    What was settled or sent again in the meantime is not sent. Raises `WorkRefused`.
    """
    found = waiting().filter(run=run).first()
    if found is None or found.state != Invitation.State.PENDING or not is_backed(found):
        return {"sent": 0}
    try:
        message_of(found).send()
    except SMTPRecipientsRefused:
        raise WorkRefused("The mail server refused this address.") from None
    except (SMTPException, OSError) as error:
        log.warning("invitation not sent", error=str(error))
        raise WorkRefused("The mail server could not be reached, or refused the email.") from error
    return {"sent": 1}


def message_of(invitation: Invitation) -> EmailMultiAlternatives:
    """Return the mail, as plain text and as HTML; an answer to it goes to whoever invited."""
    by, workspace = invitation.invited_by, tenancy.current_workspace()
    assert by is not None
    assert by.user is not None
    link = link_of(invitation)
    context = {
        "invitation": invitation,
        "by": by,
        "workspace": workspace,
        "as_role": with_article(Role(invitation.role)),
        "role_in_short": IN_SHORT[Role(invitation.role)],
        "link": link,
    }
    message = EmailMultiAlternatives(
        subject=" ".join(f"{by} invites you to {workspace}".split()),
        body=render_to_string("ipeo/invitation.txt", context),
        to=[invitation.email],
        reply_to=[by.user.email],
        headers={"Message-ID": mails.message_id(f"invitation-{workspace.pk}-{invitation.run_id}")},
    )
    message.attach_alternative(render_to_string("ipeo/invitation_mail.html", context), "text/html")
    return message


def link_of(invitation: Invitation) -> str:
    """Return the address at which an invitation is accepted: it says which, and is signed."""
    token = mails.token_of(invitation, salt=KIND)
    return f"{mails.site()}{reverse('ipeo:invitation', args=[token])}"


@contextmanager
def opened(token: str) -> Iterator[Invitation]:
    """Work inside the workspace of a link, with its invitation; raises `NoSuchInvitation`."""
    try:
        workspace, pk = mails.read_token(token, salt=KIND)
    except mails.NoSuchLink:
        raise NoSuchInvitation from None
    with tenancy.scope(workspace):
        found = invitations().filter(pk=pk).first()
        if found is None:
            raise NoSuchInvitation
        yield found


def demand_open(invitation: Invitation, *, now: datetime | None = None) -> None:
    """Raise `InvitationOver`, or its `InvitationUsed`, where nobody can accept it any more."""
    state = invitation.state_at(now or timezone.now())
    if state == Invitation.State.ACCEPTED:
        raise InvitationUsed("This invitation was already used")
    if state == Invitation.State.WITHDRAWN:
        raise InvitationOver("This invitation was withdrawn")
    if state == Invitation.State.EXPIRED:
        raise InvitationOver(f"This invitation expired on {day(invitation.expires_at)}")
    if not is_backed(invitation):
        raise InvitationOver("This invitation is no longer valid")


def demand_theirs(invitation: Invitation, *, user: User) -> Membership | None:
    """Return the person's membership where they have joined before.

    Raises `NotTheirs` where the address is not the person's, `AccessEnded` where their access
    was taken away.
    """
    if not accounts.is_theirs(user=user, email=invitation.email):
        raise NotTheirs(f"This invitation is for {invitation.email}")
    workspace = tenancy.current_workspace()
    member = Membership.objects.filter(workspace=workspace, user=user).first()
    if member is not None and not member.is_active:
        raise AccessEnded(f"Your access to {workspace} has ended")
    return member


@transaction.atomic
def accept(*, invitation: Invitation, user: User, now: datetime | None = None) -> Membership:
    """Save and return the membership of whoever opened the link; their address is confirmed by it.

    A member by another address of theirs keeps their role. Raises `InvitationOver`, `NotTheirs`
    or `AccessEnded`.
    """
    now = now or timezone.now()
    workspace = tenancy.current_workspace()
    with tenancy.person(user), tenancy.scope(workspace):
        stored = hold(Invitation, invitation.pk, "invited_by__user")
        demand_open(stored, now=now)
        member = demand_theirs(stored, user=user)
        accounts.confirm_address(user=user, email=stored.email)
        if member is None:
            # Another invitation of theirs may be accepted in the same moment.
            member, _ = Membership.objects.get_or_create(
                workspace=workspace, user=user, defaults={"role": stored.role}
            )
        stored.accepted_at, stored.accepted_by = now, member
        stored.save(update_fields=["accepted_at", "accepted_by"])
    return member
