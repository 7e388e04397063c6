"""Tasks and flights by day: the month's page and the calendar feeds."""

from __future__ import annotations

import calendar
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from execute.models import CalendarFeed, Task
from execute.queries.tasks import OPEN
from ipeo.models import Membership
from plan.models import Program, ProgramPlan, Scenario

EACH_DAY = 4


@dataclass
class Day:
    """One day of a month's page: the first tasks due, how many more, and flights."""

    date: date
    in_month: bool
    is_today: bool
    tasks: list[Task] = field(default_factory=list)
    more: int = 0
    starts: list[Program] = field(default_factory=list)
    ends: list[Program] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether nothing happens on it."""
        return not (self.tasks or self.starts or self.ends)


@dataclass(frozen=True)
class Month:
    """A month in whole weeks, Monday first."""

    first: date
    days: list[Day]

    @property
    def before(self) -> str:
        """The month before, as the address names it."""
        return f"{self.first - timedelta(days=1):%Y-%m}"

    @property
    def after(self) -> str:
        """The month after, as the address names it."""
        return f"{self.first + timedelta(days=31):%Y-%m}"

    @property
    def is_empty(self) -> bool:
        """Whether nothing happens within it."""
        return all(day.is_empty for day in self.days)


def flights() -> QuerySet[ProgramPlan]:
    """Return the flights of the approved plans, with their programs."""
    found = ProgramPlan.objects.filter(
        scenario__status=Scenario.Status.APPROVED, starts_on__isnull=False
    )
    return found.select_related("program__campaign", "scenario__cycle")


def month_of(found: QuerySet[Task], first: date, *, on: date | None = None) -> Month:
    """Return the month that begins on a day, with the tasks that a filter leaves and flights."""
    on = on or timezone.localdate()
    weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    span = (weeks[0][0], weeks[-1][-1])
    due = found.exclude(state=Task.State.DROPPED).filter(due_date__range=span)
    counts = dict(due.order_by().values_list("due_date").annotate(count=Count("pk")))
    some: dict[date, list[Task]] = defaultdict(list)
    place = Window(
        RowNumber(),
        partition_by=F("due_date"),
        order_by=[F("done_at").desc(nulls_first=True), "pk"],
    )
    ranked = due.order_by().annotate(place=place).filter(place__lte=EACH_DAY).values("pk")
    for task in due.filter(pk__in=ranked).order_by("pk"):
        if task.due_date is not None:
            some[task.due_date].append(task)
    starts: dict[date, list[Program]] = defaultdict(list)
    ends: dict[date, list[Program]] = defaultdict(list)
    for flight in flights().filter(Q(starts_on__range=span) | Q(ends_on__range=span)):
        if flight.starts_on is not None:
            starts[flight.starts_on].append(flight.program)
        if flight.ends_on is not None:
            ends[flight.ends_on].append(flight.program)
    days = [
        Day(
            date=day,
            in_month=day.month == first.month,
            is_today=day == on,
            tasks=some[day],
            more=counts.get(day, 0) - len(some[day]),
            starts=starts[day],
            ends=ends[day],
        )
        for week in weeks
        for day in week
    ]
    return Month(first, days)


def feeds_of(member: Membership) -> QuerySet[CalendarFeed]:
    """Return a member's calendar feeds that still answer, the newest first."""
    found = CalendarFeed.objects.filter(membership=member, revoked_at=None)
    return found.order_by("-created_at", "-pk")


def tasks_for(feed: CalendarFeed) -> QuerySet[Task]:
    """Return the dated tasks that a feed shows: open ones, and those done of late."""
    since = timezone.localdate() - timedelta(days=90)
    recent = Q(state__in=OPEN) | Q(state=Task.State.DONE, due_date__gte=since)
    found = Task.objects.filter(recent, due_date__isnull=False)
    if feed.whose == CalendarFeed.Whose.MINE:
        found = found.filter(owner=feed.membership)
    return found.select_related("owner__user", "program", "cycle__campaign").order_by("pk")
