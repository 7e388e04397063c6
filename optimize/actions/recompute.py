"""The measurement: of what changed, or of everything.

Triggers mark the buyers that a changed fact concerns. A measurement takes the marks in bounded
pieces, each a transaction of its own that leaves facts, totals and marks consistent; one that is
killed is finished by the next. Measuring everything means to mark everybody first, so both go
the same way and give the same rows.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from ipeo import tenancy
from ipeo.actions.events import record_event
from ipeo.actions.everywhere import in_each_workspace
from ipeo.actions.runs import queue_run
from ipeo.database.statistics import MANY, refresh_statistics
from ipeo.database.turns import take_turn
from ipeo.models import Membership, Run
from optimize.actions.closing import restate_closed_books
from optimize.actions.conclusions import draw_conclusions
from optimize.actions.curves import request_curves_where_behind
from optimize.actions.shards import Piece, Rules, measure_some
from optimize.actions.totals import count_activity_anew, fold_activity
from optimize.models import MeasurementState, StaleParty
from optimize.numerics.journeys import Flight
from optimize.queries.freshness import calendar_now, settings_now, stale_workspaces

KIND = "recompute"
PARTIES_AT_ONCE = 20_000
"""Bounds the memory of a measurement, whatever the size of the workspace."""

FACTS_AND_TOTALS = (
    "optimize_staleparty",
    "optimize_dealfact",
    "optimize_credit",
    "optimize_leadfact",
    "optimize_funnelfact",
    "optimize_activitytotal",
    "optimize_credittotal",
    "optimize_dealtotal",
    "optimize_journey",
    "optimize_credittally",
    "optimize_transitiontally",
)
_TURN = "measure"
_EPOCH = date(1970, 1, 1)

Report = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Recomputed:
    """What a measurement read and changed, and the seconds of each part.

    `full` says whether everything was measured anew, `why` the reason where it was not asked for.
    """

    full: bool
    why: str
    marks: int
    buyers: int
    deals: int
    touches: int
    leads: int
    credits: int
    activity_changes: int
    totals_changed: int
    journeys_changed: int
    restatements: int
    pieces: int
    seconds: dict[str, float]
    seconds_in_all: float

    def as_dict(self) -> dict[str, Any]:
        """The JSON shape."""
        return asdict(self)


def request_recompute(*, by: Membership | None = None, full: bool = False) -> Run:
    """Queue a measurement of the scope's workspace; while one waits, that one is returned."""
    return queue_run(
        kind=KIND,
        arguments={"full": full},
        title="Measure everything anew" if full else "Measure what changed",
        by=by,
        only_one=f"{KIND} full" if full else KIND,
    )


def request_where_stale() -> int:
    """Queue a measurement for each workspace where something changed; return how many."""

    def request() -> int:
        request_recompute()
        return 1

    return in_each_workspace(request, among=stale_workspaces())


def perform(run: Run, report: Report) -> dict[str, Any]:
    """Do a queued measurement and draw its conclusions: what the run's kind is registered with."""
    # A worker that was killed may have measured what changed, and drawn nothing from it yet.
    resumed = run.attempts > 1
    done = recompute(full=bool(run.arguments.get("full")), report=report, resumed=resumed)
    draw_conclusions(changed=bool(done.marks or done.activity_changes or resumed))
    request_curves_where_behind()
    return done.as_dict()


def recompute(
    *,
    full: bool = False,
    report: Report | None = None,
    parties_at_once: int = PARTIES_AT_ONCE,
    resumed: bool = False,
) -> Recomputed:
    """Measure what changed in the scope's workspace since the last time, or everything.

    Everything is measured also where a setting changed that all of it rests on. Two measurements
    of one workspace take turns piece by piece. `report(done, total, message)` is called before
    each piece, in buyers. One that is `resumed` does what a killed one may have left undone.
    """
    started = time.perf_counter()
    piece = Piece()
    with piece.timed("preparing"):
        rules, why, activity = _prepare(full)
    pieces, total, looked_at = 0, _waiting(), 0
    if total >= MANY:
        refresh_statistics("optimize_staleparty")
    while True:
        if report is not None:
            report(min(piece.marks, total), total, "Measuring")
        with transaction.atomic():
            take_turn(_TURN)
            if not measure_some(rules, parties_at_once, piece):
                break
        pieces += 1
        # Not at the end alone: the next piece would be planned for tables as empty as they were
        # before this one filled them, and its joins could take minutes.
        if piece.buyers >= max(MANY, 2 * looked_at):
            looked_at = piece.buyers
            with piece.timed("refreshing statistics"):
                refresh_statistics(*FACTS_AND_TOTALS)
    _note_time()
    restated = 0
    if resumed or piece.totals_changed or piece.journeys_changed or activity:
        with piece.timed("restating closed books"):
            restated = len(restate_closed_books())
    done = Recomputed(
        full=full or bool(why),
        why=why,
        marks=piece.marks,
        buyers=piece.buyers,
        deals=piece.deals,
        touches=piece.touches,
        leads=piece.leads,
        credits=piece.credits,
        activity_changes=activity,
        totals_changed=piece.totals_changed,
        journeys_changed=piece.journeys_changed,
        restatements=restated,
        pieces=pieces,
        seconds={part: round(spent, 4) for part, spent in piece.seconds.items()},
        seconds_in_all=round(time.perf_counter() - started, 4),
    )
    _note(done)
    return done


