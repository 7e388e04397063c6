"""The figures of a slice of the workspace, from sums that add up.

What is not known is None (with its reason in `why`) or an unknown `Estimate`; it is never a zero.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any

from ipeo.numerics.estimates import Estimate, mean_of_deals, shrunk_rate
from optimize.numerics import metrics
from optimize.numerics.metrics import NO_SPEND, Planned, Sums

PRIOR_DEALS = 10.0
"""How many deals the workspace's own price dependence counts for, where a slice has few."""
ENOUGH = 0.5
"""The share of won deals whose cost must be known before their margin is used."""

NO_PLAN = "no approved plan has budget for this"
_NOTHING: Mapping[str, Decimal] = {}
Spread = tuple[float, float]  # the ends of an interval


@dataclass(frozen=True, slots=True)
class Part:
    """What is summed for one slice.

    `deals`: for each outcome the sums of `DealSums`, by name. `credited`: the same of won deals
    that marketing is credited with, None where that has no meaning. `sourced`: the sums of all
    deals first touched by it; `influenced`: of all deals it touched at all. `activity`: for each
    figure its count and amount, None where activity is not kept this way (`no_activity` says
    why). `is_whole` says that deals are counted whole, and so have intervals of their means.
    `untouched` says why nothing is credited, sourced or influenced where those are None;
    `planned` is the approved plan's money, None where none has been approved.
    """

    deals: Mapping[str, Mapping[str, Decimal]]
    credited: Mapping[str, Decimal] | None
    sourced: Mapping[str, Decimal] | None
    influenced: Mapping[str, Decimal] | None
    activity: Mapping[str, tuple[int, Decimal]] | None
    no_activity: str = ""
    is_whole: bool = True
    untouched: str = ""
    planned: Planned | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """Every figure of a slice; money in the workspace's currency, `discount_percent` in points."""

    spend: Decimal | None
    planned_spend: Decimal | None
    committed_spend: Decimal | None
    impressions: int | None
    clicks: int | None
    touches: int | None
    leads: int | None
    deals_won: float
    deals_lost: float
    deals_no_decision: float
    deals_open: float
    new_customers: float
    net_amount: Decimal | None
    list_amount: Decimal | None
    margin_amount: Decimal | None
    open_amount: Decimal | None
    win_rate: Estimate
    attributed_net_amount: Decimal | None
    attributed_margin_amount: Decimal | None
    roas: Estimate
    romi: Estimate
    cac: Estimate
    cost_per_lead: Estimate
    price_realization: Estimate
    discount_percent: Estimate
    price_dependence: Estimate
    mean_deal_amount: Estimate
    mean_cycle_days: Estimate
    sales_velocity: Estimate
    break_even_uplift: Estimate
    pacing: Estimate
    sourced_pipeline_amount: Decimal | None
    influenced_pipeline_amount: Decimal | None
    influenced_deals: int | None
    sourced_deals: int | None = None
    why: Mapping[str, str] = field(default_factory=dict)
    spread: Mapping[str, Spread] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The JSON shape: numbers, money to the cent; what is not known as an unknown estimate.

        What a model credits stands again under `credited`, and both pipelines under their plain
        names, as estimates with n.
        """
        found: dict[str, Any] = {}
        for one in fields(self):
            if one.name in {"why", "spread"}:
                continue
            value = getattr(self, one.name)
            if value is None:
                found[one.name] = self._unknown(one.name).as_dict()
            elif isinstance(value, Estimate):
                found[one.name] = value.as_dict()
            elif isinstance(value, Decimal):
                found[one.name] = float(round(value, 2))
            else:
                found[one.name] = _whole(value)
        for name in ("sourced", "influenced"):
            found[f"{name}_pipeline"] = self._counted(
                f"{name}_pipeline_amount", getattr(self, f"{name}_deals")
            )
        found["credited"] = {
            "count": self._counted("deals_won", None, "count"),
            "net": self._counted("attributed_net_amount", None, "net"),
            "margin": self._counted("attributed_margin_amount", None, "margin"),
        }
        return found

    def _unknown(self, name: str, n: int = 0) -> Estimate:
        return Estimate.unknown(self.why.get(name, "not known"), n)

    def _counted(self, name: str, n: int | None, kind: str = "") -> dict[str, Any]:
        """A counted figure as an estimate, between the ends of a model's interval if it has one."""
        value = getattr(self, name)
        many = round(self.deals_won) if n is None else n
        if value is None:
            return dict(self._unknown(name, many).as_dict())
        low, high = self.spread.get(kind, (None, None))
        rounded = [None if end is None else round(float(end), 6) for end in (value, low, high)]
        return dict(zip(("value", "low", "high"), rounded, strict=True)) | {"n": many}


def _whole(value: float) -> float:
    return int(value) if value == int(value) else round(value, 6)


