"""The facts of some buyers, replaced: former rows out, new rows in, both kept for the totals.

It reads the temporary tables that a piece of the measurement has filled (`new_deal`,
`new_credit`, `new_lead`, `new_funnel`, `buyer`) and fills `changed_*`, the rows with a sign, and
`differing`, the deals among them. Of a deal whose credit is as it was, `changed_credit` has the
new rows alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from optimize.numerics.attribution import MODELS, UNIT


def replace_facts(workspace_id: int) -> bool:
    """Take the buyers' former facts out and put the new ones in, keeping both for the totals.

    Returns whether any differs: where none does, nothing is written and the totals stay.
    """
    with connection.cursor() as cursor:
        # A piece's keys should fit into the hash that they are looked up in.
        cursor.execute("SET LOCAL work_mem = '64MB';" + _COMPARE, {"workspace": workspace_id})
        cursor.execute(_DIFFERS)
        differs = bool(cursor.fetchone()[0])
        if differs:
            cursor.execute(_REPLACE, {"workspace": workspace_id})
    return differs


def _of_buyers(table: str, also: str) -> str:
    """Facts of the buyers, and those known by their own key.

    A fact may lie under another buyer than now, where the deal or the person has moved since.
    """
    mine = f"SELECT o.id FROM {table} o JOIN buyer b ON b.party = o.party"  # noqa: S608
    theirs = f"SELECT o.id FROM {table} o JOIN {also}"  # noqa: S608
    here = "WHERE o.workspace_id = %(workspace)s"
    return f"f.id IN ({mine} {here} UNION {theirs} {here})"


def _gathered(table: str, changed: str, whose: str, columns: Sequence[str], source: str) -> str:
    """The former rows with sign -1 beside the new ones with sign 1."""
    return (
        f"INSERT INTO {changed} SELECT -1, f.* FROM {table} f "  # noqa: S608
        f"WHERE f.workspace_id = %(workspace)s AND {whose};"
        f"INSERT INTO {changed} (sign, workspace_id, {', '.join(columns)}) "
        f"SELECT 1, %(workspace)s, {source};"
    )


def _differing(changed: str, columns: Sequence[str], chosen: str) -> str:
    """The keys of rows that do not cancel out."""
    names = ", ".join(columns)
    return f"SELECT {chosen} FROM {changed} GROUP BY {names} HAVING sum(sign) <> 0"  # noqa: S608


def _kept(changed: str, key: str, keys: str, but: str = "true") -> str:
    # Not `NOT IN`: that is searched through for every row once its list outgrows work_mem.
    return (
        f"DELETE FROM {changed} c "  # noqa: S608
        f"WHERE NOT EXISTS (SELECT 1 FROM {keys} k WHERE k.{key} = c.{key} AND ({but}));"
    )


def _written(table: str, changed: str, columns: Sequence[str], where: str = "true") -> str:
    names = ", ".join(columns)
    return (
        f"DELETE FROM {table} f USING {changed} c "  # noqa: S608
        f"WHERE f.workspace_id = %(workspace)s AND f.id = c.id AND c.sign = -1 AND {where};"
        f"INSERT INTO {table} (workspace_id, {names}) "
        f"SELECT workspace_id, {names} FROM {changed} c WHERE sign = 1 AND {where};"
    )


def _where(by: str) -> str:
    return f"c.deal_id IN (SELECT deal_id FROM differing WHERE {by})"  # noqa: S608


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
_DEAL = (*_SAME, "is_touched")
_CREDIT = ("deal_id", "channel_id", "program_id", "campaign_id", *_SHARES)
_LEAD = ("contact_id", "party", "date", "channel_id", "program_id")
_FUNNEL = ("cycle_id", "party", "depth", "is_handed_over", "handoff_minutes")
_EXACT = ", ".join(f"({share}::numeric / {UNIT})::numeric(10, 8)" for share in _SHARES)
# Of the keys alone, by which rows are joined: of every column it would take longer than the joins.
_STATISTICS = (
    "ANALYZE differing (deal_id), differing_lead, differing_funnel, changed_deal (deal_id), "
    "changed_credit (deal_id), changed_lead (contact_id), changed_funnel (party);"
)
_DIFFERS = (
    "SELECT EXISTS (SELECT FROM differing) OR EXISTS (SELECT FROM differing_lead) "
    "OR EXISTS (SELECT FROM differing_funnel)"
)
_COMPARE = "".join(
    [
        "ANALYZE new_deal (deal_id); ANALYZE new_credit (deal); ANALYZE new_lead (contact);",
        _gathered(
            "optimize_dealfact",
            "changed_deal",
            _of_buyers("optimize_dealfact", "new_deal n ON n.deal_id = o.deal_id"),
            _DEAL,
            f"{', '.join(_SAME)}, touched.deal IS NOT NULL FROM new_deal LEFT JOIN "  # noqa: S608
            "(SELECT DISTINCT deal FROM new_credit WHERE channel <> 0) AS touched "
            "ON touched.deal = deal_id",
        ),
        _gathered(
            "optimize_credit",
            "changed_credit",
            "f.deal_id IN (SELECT deal_id FROM changed_deal)",
            _CREDIT,
            f"deal, NULLIF(channel, 0), NULLIF(program, 0), p.campaign_id, {_EXACT} "
            "FROM new_credit LEFT JOIN plan_program p "
            "ON p.id = program AND p.workspace_id = %(workspace)s",
        ),
        _gathered(
            "optimize_leadfact",
            "changed_lead",
            _of_buyers("optimize_leadfact", "new_lead n ON n.contact = o.contact_id"),
            _LEAD,
            "contact, party, DATE '1970-01-01' + day::integer, NULLIF(channel, 0), "
            "NULLIF(program, 0) FROM new_lead",
        ),
        _gathered(
            "optimize_funnelfact",
            "changed_funnel",
            "f.party IN (SELECT party FROM buyer)",
            _FUNNEL,
            "cycle, party, depth, handed_over = 1, NULLIF(minutes, -1) FROM new_funnel",
        ),
        # What comes out as it was before is left alone. A deal is one whole with its credit for
        # the totals; but where only one of the two differs, only that is written.
        "INSERT INTO differing SELECT deal_id, bool_or(by_fact), bool_or(by_credit) FROM (",
        _differing("changed_deal", _DEAL, "deal_id, true AS by_fact, false AS by_credit"),
        " UNION ALL ",
        _differing("changed_credit", _CREDIT, "deal_id, false, true"),
        ") AS d GROUP BY deal_id; INSERT INTO differing_lead ",
        _differing("changed_lead", _LEAD, "contact_id"),
        "; INSERT INTO differing_funnel ",
        _differing("changed_funnel", _FUNNEL, "party"),
        ";",
    ]
)
_REPLACE = "".join(
    [
        _STATISTICS,
        _kept("changed_deal", "deal_id", "differing"),
        # Credit that is as it was is needed once, to share what has changed of the deal.
        _kept("changed_credit", "deal_id", "differing", "k.by_credit OR c.sign = 1"),
        _kept("changed_lead", "contact_id", "differing_lead"),
        _kept("changed_funnel", "party", "differing_funnel"),
        _written("optimize_dealfact", "changed_deal", _DEAL, _where("by_fact")),
        _written("optimize_credit", "changed_credit", _CREDIT, _where("by_credit")),
        _written("optimize_leadfact", "changed_lead", _LEAD),
        _written("optimize_funnelfact", "changed_funnel", _FUNNEL),
    ]
)
