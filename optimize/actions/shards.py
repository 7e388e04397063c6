"""One bounded piece of the measurement: some buyers, measured anew and put in place.

Everything here runs inside one transaction. It takes the marks first and reads afterwards, so a
change committed in between is either read or leaves a mark that outlives this piece.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
from django.db import connection

from ipeo.database.arrays import Ints, read_integers, write_integers
from optimize.actions.facts import replace_facts
from optimize.actions.scratch import make_tables
from optimize.actions.tallies import ClosedDeals, replace_journeys
from optimize.actions.totals import add_differences
from optimize.models import StaleParty
from optimize.numerics import journeys as numerics
from optimize.numerics.attribution import MODELS
from optimize.numerics.journeys import NONE, Deals, Flight, Touches


@dataclass(frozen=True)
class Rules:
    """The settings that a measurement rests on."""

    workspace_id: int
    zone: str
    lookback_days: int
    half_life_days: float
    campaigns: dict[int, int]
    flights: tuple[Flight, ...]


@dataclass
class Piece:
    """What a piece, or several together, read, wrote and took in seconds."""

    marks: int = 0
    buyers: int = 0
    deals: int = 0
    touches: int = 0
    leads: int = 0
    credits: int = 0
    totals_changed: int = 0
    journeys_changed: int = 0
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timed(self, part: str) -> Iterator[None]:
        """Add the time that a part takes to its seconds."""
        started = time.perf_counter()
        try:
            yield
        finally:
            spent = time.perf_counter() - started
            self.seconds[part] = self.seconds.get(part, 0.0) + spent


def measure_some(rules: Rules, limit: int, so_far: Piece) -> bool:
    """Measure up to `limit` marked parties; return whether there were any."""
    with so_far.timed("finding what changed"):
        highest = _highest_of_lowest_marks(rules.workspace_id, limit)
        if highest is None:
            return False
        make_tables()
        marks = _take_marks(rules.workspace_id, highest)
        buyers = _find_buyers(rules.workspace_id)
    so_far.marks += marks
    so_far.buyers += buyers.size
    with so_far.timed("reading"):
        read = _read_deals(rules, buyers)
        touches = _read_touches(rules, buyers)
        contacts = _read_contacts(rules, buyers)
    so_far.deals += read.deals.size
    so_far.touches += touches.size
    with so_far.timed("computing"):
        visits = numerics.journeys(touches, read.deals)
        credit = numerics.credit(touches, read.deals, visits, rules.half_life_days)
        leads = numerics.leads(touches, **contacts)
        cycle = numerics.cycle_of(touches, rules.campaigns, rules.flights)
        funnel = numerics.funnel(touches, read.deals, visits, cycle)
    so_far.leads += leads.contact.size
    so_far.credits += credit.deal.size
    with so_far.timed("writing"):
        write_integers(
            "new_credit",
            {
                "deal": read.ids[credit.deal],
                "channel": credit.channel,
                "program": credit.program,
                **{model: credit.shares[model] for model in MODELS},
            },
        )
        write_integers(
            "new_lead",
            {
                "contact": contacts["contact"][leads.contact],
                "party": buyers[contacts["buyer"][leads.contact]],
                "day": leads.day,
                "channel": leads.channel,
                "program": leads.program,
            },
        )
        write_integers(
            "new_funnel",
            {
                "cycle": funnel.cycle,
                "party": buyers[funnel.buyer],
                "depth": funnel.depth,
                "handed_over": funnel.handed_over,
                "minutes": funnel.minutes,
            },
        )
        differs = replace_facts(rules.workspace_id)
    with so_far.timed("adding to totals"):
        if differs:
            so_far.totals_changed += add_differences(rules.workspace_id)
    with so_far.timed("tallying journeys"):
        so_far.journeys_changed += replace_journeys(
            rules.workspace_id, read.closed, touches, visits, credit.by_visit, rules.campaigns
        )
    return True


def _highest_of_lowest_marks(workspace_id: int, limit: int) -> int | None:
    """The last of the `limit` lowest marked parties; None where nobody is marked."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT max(party) FROM (SELECT DISTINCT party FROM optimize_staleparty
                                     WHERE workspace_id = %(workspace)s AND party <> 0
                                     ORDER BY party LIMIT %(limit)s) AS lowest
            """,
            {"workspace": workspace_id, "limit": limit},
        )
        highest: int | None = cursor.fetchone()[0]
    return highest


def _take_marks(workspace_id: int, highest: int) -> int:
    """Move the marked parties up to `highest` into `stale`; return how many.

    A range is taken rather than a list: the list would be searched through for every mark.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH taken AS (
                DELETE FROM optimize_staleparty
                 WHERE workspace_id = %(workspace)s AND party <> 0 AND party <= %(highest)s
                RETURNING party
            ) INSERT INTO stale SELECT DISTINCT party FROM taken
            """,
            {"workspace": workspace_id, "highest": highest},
        )
        return int(cursor.rowcount)


_BUYERS_OF_STALE = """
    INSERT INTO buyer
    SELECT party FROM stale
    UNION
    SELECT c.account_id FROM stale s JOIN insight_contact c ON c.id = s.contact
     WHERE s.party < 0 AND c.account_id IS NOT NULL AND c.workspace_id = %(workspace)s
    UNION
    SELECT d.account_id FROM stale s JOIN execute_deal d ON d.contact_id = s.contact
     WHERE s.party < 0 AND d.account_id IS NOT NULL AND d.workspace_id = %(workspace)s
    ON CONFLICT DO NOTHING;
    ANALYZE buyer;
