"""Totals corrected by the difference between what was measured before and what is now.

The temporary tables `changed_deal`, `changed_credit`, `changed_lead` and `changed_funnel` hold
the rows taken out (sign -1) and put in (sign 1). Numerics add exactly, so what a total holds
after any number of differences is what a sum from scratch would give.
"""

from __future__ import annotations

from django.db import connection

from optimize.actions.additions import add, drop
from optimize.queries.sums import ADDED_UP, MONTH, SUMS, credited, shared, worth


def add_differences(workspace_id: int) -> int:
    """Add the differences to every total; return how many totals changed."""
    with connection.cursor() as cursor:
        # Mostly few rows are left of those gathered, and the planner prepares for what it knows.
        cursor.execute("ANALYZE changed_deal (deal_id), changed_credit (deal_id)")
    return sum(
        add(workspace_id, table, keys, figures, query, is_empty=is_empty)
        for table, keys, figures, is_empty, query in _TOTALS
    )


_DEAL_KEYS = ("month", "owner_id", "product_id", "outcome", "is_touched")
_CREDIT_KEYS = ("model", "month", "channel_id", "program_id", "campaign_id", "outcome")
# A deal whose credit is as it was has its rows of credit once, with the sign of the new ones.
_WORTH_BY_CREDIT = worth(
    {
        "deal_id": "d.deal_id",
        "credit_sign": "CASE WHEN k.by_credit THEN d.sign ELSE 1 END",
        "month": MONTH,
        "outcome": "d.outcome",
    },
    "changed_deal d JOIN differing k ON k.deal_id = d.deal_id",
)
_TOTALS: tuple[tuple[str, tuple[str, ...], tuple[str, ...], str, str], ...] = (
    (
        "optimize_credittotal",
        _CREDIT_KEYS,
        ("rows", *SUMS),
        "rows = 0",
        f"SELECT {', '.join(_CREDIT_KEYS)}, sum(sign) AS rows, {ADDED_UP} FROM ("  # noqa: S608
        + shared(
            "c.model, d.month, c.channel_id, c.program_id, c.campaign_id, d.outcome",
            f"({credited('changed_credit')}) AS c JOIN ({_WORTH_BY_CREDIT}) AS d "
            "ON d.deal_id = c.deal_id AND d.credit_sign = c.sign",
        )
        + ") AS m GROUP BY 1, 2, 3, 4, 5, 6",
    ),
    (
        "optimize_dealtotal",
        _DEAL_KEYS,
        ("rows", *SUMS),
        "rows = 0",
        f"SELECT {', '.join(_DEAL_KEYS)}, sum(sign) AS rows, {ADDED_UP} FROM ("  # noqa: S608
        + worth(
            {
                "deal_id": "d.deal_id",
                "month": MONTH,
                "owner_id": "d.owner_id",
                "product_id": "d.product_id",
                "outcome": "d.outcome",
                "is_touched": "d.is_touched",
            },
            "changed_deal d",
        )
        + ") AS m GROUP BY 1, 2, 3, 4, 5",
    ),
    (
        "optimize_activitytotal",
        ("figure", "date", "channel_id", "program_id"),
        ("n", "amount"),
        "n = 0",
        "SELECT 'leads' AS figure, date, channel_id, program_id, sum(sign) AS n, 0 AS amount "
        "FROM changed_lead GROUP BY 2, 3, 4",
    ),
    (
        "optimize_funneltotal",
        ("cycle_id", "depth"),
        ("n", "handed_over", "taken_up"),
        "n = 0",
        "SELECT cycle_id, depth, sum(sign) AS n, "
        "COALESCE(sum(sign) FILTER (WHERE is_handed_over), 0) AS handed_over, "
        "COALESCE(sum(sign) FILTER (WHERE handoff_minutes IS NOT NULL), 0) AS taken_up "
        "FROM changed_funnel GROUP BY 1, 2",
    ),
)


def fold_activity(workspace_id: int) -> int:
    """Add what the triggers counted to the activity totals; return how many changes there were.

    One statement takes the changes and adds them, so none is lost or counted twice.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH taken AS (
                DELETE FROM optimize_activitydelta WHERE workspace_id = %(workspace)s RETURNING *
            ), difference AS (
                SELECT figure, date, channel_id, program_id, sum(n) AS n, sum(amount) AS amount
                  FROM taken GROUP BY 1, 2, 3, 4 HAVING sum(n) <> 0 OR sum(amount) <> 0
            ), added AS (
                INSERT INTO optimize_activitytotal AS total
                    (workspace_id, figure, date, channel_id, program_id, n, amount)
                SELECT %(workspace)s, * FROM difference
                ON CONFLICT (workspace_id, figure, date, channel_id, program_id)
                DO UPDATE SET n = total.n + EXCLUDED.n, amount = total.amount + EXCLUDED.amount
                RETURNING id, n = 0 AS is_empty
            ) SELECT (SELECT count(*) FROM taken),
                     (SELECT array_agg(id) FILTER (WHERE is_empty) FROM added)
            """,
            {"workspace": workspace_id},
        )
        taken, emptied = cursor.fetchone()
    drop(workspace_id, "optimize_activitytotal", emptied)
    return int(taken)


def count_activity_anew(workspace_id: int) -> int:
    """Count touches and expenses from the facts themselves; return how many totals there are.

    A single statement drops the waiting changes and counts, and so sees both as of one moment:
    a change committed later keeps its own delta. Leads are totalled with the deals.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM optimize_activitytotal WHERE workspace_id = %s AND figure <> 'leads'",
            [workspace_id],
        )
        cursor.execute(
            """
            WITH taken AS (
                DELETE FROM optimize_activitydelta WHERE workspace_id = %(workspace)s
            )
            INSERT INTO optimize_activitytotal
                (workspace_id, figure, date, channel_id, program_id, n, amount)
            SELECT %(workspace)s, 'touches', (t.occurred_at AT TIME ZONE w.time_zone)::date,
                   t.channel_id, t.program_id, count(*), 0
              FROM execute_touch t JOIN ipeo_workspace w ON w.id = t.workspace_id
             WHERE t.workspace_id = %(workspace)s GROUP BY 3, 4, 5
            UNION ALL
            SELECT %(workspace)s, v.figure, e.date, e.channel_id, e.program_id, count(*),
                   sum(v.amount)
              FROM execute_expense e CROSS JOIN LATERAL (VALUES
                   (e.state::text, e.amount), ('impressions', e.impressions::numeric),
                   ('clicks', e.clicks::numeric)) AS v(figure, amount)
             WHERE e.workspace_id = %(workspace)s AND v.amount IS NOT NULL GROUP BY 2, 3, 4, 5
            """,
            {"workspace": workspace_id},
        )
        written: int = cursor.rowcount
    return written
