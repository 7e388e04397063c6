"""Marketing hands buyers to sales: a clock for each, and tasks that a rep can work through.

A buyer is handed over when marketing's touch shows a second look (a form, a reply). Nobody is
handed over who is with sales already: who has an open deal, or whom sales touched lately. The
clock stops when sales calls, meets, or opens or moves a deal. Few buyers at once become a task
each; many become one task that holds them all. A second look that no program earned belongs to
the cycle of the campaign whose program touched the buyer last, within the lookback.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Exists, F, OuterRef, QuerySet
from django.utils import timezone

from execute.models import Handoff, Task, Touch
from execute.queries.events import task_told
from ipeo import tenancy
from ipeo.actions.events import record_event
from ipeo.actions.everywhere import in_each_workspace
from ipeo.database.turns import take_turn

# An older second look is no news: a first import of old touches hands nobody over.
NEWS = timedelta(days=14)
WITH_SALES = timedelta(days=30)
WAITED_FOR = timedelta(days=180)
EACH = 8
BY_SALES = (Touch.Kind.CALL.value, Touch.Kind.MEETING.value)

HAND_OVER = """
INSERT INTO execute_handoff (workspace_id, account_id, contact_id, cycle_id, program_id, kind,
                             owner_id, handed_at, due_at, created_at)
SELECT DISTINCT ON (touch.party, cycle.id)
       touch.workspace_id, touch.account_id, touch.contact_id, cycle.id, touch.program_id,
       touch.kind, owner.id, touch.occurred_at,
       touch.occurred_at + make_interval(hours => %(hours)s), %(now)s
  FROM execute_touch touch
  JOIN insight_channel channel ON channel.id = touch.channel_id AND NOT channel.is_sales
  LEFT JOIN insight_account account ON account.id = touch.account_id
  LEFT JOIN insight_contact contact ON contact.id = touch.contact_id
  LEFT JOIN plan_program program ON program.id = touch.program_id
  LEFT JOIN LATERAL (
       SELECT warmed.campaign_id FROM execute_touch before
         JOIN plan_program warmed ON warmed.id = before.program_id
         JOIN ipeo_cycle its ON its.campaign_id = warmed.campaign_id AND its.closed_at IS NULL
        WHERE touch.program_id IS NULL AND before.workspace_id = touch.workspace_id
          AND before.party = touch.party AND before.occurred_at <= touch.occurred_at
          AND before.occurred_at > touch.occurred_at - %(lookback)s
        ORDER BY before.occurred_at DESC, before.id DESC LIMIT 1) earlier ON true
  LEFT JOIN ipeo_cycle cycle
    ON cycle.campaign_id = COALESCE(program.campaign_id, earlier.campaign_id)
   AND cycle.closed_at IS NULL
  LEFT JOIN LATERAL (
       SELECT plan.sales_owner_id FROM plan_programplan plan
         JOIN plan_scenario scenario ON scenario.id = plan.scenario_id
        WHERE plan.program_id = program.id AND scenario.cycle_id = cycle.id
          AND scenario.status = 'approved' LIMIT 1) planned ON true
  LEFT JOIN ipeo_membership owner ON owner.is_active AND owner.id =
       COALESCE(account.owner_id, contact.owner_id, planned.sales_owner_id)
 WHERE touch.workspace_id = %(workspace)s AND touch.level = 3
   AND touch.occurred_at > %(since)s AND touch.occurred_at <= %(now)s
   AND touch.kind <> ALL(%(by_sales)s)
   AND contact.consent IS DISTINCT FROM 'refused'
   AND NOT EXISTS (SELECT FROM execute_deal deal
        WHERE deal.workspace_id = touch.workspace_id AND deal.party = touch.party
          AND deal.outcome = 'open')
   AND NOT EXISTS (SELECT FROM execute_handoff held
        WHERE held.workspace_id = touch.workspace_id AND held.party = touch.party
          AND held.cycle_id IS NOT DISTINCT FROM cycle.id)
   AND NOT EXISTS (SELECT FROM execute_touch sold
         JOIN insight_channel way ON way.id = sold.channel_id
        WHERE sold.workspace_id = touch.workspace_id AND sold.party = touch.party
          AND sold.occurred_at BETWEEN touch.occurred_at - %(with_sales)s
                                   AND touch.occurred_at
          AND (sold.kind = ANY(%(by_sales)s) OR way.is_sales))
 ORDER BY touch.party, cycle.id, touch.occurred_at
    ON CONFLICT DO NOTHING
