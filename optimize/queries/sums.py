"""The sums over deals, said once: for the totals, and for reading facts day by day.

They are sums over `m`, the rows that `measured` gives: a deal's amounts times the share of it
that is counted, and a sign (-1 takes a fact out of a total). The products are made there once,
since multiplying exact numbers is what costs.
"""

from __future__ import annotations

from optimize.models import CreditTotal
from optimize.numerics.attribution import MODELS, UNIT


def _squares(name: str) -> str:
    return f"sum(CASE WHEN m.sign < 0 THEN -(m.{name}*m.{name}) ELSE m.{name}*m.{name} END)"


SUMS: dict[str, str] = {
    "n": "sum(m.weight)",
    "net_n": "sum(m.weight) FILTER (WHERE m.net IS NOT NULL)",
    "net_amount": "sum(m.net)",
    "net_squares": _squares("net"),
    "list_n": "sum(m.weight) FILTER (WHERE m.list IS NOT NULL)",
    "list_amount": "sum(m.list)",
    "priced_n": "sum(m.weight) FILTER (WHERE m.is_beyond IS NOT NULL)",
    "priced_net_amount": "sum(m.net) FILTER (WHERE m.is_beyond IS NOT NULL)",
    "priced_list_amount": "sum(m.list) FILTER (WHERE m.is_beyond IS NOT NULL)",
    "beyond_n": "sum(m.weight) FILTER (WHERE m.is_beyond)",
    "beyond_net_amount": "sum(m.net) FILTER (WHERE m.is_beyond)",
    "margin_n": "sum(m.weight) FILTER (WHERE m.margin IS NOT NULL)",
    "margin_amount": "sum(m.margin)",
    "margin_squares": _squares("margin"),
    "days_n": "sum(m.weight) FILTER (WHERE m.days IS NOT NULL)",
    "days": "sum(m.days)",
    "days_squares": _squares("days"),
    "new_n": "sum(m.weight) FILTER (WHERE m.is_new)",
}
"""Each additive figure of `DealSums`, without the count of its rows."""

ADDED_UP = ", ".join(f"COALESCE({text}, 0) AS {name}" for name, text in SUMS.items())
"""The select list of all sums, in the order of `SUMS`."""

MONTH = "date_trunc('month', d.date)::date"
SHARES = ", ".join(
    f"('{model}', c.channel_id, c.program_id, NULL::bigint, c.\"{model}\")" for model in MODELS
)


KEYS = ("channel_id", "program_id", "campaign_id")
INFLUENCE = {
    CreditTotal.ANY_CHANNEL: "channel_id",
    CreditTotal.ANY_PROGRAM: "program_id",
    CreditTotal.ANY_CAMPAIGN: "campaign_id",
}
"""What counts a deal once for each of something that touched it at all."""
EACH = {
    CreditTotal.EACH_CHANNEL: "channel_id",
    CreditTotal.EACH_PROGRAM: "program_id",
    CreditTotal.EACH_CAMPAIGN: "campaign_id",
}
"""What splits a deal equally over the distinct ones that touched it."""


def measured(keys: str, source: str, *, sign: str = "1", share: str = "1::numeric") -> str:
    """Rows of `keys` with the amounts of `d`, the deal's fact, times `share` and `sign`.

    The offset keeps the planner from merging this with the sums, and multiplying for each.
    """
    weight = share if sign == "1" else f"({sign}*{share})"
    return (
        f"SELECT {keys}, {sign} AS sign, {weight} AS weight, "  # noqa: S608
        f"{weight}*d.net_amount AS net, {weight}*d.list_amount AS list, "
        f"{weight}*d.margin_amount AS margin, {weight}*d.days AS days, "
        f"d.is_beyond, d.is_new FROM {source} OFFSET 0"
    )


def credited(credit: str) -> str:
    """Rows (deal, sign, model, channel, program, campaign, share) of all models and of influence.

    `credit` is a relation with the columns of `Credit` and a `sign`. A campaign is named only
    where its influence is counted or a deal is split over campaigns. Of equal parts that do not
    come out even in shares of 1e-8, the first are the larger, none before all that have a name.
    """
    shares = (
        "SELECT c.deal_id, c.sign, v.model, v.channel_id, v.program_id, v.campaign_id, v.share "  # noqa: S608
        f"FROM {credit} c CROSS JOIN LATERAL (VALUES {SHARES}) "
        "AS v(model, channel_id, program_id, campaign_id, share) WHERE v.share <> 0"
    )
    influence = (
        "SELECT DISTINCT c.deal_id, c.sign, "  # noqa: S608
        f"'{{model}}', {{keys}}, 1::numeric FROM {credit} c WHERE c.{{key}} IS NOT NULL"
    )
    equally = (
        "SELECT c.deal_id, c.sign, '{model}', {keys}, (({unit} / c.parts + "  # noqa: S608
        f"(c.place <= {UNIT} %% c.parts)::integer)::numeric / {UNIT})::numeric(10, 8) "
        "FROM (SELECT e.*, row_number() OVER (PARTITION BY deal_id, sign "
        "ORDER BY {key} NULLS FIRST) AS place, "
        "count(*) OVER (PARTITION BY deal_id, sign) AS parts "
        f"FROM (SELECT DISTINCT deal_id, sign, {{key}} FROM {credit} i) AS e) AS c"
    )
    return " UNION ALL ".join(
        [
            shares,
            *(
                equally.format(
                    model=model,
                    unit=UNIT,
                    key=key,
                    keys=", ".join(f"c.{name}" if name == key else "NULL::bigint" for name in KEYS),
                )
                for model, key in EACH.items()
            ),
            *(
                influence.format(
                    model=model,
                    key=key,
                    keys=", ".join(f"c.{name}" if name == key else "NULL::bigint" for name in KEYS),
                )
                for model, key in INFLUENCE.items()
            ),
        ]
    )
