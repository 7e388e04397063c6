"""Why deals are won and lost: by what decided them, by rival, by segment, by two voices."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from execute.models import (
    BuyerReview,
    BuyerReviewDriver,
    Deal,
    DealDriver,
    Driver,
    Outcome,
)
from ipeo.numerics.estimates import Estimate, rate
from ipeo.numerics.ranges import Days
from optimize.queries.behind import deals_href
from optimize.queries.reasons import latest_answers, segment

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


def ended(days: Days) -> QuerySet[Deal]:
    """Return the deals that were won or lost in some days."""
    found: QuerySet[Deal] = Deal.objects.filter(
        outcome__in=DECIDED, closed_date__range=(days.first, days.last)
    )
    return found


def drivers(days: Days) -> DriverTable:
    """Return how often each driver was named, over deals of which a voice told; four queries.

    A deal with several drivers counts for each, so the shares of a column add up to more than one.
    Of a deal with several answers of its buyer the latest counts.
    """
    deals = ended(days)
    rep = DealDriver.objects.filter(deal__in=deals)
    buyer = BuyerReviewDriver.objects.filter(latest_answers(), review__deal__in=deals)
    counts: dict[tuple[str, str], Counter[int]] = {}
    told: dict[str, int] = {}
    for voice, rows, path in (("rep", rep, "deal"), ("buyer", buyer, "review__deal")):
        named = (
            rows.order_by()
            .values("driver_id", ended=F(f"{path}__outcome"))
            .annotate(n=Count(f"{path}_id", distinct=True))
        )
        for row in named:
            key = (voice, row["ended"])
            counts.setdefault(key, Counter())[row["driver_id"]] = row["n"]
        whole = (
            rows.order_by()
            .values(ended=F(f"{path}__outcome"))
            .annotate(n=Count(f"{path}_id", distinct=True))
        )
        told |= {f"{row['ended']}_{voice}": row["n"] for row in whole}
    known = {pk for counter in counts.values() for pk in counter}
    names = {"rep": "driver", "buyer": "buyer"}

    def counted(driver: Driver, outcome: str, voice: str) -> Named:
        n = counts.get((voice, outcome), Counter())[driver.pk]
        whole = told.get(f"{outcome}_{voice}", 0)
        share = rate(n, whole, reason=_NOBODY[voice])
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
    return DriverTable(tuple(lines), told)


_NOBODY = {"rep": "no rep has said what decided them", "buyer": "no buyer has answered"}


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


def _grouped(days: Days, key: str, label: str) -> list[dict[str, Any]]:
    rows: Any = (
        ended(days)
        .order_by()
        .values(key=F(key), label=F(label))
        .annotate(decided=Count("pk"), won=Count("pk", filter=Q(outcome=Outcome.WON)))
        .order_by("-decided", "label")
    )
    return list(rows)


def rivals(days: Days) -> Segment:
    """Return win rates by the rival that stood against us, and where none was named."""
    rows = _grouped(days, "competitor_id", "competitor__name")
    lines = [
        Line(
            row["label"] or "No rival named",
            row["won"],
            row["decided"],
            deals_href(days, f"rival.{row['key'] or 'none'}", outcome="decided"),
        )
        for row in rows
    ]
    return Segment("Rival", tuple(lines[:MOST]), max(len(lines) - MOST, 0))


def segments(days: Days) -> list[Segment]:
    """Return win rates by industry, region and product; one query each."""
    found = []
    for title, kind in (("Industry", "industry"), ("Region", "region")):
        path = f"account__{kind}"
        rows = [row for row in _grouped(days, path, path) if row["label"]]
        lines = [
            Line(
                row["label"],
                row["won"],
                row["decided"],
                deals_href(days, segment(kind, row["label"]), outcome="decided"),
            )
            for row in rows
        ]
        found.append(Segment(title, tuple(lines[:MOST]), max(len(lines) - MOST, 0)))
    rows = [row for row in _grouped(days, "product_id", "product__name") if row["key"]]
    lines = [
        Line(
            row["label"],
            row["won"],
            row["decided"],
            deals_href(days, f"product.{row['key']}", outcome="decided"),
        )
        for row in rows
    ]
    found.append(Segment("Product", tuple(lines[:MOST]), max(len(lines) - MOST, 0)))
    return found


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


def disagreement(days: Days, *, outcome: str = "") -> Matrix:
    """Return who put what first, over deals that ended in some days; three queries."""
    deals = ended(days).filter(**({"outcome": outcome} if outcome else {}))
    buyer = dict(
        BuyerReviewDriver.objects.filter(latest_answers(), review__deal__in=deals, rank=1)
        .order_by("pk")
        .values_list("review__deal_id", "driver_id")
    )
    rep = dict(
        DealDriver.objects.filter(deal__in=list(buyer), rank=1).values_list("deal_id", "driver_id")
    )
    pairs = Counter((rep[deal], said) for deal, said in buyer.items() if deal in rep)
    n = sum(pairs.values())
    agreed = rate(
        sum(count for (one, other), count in pairs.items() if one == other),
        n,
        reason="no deal has an answer of its buyer and a driver named by its rep",
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
                        days,
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


def answered_share(days: Days) -> Estimate:
    """Return of what share of the decided deals the buyer has answered."""
    deals = ended(days)
    answered = BuyerReview.objects.filter(answered_at__isnull=False, deal__in=deals)
    n = deals.count()
    found = answered.values("deal_id").distinct().count()
    return rate(found, n, reason="no deal was decided in this time")


def totals(days: Days) -> tuple[int, int, int]:
    """Return how many deals were won, lost and ended without a decision in some days."""
    found: dict[str, int] = Deal.objects.filter(
        closed_date__range=(days.first, days.last)
    ).aggregate(
        won=Count("pk", filter=Q(outcome=Outcome.WON)),
        lost=Count("pk", filter=Q(outcome=Outcome.LOST)),
        none=Count("pk", filter=Q(outcome=Outcome.NO_DECISION)),
    )
    return found["won"], found["lost"], found["none"]
