"""Measuring what changed against measuring everything: the same rows, in a fraction of the time."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from execute.models import Deal, DealStage
from insight.actions.catalog import save_channel
from insight.models import Account, Channel, Contact
from ipeo import tenancy
from ipeo.actions.workspaces import create_workspace
from ipeo.database import bulk
from ipeo.database.statistics import refresh_statistics
from ipeo.models import Campaign, Workspace
from optimize.actions.recompute import recompute
from plan.models import Program
from tests.benchmarks.measuring import Line

TOUCHES, ACCOUNTS, DEALS = 1_000_000, 50_000, 100_000
STALE = 100
EDITS, BATCH = 10_000, 100
CHANNELS, PROGRAMS = 8, 20
FIRST = datetime(2024, 1, 1, tzinfo=UTC)
DAYS = 700

Change = Callable[[CursorWrapper, dict[str, int]], None]


def run() -> Iterator[Line]:
    """Time full and incremental measurements, and hold the two against each other."""
    yield _equality()
    big, small = _company("measuring", 1), _company("measuring-tenth", 10)
    with tenancy.scope(big):
        full = statistics.median(_timed(full=True) for _ in range(2))
    for what, change in CHANGES.items():
        one_percent, hundred = _times(big, change, ACCOUNTS // 100), _times(big, change, STALE)
        on_small = _times(small, change, STALE)
        at = f"at {TOUCHES:,} touches, {what}"
        yield _ratio(f"1 % of {ACCOUNTS:,} accounts stale, {at}", one_percent, full, 0.05)
        yield _ratio(f"{STALE} accounts stale, {at}", hundred, full, 0.015)
        yield Line(
            f"the same {STALE} accounts on ten times the history, {what}",
            hundred / on_small,
            "at most 1.5",
            hundred <= 1.5 * on_small,
            f"{hundred * 1000:.0f} ms against {on_small * 1000:.0f} ms",
        )


def _ratio(name: str, part: float, full: float, target: float) -> Line:
    return Line(
        name,
        part / full,
        f"at most {target} of a full measurement",
        part <= target * full,
        f"{part * 1000:.0f} ms against {full:.2f} s",
    )


def _company(slug: str, part: int) -> Workspace:
    """Create a workspace of a part of the accounts; each account has as much history as any."""
    made = create_workspace(slug=slug, currency="USD")
    random = np.random.default_rng(5)
    accounts, deals, touches = ACCOUNTS // part, DEALS // part, TOUCHES // part
    with tenancy.scope(made), transaction.atomic(), bulk.unaudited():
        campaign = Campaign.objects.create(name="Desks")
        channels = [save_channel(channel=Channel(name=f"Channel {n}")) for n in range(CHANNELS)]
        programs = [
            Program.objects.create(campaign=campaign, channel=channels[n % CHANNELS], name=f"P{n}")
            for n in range(PROGRAMS)
        ]
        stage = DealStage.objects.create(name="Open", position=1)
        held = Account.objects.bulk_create([Account(name=f"A{n}") for n in range(accounts)])
        people = Contact.objects.bulk_create(
            [Contact(name=f"C{n}", account=account) for n, account in enumerate(held)]
        )
        of = random.integers(0, accounts, touches)
        program = random.integers(0, PROGRAMS, touches)
        touched = pd.DataFrame(
            {
                "account_id": [held[n].pk for n in of],
                "contact_id": [people[n].pk for n in of],
                "program_id": [programs[n].pk for n in program],
                "channel_id": [programs[n].channel_id for n in program],
                "kind": "click",
                "level": 2,
                "occurred_at": [
                    (FIRST + timedelta(seconds=int(second))).isoformat()
                    for second in random.integers(0, DAYS * 86_400, touches)
                ],
            }
        )
        closes = random.integers(60, DAYS, deals)
        won = random.random(deals) < 0.4
        companies = random.integers(0, accounts, deals)
        net = random.integers(800, 1000, deals)
        Deal.objects.bulk_create(
            [
                Deal(
                    name="Deal",
                    account=held[companies[n]],
                    stage=stage,
                    outcome="won" if won[n] else "lost",
                    created_date=_day(int(closes[n]) - 40),
                    closed_date=_day(int(closes[n])),
                    list_amount=1000,
                    net_amount=int(net[n]),
                    cost_amount=600,
                )
                for n in range(deals)
            ],
            batch_size=2_000,
        )
        _insert("execute_touch", made.pk, touched)
    with tenancy.scope(made):
        refresh_statistics("insight_account", "insight_contact", "execute_touch", "execute_deal")
        recompute()
    return made


def _day(days: int) -> str:
    return (date(2024, 1, 1) + timedelta(days=days)).isoformat()


def _insert(table: str, workspace_id: int, frame: pd.DataFrame) -> None:
    with connection.cursor() as cursor:
        names = ", ".join(frame.columns)
        rows = list(frame.itertuples(index=False, name=None))
        for start in range(0, len(rows), 5_000):
            some = rows[start : start + 5_000]
            marks = ", ".join(["%s"] * (len(frame.columns) + 1))
            text = b",".join(
                cursor.cursor.mogrify(f"({marks})", [workspace_id, *map(_plain, row)])
                for row in some
            ).decode()
            cursor.execute(f"INSERT INTO {table} (workspace_id, {names}) VALUES {text}")


def _plain(value: object) -> object:
    return value.item() if isinstance(value, np.generic) else value


def _times(workspace: Workspace, change: Change, size: int) -> float:
    """The median of the seconds that it takes to measure what changed of some accounts."""
    times = []
    with tenancy.scope(workspace):
        for turn in range(5):
            with connection.cursor() as cursor, bulk.unaudited():
                change(cursor, {"workspace": workspace.pk, "size": size, "turn": turn})
            times.append(_timed())
    return statistics.median(times)


def _timed(*, full: bool = False) -> float:
    begun = time.perf_counter()
    recompute(full=full)
    return time.perf_counter() - begun


# Accounts from all over: neighbours' rows lie on the same pages, and are read at once.
_SOME = "GROUP BY account_id ORDER BY md5(account_id || ' ' || %(turn)s) LIMIT %(size)s"


def _change_amounts(cursor: CursorWrapper, of: dict[str, int]) -> None:
    """Change the amount of one deal of each account, which keeps its credit."""
    cursor.execute(
        "UPDATE execute_deal SET net_amount = net_amount + 1 WHERE id IN ("
        f"SELECT min(id) FROM execute_deal WHERE workspace_id = %(workspace)s {_SOME})",
        of,
    )


def _move_touches(cursor: CursorWrapper, of: dict[str, int]) -> None:
    """Move one touch of each account to another month, program and channel.

    It leaves journeys and joins others, and everyone's share in them changes.
    """
    cursor.execute(
        "UPDATE execute_touch t SET occurred_at = t.occurred_at - interval '30 days', "
        "program_id = p.id, channel_id = p.channel_id FROM plan_program p "
        "WHERE p.workspace_id = %(workspace)s AND p.id = (SELECT min(id) + max(id) "
        "FROM plan_program WHERE workspace_id = %(workspace)s) - t.program_id AND t.id IN ("
        f"SELECT min(id) FROM execute_touch WHERE workspace_id = %(workspace)s {_SOME})",
        of,
    )


CHANGES: dict[str, Change] = {
    "an amount changed": _change_amounts,
    "a touch moved": _move_touches,
}


def _equality() -> Line:
    """Ten thousand random edits, measured in batches, against a measurement from nothing."""
    from tests.optimize.edits import Company, everything, forget

    made = create_workspace(slug="measuring-edits", currency="USD")
    begun, differing = time.perf_counter(), 0
    with tenancy.scope(made):
        company = Company(1, accounts=200, contacts=400)
        recompute()
        for batch in range(EDITS // BATCH):
            for _ in range(BATCH):
                company.edit()
            recompute(parties_at_once=company.dice.choice([7, 1000]))
            if batch % 20 == 19:
                changed = everything()
                forget()
                recompute()
                whole = everything()
                differing += sum(changed[name] != whole[name] for name in whole)
        rows = sum(map(len, everything().values()))
    return Line(
        f"{EDITS:,} random inserts, edits, deletes, merges and late arrivals: tables that differ "
        "from a measurement from nothing",
        differing,
        "0",
        differing == 0,
        f"{rows:,} rows compared, {time.perf_counter() - begun:.0f} s",
    )
