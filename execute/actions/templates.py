"""Templates of tasks: the workspace's own, and the tasks that are made from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise

from django.db import transaction
from django.utils import timezone

from execute.actions.tasks import CycleIsClosed
from execute.models import Task, TaskDependency, TaskTemplate, TemplateTask
from execute.queries.events import task_told
from ipeo.actions.events import record_event
from ipeo.database.holding import hold
from ipeo.database.uniqueness import unless_taken
from ipeo.models import Cycle, Membership
from plan.models import Program, ProgramPlan, Scenario

M, S = Task.Side.MARKETING, Task.Side.SALES
START, END = TemplateTask.Anchor.START, TemplateTask.Anchor.END
# Title, side, days from the flight's start or end, whether it waits for the one before.
USUAL: tuple[tuple[str, Task.Side, int, TemplateTask.Anchor, bool], ...] = (
    ("Agree on the message and its proof", M, -21, START, False),
    ("Create the materials", M, -14, START, True),
    ("Get the materials approved", M, -7, START, True),
    ("Brief sales on the offer and the proof", M, -3, START, True),
    ("Check that links and forms are tracked", M, -2, START, False),
    ("List the accounts to follow up", S, 0, START, False),
    ("Record what was spent", M, 3, END, False),
    ("Log the outcome of every buyer it touched", S, 7, END, False),
)


class NameTaken(Exception):
    """Another template has this name."""


@dataclass
class Made:
    """How many tasks were made, how many were over, and for which programs none could be."""

    tasks: int = 0
    over: int = 0
    undated: list[Program] = field(default_factory=list)
    without_template: list[Program] = field(default_factory=list)


@transaction.atomic
def ensure_templates() -> None:
    """Give the scope's workspace a first template where it has none."""
    if TaskTemplate.objects.exists():
        return
    template, made = TaskTemplate.objects.get_or_create(name="Any program")
    if made:
        TemplateTask.objects.bulk_create(
            TemplateTask(
                template=template,
                title=title,
                side=side,
                owner_role=TemplateTask.Owner(side.value),
                offset_days=days,
                counted_from=anchor,
                waits_for_previous=waits,
                position=place,
            )
            for place, (title, side, days, anchor, waits) in enumerate(USUAL, start=1)
        )


@transaction.atomic
def save_template(
    *,
    template: TaskTemplate,
    rows: Iterable[TemplateTask] = (),
    removed: Iterable[TemplateTask] = (),
) -> TaskTemplate:
    """Save a template with its changed tasks; tasks made before stay as they are.

    Raises `NameTaken`.
    """
    with unless_taken(NameTaken(f"There is already a template called “{template.name}”.")):
        template.save()
    for row in rows:
        row.template = template
        row.save()
    for row in removed:
        row.delete()
    return template


def delete_template(*, template: TaskTemplate) -> None:
    """Remove a template; the tasks made from it stay."""
    template.delete()


def template_for(program: Program, templates: Iterable[TaskTemplate]) -> TaskTemplate | None:
    """Return the template that fits a program closest: its channel counts more than its offer."""
    fitting = [
        template
        for template in templates
        if template.channel_id in (None, program.channel_id)
        and template.offer in ("", program.offer)
    ]
    return max(
        fitting,
        key=lambda one: (one.channel_id is not None, one.offer != "", -one.pk),
        default=None,
    )


@transaction.atomic
def make_tasks(
    *, cycle: Cycle, program: Program | None = None, now: datetime | None = None
) -> Made:
    """Make the tasks of a cycle's planned programs, or of one, from the templates.

    The flights are those of the approved scenario. What was made before is not made again. Once
    a flight has begun, tasks whose day is past are left out: their time is over. Raises
    `CycleIsClosed`.
    """
    on = timezone.localdate(now)
    held = hold(Cycle, cycle.pk)
    if held.closed_at is not None:
        raise CycleIsClosed(f"{held} is closed.")
    ensure_templates()
    templates = list(TaskTemplate.objects.filter(is_active=True).prefetch_related("items"))
    plans = ProgramPlan.objects.filter(
        scenario__cycle=held, scenario__status=Scenario.Status.APPROVED
    ).select_related("program", "marketing_owner", "sales_owner")
    if program is not None:
        plans = plans.filter(program=program)
    made = Made()
    for plan in plans.order_by("position", "pk"):
        if plan.starts_on is not None:
            _make_own(held, plan, on, made)
        template = template_for(plan.program, templates)
        if template is None:
            made.without_template.append(plan.program)
        elif plan.starts_on is None:
            made.undated.append(plan.program)
        else:
            _make(held, plan, template, on, made)
    return made


def _make(cycle: Cycle, plan: ProgramPlan, template: TaskTemplate, on: date, made: Made) -> None:
    items = sorted(template.items.all(), key=lambda item: (item.position, item.pk))
    held = Task.objects.filter(cycle=cycle, program=plan.program, template_task__in=items)
    tasks: dict[int | None, Task] = {task.template_task_id: task for task in held}
    new = [
        Task(
            title=item.title,
            side=item.side,
            cycle=cycle,
            program=plan.program,
            owner=_owner(plan, item),
            due_date=_due(plan, item),
            template_task=item,
        )
        for item in items
        if item.pk not in tasks
    ]
    if plan.starts_on is not None and plan.starts_on <= on:
        due = [task for task in new if task.due_date is None or task.due_date >= on]
        made.over += len(new) - len(due)
        new = due
    Task.objects.bulk_create(new)
    tasks |= {task.template_task_id: task for task in new}
    fresh = {task.template_task_id for task in new}
    TaskDependency.objects.bulk_create(
        TaskDependency(task=tasks[item.pk], waits_for=tasks[before.pk])
        for before, item in pairwise(items)
        if item.waits_for_previous and item.pk in fresh and before.pk in tasks
    )
    made.tasks += len(new)
    for task in new:
        record_event("task.changed", task_told(task))


def _make_own(cycle: Cycle, plan: ProgramPlan, on: date, made: Made) -> None:
    """Make the tasks that the plan itself names for a program, once each."""
    assert plan.starts_on is not None
    held = set(
        Task.objects.filter(
            cycle=cycle, program=plan.program, template_task__isnull=True
        ).values_list("title", flat=True)
    )
    for wish in plan.tasks:
        side = Task.Side(wish.get("side", M))
        due = plan.starts_on + timedelta(days=int(wish.get("days", 0)))
        title = str(wish["title"])[:200]
        if title in held:
            continue
        if plan.starts_on <= on and due < on:
            made.over += 1
            continue
        task = Task.objects.create(
            title=title,
            side=side,
            cycle=cycle,
            program=plan.program,
            owner=plan.marketing_owner if side == M else plan.sales_owner,
            due_date=due,
        )
        made.tasks += 1
        record_event("task.changed", task_told(task))


def _owner(plan: ProgramPlan, item: TemplateTask) -> Membership | None:
    return {
        TemplateTask.Owner.MARKETING.value: plan.marketing_owner,
        TemplateTask.Owner.SALES.value: plan.sales_owner,
    }.get(str(item.owner_role))


def _due(plan: ProgramPlan, item: TemplateTask) -> date:
    assert plan.starts_on is not None
    ends = item.counted_from == END and plan.ends_on is not None
    anchor = plan.ends_on if ends else plan.starts_on
    assert anchor is not None
    return anchor + timedelta(days=item.offset_days)
