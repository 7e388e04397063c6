"""What buyers answered of the deals that ended, and what managers made of the advice."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from hashlib import sha256

import numpy as np

from demo import truth
from demo.story import at_hour
from execute.models import BuyerReview, BuyerReviewDriver, Deal, Driver, Outcome
from ipeo.database import bulk
from ipeo.models import Cycle, Membership
from optimize.actions.advice import decide, refresh_recommendations
from optimize.actions.fits import refresh_fits
from optimize.models import Decision, Recommendation

WORDS = {
    Outcome.WON: "The payback sheet went round our board and came back signed.",
    Outcome.LOST: "The offer was fair; nobody told us how long the repairs take.",
}
_REASONS = {
    Recommendation.Kind.PRICE: (
        Decision.Choice.LATER,
        "The old range has to go first. We look again with the next plan.",
    ),
    Recommendation.Kind.RETIRE: (
        Decision.Choice.REJECTED,
        "One more season under a new title before we give it up.",
    ),
}


def hear_buyers(*, seed: int, by: Membership, today: date) -> int:
    """Let the buyers of some ended deals answer; return how many did.

    Sellers who lost blame the price more often than buyers do.
    """
    random = np.random.default_rng([seed, 2])
    drivers = list(Driver.objects.filter(is_active=True).order_by("position", "pk"))
    deals = (
        Deal.objects.filter(outcome__in=WORDS, closed_date__lt=today - timedelta(days=4))
        .order_by("pk")
        .values_list("pk", "outcome", "closed_date", "drivers__pk")
    )
    reviews, named = [], []
    for pk, outcome, closed, said in deals:
        if closed is None or random.random() >= truth.BUYERS_WHO_ANSWER:
            continue
        won = outcome == Outcome.WON
        offered = [one for one in drivers if (one.decides_won if won else one.decides_lost)]
        rep = next((one for one in offered if one.pk == said), None)
        blamed = rep is not None and rep.is_price and not won
        agrees = rep is not None and random.random() < (0.35 if blamed else 0.65)
        others = [one for one in offered if one != rep and not one.is_price]
        other = others[int(random.exponential(2.0)) % len(others)]
        named.append(rep if rep is not None and agrees else other)
        value, trust = (int(random.integers(3, 6)) if won else int(random.integers(1, 5)), 4)
        reviews.append(
            BuyerReview(
                deal_id=pk,
                digest=sha256(f"{seed}-{pk}-{random.integers(2**62)}".encode()).hexdigest(),
                made_by=by,
                made_at=at_hour(closed + timedelta(days=1)),
                expires_at=at_hour(closed + timedelta(days=60)),
                answered_at=at_hour(closed + timedelta(days=3)),
                value=value,
                price=int(random.integers(2, 6)),
                trust=trust,
                again="yes" if won else "perhaps",
                words=WORDS[Outcome(outcome)] if random.random() < 0.1 else "",
            )
        )
    with bulk.unaudited():
        made = BuyerReview.objects.bulk_create(reviews)
        BuyerReviewDriver.objects.bulk_create(
            BuyerReviewDriver(review=review, driver=driver, rank=1)
            for review, driver in zip(made, named, strict=True)
        )
    return len(made)


def decide_on_advice(*, cycle: Cycle, by: Membership, at: datetime) -> None:
    """Decide on all that a cycle was advised at its end, as its manager did then."""
    refresh_fits(now=at)
    for row in refresh_recommendations(cycle=cycle, now=at, on=at.date()):
        choice, reason = _REASONS.get(Recommendation.Kind(row.kind), (Decision.Choice.ACCEPTED, ""))
        decide(recommendation=row, decision=choice, reason=reason, by=by, now=at)


def begin_to_decide(*, cycle: Cycle, by: Membership, now: datetime) -> None:
    """Decide on the last of what waits in the cycle under way, and leave the rest."""
    waiting = list(
        Recommendation.objects.filter(cycle=cycle, state=Recommendation.State.WAITING).order_by(
            "pk"
        )
    )
    tests = [row for row in waiting if row.kind == Recommendation.Kind.TEST]
    if len(waiting) > 1:
        decide(
            recommendation=(tests or waiting)[-1],
            decision=Decision.Choice.ACCEPTED,
            reason="A test costs less than being wrong for another cycle." if tests else "",
            by=by,
            now=now,
        )
