"""Studies and notes: found by their words, and read by their kind."""

from __future__ import annotations

import base64
import binascii
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.core.cache import cache
from django.db import connection
from django.db.models import Count, Max, QuerySet
from redis.exceptions import RedisError

from insight import registry
from insight.models import MindsetWave, Study, StudyAnswer
from insight.numerics.acceptance import PriceAcceptance, price_acceptance
from insight.numerics.pricing import PriceSensitivity, price_sensitivity
from insight.queries.answers import driver_key
from ipeo.numerics.estimates import Estimate, difference, rate
from ipeo.queries.paging import Page, page_of
from ipeo.tenancy import current_workspace

ORDER = ("-held_on", "-id")
KEPT_SECONDS = 3600


def studies() -> QuerySet[Study]:
    """Return the workspace's studies and notes."""
    found: QuerySet[Study] = Study.objects.defer("search").select_related(
        "product", "created_by__user"
    )
    return found


def library(
    *, search: str = "", kind: str = "", tag: str = "", after: str = "", size: int = 50
) -> Page[Study]:
    """Return a page of the library, the latest first, narrowed by words, kind and tag.

    `search` is read as people write to a search engine: words, "a phrase", or, -without.
    """
    if not search.strip():
        found = studies()
        if kind:
            found = found.filter(kind=kind)
        if tag:
            found = found.filter(tags__contains=[tag])
        return page_of(found, order=ORDER, after=after, size=size)
    key = _read_token(after)
    ids = found_ids(search, kind=kind, tag=tag, key=key, most=size + 1)
    held = {row.pk: row for row in studies().filter(pk__in=ids)}
    rows = [held[pk] for pk in ids[:size] if pk in held]
    more = len(ids) > size and rows
    token = _token(rows[-1]) if more else ""
    return Page(rows=rows, next=token, is_first=key is None)


def found_ids(
    search: str,
    *,
    kind: str = "",
    tag: str = "",
    key: tuple[date, int] | None = None,
    most: int = 50,
) -> list[int]:
    """Return the ids of the latest studies that hold the words, below a day and id if given."""
    up_to, below = key or (None, 0)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT insight_found(websearch_to_tsquery('english', %s), %s, %s, %s::date, %s, %s)",
            [search.replace("\0", "")[:400], kind, tag, up_to, below, most],
        )
        return [row[0] for row in cursor.fetchall()]


def _token(row: Study) -> str:
    text = json.dumps([row.held_on.isoformat(), row.pk])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_token(token: str) -> tuple[date, int] | None:
    try:
        day, pk = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        return date.fromisoformat(day), int(pk)
    except (ValueError, TypeError, binascii.Error):
        return None


def tags(limit: int = 30) -> list[tuple[str, int]]:
    """Return the tags most used among the newest 2,000 studies, with how often."""
    newest = Study.objects.order_by(*ORDER).values_list("tags", flat=True)[:2000]
    counted = Counter(tag for held in newest for tag in held if isinstance(tag, str))
    return sorted(counted.most_common(limit))


def answers(study: Study) -> list[dict[str, Any]]:
    """Return what people answered, in the order of their coming."""
    return list(
        StudyAnswer.objects.filter(study=study).order_by("id").values_list("given", flat=True)
    )


def _kept(study: Study, name: str, make: Any) -> Any:
    """Return a result that is slow to make, as it was made for these very answers."""
    stamp = StudyAnswer.objects.filter(study=study).aggregate(n=Count("pk"), last=Max("pk"))
    settings = json.dumps(study.settings, sort_keys=True)
    key = f"study:{current_workspace().pk}:{study.pk}:{name}:{stamp['n']}:{stamp['last']}"
    try:
        held = cache.get(key)
        if held is not None and held[0] == settings:
            return held[1]
    except (RedisError, OSError):
        return make()
    made = make()
    cache.set(key, (settings, made), KEPT_SECONDS)
    return made


