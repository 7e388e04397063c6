"""Why deals are won and lost: by what decided them, by rival, by segment, by two voices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Count, FilteredRelation, Q

from execute.models import Deal, Driver, Outcome
from insight.models import Competitor, Product
from ipeo.numerics.estimates import Estimate, rate
from ipeo.numerics.ranges import Days
from ipeo.tenancy import current_workspace_id
from optimize.queries.behind import deals_href
from optimize.queries.reasons import segment
from optimize.queries.told import ANSWER, BUYER, REP, Told

DECIDED = (Outcome.WON, Outcome.LOST)
MOST = 12
"""So many rivals and values of a segment are listed, those with most deals."""


@dataclass(frozen=True)
class Named:
    """A share with the address of the deals that it counts."""

    share: Estimate
    href: str
    named: int


@dataclass(frozen=True)
class DriverLine:
    """How often one driver was named, by reps and by buyers, in lost and in won deals."""

    driver: Driver
    lost_rep: Named
    lost_buyer: Named
    won_rep: Named
    won_buyer: Named


@dataclass(frozen=True)
class DriverTable:
    """What decided deals; the four counts say of how many deals each voice told."""

    lines: tuple[DriverLine, ...]
    told: dict[str, int]

    @property
    def has_any(self) -> bool:
        """Whether anybody named anything."""
        return any(self.told.values())


def drivers(told: Told) -> DriverTable:
    """Return how often each driver was named, over deals of which a voice told; one query.

    A deal with several drivers counts for each, so the shares of a column add up to more than one.
    """
    days = told.days
    names = {REP: "driver", BUYER: "buyer"}
    known = {pk for (voice, _), named in told.named.items() if voice in names for pk in named}

    def counted(driver: Driver, outcome: str, voice: str) -> Named:
        n = told.by(voice, outcome)[driver.pk]
        share = rate(n, told.deals[voice, outcome], reason=_NOBODY[voice])
        wish = f"{names[voice]}.{driver.pk}"
        return Named(share, deals_href(days, wish, outcome=outcome), n)

    lines = [
        DriverLine(
            driver,
            *(counted(driver, ended, voice) for ended in ("lost", "won") for voice in names),
        )
        for driver in Driver.objects.filter(pk__in=known).order_by("position", "pk")
    ]
    lines.sort(key=lambda line: -line.lost_rep.named - line.lost_buyer.named)
    counted_of = {
        f"{outcome}_{voice}": told.deals[voice, outcome]
        for voice in names
        for outcome in ("lost", "won")
    }
    return DriverTable(tuple(lines), counted_of)


_NOBODY = {REP: "no rep has recorded what decided them", BUYER: "no buyer has answered"}


@dataclass(frozen=True)
class Line:
    """One rival, industry, region or product: decided deals and how many were won."""

    label: str
    won: int
    decided: int
    href: str

    @property
    def win_rate(self) -> Estimate:
        """Won of decided, with its interval."""
        return rate(self.won, self.decided)


@dataclass(frozen=True)
class Segment:
    """Deals by one thing they differ in, and how many values are not listed."""

    title: str
    lines: tuple[Line, ...]
    hidden: int


@dataclass(frozen=True)
class Ended:
    """How the deals of some days ended; win rates by rival, and by industry, region, product."""

    won: int
    lost: int
    undecided: int
    rivals: Segment
    segments: tuple[Segment, ...]


class _Group(NamedTuple):
    """Deals that are alike in all that they are counted by."""

    outcome: str
    rival: int | None
    industry: str | None
    region: str | None
    product: int | None
    deals: int


def ended(days: Days) -> Ended:
    """Return how deals ended in some days, also by what they differ in.

    Three queries, of which one reads the deals: it groups them by everything at once.
    """
    # Where its workspace is not said, the policy that guards it is asked of every account.
    buyer = FilteredRelation("account", condition=Q(account__workspace=current_workspace_id()))
    found: Any = (
        Deal.objects.filter(closed_date__range=(days.first, days.last))
        .annotate(buyer=buyer)
        .order_by()
        .values_list("outcome", "competitor_id", "buyer__industry", "buyer__region", "product_id")
        .annotate(deals=Count("pk"))
    )
    groups = [_Group(*row) for row in found]
    outcomes: Counter[str] = Counter()
    for one in groups:
        outcomes[one.outcome] += one.deals
    decided = [one for one in groups if one.outcome in DECIDED]
    rivals = _names(Competitor, {one.rival for one in decided})
    products = _names(Product, {one.product for one in decided})
    return Ended(
        won=outcomes[Outcome.WON],
        lost=outcomes[Outcome.LOST],
        undecided=outcomes[Outcome.NO_DECISION],
        rivals=_segment(
            days,
            "Competitor",
            [(one, one.rival) for one in decided],
            label=lambda key: rivals.get(key, "No competitor named"),
            wish=lambda key: f"rival.{key or 'none'}",
        ),
        segments=(
            _segment(
                days,
                "Industry",
                [(one, one.industry) for one in decided if one.industry],
                wish=lambda key: segment("industry", key),
            ),
            _segment(
                days,
                "Region",
                [(one, one.region) for one in decided if one.region],
                wish=lambda key: segment("region", key),
            ),
            _segment(
                days,
                "Product",
                [(one, one.product) for one in decided if one.product],
                label=lambda key: products[key],
                wish=lambda key: f"product.{key}",
            ),
        ),
    )


def outcomes(days: Days) -> Counter[str]:
    """Return how many deals ended in some days, by outcome; one query, of an index alone."""
    found = Deal.objects.filter(closed_date__range=(days.first, days.last)).order_by()
    return Counter(dict(found.values_list("outcome").annotate(deals=Count("pk"))))


def _names(model: type[Competitor] | type[Product], keys: set[int | None]) -> dict[Any, str]:
    known = {key for key in keys if key is not None}
    return dict(model.objects.filter(pk__in=known).values_list("pk", "name"))


def _segment(
    days: Days,
    title: str,
    groups: list[tuple[_Group, Any]],
    *,
    wish: Callable[[Any], str],
    label: Callable[[Any], str] = str,
) -> Segment:
    """Add groups up by the key beside each; those without one come last among as many deals."""
    won: Counter[Any] = Counter()
    decided: Counter[Any] = Counter()
    for group, key in groups:
        decided[key] += group.deals
        won[key] += group.deals if group.outcome == Outcome.WON else 0
    order = sorted(decided, key=lambda key: (-decided[key], key is None, label(key)))
    lines = tuple(
        Line(label(key), won[key], decided[key], deals_href(days, wish(key), outcome="decided"))
        for key in order[:MOST]
    )
    return Segment(title, lines, max(len(order) - MOST, 0))


@dataclass(frozen=True)
class Cell:
    """Deals in which the rep put one driver first and the buyer another (or the same)."""

    count: int
    href: str
    is_agreement: bool


@dataclass(frozen=True)
class Matrix:
    """Reps' first drivers (rows) against buyers' (columns), over deals that both told of."""

    buyers: tuple[Driver, ...]
    rows: tuple[tuple[Driver, tuple[Cell, ...]], ...]
    agreed: Estimate

    @property
    def n(self) -> int:
        """Of how many deals both voices tell."""
        return self.agreed.n


def disagreement(told: Told, *, outcome: str = "") -> Matrix:
    """Return who put what first, over deals that both voices told of; one query."""
    pairs: Counter[tuple[int, int]] = Counter()
    for ending in (outcome,) if outcome else DECIDED:
        pairs += told.firsts.get(ending, Counter())
    agreed = rate(
        sum(count for (one, other), count in pairs.items() if one == other),
        sum(pairs.values()),
        reason="no deal has both buyer feedback and a driver from its rep",
    )
    named = Driver.objects.in_bulk({pk for pair in pairs for pk in pair})
    order = sorted(named.values(), key=lambda one: (one.position, one.pk))
    columns = tuple(one for one in order if any(pair[1] == one.pk for pair in pairs))
    rows = tuple(
        (
            one,
            tuple(
                Cell(
                    pairs[one.pk, other.pk],
                    deals_href(
                        told.days,
                        f"first.{one.pk}",
                        f"buyerfirst.{other.pk}",
                        outcome=outcome or "decided",
                    ),
                    one.pk == other.pk,
                )
                for other in columns
            ),
        )
        for one in order
        if any(pair[0] == one.pk for pair in pairs)
    )
    return Matrix(columns, rows, agreed)


def answered_share(told: Told, ended: Ended) -> Estimate:
    """Return of what share of the decided deals the buyer has answered."""
    found = sum(told.deals[ANSWER, outcome] for outcome in DECIDED)
    return rate(found, ended.won + ended.lost, reason="no deals decided in this period")
