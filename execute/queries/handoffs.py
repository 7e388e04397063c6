"""Handoffs to sales: who waits, how long it takes, and what is late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from execute.models import Handoff, Task
from execute.numerics.waiting import median_wait
from ipeo.models import Cycle, Membership
from ipeo.numerics.estimates import Estimate

PERIOD = timedelta(days=90)
# The median rests on no more than these, the newest.
SAMPLE = 10_000
STATES = {"waiting": "Waiting", "overdue": "Overdue", "touched": "Contacted", "": "All"}


@dataclass(frozen=True)
class Clock:
    """The time from handing over to the first touch of sales, in hours, and who waits."""

    median: Estimate
    handed: int
    waiting: int
    overdue: int


def waits(state: str, now: datetime) -> Q:
    """Return the condition of a state; what was given up waits no more."""
    waiting = Q(first_touch_at=None) & ~Q(task__state=Task.State.DROPPED)
    return {
        "waiting": waiting,
        "overdue": waiting & Q(due_at__lt=now),
        "touched": Q(first_touch_at__isnull=False),
    }.get(state, Q())


def handoffs(
    *, cycle: Cycle | None = None, owner: Membership | None = None, task: int | None = None
) -> QuerySet[Handoff]:
    """Return handoffs with what a line of a list names."""
    found = Handoff.objects.select_related(
        "account", "contact", "program", "owner__user", "task", "cycle__campaign"
    )
    exact = {"cycle": cycle, "owner": owner, "task": task}
    return found.filter(**{name: value for name, value in exact.items() if value})


def clock_of(found: QuerySet[Handoff], *, now: datetime | None = None) -> Clock:
    """Return how long sales takes, over what was handed over within the last 90 days.

    Buyers who still wait count with the time they have waited: leaving them out would flatter.
    """
    now = now or timezone.now()
    recent = found.filter(handed_at__gte=now - PERIOD).order_by()
    counts = recent.aggregate(
        handed=Count("pk"),
        waiting=Count("pk", filter=waits("waiting", now)),
        overdue=Count("pk", filter=waits("overdue", now)),
    )
    rows = recent.order_by("-handed_at", "-pk").values_list(
        "handed_at", "first_touch_at", "task__state", "task__updated_at"
    )
    lengths, ended = [], []
    for handed_at, touched_at, state, changed_at in rows[:SAMPLE]:
        given_up = touched_at is None and state == Task.State.DROPPED
        until = touched_at or (changed_at if given_up else now)
        lengths.append(max((until - handed_at).total_seconds() / 3600, 0.0))
        ended.append(touched_at is not None)
    median = median_wait(np.array(lengths), np.array(ended, dtype=bool))
    return Clock(median, counts["handed"], counts["waiting"], counts["overdue"])
