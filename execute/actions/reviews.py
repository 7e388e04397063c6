"""A buyer is asked for their own voice by a link that works once."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from execute.models import BuyerReview, BuyerReviewDriver, Deal, Driver, Outcome
from execute.queries.reviews import drivers_for_buyer
from ipeo import tenancy
from ipeo.database.holding import hold
from ipeo.models import Membership
from ipeo.tokens import digest_of

LIFETIME = timedelta(days=30)
MOST_DRIVERS = 3
LONGEST_SECRET = 100


class DealStillOpen(Exception):
    """You can ask the buyer once the deal has closed."""


class NoSuchReview(Exception):
    """No link has this secret."""


class ReviewOver(Exception):
    """The link was used, ran out, or was taken back."""


class AnswerRefused(Exception):
    """What a buyer answered cannot be taken; `field` names what it lacks."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def make_review(
    *, deal: Deal, by: Membership | None, now: datetime | None = None
) -> tuple[BuyerReview, str]:
    """Save a link for the buyer of an ended deal; return it with its secret, shown once.

    The secret is 256 bits; only its hash is kept. Raises `DealStillOpen`.
    """
    if deal.outcome == Outcome.OPEN:
        raise DealStillOpen("You can ask the buyer once the deal has closed.")
    now = now or timezone.now()
    secret = secrets.token_urlsafe(32)
    review = BuyerReview.objects.create(
        deal=deal, digest=digest_of(secret), made_by=by, made_at=now, expires_at=now + LIFETIME
    )
    return review, secret


def revoke_review(*, review: BuyerReview, now: datetime | None = None) -> BuyerReview:
    """Take a link back; an answer that came stays."""
    BuyerReview.objects.filter(pk=review.pk, answered_at=None, revoked_at=None).update(
        revoked_at=now or timezone.now()
    )
    review.refresh_from_db()
    return review


@contextmanager
def opened(secret: str, *, now: datetime | None = None) -> Iterator[BuyerReview]:
    """Work inside the workspace of a link, on nobody's behalf, with the link as it stands.

    The secret is the only way in: what is seen is that workspace's, and the page that asks
    shows the seller's name and the product alone. Raises `NoSuchReview` or `ReviewOver`.
    """
    if not secret or len(secret) > LONGEST_SECRET:
        raise NoSuchReview
    with tenancy.nobody(), tenancy.system():
        found = (
            BuyerReview._base_manager.select_related("workspace")
            .filter(digest=digest_of(secret))
            .first()
        )
    if found is None:
        raise NoSuchReview
    with tenancy.nobody(), tenancy.scope(found.workspace):
        review = BuyerReview.objects.select_related("deal__product").get(pk=found.pk)
        _demand_open(review, now or timezone.now())
        yield review


def _demand_open(review: BuyerReview, now: datetime) -> None:
    if review.answered_at or review.revoked_at or review.expires_at <= now:
        raise ReviewOver


@transaction.atomic
def answer_review(
    *,
    review: BuyerReview,
    drivers: Sequence[Driver],
    again: str,
    value: int | None = None,
    price: int | None = None,
    trust: int | None = None,
    words: str = "",
    now: datetime | None = None,
) -> BuyerReview:
    """Keep what a buyer answers, once. `drivers` come in their order, three at most.

    The scales run from 1 to 5, None where the buyer cannot say. Raises `AnswerRefused`, or
    `ReviewOver` where another answer came first.
    """
    now = now or timezone.now()
    chosen = list(dict.fromkeys(drivers))
    offered = set(drivers_for_buyer(review.deal).values_list("pk", flat=True))
    if not chosen:
        raise AnswerRefused("drivers", "Choose what decided it.")
    if len(chosen) > MOST_DRIVERS:
        raise AnswerRefused("drivers", f"Choose up to {MOST_DRIVERS}.")
    if any(driver.pk not in offered for driver in chosen):
        raise AnswerRefused("drivers", "Choose from the list.")
    if again not in BuyerReview.Again.values:
        raise AnswerRefused("again", "Choose whether you would consider this seller again.")
    for name, step in (("value", value), ("price", price), ("trust", trust)):
        if step is not None and not 1 <= step <= 5:
            raise AnswerRefused(name, "Choose one of the five answers.")
    stored = hold(BuyerReview, review.pk)
    _demand_open(stored, now)
    stored.value, stored.price, stored.trust = value, price, trust
    stored.again, stored.words, stored.answered_at = again, words.strip(), now
    stored.save()
    BuyerReviewDriver.objects.bulk_create(
        [
            BuyerReviewDriver(review=stored, driver=driver, rank=rank)
            for rank, driver in enumerate(chosen, start=1)
        ]
    )
    return stored
