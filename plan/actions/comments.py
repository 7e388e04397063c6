"""Remarks on a scenario are made, read and settled."""

from __future__ import annotations

import re
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from ipeo.database.holding import hold
from ipeo.models import Membership
from plan.models import CommentMention, Scenario, ScenarioComment
from plan.queries.comments import may_be_mentioned

LONGEST = 2000


class NothingSaid(Exception):
    """A remark has words."""


class TooLong(Exception):
    """A remark is at most 2,000 letters."""


@transaction.atomic
def add_comment(
    *, scenario: Scenario, by: Membership, text: str, now: datetime | None = None
) -> ScenarioComment:
    """Keep a remark on a scenario, whatever its status, and tell the members that it names.

    `@` before a member's name, or before its first word where no other begins so, names them.
    Raises `NothingSaid` and `TooLong`.
    """
    words = text.strip()
    if not words:
        raise NothingSaid("Enter a comment.")
    if len(words) > LONGEST:
        raise TooLong(f"A remark can be at most 2,000 characters; this one has {len(words):,}.")
    made = ScenarioComment.objects.create(
        scenario=scenario, by=by, text=words, at=now or timezone.now()
    )
    CommentMention.objects.bulk_create(
        CommentMention(comment=made, member=member) for member in _named(words, by)
    )
    return made


@transaction.atomic
def settle_comment(
    *, comment: ScenarioComment, by: Membership, now: datetime | None = None
) -> ScenarioComment:
    """Mark a remark as settled, or open it again where it was."""
    held = hold(ScenarioComment, comment.pk)
    if held.settled_at is None:
        held.settled_at, held.settled_by = now or timezone.now(), by
    else:
        held.settled_at, held.settled_by = None, None
    held.save(update_fields=["settled_at", "settled_by"])
    return held


def mark_read(*, scenario: Scenario, by: Membership, now: datetime | None = None) -> int:
    """Mark what names a member in a scenario's remarks as read; return how many that were."""
    unread = CommentMention.objects.filter(
        comment__scenario=scenario, member=by, read_at__isnull=True
    )
    return int(unread.update(read_at=now or timezone.now()))


def _named(text: str, by: Membership) -> list[Membership]:
    members = may_be_mentioned()
    firsts: dict[str, list[Membership]] = {}
    for member in members:
        firsts.setdefault(str(member).split()[0].lower(), []).append(member)
    found: dict[int, Membership] = {}
    for member in members:
        if re.search(rf"@{re.escape(str(member))}\b", text, re.IGNORECASE):
            found[member.pk] = member
    for word in re.findall(r"@([\w.\-]+)", text):
        alike = firsts.get(word.strip(".-").lower(), [])
        if len(alike) == 1:
            found[alike[0].pk] = alike[0]
    found.pop(by.pk, None)
    return list(found.values())