"""

# Colleagues of a buyer who wait for a later piece come along, so that no buyer is measured twice
# in a pass. What their marks stand for is committed, and read below.
_COLLEAGUES_COME_ALONG = """
    WITH colleague AS (
        DELETE FROM optimize_staleparty s USING insight_contact c JOIN buyer b
            ON b.party = c.account_id
         WHERE s.workspace_id = %(workspace)s AND s.party < 0 AND c.id = -s.party
           AND c.workspace_id = %(workspace)s
        RETURNING s.party
    ) INSERT INTO stale SELECT DISTINCT party FROM colleague;
    ANALYZE stale;
"""

# Whoever is measured now need not be measured again for a mark made before the reading begins.
_TAKE_MARKS_OF_BUYERS = """
    DELETE FROM optimize_staleparty s USING buyer b
     WHERE s.workspace_id = %(workspace)s AND s.party = b.party;
"""

_MEMBERS_OF_BUYERS = """
    INSERT INTO member
    SELECT party, party FROM buyer WHERE party > 0 OR party < %(alone)s / 2
    UNION
    SELECT -id, home FROM (
        SELECT c.id, COALESCE(
            c.account_id,
            (SELECT min(d.account_id) FROM execute_deal d
              WHERE d.contact_id = c.id AND d.account_id IS NOT NULL),
            -c.id) AS home
          FROM insight_contact c
         WHERE c.workspace_id = %(workspace)s AND c.id IN (
            SELECT i.id FROM buyer b JOIN insight_contact i ON i.account_id = b.party
             WHERE i.workspace_id = %(workspace)s
            UNION SELECT -party FROM buyer WHERE party < 0
            UNION SELECT d.contact_id FROM buyer b
              JOIN execute_deal d ON d.workspace_id = %(workspace)s AND d.party = b.party
             WHERE d.contact_id IS NOT NULL)
    ) AS person WHERE home IN (SELECT party FROM buyer);
    ANALYZE member;
"""


def _find_buyers(workspace_id: int) -> Ints:
    """Find the buyers concerned, and which parties' touches and deals are theirs.

    A person belongs to their account; one without an account who is named on a company's deal
    belongs to that company, of several to the one known longest (the lowest id).
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "ANALYZE stale;"
            + _BUYERS_OF_STALE
            + _COLLEAGUES_COME_ALONG
            + _BUYERS_OF_STALE
            + _TAKE_MARKS_OF_BUYERS
            + _MEMBERS_OF_BUYERS,
            {"workspace": workspace_id, "alone": StaleParty.DEAL_ALONE},
        )
    return read_integers(["party"], "SELECT party FROM buyer ORDER BY party")["party"]


@dataclass(frozen=True)
class _ReadDeals:
    ids: Ints
    deals: Deals
    closed: ClosedDeals


