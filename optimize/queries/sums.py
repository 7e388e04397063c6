"""The sums over deals, said once: for the totals, and for reading facts day by day.

`{w}` is the share of the deal counted, `{s}` the sign with which it counts (-1 takes a fact out
of a total), and `d` the deal's fact.
"""

from __future__ import annotations

from execute.models import Outcome
from optimize.models import AttributionModel, CreditTotal

MODELS = tuple(AttributionModel.values)

SUMS: dict[str, str] = {
    "n": "sum({s}*{w})",
    "net_n": "sum({s}*{w}) FILTER (WHERE d.net_amount IS NOT NULL)",
    "net_amount": "sum({s}*{w}*d.net_amount)",
    "net_squares": "sum({s}*({w}*d.net_amount)*({w}*d.net_amount))",
    "list_n": "sum({s}*{w}) FILTER (WHERE d.list_amount IS NOT NULL)",
    "list_amount": "sum({s}*{w}*d.list_amount)",
    "priced_n": "sum({s}*{w}) FILTER (WHERE d.is_beyond IS NOT NULL)",
    "priced_net_amount": "sum({s}*{w}*d.net_amount) FILTER (WHERE d.is_beyond IS NOT NULL)",
    "priced_list_amount": "sum({s}*{w}*d.list_amount) FILTER (WHERE d.is_beyond IS NOT NULL)",
    "beyond_n": "sum({s}*{w}) FILTER (WHERE d.is_beyond)",
    "beyond_net_amount": "sum({s}*{w}*d.net_amount) FILTER (WHERE d.is_beyond)",
    "margin_n": "sum({s}*{w}) FILTER (WHERE d.margin_amount IS NOT NULL)",
    "margin_amount": "sum({s}*{w}*d.margin_amount)",
    "margin_squares": "sum({s}*({w}*d.margin_amount)*({w}*d.margin_amount))",
    "days_n": "sum({s}*{w}) FILTER (WHERE d.days IS NOT NULL)",
    "days": "sum({s}*{w}*d.days)",
    "days_squares": "sum({s}*({w}*d.days)*({w}*d.days))",
    "new_n": "sum({s}*{w}) FILTER (WHERE d.is_new)",
}
"""Each additive figure of `DealSums`, without the count of its rows."""

MONTH = "date_trunc('month', d.date)::date"

SHARES = ", ".join(f"('{model}', c.channel_id, c.program_id, c.\"{model}\")" for model in MODELS)


def added_up(*, sign: str = "1", weight: str = "1::numeric") -> str:
    """The select list of all sums, in the order of `SUMS`."""
    return ", ".join(
        f"COALESCE({text.format(s=sign, w=weight)}, 0) AS {name}" for name, text in SUMS.items()
    )


def credited(credit: str) -> str:
    """Rows (deal, sign, model, channel, program, share) of all models and of mere influence.

    `credit` is a relation with the columns of `Credit` and a `sign`.
    """
    return (
        f"SELECT c.deal_id, c.sign, v.model, v.channel_id, v.program_id, v.share "  # noqa: S608
        f"FROM {credit} c "
        f"CROSS JOIN LATERAL (VALUES {SHARES}) AS v(model, channel_id, program_id, share) "
        "WHERE v.share <> 0 "
        f"UNION ALL SELECT DISTINCT deal_id, sign, '{CreditTotal.ANY_CHANNEL}', channel_id, "
        f"NULL::bigint, 1::numeric FROM {credit} c WHERE channel_id IS NOT NULL "
        f"UNION ALL SELECT DISTINCT deal_id, sign, '{CreditTotal.ANY_PROGRAM}', NULL::bigint, "
        f"program_id, 1::numeric FROM {credit} c WHERE program_id IS NOT NULL"
    )


OUTCOMES = tuple(Outcome.values)