"""
STOP_CLOCKS = """
UPDATE execute_handoff held SET first_touch_at = first.at
  FROM (SELECT waiting.id, min(done.at) AS at
          FROM execute_handoff waiting
          JOIN LATERAL (
               SELECT touch.occurred_at AS at
                 FROM execute_touch touch
                 JOIN insight_channel channel ON channel.id = touch.channel_id
                WHERE touch.workspace_id = waiting.workspace_id
                  AND touch.party = waiting.party AND touch.occurred_at >= waiting.handed_at
                  AND (touch.kind = ANY(%(by_sales)s) OR channel.is_sales)
               UNION ALL
               SELECT change.entered_at
                 FROM execute_deal deal
                 JOIN execute_dealstagechange change
                   ON change.workspace_id = deal.workspace_id AND change.deal_id = deal.id
                WHERE deal.workspace_id = waiting.workspace_id
                  AND deal.party = waiting.party AND change.entered_at >= waiting.handed_at
               ) done ON done.at <= %(now)s
         WHERE waiting.workspace_id = %(workspace)s AND waiting.first_touch_at IS NULL
           AND waiting.handed_at > %(waited_since)s
         GROUP BY waiting.id) first
 WHERE held.id = first.id AND held.workspace_id = %(workspace)s
"""
WITHDRAW = """
DELETE FROM execute_handoff held
 WHERE held.workspace_id = %(workspace)s AND held.first_touch_at IS NULL
   AND held.handed_at > %(since)s
   AND NOT EXISTS (SELECT FROM execute_touch touch
        WHERE touch.workspace_id = held.workspace_id AND touch.party = held.party
          AND touch.occurred_at = held.handed_at AND touch.level = 3)
RETURNING held.task_id
"""


@dataclass(frozen=True)
class HandedOver:
    """What one pass did: buyers handed over, clocks stopped, tasks made."""

    handed: int
    touched: int
    tasks: int


@transaction.atomic
def hand_over(*, now: datetime | None = None) -> HandedOver:
    """Hand new second looks to sales, stop the clocks that sales answered, and make the tasks.

    A handoff whose touch is gone, because its import was undone, is withdrawn. Safe to do at any
    time and twice: a buyer is handed over once in a cycle.
    """
    now = now or timezone.now()
    workspace = tenancy.current_workspace()
    given: dict[str, Any] = {
        "workspace": workspace.pk,
        "hours": workspace.handoff_hours,
        "now": now,
        "since": now - NEWS,
        "waited_since": now - WAITED_FOR,
        "with_sales": WITH_SALES,
        "lookback": timedelta(days=workspace.lookback_days),
        "by_sales": list(BY_SALES),
    }
    take_turn("hand over")
    with connection.cursor() as cursor:
        cursor.execute(WITHDRAW, given)
        withdrawn = {task_id for (task_id,) in cursor.fetchall()}
        cursor.execute(HAND_OVER, given)
        handed = cursor.rowcount
        cursor.execute(STOP_CLOCKS, given)
        touched = cursor.rowcount
    if withdrawn:
        _drop_empty(withdrawn, now)
    _finish(now)
    return HandedOver(handed, touched, _make_tasks(now))


def hand_over_everywhere() -> int:
    """Hand over in every workspace; return to how many buyers it came."""
    return in_each_workspace(lambda: hand_over().handed)


def mark_touched(*, handoff: Handoff, now: datetime | None = None) -> Handoff:
    """Stop a handoff's clock by hand; one that stands still stays as it is."""
    now = now or timezone.now()
    with transaction.atomic():
        Handoff.objects.filter(pk=handoff.pk, first_touch_at=None).update(first_touch_at=now)
        _finish(now)
    handoff.refresh_from_db()
    return handoff


