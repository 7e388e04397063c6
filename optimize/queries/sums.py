"""The sums over deals, said once: for the totals, and for reading facts day by day.

They are sums over `m`: rows of deals' amounts, each times the share of it that is counted. The
products are made there once, since multiplying exact numbers is what costs. What changed of deals
is first put together (`worth`), so that a deal of which one amount changed is multiplied once.
"""

from __future__ import annotations

from collections.abc import Mapping

from optimize.models import CreditTotal
from optimize.numerics.attribution import MODELS, UNIT

SUMS: dict[str, str] = {
    "n": "sum(m.weight)",
    "net_n": "sum(m.weight) FILTER (WHERE m.net IS NOT NULL)",
    "net_amount": "sum(m.net)",
    "net_squares": "sum(m.net_squares)",
    "list_n": "sum(m.weight) FILTER (WHERE m.list IS NOT NULL)",
    "list_amount": "sum(m.list)",
    "priced_n": "sum(m.weight) FILTER (WHERE m.is_beyond IS NOT NULL)",
    "priced_net_amount": "sum(m.net) FILTER (WHERE m.is_beyond IS NOT NULL)",
    "priced_list_amount": "sum(m.list) FILTER (WHERE m.is_beyond IS NOT NULL)",
    "beyond_n": "sum(m.weight) FILTER (WHERE m.is_beyond)",
    "beyond_net_amount": "sum(m.net) FILTER (WHERE m.is_beyond)",
    "margin_n": "sum(m.weight) FILTER (WHERE m.margin IS NOT NULL)",
    "margin_amount": "sum(m.margin)",
    "margin_squares": "sum(m.margin_squares)",
    "days_n": "sum(m.weight) FILTER (WHERE m.days IS NOT NULL)",
    "days": "sum(m.days)",
    "days_squares": "sum(m.days_squares)",
    "new_n": "sum(m.weight) FILTER (WHERE m.is_new)",
}
"""Each additive figure of `DealSums`, without the count of its rows."""

ADDED_UP = ", ".join(f"COALESCE({text}, 0) AS {name}" for name, text in SUMS.items())
"""The select list of all sums, in the order of `SUMS`."""

MONTH = "date_trunc('month', d.date)::date"
SHARES = ", ".join(f"('{model}', c.\"{model}\")" for model in MODELS)


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


_AMOUNTS = {
    "net": "d.net_amount",
    "list": "d.list_amount",
    "margin": "d.margin_amount",
    "days": "d.days::numeric",
}
_SQUARED = ("net", "margin", "days")


def measured(keys: str, source: str, *, share: str = "1::numeric") -> str:
    """Rows of `keys` with the amounts of `d`, the deal's fact, times `share`.

    The offset keeps the planner from merging this with the sums, and multiplying for each.
    """
    products = [f"{share}*{amount} AS {name}" for name, amount in _AMOUNTS.items()]
    squares = [f"p.{name}*p.{name} AS {name}_squares" for name in _SQUARED]
    return (
        f"SELECT p.*, {', '.join(squares)} FROM ("  # noqa: S608
        f"SELECT {keys}, {share} AS weight, {', '.join(products)}, d.is_beyond, d.is_new "
        f"FROM {source} OFFSET 0) AS p OFFSET 0"
    )


def worth(keys: Mapping[str, str], source: str) -> str:
    """What deals' facts `d` of a source add to a total, by `keys` and what the sums tell apart.

    A fact has a `sign` (-1 takes it out of a total). Where the former fact of a deal and the new
    one have the same keys, their difference stays, and nothing where that is nothing.
    """
    apart = [*keys.values(), "d.is_beyond", "d.is_new"]
    apart += [f"{amount} IS NULL" for amount in _AMOUNTS.values()]
    named = [f"{text} AS {name}" for name, text in keys.items()]
    sums = {name: f"sum(d.sign*{amount})" for name, amount in _AMOUNTS.items()}
    squares = [f"sum(d.sign*{_AMOUNTS[name]}*{_AMOUNTS[name]})" for name in _SQUARED]
    chosen = [
        *(f"{text} AS {name}" for name, text in sums.items()),
        *(f"{text} AS {name}_squares" for name, text in zip(_SQUARED, squares, strict=True)),
    ]
    differs = " OR ".join(f"{text} <> 0" for text in ("sum(d.sign)", *sums.values()))
    return (
        f"SELECT {', '.join(named)}, sum(d.sign) AS sign, sum(d.sign)::numeric AS weight, "  # noqa: S608
        f"{', '.join(chosen)}, d.is_beyond, d.is_new "
        f"FROM {source} GROUP BY {', '.join(apart)} HAVING {differs}"
    )


def shared(keys: str, source: str) -> str:
    """Rows of `keys` with what `d` is worth (`worth`) times the share of `c`; see `measured`."""
    products = [f"c.share*d.{name} AS {name}" for name in ("weight", *_AMOUNTS)]
    products += [f"c.share*c.share*d.{name}_squares AS {name}_squares" for name in _SQUARED]
    return (
        f"SELECT {keys}, d.sign, {', '.join(products)}, d.is_beyond, d.is_new "  # noqa: S608
        f"FROM {source} OFFSET 0"
    )


def credited(credit: str) -> str:
    """Rows (deal, sign, model, channel, program, campaign, share) of all models and of influence.

    `credit` is a relation with the columns of `Credit` and a `sign`. A campaign is named only
    where its influence is counted or a deal is split over campaigns. Of equal parts that do not
    come out even in shares of 1e-8, the first are the larger, none before all that have a name.
    """
    shares = (
        "SELECT c.deal_id, c.sign, v.model, c.channel_id, c.program_id, "  # noqa: S608
        "NULL::bigint AS campaign_id, v.share "
        f"FROM {credit} c CROSS JOIN LATERAL (VALUES {SHARES}) AS v(model, share) "
        "WHERE v.share <> 0"
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