def figures_of(part: Part, *, usual_dependence: float) -> Figures:
    """Work out a slice's figures; `usual_dependence` is the workspace's price dependence."""
    why: dict[str, str] = {}
    won = part.deals.get("won", _NOTHING)
    lost = part.deals.get("lost", _NOTHING)
    open_deals = part.deals.get("open", _NOTHING)
    n_won, n_lost, n_open = _n(won), _n(lost), _n(open_deals)
    no_amount = "no amount is recorded on these deals"
    no_cost = "no cost is recorded on these deals"
    money: dict[str, Any] = {
        "net_amount": _known(won, "net", no_amount, why, "net_amount"),
        "list_amount": _known(
            won, "list", "no list price is known for these deals", why, "list_amount"
        ),
        "margin_amount": _known(won, "margin", no_cost, why, "margin_amount"),
        "open_amount": _known(open_deals, "net", no_amount, why, "open_amount"),
    }
    activity, spend = _activity(part, why)
    credited = part.credited
    if credited is None:
        why["attributed_net_amount"] = why["attributed_margin_amount"] = part.untouched
        attributed_net = attributed_margin = None
    else:
        attributed_net = _known(credited, "net", no_amount, why, "attributed_net_amount")
        attributed_margin = _known(credited, "margin", no_cost, why, "attributed_margin_amount")
    sizes, cycle = _sums(won, "net"), _sums(won, "days", "days", "days_squares")
    priced = round(won.get("priced_n", 0))
    net, full = float(won.get("priced_net_amount", 0)), float(won.get("priced_list_amount", 0))
    return Figures(
        **activity,
        **money,
        deals_won=n_won,
        deals_lost=n_lost,
        deals_no_decision=_n(part.deals.get("no_decision", _NOTHING)),
        deals_open=n_open,
        new_customers=float(won.get("new_n", 0)),
        win_rate=metrics.win_rate(n_won, n_lost),
        attributed_net_amount=attributed_net,
        attributed_margin_amount=attributed_margin,
        roas=_return(part, "net", spend, activity["spend"], why),
        romi=_return(part, "margin", spend, activity["spend"], why),
        cac=_cost_of(spend, float(won.get("new_n", 0)), "no new customers won", part, why),
        cost_per_lead=_cost_of(spend, float(activity["leads"] or 0), "no leads yet", part, why),
        price_realization=metrics.price_realization(net, full, priced),
        discount_percent=metrics.discount_share(net, full, priced).scaled(100.0),
        price_dependence=_dependence(won, usual_dependence),
        mean_deal_amount=_mean(sizes, won, "net", part.is_whole, no_amount),
        mean_cycle_days=_mean(cycle, won, "days", part.is_whole, "no won deals have both dates"),
        sales_velocity=_velocity(n_open, n_won, n_lost, sizes, cycle, won, part.is_whole),
        **_pipeline(part, why),
        break_even_uplift=_break_even(won),
        pacing=_pacing(part),
        why=why,
    )


def _n(sums: Mapping[str, Decimal]) -> float:
    return float(sums.get("n", 0))


def _known(
    sums: Mapping[str, Decimal], what: str, reason: str, why: dict[str, str], name: str
) -> Decimal | None:
    """A total, None where there are deals and none of them knows it."""
    if sums.get("n", 0) and not sums.get(f"{what}_n", 0):
        why[name] = reason
        return None
    return Decimal(sums.get(f"{what}_amount", 0))


def _activity(part: Part, why: dict[str, str]) -> tuple[dict[str, Any], float | None]:
    found: dict[str, Any] = {"planned_spend": None}
    if part.planned is None:
        why["planned_spend"] = part.no_activity or NO_PLAN
    else:
        found["planned_spend"] = Decimal(part.planned.amount)
    for name, figure, missing in (
        ("spend", "actual", NO_SPEND),
        ("committed_spend", "committed", "no spend committed"),
    ):
        n, amount = (part.activity or {}).get(figure, (0, Decimal(0)))
        found[name] = amount if n else None
        if not n:
            why[name] = part.no_activity or missing
    for name in ("impressions", "clicks"):
        n, amount = (part.activity or {}).get(name, (0, Decimal(0)))
        found[name] = int(amount) if n else None
        if not n:
            why[name] = part.no_activity or f"no {name} are recorded here"
    for name in ("touches", "leads"):
        found[name] = None if part.activity is None else part.activity.get(name, (0, 0))[0]
        if found[name] is None:
            why[name] = part.no_activity
    return found, None if found["spend"] is None else float(found["spend"])


def _pacing(part: Part) -> Estimate:
    if part.planned is None:
        return Estimate.unknown(part.no_activity or NO_PLAN)
    return metrics.pacing(part.planned.actual, part.planned.to_date)


def _sums(sums: Mapping[str, Decimal], what: str, total: str = "", squares: str = "") -> Sums:
    return Sums(
        round(sums.get(f"{what}_n", 0)),
        float(sums.get(total or f"{what}_amount", 0)),
        float(sums.get(squares or f"{what}_squares", 0)),
    )