def _waiting() -> int:
    return int(StaleParty.objects.exclude(party=0).values("party").distinct().count())


@transaction.atomic
def _prepare(full: bool) -> tuple[Rules, str, int]:
    """Bring activity up to date, and mark whom changed settings or cycles concern."""
    workspace_id = tenancy.current_workspace_id()
    take_turn(_TURN)
    StaleParty.objects.filter(party=0).delete()
    state, is_new = MeasurementState.objects.get_or_create()
    settings, calendar = settings_now(), calendar_now()
    why = ""
    if is_new or not state.settings:
        why = "never measured before"
    elif state.settings != settings:
        why = "settings changed"
    if full or why:
        activity = count_activity_anew(workspace_id)
        _mark_everybody(workspace_id)
        state.full_at = timezone.now()
    else:
        activity = fold_activity(workspace_id)
        changed = [
            int(program)
            for program in {*calendar, *state.calendar}
            if calendar.get(program) != state.calendar.get(program)
        ]
        _mark_touched_by(workspace_id, changed)
    state.settings, state.calendar = settings, calendar
    state.save()
    return _rules(workspace_id, settings, calendar), "" if full else why, activity


def _rules(workspace_id: int, settings: dict[str, Any], calendar: dict[str, Any]) -> Rules:
    flights = {
        cycle: Flight(cycle, campaign, _day(first), _day(last))
        for campaign, cycles in calendar.values()
        for cycle, first, last in cycles
    }
    return Rules(
        workspace_id=workspace_id,
        zone=settings["time_zone"],
        lookback_days=settings["lookback_days"],
        half_life_days=float(settings["half_life_days"]),
        campaigns={int(program): campaign for program, (campaign, _) in calendar.items()},
        flights=tuple(flights.values()),
    )


def _day(text: str) -> int:
    return (date.fromisoformat(text) - _EPOCH).days


def _mark_everybody(workspace_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            DELETE FROM optimize_staleparty WHERE workspace_id = %(workspace)s;
            INSERT INTO optimize_staleparty (workspace_id, party)
            SELECT %(workspace)s, party FROM (
                SELECT party FROM execute_touch WHERE workspace_id = %(workspace)s
                UNION SELECT COALESCE(party, %(alone)s + id) FROM execute_deal
                       WHERE workspace_id = %(workspace)s
                UNION SELECT COALESCE(account_id, -id) FROM insight_contact
                       WHERE workspace_id = %(workspace)s AND lead_date IS NOT NULL
                UNION SELECT party FROM optimize_dealfact WHERE workspace_id = %(workspace)s
                UNION SELECT party FROM optimize_leadfact WHERE workspace_id = %(workspace)s
                UNION SELECT party FROM optimize_funnelfact WHERE workspace_id = %(workspace)s
            ) AS everybody
            """,
            {"workspace": workspace_id, "alone": StaleParty.DEAL_ALONE},
        )


def _mark_touched_by(workspace_id: int, programs: list[int]) -> None:
    """Mark whom these programs touched; a program that touched nobody yet costs nothing."""
    if not programs:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO optimize_staleparty (workspace_id, party)
            SELECT DISTINCT %(workspace)s::bigint, party FROM execute_touch
             WHERE workspace_id = %(workspace)s AND program_id = ANY(%(programs)s)
               AND EXISTS (SELECT 1 FROM optimize_activitytotal WHERE workspace_id = %(workspace)s
                              AND figure = 'touches' AND program_id = ANY(%(programs)s))
            """,
            {"workspace": workspace_id, "programs": programs},
        )


def _note_time() -> None:
    """Write down when the measurement was made, and through which day facts are known."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE optimize_measurementstate SET measured_at = clock_timestamp(),
                   facts_through = GREATEST(
                       (SELECT max(date) FROM optimize_activitytotal
                         WHERE workspace_id = %(workspace)s AND figure = 'touches'),
                       (SELECT max(date) FROM optimize_dealfact
                         WHERE workspace_id = %(workspace)s AND outcome <> 'open'))
             WHERE workspace_id = %(workspace)s
            """,
            {"workspace": tenancy.current_workspace_id()},
        )


@transaction.atomic
def _note(done: Recomputed) -> None:
    """Keep what the measurement read and took, and tell those who listen."""
    MeasurementState.objects.update(last=done.as_dict())
    told = {"buyers": done.buyers, "deals": done.deals, "touches": done.touches, "full": done.full}
    record_event("measurement.finished", told)
