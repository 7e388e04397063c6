"""Tasks: found, grouped by when they are due, counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q, QuerySet

from execute.models import Task
from execute.queries.days import today
from ipeo.models import Cycle, Membership
from plan.models import Program

OPEN = (Task.State.TO_DO, Task.State.DOING)
GROUPS = {
    "overdue": "Overdue",
    "week": "This week",
    "later": "Later",
    "undated": "Without a date",
    "done": "Done",
    "dropped": "Dropped",
}
ORDERS = {
    "overdue": ("due_date", "id"),
    "week": ("due_date", "id"),
    "later": ("due_date", "id"),
    "undated": ("id",),
    "done": ("-done_at", "-id"),
    "dropped": ("-id",),
}


@dataclass(frozen=True)
class Group:
    """Tasks due at about one time: some of them, and how many there are."""

    key: str
    label: str
    tasks: list[Task]
    count: int

    @property
    def hidden(self) -> int:
        """How many are not shown here."""
        return self.count - len(self.tasks)


def condition_of(group: str, on: date) -> Q:
    """Return the condition of a group; the week reaches from today over seven days."""
    still = Q(state__in=OPEN)
    week = on + timedelta(days=7)
    return {
        "overdue": still & Q(due_date__lt=on),
        "week": still & Q(due_date__range=(on, week)),
        "later": still & Q(due_date__gt=week),
        "undated": still & Q(due_date=None),
        "done": Q(state=Task.State.DONE),
        "dropped": Q(state=Task.State.DROPPED),
    }[group]


def matching_tasks(
    *,
    owner: Membership | None = None,
    side: str = "",
    program: Program | None = None,
    cycle: Cycle | None = None,
) -> QuerySet[Task]:
    """Return the tasks that a filter leaves, with their owner and program."""
    found: QuerySet[Task] = Task.objects.select_related("owner__user", "program", "cycle__campaign")
    exact = {"owner": owner, "side": side, "program": program, "cycle": cycle}
    return found.filter(**{name: value for name, value in exact.items() if value})


def grouped(found: QuerySet[Task], *, size: int = 25, done: int = 10) -> list[Group]:
    """Return tasks in groups by when they are due, each bounded and with its whole count."""
    on = today()
    counts = found.order_by().aggregate(
        **{key: Count("pk", filter=condition_of(key, on)) for key in GROUPS}
    )
    return [
        Group(
            key,
            label,
            list(
                found.filter(condition_of(key, on)).order_by(*ORDERS[key])[
                    : done if key in {"done", "dropped"} else size
                ]
            ),
            counts[key],
        )
        for key, label in GROUPS.items()
    ]


def open_tasks_of(member: Membership, *, limit: int = 20) -> list[Task]:
    """Return a member's open tasks, the earliest due first and the undated last."""
    found = matching_tasks(owner=member).filter(state__in=OPEN)
    return list(found.order_by("due_date", "pk")[:limit])


def counts_of(cycle: Cycle) -> tuple[int, int]:
    """Return how many tasks of a cycle are done or dropped, and how many there are."""
    counts = Task.objects.filter(cycle=cycle).aggregate(
        all=Count("pk"), open=Count("pk", filter=Q(state__in=OPEN))
    )
    return counts["all"] - counts["open"], counts["all"]