def _read_deals(rules: Rules, buyers: Ints) -> _ReadDeals:
    """Copy the buyers' deals once, as they are now; all that follows reads this copy."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            CREATE TEMPORARY TABLE new_deal ON COMMIT DROP AS
            SELECT d.id AS deal_id, d.buyer AS party, d.outcome,
                   CASE WHEN d.outcome = 'open' THEN d.created_date ELSE d.closed_date END AS date,
                   d.created_date, d.closed_date, d.owner_id, d.product_id,
                   d.outcome = 'won' OR s.is_proposal OR EXISTS (
                       SELECT 1 FROM execute_dealstagechange h
                         JOIN execute_dealstage p ON p.id = h.stage_id
                        WHERE h.workspace_id = %(workspace)s AND h.deal_id = d.id
                          AND p.is_proposal) AS is_proposal,
                   d.outcome = 'won' AND 1 = row_number() OVER (
                       PARTITION BY d.buyer, d.outcome ORDER BY d.closed_date, d.id) AS is_new,
                   CASE WHEN d.list_amount > 0
                        THEN d.list_amount - d.net_amount
                             > w.discount_threshold * d.list_amount END AS is_beyond,
                   d.net_amount, d.list_amount, d.margin_amount,
                   CASE WHEN d.closed_date >= d.created_date
                        THEN d.closed_date - d.created_date END AS days
              FROM (SELECT d.*, m.buyer FROM member m
                      JOIN execute_deal d ON d.party = m.party
                     WHERE d.workspace_id = %(workspace)s
                    UNION ALL
                    SELECT d.*, b.party
                      FROM (SELECT party, party - %(alone)s AS deal FROM buyer
                             WHERE party < %(alone)s / 2 OFFSET 0) AS b
                      JOIN execute_deal d ON d.id = b.deal
                     WHERE d.party IS NULL AND d.workspace_id = %(workspace)s) AS d
              JOIN execute_dealstage s ON s.id = d.stage_id
              JOIN ipeo_workspace w ON w.id = d.workspace_id
            """,
            {"workspace": rules.workspace_id, "alone": StaleParty.DEAL_ALONE},
        )
    columns = read_integers(
        ["id", "buyer", "created", "closed", "depth", "is_closed", "is_won", "net", "margin"],
        """
        SELECT deal_id, party, COALESCE((created_date - DATE '1970-01-01')::bigint, %(none)s),
               COALESCE((closed_date - DATE '1970-01-01')::bigint, %(none)s),
               CASE WHEN outcome = 'won' THEN 6 WHEN is_proposal THEN 5 ELSE 4 END::bigint,
               (outcome <> 'open')::integer::bigint, (outcome = 'won')::integer::bigint,
               COALESCE((net_amount * 100)::bigint, %(none)s),
               COALESCE((margin_amount * 100)::bigint, %(none)s)
          FROM new_deal ORDER BY party, deal_id
        """,
        {"none": NONE},
    )
    closed, created = columns["closed"], columns["created"]
    is_open = closed == NONE
    # An open deal's journey is still being written: it looks back from the opening, and takes
    # whatever has happened since.
    since = np.where(is_open, created, closed)
    return _ReadDeals(
        columns["id"],
        Deals(
            buyer=np.searchsorted(buyers, columns["buyer"]).astype(np.int64),
            start_day=np.where(since == NONE, -(2**40), since - rules.lookback_days),
            end_day=np.where(is_open, 2**40, closed),
            created_day=created,
            depth=columns["depth"],
        ),
        ClosedDeals(
            ids=columns["id"],
            party=columns["buyer"],
            closed=closed,
            created=created,
            is_closed=columns["is_closed"],
            is_won=columns["is_won"],
            net=columns["net"],
            margin=columns["margin"],
        ),
    )


def _read_touches(rules: Rules, buyers: Ints) -> Touches:
    columns = read_integers(
        ["id", "buyer", "day", "second", "channel", "program", "contact", "kind"],
        """
        SELECT t.id, m.buyer,
               ((t.occurred_at AT TIME ZONE %(zone)s)::date - DATE '1970-01-01')::bigint,
               floor(date_part('epoch', t.occurred_at))::bigint,
               t.channel_id, COALESCE(t.program_id, 0), COALESCE(t.contact_id, 0),
               (t.level + CASE t.kind WHEN 'lead' THEN 16 WHEN 'form' THEN 32 ELSE 0 END
                + CASE WHEN c.is_sales THEN 64 ELSE 0 END)::bigint
          FROM member m
          JOIN execute_touch t ON t.workspace_id = %(workspace)s AND t.party = m.party
          JOIN insight_channel c ON c.id = t.channel_id
        """,
        {"workspace": rules.workspace_id, "zone": rules.zone},
    )
    buyer = np.searchsorted(buyers, columns["buyer"]).astype(np.int64)
    order = numerics.in_order(buyer, columns["day"], columns["second"], columns["id"])
    kind = columns["kind"][order]
    return Touches(
        buyer=buyer[order],
        day=columns["day"][order],
        second=columns["second"][order],
        channel=columns["channel"][order],
        program=columns["program"][order],
        contact=columns["contact"][order],
        level=kind & 15,
        is_lead=(kind & 16) > 0,
        is_form=(kind & 32) > 0,
        is_sales=(kind & 64) > 0,
    )


def _read_contacts(rules: Rules, buyers: Ints) -> dict[str, Ints]:
    """Read the persons among the buyers, and each one's earliest lead touch of any account."""
    columns = read_integers(
        ["contact", "buyer", "lead_day", "source_day", "source_channel", "source_program"],
        """
        SELECT c.id, m.buyer, COALESCE((c.lead_date - DATE '1970-01-01')::bigint, %(none)s),
               COALESCE((t.day - DATE '1970-01-01')::bigint, %(none)s),
               COALESCE(t.channel_id, 0), COALESCE(t.program_id, 0)
          FROM member m JOIN insight_contact c ON c.id = m.contact
          LEFT JOIN LATERAL (
              SELECT (t.occurred_at AT TIME ZONE %(zone)s)::date AS day, t.channel_id, t.program_id
                FROM execute_touch t
               WHERE t.workspace_id = %(workspace)s AND t.contact_id = c.id AND t.kind = 'lead'
               ORDER BY t.occurred_at, t.id LIMIT 1) AS t ON true
         WHERE c.workspace_id = %(workspace)s
         ORDER BY c.id
        """,
        {"none": NONE, "workspace": rules.workspace_id, "zone": rules.zone},
    )
    columns["buyer"] = np.searchsorted(buyers, columns["buyer"]).astype(np.int64)
    return columns
