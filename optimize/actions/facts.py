"""The facts of some buyers, replaced: former rows out, new rows in, both kept for the totals.

It reads the temporary tables that a piece of the measurement has filled (`new_deal`,
`new_credit`, `new_lead`, `new_funnel`, `buyer`) and fills `changed_*`, the rows with a sign.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from optimize.numerics.attribution import MODELS, UNIT


def replace_facts(workspace_id: int) -> None:
    """Take the buyers' former facts out and put the new ones in, keeping both for the totals."""
    with connection.cursor() as cursor:
        cursor.execute(_REPLACE, {"workspace": workspace_id})


def _of_buyers(table: str, also: str) -> str:
    """Facts of the buyers, and those known by their own key.

    A fact may lie under another buyer than now, where the deal or the person has moved since.
    """
    mine = f"SELECT o.id FROM {table} o JOIN buyer b ON b.party = o.party"  # noqa: S608
    theirs = f"SELECT o.id FROM {table} o JOIN {also}"  # noqa: S608
    here = "WHERE o.workspace_id = %(workspace)s"
    return f"f.id IN ({mine} {here} UNION {theirs} {here})"


def _replaced(table: str, changed: str, whose: str, columns: Sequence[str], source: str) -> str:
    names = ", ".join(columns)
    return (
        f"WITH gone AS (DELETE FROM {table} f WHERE f.workspace_id = %(workspace)s "  # noqa: S608
        f"AND {whose} RETURNING f.*) INSERT INTO {changed} SELECT -1, * FROM gone;"
        f"INSERT INTO {changed} (sign, workspace_id, {names}) "
        f"SELECT 1, %(workspace)s, {source};"
        f"INSERT INTO {table} (workspace_id, {names}) "
        f"SELECT workspace_id, {names} FROM {changed} WHERE sign = 1;"
    )


_SAME = (
    "deal_id",
    "party",
    "outcome",
    "date",
    "created_date",
    "owner_id",
    "product_id",
    "is_proposal",
    "is_new",
    "is_beyond",
    "net_amount",
    "list_amount",
    "margin_amount",
    "days",
)
_SHARES = tuple(f'"{model}"' for model in MODELS)
_REPLACE = (
    "ANALYZE new_deal; ANALYZE new_credit; ANALYZE new_lead;"
    + _replaced(
        "optimize_dealfact",
        "changed_deal",
        _of_buyers("optimize_dealfact", "new_deal n ON n.deal_id = o.deal_id"),
        (*_SAME, "is_touched"),
        f"{', '.join(_SAME)}, deal_id IN (SELECT deal FROM new_credit WHERE channel <> 0) "  # noqa: S608
        "FROM new_deal",
    )
    + _replaced(
        "optimize_credit",
        "changed_credit",
        "f.deal_id IN (SELECT deal_id FROM changed_deal)",
        ("deal_id", "channel_id", "program_id", *_SHARES),
        "deal, NULLIF(channel, 0), NULLIF(program, 0), "
        f"{', '.join(f'({share}::numeric / {UNIT})::numeric(10, 8)' for share in _SHARES)} "
        "FROM new_credit",
    )
    + _replaced(
        "optimize_leadfact",
        "changed_lead",
        _of_buyers("optimize_leadfact", "new_lead n ON n.contact = o.contact_id"),
        ("contact_id", "party", "date", "channel_id", "program_id"),
        "contact, party, DATE '1970-01-01' + day::integer, NULLIF(channel, 0), "
        "NULLIF(program, 0) FROM new_lead",
    )
    + _replaced(
        "optimize_funnelfact",
        "changed_funnel",
        "f.party IN (SELECT party FROM buyer)",
        ("cycle_id", "party", "depth", "is_handed_over", "handoff_minutes"),
        "cycle, party, depth, handed_over = 1, NULLIF(minutes, -1) FROM new_funnel",
    )
    + "ANALYZE changed_deal; ANALYZE changed_credit;"
)
