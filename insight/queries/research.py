"""Studies and notes: found by their words, and read by their kind."""

from __future__ import annotations

import base64
import binascii
import json
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
from django.core.cache import cache
from django.db import connection
from django.db.models import Count, FloatField, Func, Max, Q, QuerySet, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from redis.exceptions import RedisError

from insight import registry
from insight.models import FindingEvidence, MindsetWave, Study, StudyAnswer, StudyForm
from insight.numerics.acceptance import PriceAcceptance, price_acceptance
from insight.numerics.pricing import PriceSensitivity, price_sensitivity
from insight.queries.answers import PRICES, driver_key
from ipeo.numerics.estimates import Estimate, difference, rate
from ipeo.queries.paging import Page, page_of
from ipeo.tenancy import current_workspace

ORDER = ("-held_on", "-id")
KEPT_SECONDS = 3600
NOBODY = "No one has answered yet."


def studies() -> QuerySet[Study]:
    """Return the workspace's studies and notes."""
    return Study.objects.defer("search").select_related("product", "created_by__user")


def answer_count(study: Study) -> int:
    """Return how many answers a study has."""
    return int(StudyAnswer.objects.filter(study=study).count())


def links_of(study: Study, *, limit: int) -> list[StudyForm]:
    """Return the latest links that ask what a study asks."""
    links = StudyForm.objects.filter(study=study).select_related("wave")
    return list(links.order_by("-id")[:limit])


def exhibits_of(study: Study, *, limit: int) -> list[FindingEvidence]:
    """Return the latest that findings keep of a study, each with its finding."""
    exhibits = FindingEvidence.objects.filter(study=study).select_related("finding")
    return list(exhibits.order_by("-id")[:limit])


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


def _figures(study: Study, keys: Sequence[str]) -> npt.NDArray[np.float64]:
    """Return what people answered to these questions: float64 (people, keys), NaN for nothing."""
    cells = [Cast(KeyTextTransform(key, "given"), FloatField()) for key in keys]
    rows = StudyAnswer.objects.filter(study=study).order_by("id").values_list(*cells)
    return np.array(list(rows), dtype=np.float64).reshape(-1, len(keys))


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
    with suppress(RedisError, OSError):
        cache.set(key, (settings, made), KEPT_SECONDS)
    return made


def price_result(study: Study) -> PriceSensitivity | str:
    """Return a price study read, or why it cannot be."""
    return _kept(study, "price", lambda: _price_result(study))  # type: ignore[no-any-return]


def _price_result(study: Study) -> PriceSensitivity | str:
    given = _figures(study, (*PRICES, "likely_bargain", "likely_expensive"))
    if not len(given):
        return NOBODY
    prices, chances = given[:, :4], given[:, 4:]
    asked = np.isfinite(chances).all(axis=1).any()
    try:
        return price_sensitivity(prices, likelihoods=chances if asked else None)
    except ValueError as error:
        return f"{str(error)[:1].upper()}{str(error)[1:]}"


def ladder_result(study: Study) -> PriceAcceptance | str:
    """Return a study of price acceptance read, or why it cannot be."""
    return _kept(study, "ladder", lambda: _ladder_result(study))  # type: ignore[no-any-return]


def _ladder_result(study: Study) -> PriceAcceptance | str:
    given = _figures(study, ("most",))[:, 0]
    if not len(given):
        return NOBODY
    asked = study.settings.get("prices", [])
    try:
        return price_acceptance(given, prices=[*asked, *np.unique(given)] if asked else None)
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
            level: rate(getattr(wave, level), wave.asked, reason="No one was asked in this wave.")
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


class _Each(Func):
    """Each text of a list in JSON, a row for each."""

    function = "jsonb_array_elements_text"
    output_field = TextField()
    set_returning = True


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
    given = StudyAnswer.objects.filter(study=study)
    won = Q(given__outcome="won")
    ended = given.aggregate(won=Count("pk", filter=won), lost=Count("pk", filter=~won))
    total = {True: ended["won"], False: ended["lost"]}
    counted = (
        given.annotate(driver=_Each("given__drivers"))
        .values("driver")
        .annotate(won=Count("pk", filter=won), lost=Count("pk", filter=~won))
    )
    named = {row["driver"]: {True: row["won"], False: row["lost"]} for row in counted}
    spoken = given.annotate(words=KeyTextTransform("words", "given")).filter(words__gt="")
    taxonomy = {driver_key(name): name for name in registry.drivers()}
    keys = sorted(named, key=lambda key: (-sum(named[key].values()), key))
    return Interviews(
        won=total[True],
        lost=total[False],
        drivers=tuple(
            DriverShare(
                taxonomy.get(key, key.capitalize()),
                rate(named[key][True], total[True], reason="No interview on a won deal."),
                rate(named[key][False], total[False], reason="No interview on a lost deal."),
                key in taxonomy or not taxonomy,
            )
            for key in keys
        ),
        quotes=tuple(spoken.order_by("-id").values_list("given", flat=True)[:quoted]),
    )