def _drop_empty(tasks: set[int | None], now: datetime) -> None:
    """Drop the open tasks whose buyers have all been withdrawn."""
    empty = Task.objects.filter(
        ~Exists(Handoff.objects.filter(task=OuterRef("pk"))),
        pk__in=[pk for pk in tasks if pk is not None],
    )
    _end(empty, now, state=Task.State.DROPPED)


def _finish(now: datetime) -> None:
    """Mark the open tasks as done whose buyers have all been touched."""
    held = Handoff.objects.filter(task=OuterRef("pk"))
    answered = Task.objects.filter(Exists(held), ~Exists(held.filter(first_touch_at=None)))
    _end(answered, now, state=Task.State.DONE, done_at=now)


def _end(found: QuerySet[Task], now: datetime, **values: Any) -> None:
    """Give the open ones of some tasks their last state."""
    still = found.filter(state__in=(Task.State.TO_DO, Task.State.DOING))
    keys = list(still.values_list("pk", flat=True))
    Task.objects.filter(pk__in=keys).update(updated_at=now, version=F("version") + 1, **values)
    _tell(keys)


def _tell(keys: Iterable[int]) -> None:
    for task in Task.objects.filter(pk__in=keys).order_by("pk"):
        record_event("task.changed", task_told(task))


def _make_tasks(now: datetime) -> int:
    """Make the tasks of handoffs that have none yet; return how many were made."""
    new = list(
        Handoff.objects.filter(task=None, first_touch_at=None, handed_at__gt=now - NEWS)
        .select_related("account", "contact")
        .order_by("owner_id", "cycle_id", "due_at", "pk")
    )
    made, changed = 0, set()
    for (owner_id, cycle_id), group in groupby(new, key=lambda one: (one.owner_id, one.cycle_id)):
        some = list(group)
        bundle = _todays_bundle(owner_id, cycle_id, now)
        groups = [some] if bundle is not None or len(some) > EACH else [[one] for one in some]
        for buyers in groups:
            title = _title(buyers[0]) if len(buyers) == 1 else _many(len(buyers))
            task = bundle or _task(buyers, title, now)
            made += bundle is None
            _join(task, buyers, now)
            changed.add(task.pk)
    _tell(changed)
    return made


def _todays_bundle(owner_id: int | None, cycle_id: int | None, now: datetime) -> Task | None:
    """Return the open task of the day that holds many buyers of one owner, where there is one."""
    start = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    full = (
        Handoff.objects.filter(owner=owner_id, cycle=cycle_id)
        .values("task")
        .annotate(buyers=Count("pk"))
        .filter(buyers__gt=EACH)
    )
    return (
        Task.objects.filter(
            pk__in=full.values("task"),
            owner=owner_id,
            cycle=cycle_id,
            created_at__gte=start,
            state__in=(Task.State.TO_DO, Task.State.DOING),
        )
        .order_by("-pk")
        .first()
    )


def _task(some: Sequence[Handoff], title: str, now: datetime) -> Task:
    first = some[0]
    return Task.objects.create(
        title=title[:200],
        side=Task.Side.SALES,
        cycle_id=first.cycle_id,
        program_id=first.program_id if len({one.program_id for one in some}) == 1 else None,
        owner_id=first.owner_id,
        due_date=timezone.localdate(min(one.due_at for one in some)),
        created_at=now,
        updated_at=now,
    )


def _join(task: Task, some: Iterable[Handoff], now: datetime) -> None:
    """Put handoffs into a task, whose title counts them where they are many."""
    Handoff.objects.filter(pk__in=[one.pk for one in some]).update(task=task)
    count = Handoff.objects.filter(task=task).count()
    if count > EACH:
        Task.objects.filter(pk=task.pk).update(
            title=_many(count), updated_at=now, version=F("version") + 1
        )


def _title(handoff: Handoff) -> str:
    buyer = handoff.account or handoff.contact
    return f"Contact {buyer}: {handoff.get_kind_display().lower()}"


def _many(count: int) -> str:
    return f"Contact {count:,} buyers who took a second look"
