"""Price and value: from list to pocket, win rates by discount, and which programs win on value."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Count, F, Q, Sum

from execute.models import Deal, Outcome
from ipeo import tenancy
from ipeo.numerics.estimates import Estimate, rate
from ipeo.numerics.ranges import Days
from optimize.numerics.figures import Figures
from optimize.queries.fits import own_dependence
from optimize.queries.measures import Slice, by_program
from plan.models import Program

HEALTHY = 0.7
"""From this share of won money at value on, a program is said to win on value."""
BANDS = (0.0, 0.05, 0.10, 0.15, 0.20)
"""Where the bands of discount begin; at list price is a band of its own."""

COSTS: Mapping[str, tuple[str, ...]] = {
    "Rebates and bonuses": ("rebate", "bonus", "kickback", "refund", "credit note"),
    "Payment terms": ("cash discount", "early payment", "payment discount", "skonto"),
    "Freight": ("freight", "shipping", "delivery cost", "transport"),
    "Commission": ("commission", "referral fee", "partner fee"),
    "Promotion support": ("promotion support", "co-op", "coop", "marketing allowance"),
}
"""What may be taken off a net price once the deal is won, by the words that its columns carry."""
MOST_READ = 20_000
NO_COSTS = "no won deals record deductions from the net price"


@dataclass(frozen=True)
class Band:
    """Deals discounted between two shares of the list price, and how many of them were won."""

    low: float
    high: float | None
    won: int
    decided: int

    @property
    def label(self) -> str:
        """The band in words."""
        if self.high == 0:
            return "At list price"
        if self.high is None:
            return f"More than {self.low:.0%}"
        if self.low == 0:
            return f"Up to {self.high:.0%}"
        return f"{self.low:.0%} to {self.high:.0%}"

    @property
    def win_rate(self) -> Estimate:
        """Won of decided, with its interval."""
        return rate(self.won, self.decided, reason="no deals decided at this discount")

    @property
    def key(self) -> str:
        """What the list of deals calls it: the ends in tenths of a percent."""
        high = "" if self.high is None else f"{self.high * 1000:.0f}"
        return f"{self.low * 1000:.0f}-{high}"


def bands(days: Days) -> list[Band]:
    """Return win rates by discount over deals that closed in some days; one query."""
    edges = [(0.0, 0.0), *zip(BANDS, [*BANDS[1:], None], strict=True)]
    counts: dict[str, Any] = {}
    for place, (low, high) in enumerate(edges):
        inside = discounted(low, high)
        counts[f"won_{place}"] = Count("pk", filter=inside & Q(outcome=Outcome.WON))
        counts[f"decided_{place}"] = Count("pk", filter=inside)
    found = _decided(days).filter(discount__isnull=False).aggregate(**counts)
    return [
        Band(low, high, found[f"won_{place}"], found[f"decided_{place}"])
        for place, (low, high) in enumerate(edges)
    ]


def discounted(low: float, high: float | None) -> Q:
    """Return the condition that a deal's discount lies above one share and up to another.

    Both 0 is at list price or above.
    """
    if high == 0:
        return Q(discount__lte=0)
    inside = Q(discount__gt=low)
    return inside if high is None else inside & Q(discount__lte=high)


def _decided(days: Days) -> Any:
    return Deal.objects.filter(
        outcome__in=[Outcome.WON, Outcome.LOST], closed_date__range=(days.first, days.last)
    )


@dataclass(frozen=True)
class Step:
    """One step down from list to pocket price."""

    label: str
    amount: Decimal
    is_total: bool = False


@dataclass(frozen=True)
class Pocket:
    """Won deals from their list price to what stays in the pocket.

    `priced` of the `won` deals have both prices. `costs` are what was taken off net prices
    afterwards, as the deals' own columns say, known for `told` deals; without any, the pocket
    price is not known.
    """

    won: int
    priced: int
    list_amount: Decimal
    net_amount: Decimal
    costs: tuple[tuple[str, Decimal], ...]
    told: int

    @property
    def is_known(self) -> bool:
        """Whether there is any deal with both prices."""
        return self.priced > 0 and self.list_amount > 0

    @property
    def pocket_amount(self) -> Decimal | None:
        """Net less what was taken off afterwards; None where no deal says."""
        if not self.told:
            return None
        return self.net_amount - sum((amount for _, amount in self.costs), Decimal(0))

    def as_dict(self) -> dict[str, Any]:
        """The JSON shape."""
        pocket = self.pocket_amount
        return {
            "won": self.won,
            "priced": self.priced,
            "list_amount": self.list_amount,
            "net_amount": self.net_amount,
            "costs": dict(self.costs),
            "told": self.told,
            "pocket_amount": Estimate.unknown(NO_COSTS).as_dict() if pocket is None else pocket,
        }

    @property
    def steps(self) -> list[Step]:
        """The way down, as a drawing shows it."""
        found = [
            Step("List price", self.list_amount, True),
            Step("Discounts", self.net_amount - self.list_amount),
            Step("Net price", self.net_amount, True),
        ]
        if self.pocket_amount is not None:
            found += [Step(label, -amount) for label, amount in self.costs]
            found.append(Step("Pocket price", self.pocket_amount, True))
        return found

    def share(self, amount: Decimal) -> float | None:
        """An amount as a share of the list price."""
        return float(amount / self.list_amount) if self.list_amount else None


def pocket(days: Days) -> Pocket:
    """Return how won deals of some days come down from list to pocket price; three queries."""
    won = Deal.objects.filter(
        outcome=Outcome.WON, closed_date__range=(days.first, days.last)
    ).order_by()
    priced = won.filter(list_amount__gt=0, net_amount__isnull=False)
    sums = priced.aggregate(n=Count("pk"), total=Sum("list_amount"), net=Sum("net_amount"))
    attributes = priced.exclude(attributes={}).values_list("attributes", flat=True)[:MOST_READ]
    totals: dict[str, Decimal] = {}
    told = 0
    for held in attributes:
        costs = deal_costs(held)
        told += bool(costs)
        for label, amount in costs.items():
            totals[label] = totals.get(label, Decimal(0)) + amount
    return Pocket(
        won=won.count(),
        priced=sums["n"],
        list_amount=sums["total"] or Decimal(0),
        net_amount=sums["net"] or Decimal(0),
        costs=tuple((label, totals[label]) for label in COSTS if label in totals),
        told=told,
    )


def deal_costs(attributes: Mapping[str, Any]) -> dict[str, Decimal]:
    """Return what a deal's own columns say was taken off its net price, by kind.

    A column counts by the words of its name, whatever their case; a share or a word is no amount.
    """
    found: dict[str, Decimal] = {}
    for name, value in attributes.items():
        plain = re.sub(r"[\W_]+", " ", str(name)).lower()
        for label, words in COSTS.items():
            if any(word.replace("-", " ") in plain for word in words):
                amount = _amount(value)
                if amount is not None:
                    found[label] = found.get(label, Decimal(0)) + abs(amount)
                break
    return found


def _amount(value: Any) -> Decimal | None:
    text = re.sub(r"[\s,'\u00a0]|[A-Z]{3}|[$€£]", "", str(value))
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


@dataclass(frozen=True)
class ValueLine:
    """A program by how it wins (value or price) and by what its money brings back."""

    program: Program
    figures: Figures
    own: Estimate
    """Its price dependence over the won deals that it opened itself, of all time, shrunk."""

    @property
    def value_share(self) -> Estimate:
        """The share of won money that closed within the discount threshold, shrunk for small n.

        Of the program's own deals: credit spreads a deal over its journey, and so hides whose
        offer was cheap. Where it opened none, of those it is credited with.
        """
        held = self.own if self.own.known else self.figures.price_dependence
        return held.scaled(-1.0, 1.0) if held.known else held

    @property
    def margin_romi(self) -> Estimate:
        """(margin - spend) / spend."""
        return self.figures.romi

    @property
    def revenue_romi(self) -> Estimate:
        """(net revenue - spend) / spend: what it would look like if goods cost nothing."""
        held = self.figures.roas
        return held.scaled(1.0, -1.0) if held.known else held

    @property
    def quadrant(self) -> str:
        """Where it stands, in words; by its estimates, whatever their intervals."""
        value, romi = self.value_share.value, self.margin_romi.value
        if value is None or romi is None:
            return ""
        if value >= HEALTHY:
            return "Wins on value, profitable" if romi > 0 else "Wins on value, not profitable yet"
        return "Profitable, but on price" if romi > 0 else "Buys revenue with margin"

    @property
    def is_sure(self) -> bool:
        """Whether both intervals lie wholly within the quadrant."""
        return self.value_share.excludes(HEALTHY) and self.margin_romi.excludes(0.0)


def value_lines(days: Days, *, model: str = "first") -> list[ValueLine]:
    """Return every program with deals or spend in some days, those that pay best first."""
    rows = by_program(Slice(date_from=days.first, date_to=days.last), models=[model])
    own, none = own_dependence(), Estimate.unknown("it opened no deal that was won")
    lines = [
        ValueLine(row.program, row.figures, own.get(row.program.pk, none))
        for row in rows
        if row.figures.spend or row.figures.deals_won
    ]
    return sorted(lines, key=lambda one: (one.margin_romi.value is None, -_value(one.margin_romi)))


def _value(held: Estimate) -> float:
    return held.value or 0.0


def dependence_of_workspace(days: Days) -> Estimate:
    """Return the share of won money that closed beyond the threshold, of all priced won deals.

    Its interval counts deals as (sum)^2 / sum of squares, since large ones say more than small.
    """
    threshold = tenancy.current_workspace().discount_threshold
    beyond = Q(discount__gt=threshold)
    sums = Deal.objects.filter(
        outcome=Outcome.WON,
        closed_date__range=(days.first, days.last),
        discount__isnull=False,
        net_amount__gt=0,
    ).aggregate(
        n=Count("pk"),
        total=Sum("net_amount"),
        dear=Sum("net_amount", filter=beyond),
        squares=Sum(F("net_amount") * F("net_amount")),
    )
    if not sums["total"]:
        return Estimate.unknown("no deals with both prices won in this period")
    total, squares = float(sums["total"]), float(sums["squares"])
    share, effective = float(sums["dear"] or 0) / total, total**2 / squares
    held = rate(share * effective, effective)
    return Estimate(share, held.low, held.high, sums["n"])


def unsure(lines: Sequence[ValueLine]) -> int:
    """Return how many programs might stand in another quadrant."""
    return sum(bool(one.quadrant) and not one.is_sure for one in lines)
