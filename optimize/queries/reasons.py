"""Why deals were won and lost, as conditions on deals: what a number's drill-down asks for.

A wish names one thing and its row: `driver.3`, `buyer.3`, `first.3` (the rep's first driver),
`buyerfirst.3`, `rival.2`, `rival.none`, `material.7`, `proof.4`, `region.North`, `industry.Retail`,
`product.5`, `discount.0-50` (in tenths of a percent of the list price).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, unquote

from django.db.models import Q

from execute.models import (
    BuyerReview,
    BuyerReviewDriver,
    DealDriver,
    DealMaterial,
    Driver,
    Material,
)
from insight.models import Competitor, Product, ProofPoint
from ipeo.models import TenantModel
from ipeo.queries.named import row_named
from optimize.queries.prices import discounted


@dataclass(frozen=True)
class Reason:
    """A condition on deals, and what to call those that meet it."""

    condition: Q
    words: str


def latest_answers() -> Q:
    """Return the condition that a review is its deal's latest answer."""
    answered = BuyerReview.objects.filter(answered_at__isnull=False).order_by(
        "deal_id", "-answered_at", "-pk"
    )
    return Q(review__in=answered.distinct("deal_id").values("pk"))


def _drivers(key: int, **others: object) -> Q:
    found = DealDriver.objects.filter(driver=key, **others)
    return Q(pk__in=found.values("deal_id"))


def _buyers(key: int, **others: object) -> Q:
    found = BuyerReviewDriver.objects.filter(latest_answers(), driver=key, **others)
    return Q(pk__in=found.values("review__deal_id"))


def _materials(key: int) -> Q:
    return Q(pk__in=DealMaterial.objects.filter(material=key).values("deal_id"))


def _proofs(key: int) -> Q:
    held = DealMaterial.objects.filter(material__proof_point=key)
    return Q(pk__in=held.values("deal_id"))


_ROWS: dict[str, tuple[type[TenantModel], Callable[[int], Q], str]] = {
    "driver": (Driver, _drivers, "reps named {}"),
    "first": (Driver, lambda key: _drivers(key, rank=1), "reps put {} first"),
    "buyer": (Driver, _buyers, "buyers named {}"),
    "buyerfirst": (Driver, lambda key: _buyers(key, rank=1), "buyers put {} first"),
    "rival": (Competitor, lambda key: Q(competitor=key), "against {}"),
    "material": (Material, _materials, "{} helped"),
    "proof": (ProofPoint, _proofs, "material with “{}” helped"),
    "product": (Product, lambda key: Q(product=key), "{}"),
}
_SEGMENTS = {"region": "account__region", "industry": "account__industry"}
_BAND = re.compile(r"(\d{1,4})-(\d{0,4})")


def reason(wish: str) -> Reason | None:
    """Return the condition that a wish names, None where it names nothing that is here."""
    kind, _, key = wish.partition(".")
    if wish == "rival.none":
        return Reason(Q(competitor=None), "no competitor named")
    if wish == "answered":
        answered = BuyerReview.objects.filter(answered_at__isnull=False)
        return Reason(Q(pk__in=answered.values("deal_id")), "whose buyer answered")
    if kind in _ROWS:
        model, condition, words = _ROWS[kind]
        row = row_named(model.objects.all(), key)
        return None if row is None else Reason(condition(row.pk), words.format(row))
    if kind in _SEGMENTS and key:
        name = unquote(key)
        return Reason(Q(**{_SEGMENTS[kind]: name}), name)
    found = _BAND.fullmatch(key) if kind == "discount" else None
    if found is None:
        return None
    low, high = int(found[1]) / 1000, int(found[2]) / 1000 if found[2] else None
    words = "at list price" if high == 0 else f"more than {low:.0%} off"
    if high:
        words = f"{low:.0%} to {high:.0%} off"
    return Reason(discounted(low, high), words)


def segment(kind: str, name: str) -> str:
    """Return the wish for deals of a region or an industry."""
    return f"{kind}.{quote(name, safe='')}"