def _return(
    part: Part,
    what: str,
    spend: float | None,
    recorded: Decimal | None,
    why: Mapping[str, str],
) -> Estimate:
    """Return on spend, of net amounts or of margin less the spend."""
    if recorded is None:
        return Estimate.unknown(why["spend"])
    credited = part.credited
    if credited is None:
        return Estimate.unknown(part.untouched)
    n, known = _n(credited), float(credited.get(f"{what}_n", 0))
    if n and known < ENOUGH * n:
        missing = "cost" if what == "margin" else "amount"
        return Estimate.unknown(
            f"the {missing} is known for only {known:.3g} of {n:.3g} won deals", round(n)
        )
    sums = _sums(credited, what)
    found = metrics.romi(sums, spend) if what == "margin" else metrics.roas(sums, spend)
    if found.known and known < n:
        return Estimate(
            found.value,
            found.low,
            found.high,
            found.n,
            f"known for {known:.3g} of {n:.3g} won deals",
        )
    return found


def _cost_of(
    spend: float | None, count: float, none_yet: str, part: Part, why: Mapping[str, str]
) -> Estimate:
    if spend is None:
        return Estimate.unknown(why["spend"])
    if part.activity is None:
        return Estimate.unknown(part.no_activity)
    if count <= 0:
        return Estimate.unknown(none_yet)
    return metrics.cac(spend, count)


def _dependence(won: Mapping[str, Decimal], usual: float) -> Estimate:
    """The share of won net amount beyond the discount threshold, shrunk to the workspace's.

    As a few large deals tell less than many small ones, the sample is Kish's effective size,
    (sum of amounts)^2 / sum of their squares.
    """
    net = float(won.get("priced_net_amount", 0))
    n = float(won.get("priced_n", 0))
    if n <= 0 or net <= 0:
        return Estimate.unknown("no won deals have both prices")
    share = min(max(float(won["beyond_net_amount"]) / net, 0.0), 1.0)
    squares = float(won.get("net_squares", 0))
    size = min(n, net * net / squares) if squares > 0 else n
    found = shrunk_rate(share * size, size, usual, PRIOR_DEALS)
    return Estimate(found.value, found.low, found.high, round(n))


def _break_even(won: Mapping[str, Decimal]) -> Estimate:
    """How many more deals the mean discount needs: d / (m - d) at list margin m; counted, so exact.

    m comes from what the won deals kept: of the net amount a part is cost, and net is a part of
    list.
    """
    n = round(won.get("priced_n", 0))
    full, net = float(won.get("priced_list_amount", 0)), float(won.get("priced_net_amount", 0))
    known, amount = float(won.get("margin_n", 0)), float(won.get("net_amount", 0))
    if n <= 0 or full <= 0:
        return Estimate.unknown("no won deals have both prices")
    if known < ENOUGH * float(won.get("net_n", 0)) or amount <= 0 or known <= 0:
        return Estimate.unknown("the cost of these deals is not known", n)
    kept = float(won.get("margin_amount", 0)) / known * float(won.get("net_n", 0)) / amount
    discount, margin = 1 - net / full, 1 - (1 - kept) * net / full
    if discount <= 0:
        return Estimate.exact(0.0, n)
    if margin <= discount:
        return Estimate.unknown(
            "the discount leaves no margin, so no number of deals makes up for it", n
        )
    return Estimate.exact(discount / (margin - discount), n)


def _mean(
    sums: Sums, won: Mapping[str, Decimal], what: str, is_whole: bool, reason: str
) -> Estimate:
    """The mean over won deals; deals counted by shares have one, but no interval of it."""
    weight = float(won.get(f"{what}_n", 0))
    if weight <= 0:
        return Estimate.unknown(reason if won.get("n", 0) else "no deals won yet")
    if not is_whole:
        return Estimate(
            sums.total / weight, None, None, sums.n, "fractional deal counts have no interval"
        )
    return mean_of_deals(sums.n, sums.total, sums.squares)


def _velocity(
    n_open: float,
    n_won: float,
    n_lost: float,
    sizes: Sums,
    cycle: Sums,
    won: Mapping[str, Decimal],
    is_whole: bool,
) -> Estimate:
    if is_whole:
        return metrics.sales_velocity(round(n_open), round(n_won), round(n_lost), sizes, cycle)
    size = _mean(sizes, won, "net", False, "no amount is recorded on these deals")
    days = _mean(cycle, won, "days", False, "no won deals have both dates")
    chance = metrics.win_rate(n_won, n_lost)
    for one in (chance, size, days):
        if one.value is None:
            return one
    assert chance.value is not None
    assert size.value is not None
    assert days.value is not None
    if days.value <= 0:
        return Estimate.unknown(
            "the deals have no cycle length because they closed on the day they were created"
        )
    value = n_open * chance.value * size.value / days.value
    return Estimate(value, None, None, round(n_won + n_lost), size.reason)


def _pipeline(part: Part, why: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {"influenced_deals": None, "sourced_deals": None}
    for name, sums in (
        ("sourced_pipeline_amount", part.sourced),
        ("influenced_pipeline_amount", part.influenced),
    ):
        if sums is None:
            found[name], why[name] = None, part.untouched
        else:
            found[name] = _known(sums, "net", "no amount is recorded on these deals", why, name)
    for name, sums in (("sourced_deals", part.sourced), ("influenced_deals", part.influenced)):
        if sums is None:
            why[name] = part.untouched
        else:
            found[name] = math.floor(sums.get("n", 0) + Decimal("0.5"))
    return found
