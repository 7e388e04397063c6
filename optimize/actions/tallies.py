"""The journeys of some buyers, replaced, and the tallies corrected by the difference.

What comes out as it was before is left alone. Everything counted is a whole number, so any
number of differences gives what counting from scratch would.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from django.db import connection

from ipeo.database.arrays import Ints, write_integers
from optimize.actions.additions import add
from optimize.numerics import tallies
from optimize.numerics.attribution import MODELS
from optimize.numerics.journeys import NONE, Touches, Visits
from optimize.numerics.tallies import COUNTED, GRAINS, PATH

Row = tuple[int, int, int, bool, int, int, int, bytes]

TABLES = {
    "new_journey": "deal_id bigint, party bigint, closed bigint, created bigint, first bigint, "
    "last bigint, is_won boolean, net bigint, margin bigint, path bytea",
    "gone_journey": "deal_id bigint",
    "changed_tally": "bucket bigint, month bigint, grain bigint, kind bigint, key bigint, "
    + ", ".join(f'"{model}" bigint' for model in COUNTED),
    "changed_transition": "bucket bigint, month bigint, grain bigint, before bigint, "
    "after bigint, journeys bigint, net bigint, margin bigint",
}


@dataclass(frozen=True, slots=True)
class ClosedDeals:
    """The deals of some buyers: their ids and parties, and what tallies need of those closed."""

    ids: Ints
    party: Ints
    closed: Ints
    created: Ints
    is_closed: Ints
    is_won: Ints
    net: Ints
    margin: Ints


def replace_journeys(
    workspace_id: int,
    deals: ClosedDeals,
    touches: Touches,
    visits: Visits,
    shares: Mapping[str, Ints],
    campaigns: Mapping[int, int],
) -> int:
    """Put the deals' journeys in place of the buyers' former ones; return how many changed.

    `shares` are those of each visit under each rule. Reads `buyer` and `new_deal`.
    """
    new = _new(deals, touches, visits, shares, campaigns)
    old = _old(workspace_id)
    gone = [deal for deal, row in old.items() if new.get(deal) != row]
    come = [deal for deal, row in new.items() if old.get(deal) != row]
    if not gone and not come:
        return 0
    signed = [_signed(old[deal], -1) for deal in gone] + [_signed(new[deal], 1) for deal in come]
    paths = tallies.paths_of(signed)
    ruled = tallies.by_rules(paths)
    counted = [tallies.count(paths, grain, ruled=ruled) for grain in GRAINS]
    _write_tallies([one for one, _ in counted], [one for _, one in counted])
    _write_journeys(gone, {deal: new[deal] for deal in come})
    with connection.cursor() as cursor:
        cursor.execute(_REPLACE_JOURNEYS, {"workspace": workspace_id, "none": NONE})
    for table, keys, figures, difference in _TALLIES:
        is_empty = " AND ".join(f'"{name}" = 0' for name in figures)
        add(workspace_id, table, keys, figures, difference, is_empty=is_empty)
    return len({*gone, *come})


Kept = tuple[int, int, int, bool, int, int, bytes]
"""Party, closed and created day, is won, net and margin in cents (NONE), path."""


def _signed(row: Kept, sign: int) -> Row:
    party, closed, created, is_won, net, margin, path = row
    money = (0 if net == NONE else net, 0 if margin == NONE else margin)
    return (party, closed, created, is_won, *money, sign, path)


def _new(
    deals: ClosedDeals,
    touches: Touches,
    visits: Visits,
    shares: Mapping[str, Ints],
    campaigns: Mapping[int, int],
) -> dict[int, Kept]:
    steps = np.zeros(visits.touch.size, dtype=PATH)
    steps["channel"] = touches.channel[visits.touch]
    steps["program"] = touches.program[visits.touch]
    steps["day"] = touches.day[visits.touch]
    programs, position = np.unique(steps["program"], return_inverse=True)
    if programs.size:
        known = [campaigns.get(int(program), 0) for program in programs]
        steps["campaign"] = np.array(known, dtype=np.int64)[position]
    for place, model in enumerate(MODELS):
        steps["shares"][:, place] = shares[model]
    raw, size = steps.tobytes(), PATH.itemsize
    starts = visits.offsets * size
    chosen = np.flatnonzero((np.diff(visits.offsets) > 0) & (deals.is_closed > 0))
    columns = (
        deals.ids, deals.party, deals.closed, deals.created, deals.is_won, deals.net, deals.margin,
        starts[:-1], starts[1:],
    )  # fmt: skip
    return {
        deal: (party, closed, created, won > 0, net, margin, raw[first:after])
        for deal, party, closed, created, won, net, margin, first, after in zip(
            *(column[chosen].tolist() for column in columns), strict=True
        )
    }


def _old(workspace_id: int) -> dict[int, Kept]:
    """The buyers' journeys as last measured, and those of their deals under other buyers."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT j.deal_id, j.party,
                   COALESCE(j.closed_date - DATE '1970-01-01', %(none)s)::bigint,
                   COALESCE(j.created_date - DATE '1970-01-01', %(none)s)::bigint,
                   j.is_won, COALESCE(j.net_cents, %(none)s), COALESCE(j.margin_cents, %(none)s),
                   j.path
              FROM optimize_journey j
             WHERE j.workspace_id = %(workspace)s AND j.id IN (
                SELECT o.id FROM buyer b JOIN optimize_journey o ON o.party = b.party
                 WHERE o.workspace_id = %(workspace)s
                UNION SELECT o.id FROM new_deal n JOIN optimize_journey o ON o.deal_id = n.deal_id
                 WHERE o.workspace_id = %(workspace)s)
            """,
            {"workspace": workspace_id, "none": NONE},
        )
        return {row[0]: (*row[1:7], bytes(row[7])) for row in cursor.fetchall()}


def _write_tallies(
    credit: Sequence[tallies.CreditCounts], transitions: Sequence[tallies.TransitionCounts]
) -> None:
    def joined(parts: Sequence[object], *names: str) -> dict[str, Ints]:
        return {
            name: np.concatenate([getattr(part, name) for part in parts]).astype(np.int64)
            for name in names
        }

    def grain_of(parts: Sequence[tallies.CreditCounts | tallies.TransitionCounts]) -> Ints:
        sizes = [part.bucket.size for part in parts]
        return np.repeat(np.arange(len(parts), dtype=np.int64), sizes)

    write_integers(
        "changed_tally",
        {
            **joined(credit, "bucket", "month", "kind", "key"),
            "grain": grain_of(credit),
            **{model: np.concatenate([one.credit[model] for one in credit]) for model in COUNTED},
        },
    )
    names = ("bucket", "month", "before", "after", "journeys", "net", "margin")
    write_integers(
        "changed_transition", {**joined(transitions, *names), "grain": grain_of(transitions)}
    )


def _write_journeys(gone: Sequence[int], come: Mapping[int, Kept]) -> None:
    write_integers("gone_journey", {"deal_id": np.array([*gone], dtype=np.int64)})
    text = io.StringIO()
    for deal, (party, closed, created, is_won, net, margin, path) in come.items():
        days = np.frombuffer(path, dtype=PATH)["day"]
        text.write(
            f"{deal}\t{party}\t{closed}\t{created}\t{days.min()}\t{days.max()}\t{is_won}\t{net}\t"
            f"{margin}\t\\\\x{path.hex()}\n"
        )
    text.seek(0)
    with connection.cursor() as cursor:
        cursor.cursor.copy_expert("COPY new_journey FROM STDIN", text)


def _date(column: str) -> str:
    return f"DATE '1970-01-01' + NULLIF({column}, {NONE})::integer"


_GRAIN = "(ARRAY['channel', 'program', 'campaign'])[c.grain + 1]"
_REPLACE_JOURNEYS = (
    # Without statistics the planner may read every journey to find the few that go.
    "ANALYZE gone_journey;"  # noqa: S608
    "DELETE FROM optimize_journey j USING gone_journey g "
    "WHERE j.workspace_id = %(workspace)s AND j.deal_id = g.deal_id;"
    "INSERT INTO optimize_journey (workspace_id, deal_id, party, closed_date, created_date, "
    "first_date, last_date, is_won, net_cents, margin_cents, path) "
    f"SELECT %(workspace)s, deal_id, party, {_date('closed')}, {_date('created')}, "
    f"{_date('first')}, {_date('last')}, is_won, NULLIF(net, %(none)s), "
    "NULLIF(margin, %(none)s), path FROM new_journey;"
)
_TALLIES: tuple[tuple[str, tuple[str, ...], tuple[str, ...], str], ...] = (
    (
        "optimize_credittally",
        ("grain", "month", "kind", "key", "bucket"),
        COUNTED,
        f"SELECT {_GRAIN} AS grain, {_date('c.month')} AS month, "  # noqa: S608
        "(ARRAY['count', 'net', 'margin'])[c.kind + 1] AS kind, c.key, c.bucket, "
        + ", ".join(f'c."{model}"' for model in COUNTED)
        + " FROM changed_tally c",
    ),
    (
        "optimize_transitiontally",
        ("grain", "month", "before", "after", "bucket"),
        ("journeys", "net_cents", "margin_cents"),
        f"SELECT {_GRAIN} AS grain, {_date('c.month')} AS month, c.before, c.after, "  # noqa: S608
        "c.bucket, c.journeys, c.net AS net_cents, c.margin AS margin_cents "
        "FROM changed_transition c",
    ),
)
