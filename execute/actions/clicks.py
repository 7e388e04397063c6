"""A click is written down with its redirect, and counted afterwards: by day, and as a touch."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection, transaction

from execute.models import LinkClick, Touch, TrackedLink
from execute.numerics.codes import decode, read_signed
from execute.numerics.values import TOUCH_KINDS
from execute.queries.links import signing_key
from insight.models import Contact
from ipeo import tenancy
from ipeo.actions.everywhere import in_each_workspace
from ipeo.database import bulk
from ipeo.database.turns import take_turn
from ipeo.models import Workspace

# Clicks of one person on one link within this time are one touch.
ONE_TOUCH = timedelta(minutes=30)
AT_ONCE = 5_000
# The link is looked up and its click appended by one statement, which needs no other server and
# costs the redirect one journey to the database. Its commit alone does not wait for the disk:
# whatever dies of ours, the click is kept; a power cut may take those of the last half second.
_FOLLOW = """
WITH link AS (
    SELECT id, workspace_id, destination, retired_at FROM execute_trackedlink WHERE code = %s
), click AS (
    INSERT INTO execute_linkclick (workspace_id, link_id, contact_number, is_robot, at)
    SELECT workspace_id, id, %s, %s, now() FROM link WHERE retired_at IS NULL
)
SELECT destination, retired_at IS NOT NULL, set_config('synchronous_commit', 'off', true) FROM link
"""
_TAKE = """
DELETE FROM execute_linkclick WHERE workspace_id = %s AND id IN (
    SELECT id FROM execute_linkclick WHERE workspace_id = %s ORDER BY id LIMIT %s
) RETURNING link_id, contact_number, is_robot, at
"""
_ADD = """
INSERT INTO execute_linkday (workspace_id, link_id, day, clicks, known, robots)
SELECT %s, * FROM unnest(%s::bigint[], %s::date[], %s::int[], %s::int[], %s::int[])
ON CONFLICT (workspace_id, link_id, day) DO UPDATE SET
    clicks = execute_linkday.clicks + excluded.clicks,
    known = execute_linkday.known + excluded.known,
    robots = execute_linkday.robots + excluded.robots
"""


class NoSuchLink(Exception):
    """No link has this code."""


class LinkRetired(Exception):
    """The link leads nowhere any more."""


@dataclass(frozen=True)
class _Click:
    link_id: int
    contact_number: int | None
    is_robot: bool
    at: datetime


def follow_link(*, code: str, person: str = "", is_robot: bool = False) -> str:
    """Write a click down and return where its link leads.

    `person` is the signed part of a personal link; where it does not hold, the click is nobody's.
    Runs outside any workspace. Raises `NoSuchLink` or `LinkRetired`.
    """
    if decode(code) is None:
        raise NoSuchLink(code)
    contact = read_signed(person, about=code, key=signing_key()) if person else None
    with tenancy.system(), connection.cursor() as cursor:
        cursor.execute(_FOLLOW, [code, contact, is_robot])
        row = cursor.fetchone()
    if row is None:
        raise NoSuchLink(code)
    if row[1]:
        raise LinkRetired(code)
    return str(row[0])


def count_clicks_everywhere() -> int:
    """Count what was clicked in every workspace; return how many clicks."""
    with tenancy.system():
        keys = LinkClick._base_manager.order_by().values("workspace").distinct()
        due = list(Workspace.objects.filter(pk__in=keys))
    return in_each_workspace(_count_all, among=due)


def _count_all() -> int:
    counted = taken = count_clicks()
    while taken == AT_ONCE:
        taken = count_clicks()
        counted += taken
    return counted


@transaction.atomic
def count_clicks() -> int:
    """Take clicks that wait in the scope's workspace and count each once; return how many.

    Each adds to its link's day. A known person's becomes a touch, but for one within half an
    hour of a touch that the same link gave the same person.
    """
    workspace = tenancy.current_workspace()
    # Or two counts would make two touches of one person's two clicks.
    take_turn("count clicks")
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [workspace.pk, workspace.pk, AT_ONCE])
        taken = [_Click(*row) for row in cursor.fetchall()]
    if not taken:
        return 0
    people = Contact.objects.in_bulk(
        {one.contact_number for one in taken if one.contact_number is not None}
    )
    _add_to_days(taken, people, workspace)
    _touch(
        [one for one in taken if not one.is_robot and one.contact_number in people],
        people,
    )
    return len(taken)


def _add_to_days(taken: list[_Click], people: dict[int, Contact], workspace: Workspace) -> None:
    clicks: Counter[tuple[int, date]] = Counter()
    known: Counter[tuple[int, date]] = Counter()
    robots: Counter[tuple[int, date]] = Counter()
    for one in taken:
        place = one.link_id, one.at.astimezone(workspace.zone).date()
        if one.is_robot:
            robots[place] += 1
            continue
        clicks[place] += 1
        known[place] += one.contact_number in people
    places = sorted(clicks.keys() | robots.keys())
    with connection.cursor() as cursor:
        cursor.execute(
            _ADD,
            [
                workspace.pk,
                [link for link, _ in places],
                [day for _, day in places],
                *([counter[place] for place in places] for counter in (clicks, known, robots)),
            ],
        )


def _touch(taken: list[_Click], people: dict[int, Contact]) -> None:
    if not taken:
        return
    taken.sort(key=lambda one: one.at)
    links = TrackedLink.objects.in_bulk({one.link_id for one in taken})
    latest = _latest_touches(taken)
    made = []
    for one in taken:
        assert one.contact_number is not None
        key = f"link:{one.link_id}:{one.contact_number}"
        if key in latest and one.at - latest[key] <= ONE_TOUCH:
            continue
        latest[key] = one.at
        link, contact = links[one.link_id], people[one.contact_number]
        made.append(
            Touch(
                contact=contact,
                account_id=contact.account_id,
                channel_id=link.channel_id,
                program_id=link.program_id,
                kind=Touch.Kind.CLICK,
                level=Touch.Level(TOUCH_KINDS[Touch.Kind.CLICK]),
                occurred_at=one.at,
                import_key=f"{key}:{one.at:%Y%m%dT%H%M%S.%f}",
            )
        )
    # The clicks themselves are the record of where these touches come from.
    with bulk.unaudited():
        Touch.objects.bulk_create(made, batch_size=1000)


def _latest_touches(taken: list[_Click]) -> dict[str, datetime]:
    """Return when each person was last touched by each link, as far as it still matters."""
    found = Touch.objects.filter(
        contact__in={one.contact_number for one in taken},
        kind=Touch.Kind.CLICK,
        occurred_at__gte=taken[0].at - ONE_TOUCH,
        import_key__startswith="link:",
    ).order_by("occurred_at")
    return {
        key.rpartition(":")[0]: at
        for key, at in found.values_list("import_key", "occurred_at")
        if key is not None
    }
