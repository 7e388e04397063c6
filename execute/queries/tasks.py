"""Tasks: found, grouped by when they are due, counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import (
    Case,
    Count,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    When,
)
from django.utils import timezone

from execute.models import Handoff, Task, TaskDependency
from ipeo.models import Cycle, Membership
from plan.models import Program

OPEN = (Task.State.TO_DO, Task.State.DOING)
GROUPS = {
    "overdue": "Overdue",
    "week": "This week",
    "later": "Later",
    "undated": "No date",
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
    """Tasks due at about one time, or in one state: some of them, and how many there are."""

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
    """Return the tasks that a filter leaves, with their owner and program.

    `open_waits` are the dependencies on tasks that are still open; `clock` is when sales is to
    have touched the first of the buyers that a task hands over.
    """
    waiting = TaskDependency.objects.filter(waits_for__state__in=OPEN).select_related("waits_for")
    clock = Handoff.objects.filter(task=OuterRef("pk"), first_touch_at=None).order_by("due_at")
    found = (
        Task.objects.select_related("owner__user", "program", "cycle__campaign")
        .prefetch_related(Prefetch("waits", queryset=waiting, to_attr="open_waits"))
        .annotate(clock=Subquery(clock.values("due_at")[:1]))
    )
    exact = {"owner": owner, "side": side, "program": program, "cycle": cycle}
    return found.filter(**{name: value for name, value in exact.items() if value})


def waits_for(task: Task) -> QuerySet[Task]:
    """Return the tasks that a task waits for, the open ones first."""
    found = Task.objects.filter(holds_up__task=task)
    return found.select_related("program").order_by("-state", "due_date", "pk")


def held_up_by(task: Task) -> QuerySet[Task]:
    """Return the waiting tasks for a task."""
    found = Task.objects.filter(waits__waits_for=task)
    return found.select_related("owner__user").order_by("due_date", "pk")


def could_wait_for(task: Task) -> QuerySet[Task]:
    """Return the open tasks that a task may wait for: its program's first, then its cycle's."""
    held = TaskDependency.objects.filter(task=task.pk).values("waits_for")
    found = Task.objects.filter(Q(state__in=OPEN) | Q(pk__in=held))
    mine = Q(cycle=task.cycle_id) if task.cycle_id else Q(cycle=None)
    beside = mine & Q(program=task.program_id) if task.program_id else mine
    return (
        found.exclude(pk=task.pk)
        .alias(near=Case(When(beside, then=0), When(mine, then=1), default=2))
        .order_by("near", "due_date", "pk")
        .select_related("program")
    )


def grouped(found: QuerySet[Task], *, size: int = 25, done: int = 10) -> list[Group]:
    """Return tasks in groups by when they are due, each bounded and with its whole count."""
    on = timezone.localdate()
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


def board(found: QuerySet[Task], *, size: int = 20) -> list[Group]:
    """Return tasks by state: the open ones as they are due, the others of the last 30 days."""
    lately = timezone.now() - timedelta(days=30)
    shown = found.filter(Q(state__in=OPEN) | Q(updated_at__gte=lately))
    counts = dict(shown.order_by().values_list("state").annotate(count=Count("pk")))
    return [
        Group(
            state.value,
            str(state.label),
            list(
                shown.filter(state=state).order_by(
                    *(("due_date", "pk") if state in OPEN else ("-updated_at", "-pk"))
                )[:size]
            ),
            counts.get(state.value, 0),
        )
        for state in Task.State
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
