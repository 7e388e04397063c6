"""Tasks and flights as an iCalendar file (RFC 5545)."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from icalendar import Calendar, Component, Event, Todo

from execute.models import CalendarFeed, Task
from execute.queries.calendars import flights, tasks_for
from ipeo import tenancy
from plan.models import ProgramPlan

A_DAY = timedelta(days=1)


def calendar_of(feed: CalendarFeed, *, site: str, as_tasks: bool = False) -> bytes:
    """Return a feed as an iCalendar file; `site` is where links begin.

    A task is an event of its whole day, since most calendars show events alone; `as_tasks`
    makes it a to-do instead, for programs that keep those. Days are the workspace's, so they
    carry no time zone.
    """
    workspace = tenancy.current_workspace()
    whole = Calendar()
    whole.add("prodid", "-//IPEO//Tasks and flights//EN")
    whole.add("version", "2.0")
    whole.add("method", "PUBLISH")
    whole.add("x-wr-calname", f"{workspace.name}: {feed.name}")
    whole.add("x-wr-timezone", workspace.time_zone)
    whole.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    for task in tasks_for(feed):
        whole.add_component(_todo(task, site) if as_tasks else _event(task, site))
    if feed.with_flights:
        for flight in flights().order_by("pk"):
            whole.add_component(_flight(flight, site))
    text: bytes = whole.to_ical()
    return text


def last_change(feed: CalendarFeed) -> datetime:
    """Return when what a feed shows was last changed."""
    moments = list(tasks_for(feed).order_by("-updated_at").values_list("updated_at", flat=True)[:1])
    if feed.with_flights:
        newest = flights().order_by("-scenario__updated_at")
        moments += newest.values_list("scenario__updated_at", flat=True)[:1]
    return max([*moments, feed.created_at])


def uid_of(kind: str, pk: int) -> str:
    """Return a row's lasting name in calendars; no two installations share one."""
    workspace = tenancy.current_workspace()
    place = f"ipeo/{workspace.pk}/{workspace.created_at.isoformat()}/{kind}/{pk}"
    return f"{uuid.uuid5(uuid.NAMESPACE_URL, place)}@ipeo"


def _event(task: Task, site: str) -> Event:
    event = Event()
    done = task.state == Task.State.DONE
    _describe(event, task, site, f"Done: {task.title}" if done else task.title)
    due = task.due_date
    assert due is not None
    event.add("dtstart", due)
    event.add("dtend", due + A_DAY)
    event.add("transp", "TRANSPARENT")
    return event


def _todo(task: Task, site: str) -> Todo:
    todo = Todo()
    _describe(todo, task, site, task.title)
    todo.add("due", task.due_date)
    todo.add(
        "status",
        {Task.State.DONE: "COMPLETED", Task.State.DOING: "IN-PROCESS"}.get(
            Task.State(task.state), "NEEDS-ACTION"
        ),
    )
    if task.done_at is not None:
        todo.add("completed", task.done_at)
    return todo


def _describe(entry: Component, task: Task, site: str, summary: str) -> None:
    lines = [str(part) for part in (task.owner, task.program, task.cycle) if part is not None]
    entry.add("uid", uid_of("task", task.pk))
    entry.add("summary", summary)
    entry.add("description", "\n".join([task.get_side_display(), *lines]))
    entry.add("categories", [task.get_side_display()])
    entry.add("url", f"{site}tasks/{task.pk}/")
    _stamp(entry, task.updated_at)
    entry.add("created", task.created_at)


def _flight(flight: ProgramPlan, site: str) -> Event:
    event = Event()
    starts, ends = flight.starts_on, flight.ends_on or flight.starts_on
    assert starts is not None
    assert ends is not None
    cycle: Any = flight.scenario.cycle
    event.add("uid", uid_of("flight", flight.pk))
    event.add("summary", f"Flight: {flight.program}")
    event.add("description", f"{flight.program.campaign}\n{flight.message}".strip())
    event.add("dtstart", starts)
    event.add("dtend", ends + A_DAY)
    event.add("transp", "TRANSPARENT")
    event.add("url", f"{site}execute/cycles/{cycle.pk}/")
    _stamp(event, flight.scenario.updated_at)
    return event


def _stamp(entry: Component, changed_at: datetime) -> None:
    """Date an entry by its own change: the same rows give the same file."""
    entry.add("dtstamp", changed_at)
    entry.add("last-modified", changed_at)
