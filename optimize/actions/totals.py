"""Totals corrected by the difference between what was measured before and what is now.

The temporary tables `changed_deal`, `changed_credit`, `changed_lead` and `changed_funnel` hold
the rows taken out (sign -1) and put in (sign 1). Numerics add exactly, so what a total holds
after any number of differences is what a sum from scratch would give.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from optimize.queries.sums import ADDED_UP, MONTH, SUMS, credited, measured


def add_differences(workspace_id: int) -> int:
    """Add the differences to every total; return how many totals changed."""
    with connection.cursor() as cursor:
        # Without statistics the planner walks the credits anew for every deal.
        cursor.execute("ANALYZE changed_deal, changed_credit, changed_lead, changed_funnel")
    changed = 0
    for table, key, figures, query in _TOTALS:
        changed += _add(workspace_id, table, key, figures, query)
    return changed


def _add(
    workspace_id: int, table: str, key: Sequence[str], figures: Sequence[str], query: str
) -> int:
    names = [*key, *figures]
    nonzero = " OR ".join(f"{figure} <> 0" for figure in figures)
    values = ", ".join(f"{figure} = total.{figure} + EXCLUDED.{figure}" for figure in figures)
    emptied = "rows = 0" if "rows" in figures else "n = 0"
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH added AS (INSERT INTO {table} AS total (workspace_id, {', '.join(names)}) "  # noqa: S608
            f"SELECT %(workspace)s, {', '.join(names)} FROM ({query}) AS difference "
            f"WHERE {nonzero} "
            f"ON CONFLICT (workspace_id, {', '.join(key)}) DO UPDATE SET {values} "
            f"RETURNING total.{emptied} AS emptied) "
            "SELECT count(*), COALESCE(bool_or(emptied), false) FROM added",
            {"workspace": workspace_id},
        )
        changed, any_emptied = cursor.fetchone()
        # Looking for what to delete reads the whole table; most differences empty nothing.
        if any_emptied:
            cursor.execute(
                f"DELETE FROM {table} WHERE workspace_id = %s AND {emptied}",  # noqa: S608
                [workspace_id],
            )
    return int(changed)


_TOTALS: tuple[tuple[str, tuple[str, ...], tuple[str, ...], str], ...] = (
    (
        "optimize_credittotal",
        ("model", "month", "channel_id", "program_id", "campaign_id", "outcome"),
        ("rows", *SUMS),
        "SELECT model, month, channel_id, program_id, campaign_id, outcome, "  # noqa: S608
        f"sum(sign) AS rows, {ADDED_UP} FROM ("
        + measured(
            f"c.model, {MONTH} AS month, c.channel_id, c.program_id, c.campaign_id, d.outcome",
            f"({credited('changed_credit')}) AS c JOIN changed_deal d "
            "ON d.deal_id = c.deal_id AND d.sign = c.sign",
            sign="c.sign",
            share="c.share",
        )
        + ") AS m GROUP BY 1, 2, 3, 4, 5, 6",
    ),
    (
        "optimize_dealtotal",
        ("month", "owner_id", "product_id", "outcome", "is_touched"),
        ("rows", *SUMS),
        "SELECT month, owner_id, product_id, outcome, is_touched, sum(sign) AS rows, "  # noqa: S608
        f"{ADDED_UP} FROM ("
        + measured(
            f"{MONTH} AS month, d.owner_id, d.product_id, d.outcome, d.is_touched",
            "changed_deal d",
            sign="d.sign",
        )
        + ") AS m GROUP BY 1, 2, 3, 4, 5",
    ),
    (
        "optimize_activitytotal",
        ("figure", "date", "channel_id", "program_id"),
        ("n", "amount"),
        "SELECT 'leads' AS figure, date, channel_id, program_id, sum(sign) AS n, 0 AS amount "
        "FROM changed_lead GROUP BY 2, 3, 4",
    ),
    (
        "optimize_funneltotal",
        ("cycle_id", "depth"),
        ("n", "handed_over", "taken_up"),
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
            ) SELECT count(*) FROM taken
            """,
            {"workspace": workspace_id},
        )
        taken: int = cursor.fetchone()[0]
        if taken:
            cursor.execute(
                "DELETE FROM optimize_activitytotal WHERE workspace_id = %s AND n = 0",
                [workspace_id],
            )
    return taken


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