def price_result(study: Study) -> PriceSensitivity | str:
    """Return a price study read, or why it cannot be."""
    return _kept(study, "price", lambda: _price_result(answers(study)))  # type: ignore[no-any-return]


def _price_result(given: Sequence[dict[str, Any]]) -> PriceSensitivity | str:
    if not given:
        return "Nobody has answered yet."
    prices = [
        [one["too_cheap"], one["bargain"], one["expensive"], one["too_expensive"]] for one in given
    ]
    chances = np.array(
        [[one.get("likely_bargain"), one.get("likely_expensive")] for one in given],
        dtype=np.float64,
    )
    asked = np.isfinite(chances).all(axis=1).any()
    try:
        return price_sensitivity(prices, likelihoods=chances if asked else None)
    except ValueError as error:
        return f"{str(error)[:1].upper()}{str(error)[1:]}"


def ladder_result(study: Study) -> PriceAcceptance | str:
    """Return a study of price acceptance read, or why it cannot be."""
    given = [one["most"] for one in answers(study)]
    if not given:
        return "Nobody has answered yet."
    asked = [price for price in study.settings.get("prices", []) if price > 0]
    steps = sorted({*asked, *given}) if asked else None
    try:
        return price_acceptance(given, prices=steps)
    except ValueError as error:
        return f"{str(error)[:1].upper()}{str(error)[1:]}"


LEVELS = {"aware": "Awareness", "considering": "Consideration", "preferring": "Preference"}


@dataclass(frozen=True)
class WaveRead:
    """A wave's three shares of those asked, and what changed since the wave before."""

    wave: MindsetWave
    shares: dict[str, Estimate]
    changes: dict[str, Estimate]


def waves(study: Study) -> list[WaveRead]:
    """Return the waves of a tracking study in their order, with 80 % intervals."""
    read: list[WaveRead] = []
    for wave in MindsetWave.objects.filter(study=study).order_by("held_on", "id"):
        shares = {
            level: rate(getattr(wave, level), wave.asked, reason="Nobody was asked in this wave.")
            for level in LEVELS
        }
        before = read[-1].shares if read else None
        changes = {
            level: difference(shares[level], before[level])
            if before
            else Estimate.unknown("This is the first wave.")
            for level in LEVELS
        }
        read.append(WaveRead(wave, shares, changes))
    return read


@dataclass(frozen=True)
class DriverShare:
    """How often interviews name a driver, of those that ended so."""

    name: str
    won: Estimate
    lost: Estimate
    known: bool


@dataclass(frozen=True)
class Interviews:
    """Win and loss interviews read: how many of each, and what decided them."""

    won: int
    lost: int
    drivers: tuple[DriverShare, ...]
    quotes: tuple[dict[str, Any], ...]


def interviews(study: Study, *, quoted: int = 12) -> Interviews:
    """Return how often each driver was named in interviews on won and on lost deals.

    A deal that ended without a decision counts with the lost ones.
    """
    given = answers(study)
    named = {True: Counter[str](), False: Counter[str]()}
    total = {True: 0, False: 0}
    for one in given:
        won = one.get("outcome") == "won"
        total[won] += 1
        named[won].update(one.get("drivers", []))
    taxonomy = {driver_key(name): name for name in registry.drivers()}
    keys = sorted(
        named[True] | named[False], key=lambda key: (-(named[True] + named[False])[key], key)
    )
    return Interviews(
        won=total[True],
        lost=total[False],
        drivers=tuple(
            DriverShare(
                taxonomy.get(key, key.capitalize()),
                rate(named[True][key], total[True], reason="No interview on a won deal."),
                rate(named[False][key], total[False], reason="No interview on a lost deal."),
                key in taxonomy or not taxonomy,
            )
            for key in keys
        ),
        quotes=tuple(one for one in reversed(given) if one.get("words"))[:quoted],
    )
