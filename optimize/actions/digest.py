"""The week's digest by e-mail: asked for once a week, sent once to each who wants it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from ipeo import mails, tenancy
from ipeo.actions.everywhere import in_each_workspace
from ipeo.actions.runs import queue_run
from ipeo.models import Membership, Run, Workspace
from ipeo.numerics.ranges import Days
from ipeo.runs import Report
from optimize.models import DigestMail
from optimize.queries.digest import Digest, digest_of, due_week, unsent, week_before

KIND = "optimize.digest"
_SALT = "optimize.digest"


class NoSuchMember(Exception):
    """The link to stop the digest is nobody's, or no longer anybody's."""


@dataclass(frozen=True)
class Stopping:
    """Whose digest a link stops."""

    membership: Membership
    workspace: Workspace


def request_due(*, now: datetime | None = None) -> int:
    """Ask for the digest in every workspace where it is Monday's hour; return for how many.

    A week is asked for once: the run of a week that has one is not asked for again.
    """
    at = now or timezone.now()
    return in_each_workspace(lambda: int(_request(at)))


def _request(now: datetime) -> bool:
    week = due_week(tenancy.current_workspace(), now)
    if week is None:
        return False
    arguments = {"week": week.first.isoformat()}
    if Run.objects.filter(kind=KIND, arguments=arguments).exists() or not unsent(week):
        return False
    queue_run(
        kind=KIND,
        arguments=arguments,
        title="Weekly digest",
        only_one=f"{KIND} {week.first}",
    )
    return True


def perform(run: Run, report: Report) -> dict[str, Any]:
    """Send the run's week to all who are still to get it; the work of a Run."""
    monday = date.fromisoformat(run.arguments["week"])
    week = Days(monday, date.fromordinal(monday.toordinal() + 6))
    return {"sent": send(week=week, report=report)}


def send(*, week: Days, report: Report | None = None) -> int:
    """Send a week's digest to each reader once, and return how many mails went out.

    What the workspace has never measured is not written about.
    """
    waiting = unsent(week)
    if not waiting:
        return 0
    digest = digest_of(week)
    if digest.measured_at is None:
        return 0
    sent = 0
    for place, member in enumerate(waiting, 1):
        sent += _send_once(digest, member)
        if report is not None:
            report(place, len(waiting))
    return sent


def _send_once(digest: Digest, member: Membership) -> int:
    """Send to one member, and keep that it was sent, in one transaction.

    A second worker at the same mail waits at the unique key until this one is done, and then
    finds it sent; where sending fails, nothing is kept, and the run may be done again.
    """
    with transaction.atomic():
        _, made = DigestMail.objects.get_or_create(
            membership=member, week_starts_on=digest.week.first
        )
        if made:
            message_of(digest, member).send()
    return int(made)


def message_of(digest: Digest, member: Membership) -> EmailMultiAlternatives:
    """Return the mail to a member, as plain text and as HTML, with a way to stop it."""
    assert member.user is not None
    site = mails.site()
    stop = f"{site}{reverse('stop_digest', args=[token_of(member)])}"
    context = {"digest": digest, "site": site, "stop": stop, "workspace": digest.workspace}
    name = f"digest-{digest.workspace.pk}-{member.pk}-{digest.week.first}"
    text = render_to_string("optimize/digest.txt", context)
    html = render_to_string("optimize/digest.html", context)
    message = EmailMultiAlternatives(
        subject=" ".join(digest.subject.split()),
        body=text,
        to=[member.user.email],
        headers={
            "Message-ID": mails.message_id(name),
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )
    message.attach_alternative(html, "text/html")
    return message


def latest(today: date) -> Digest:
    """Return the digest of the last whole week, as it would be sent."""
    return digest_of(week_before(today))


def token_of(member: Membership) -> str:
    """Return what the link to stop the digest carries: it says whose, and is signed."""
    return mails.token_of(member, salt=_SALT)


def stopping(token: str) -> Stopping:
    """Return whose digest a link stops; raises `NoSuchMember`."""
    try:
        workspace, pk = mails.read_token(token, salt=_SALT)
    except mails.NoSuchLink:
        raise NoSuchMember from None
    with tenancy.scope(workspace):
        found = Membership.objects.filter(pk=pk, workspace=workspace).first()
    if found is None:
        raise NoSuchMember
    return Stopping(found, workspace)


def want_digest(*, membership: Membership, wants: bool) -> None:
    """Keep whether a member wants the digest."""
    Membership.objects.filter(pk=membership.pk, workspace_id=membership.workspace_id).update(
        wants_digest=wants
    )
