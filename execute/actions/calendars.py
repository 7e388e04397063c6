"""Calendar feeds: made with a secret address, read from outside, and revoked."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.utils import timezone

from execute.models import CalendarFeed
from ipeo import tenancy
from ipeo.models import Membership, Workspace
from ipeo.queries.named import row_named
from ipeo.tokens import digest_of

READ_EVERY = timedelta(hours=1)


class NoSuchFeed(Exception):
    """No feed answers at this address: it was never there, or it was revoked."""


def create_feed(*, feed: CalendarFeed, member: Membership) -> tuple[CalendarFeed, str]:
    """Save a feed for a member and return it with its token, which is not kept."""
    token = f"{tenancy.current_workspace_id()}-{secrets.token_urlsafe(24)}"
    feed.membership, feed.digest = member, digest_of(token)
    feed.save()
    return feed, token


def revoke_feed(*, feed: CalendarFeed, now: datetime | None = None) -> None:
    """Close a feed's address for good."""
    CalendarFeed.objects.filter(pk=feed.pk, revoked_at=None).update(
        revoked_at=now or timezone.now()
    )


@contextmanager
def opened(*, token: str, now: datetime | None = None) -> Iterator[CalendarFeed]:
    """Enter the scope of a feed's workspace, on its member's behalf, and give the feed.

    Raises `NoSuchFeed`, also where the member has left.
    """
    now = now or timezone.now()
    number = token.partition("-")[0]
    with tenancy.system():
        workspace = row_named(Workspace.objects.all(), number)
    if workspace is None:
        raise NoSuchFeed
    with tenancy.scope(workspace):
        feed = (
            CalendarFeed.objects.select_related("membership__user")
            .filter(digest=digest_of(token), revoked_at=None, membership__is_active=True)
            .first()
        )
        if feed is None or feed.membership.user is None or not feed.membership.user.is_active:
            raise NoSuchFeed
        with tenancy.scope(workspace, membership=feed.membership):
            if feed.last_read_at is None or feed.last_read_at < now - READ_EVERY:
                CalendarFeed.objects.filter(pk=feed.pk).update(last_read_at=now)
            yield feed
