"""The buyers' own voice, alone and beside the reps'."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from execute.models import BuyerReview, BuyerReviewDriver, Deal, DealDriver, Driver, Outcome
from ipeo.numerics.estimates import Estimate, rate

SCALES = {
    "value": ("much worse", "worse", "about the same", "better", "much better"),
    "price": ("unfair", "rather unfair", "acceptable", "rather fair", "fair"),
    "trust": ("poor", "rather poor", "acceptable", "good", "very good"),
}


@dataclass(frozen=True)
class Voices:
    """What a rep and a buyer say decided one deal, first things first."""

    rep: tuple[Driver, ...]
    buyer: tuple[Driver, ...]

    @property
    def both(self) -> tuple[Driver, ...]:
        """What both name, in the buyer's order."""
        named = {driver.pk for driver in self.rep}
        return tuple(driver for driver in self.buyer if driver.pk in named)

    @property
    def agree_on_first(self) -> bool:
        """Whether both put the same first."""
        return bool(self.rep and self.buyer) and self.rep[0].pk == self.buyer[0].pk

    @property
    def says(self) -> str:
        """Agreement or disagreement, plainly."""
        if not self.buyer:
            return "The buyer has not answered."
        if not self.rep:
            return "Your team has not recorded what decided it."
        if self.agree_on_first:
            return f"You and the buyer agree on the top driver: {_lower(self.rep[0])}."
        first = f"You say {_lower(self.rep[0])}, the buyer says {_lower(self.buyer[0])}"
        if self.both:
            names = " and ".join(_lower(driver) for driver in self.both)
            return f"{first}. Both name {names}."
        return f"{first}. You name no driver in common."


def _lower(driver: Driver) -> str:
    return driver.name[:1].lower() + driver.name[1:]


@dataclass(frozen=True)
class Answer:
    """One answered review with the words of its scales."""

    review: BuyerReview
    drivers: tuple[Driver, ...]

    def _scale(self, name: str) -> str:
        step: int | None = getattr(self.review, name)
        return "could not say" if step is None else SCALES[name][step - 1]

    @property
    def value(self) -> str:
        """How the offer's value compared."""
        return self._scale("value")

    @property
    def price(self) -> str:
        """Whether the price was fair for what was offered."""
        return self._scale("price")

    @property
    def trust(self) -> str:
        """How the people and the process were."""
        return self._scale("trust")


def reviews() -> QuerySet[BuyerReview]:
    """Return the workspace's links to buyers, answered or not."""
    return BuyerReview.objects.select_related("deal__account", "made_by__user")


def open_reviews(deal: Deal, *, now: datetime | None = None) -> list[BuyerReview]:
    """Return a deal's links that a buyer can still use."""
    usable = Q(answered_at=None, revoked_at=None, expires_at__gt=now or timezone.now())
    return list(reviews().filter(usable, deal=deal).order_by("-pk"))


def answers_of(deal: Deal) -> list[Answer]:
    """Return what a deal's buyers answered, the latest first."""
    found = (
        reviews()
        .filter(deal=deal, answered_at__isnull=False)
        .prefetch_related("review_drivers__driver")
        .order_by("-answered_at", "-pk")
    )
    return [Answer(review, _ranked(review.review_drivers.all())) for review in found]


def voices_of(deal: Deal, answer: Answer | None) -> Voices:
    """Return the rep's drivers beside a buyer's."""
    rows = deal.deal_drivers.select_related("driver").order_by("rank", "pk")
    return Voices(tuple(row.driver for row in rows), answer.drivers if answer else ())


def _ranked(
    rows: QuerySet[BuyerReviewDriver] | Sequence[BuyerReviewDriver],
) -> tuple[Driver, ...]:
    return tuple(row.driver for row in sorted(rows, key=lambda row: (row.rank, row.pk)))


def drivers_for_buyer(deal: Deal) -> QuerySet[Driver]:
    """Return what a deal's buyer may choose from: what decides deals that ended as theirs did."""
    fitting = {"decides_won": True} if deal.outcome == Outcome.WON else {"decides_lost": True}
    found = Driver.objects.filter(is_active=True, **fitting)
    return found.order_by("position", "pk")


@dataclass(frozen=True)
class DriverVoices:
    """How often a driver is named first: by reps and by buyers, over deals that both told of."""

    driver: Driver
    by_rep: Estimate
    by_buyer: Estimate


@dataclass(frozen=True)
class Agreement:
    """How the two voices compare over the deals whose buyer answered.

    `agreed` is the share in which both put the same driver first; each estimate carries its
    Jeffreys interval and n.
    """

    agreed: Estimate
    drivers: tuple[DriverVoices, ...]


def agreement(
    *, outcome: str = "", since: date | None = None, until: date | None = None
) -> Agreement:
    """Compare the first drivers of reps and buyers over deals closed in a range of days.

    Of a deal with several answers the latest counts. Two queries, however many deals.
    """
    answered = BuyerReview.objects.filter(answered_at__isnull=False)
    if outcome:
        answered = answered.filter(deal__outcome=outcome)
    if since is not None:
        answered = answered.filter(deal__closed_date__gte=since)
    if until is not None:
        answered = answered.filter(deal__closed_date__lte=until)
    buyer = dict(
        BuyerReviewDriver.objects.filter(review__in=answered, rank=1)
        .order_by("review__answered_at", "review_id")
        .values_list("review__deal_id", "driver_id")
    )
    rep = dict(
        DealDriver.objects.filter(deal__in=buyer, rank=1).values_list("deal_id", "driver_id")
    )
    pairs = [(rep[deal], first) for deal, first in buyer.items() if deal in rep]
    if not pairs:
        return Agreement(Estimate.unknown("No buyers have answered yet."), ())
    drivers = Driver.objects.in_bulk({pk for pair in pairs for pk in pair})
    n = len(pairs)
    lines = [
        DriverVoices(
            driver,
            rate(sum(said == pk for said, _ in pairs), n),
            rate(sum(said == pk for _, said in pairs), n),
        )
        for pk, driver in drivers.items()
    ]
    lines.sort(key=lambda line: (-(line.by_buyer.value or 0), -(line.by_rep.value or 0)))
    return Agreement(rate(sum(one == other for one, other in pairs), n), tuple(lines))


def response_rate() -> Estimate:
    """Return the share of links that were answered among those that no longer wait."""
    over = BuyerReview.objects.filter(
        Q(answered_at__isnull=False) | Q(expires_at__lte=timezone.now()), revoked_at=None
    ).aggregate(n=Count("pk"), answered=Count("answered_at"))
    if not over["n"]:
        return Estimate.unknown("No link has been answered or has expired yet.")
    return rate(over["answered"], over["n"])
