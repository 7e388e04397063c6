"""What was said of the deals that were won and lost in some days, by whom, in one reading."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db import connection

from ipeo import tenancy
from ipeo.numerics.ranges import Days

REP, BUYER, BOTH, ANSWER = "rep", "buyer", "both", "answer"
MATERIAL, PROOF = "material", "proof"

# Each thing said is a row, so that deals are read once and counted by voice and by what was named.
# Whoever is asked names a thing once of a deal; a proof point may be carried by several materials.
_SAID = """
    WITH ended AS MATERIALIZED (
        SELECT id AS deal_id, outcome FROM execute_deal
         WHERE workspace_id = %(workspace)s AND outcome IN ('won', 'lost')
           AND closed_date BETWEEN %(first)s AND %(last)s
    ), rep AS (
        SELECT deal_id, outcome, driver_id, rank
          FROM ended JOIN execute_dealdriver USING (deal_id) WHERE workspace_id = %(workspace)s
    ), answer AS (
        SELECT DISTINCT ON (deal_id) r.id AS review_id, deal_id, outcome
          FROM ended JOIN execute_buyerreview r USING (deal_id)
         WHERE workspace_id = %(workspace)s AND answered_at IS NOT NULL
         ORDER BY deal_id, answered_at DESC, r.id DESC
    ), buyer AS (
        SELECT deal_id, outcome, driver_id, rank
          FROM answer JOIN execute_buyerreviewdriver USING (review_id)
         WHERE workspace_id = %(workspace)s
    ), material AS (
        SELECT deal_id, outcome, material_id
          FROM ended JOIN execute_dealmaterial USING (deal_id) WHERE workspace_id = %(workspace)s
    ), said (voice, outcome, key, other, deal_id) AS (
        SELECT 'rep', outcome, driver_id, NULL::bigint, deal_id FROM rep
        UNION ALL SELECT 'buyer', outcome, driver_id, NULL, deal_id FROM buyer
        UNION ALL SELECT 'both', rep.outcome, rep.driver_id, buyer.driver_id, deal_id
                    FROM rep JOIN buyer USING (deal_id) WHERE rep.rank = 1 AND buyer.rank = 1
        UNION ALL SELECT 'answer', outcome, NULL, NULL, deal_id FROM answer
        UNION ALL SELECT 'material', outcome, material_id, NULL, deal_id FROM material
        UNION ALL SELECT 'proof', outcome, proof_point_id, NULL, deal_id
                    FROM material JOIN execute_material m ON m.id = material_id
                   WHERE workspace_id = %(workspace)s AND proof_point_id IS NOT NULL
    )
    SELECT voice, outcome, key, other, count(DISTINCT deal_id)
      FROM said GROUP BY GROUPING SETS ((voice, outcome, key, other), (voice, outcome))
"""


@dataclass(frozen=True)
class Told:
    """Deals counted by (voice, outcome) and what was named; `deals` of which the voice told.

    `firsts` counts, by outcome, what the rep put first beside what the buyer did.
    """

    days: Days
    named: dict[tuple[str, str], Counter[int]]
    firsts: dict[str, Counter[tuple[int, int]]]
    deals: Counter[tuple[str, str]]

    def by(self, voice: str, outcome: str) -> Counter[int]:
        """Return in how many deals a voice named each thing."""
        return self.named.get((voice, outcome), Counter())


def told(days: Days) -> Told:
    """Return what was said of the deals that were won and lost in some days; one query.

    Reps (`REP`) and buyers (`BUYER`) name drivers, and reps the materials that helped, which may
    carry a proof point. A deal counts for each thing named. Of a deal with several answers of its
    buyer the latest counts; `ANSWER` is any, also one that names no driver.
    """
    found = Told(days, {}, {}, Counter())
    with connection.cursor() as cursor:
        cursor.execute(
            _SAID,
            {
                "workspace": tenancy.current_workspace_id(),
                "first": days.first,
                "last": days.last,
            },
        )
        for voice, outcome, key, other, n in cursor.fetchall():
            if key is None:
                found.deals[voice, outcome] = n
            elif voice == BOTH:
                found.firsts.setdefault(outcome, Counter())[key, other] = n
            else:
                found.named.setdefault((voice, outcome), Counter())[key] = n
    return found
