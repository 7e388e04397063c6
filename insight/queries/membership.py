"""Who is in an audience as bits, kept for some minutes: rules are counted while they are typed.

A rule over a million people takes PostgreSQL a second or two. While a rule is being written one
condition changes at a time, so each condition's people are kept as one bit a person; counting a
rule is then an AND or OR of bits. What is kept says as of when it is true, is thrown away after
ten minutes, and is never used for the size that is saved with an audience. Few people are
counted by PostgreSQL each time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from django.core.cache import cache
from django.db.models import Case, QuerySet, Value, When
from django.db.models.fields import BigIntegerField
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone
from redis.exceptions import RedisError

from insight.models import Audience, Contact
from insight.queries.audiences import Size, size_of
from insight.queries.fields import Condition
from insight.queries.meanings import meaning_of
from insight.queries.rules import Rule, RuleNotValid, read_rule
from ipeo.database.arrays import read_integers
from ipeo.tenancy import current_workspace

FEW = 20_000
KEPT_SECONDS = 600
MOST_COMPARED = 12

Bits = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class People:
    """Everybody, in the order of the bits: `accounts` int32 (people,), -1 for none."""

    stamp: str
    as_of: datetime
    n: int
    accounts: npt.NDArray[np.int32]
    refused: Bits


def counted(rule: Rule) -> Size:
    """Count a rule's people and accounts: as they are now, or as of some minutes ago if many."""
    if not Contact.objects.order_by()[FEW : FEW + 1].exists():
        return size_of(rule)
    people = _people()
    bits = _bits(rule, people)
    inside = np.unpackbits(bits, count=people.n).view(bool)
    codes = people.accounts[inside]
    seen = np.zeros(int(people.accounts.max(initial=-1)) + 2, dtype=bool)
    seen[codes] = True
    return Size(
        contacts=_ones(bits),
        accounts=int(seen[:-1].sum()),
        refused=_ones(bits & people.refused),
        as_of=people.as_of,
    )


@dataclass(frozen=True)
class Overlap:
    """How many people are in both of two audiences, and of the first's people that is a share."""

    both: int
    share: float | None


@dataclass(frozen=True)
class Overlaps:
    """Audiences against each other; `rows[i][j]` is i's overlap with j."""

    audiences: tuple[Audience, ...]
    sizes: tuple[int, ...]
    rows: tuple[tuple[Overlap, ...], ...]
    as_of: datetime
    everybody: int


def overlaps(audiences: Iterable[Audience]) -> Overlaps:
    """Return how audiences overlap; those whose rule cannot be read are left out."""
    people = _people()
    held: list[tuple[Audience, Bits]] = []
    for audience in list(audiences)[:MOST_COMPARED]:
        try:
            held.append((audience, _bits(read_rule(audience.rule), people)))
        except RuleNotValid:
            continue
    sizes = [_ones(bits) for _, bits in held]
    rows = [
        tuple(_overlap(_ones(mine & theirs), size) for _, theirs in held)
        for (_, mine), size in zip(held, sizes, strict=True)
    ]
    return Overlaps(
        tuple(one for one, _ in held), tuple(sizes), tuple(rows), people.as_of, people.n
    )


def _overlap(both: int, size: int) -> Overlap:
    return Overlap(both, both / size if size else None)


def forget() -> None:
    """Throw away what is kept of the workspace, so that the next count is of now."""
    try:
        cache.delete(_name("people"))
    except (RedisError, OSError):
        return


def _ones(bits: Bits) -> int:
    return int(np.bitwise_count(bits).sum())


def _name(*parts: str) -> str:
    return ":".join(("audience", str(current_workspace().pk), *parts))


def _people() -> People:
    found: People | None = _kept(_name("people"))
    if found is not None:
        return found
    now = timezone.now()
    refused = Case(When(consent=Contact.Consent.REFUSED, then=Value(1)), default=Value(0))
    columns = _integers(
        Contact.objects.order_by("id").values_list(
            "id",
            Coalesce("account_id", Value(-1), output_field=BigIntegerField()),
            Cast(refused, BigIntegerField()),
        ),
        ("id", "account", "refused"),
    )
    known, codes = np.unique(columns["account"], return_inverse=True)
    nobody = int(known.size > 0 and known[0] == -1)
    people = People(
        stamp=now.isoformat(),
        as_of=now,
        n=len(columns["id"]),
        accounts=(codes - nobody).astype(np.int32),
        refused=np.packbits(columns["refused"].astype(bool)),
    )
    _keep(_name("ids", people.stamp), columns["id"])
    _keep(_name("people"), people)
    return people


def _bits(rule: Rule, people: People) -> Bits:
    """Return the bits of a rule's people; bits past the last person are 0."""
    everybody = np.packbits(np.ones(people.n, dtype=bool))
    if not rule.conditions:
        return everybody
    each = [_condition_bits(condition, people) for condition in rule.conditions]
    joined = each[0]
    for bits in each[1:]:
        joined = joined & bits if rule.match == "all" else joined | bits
    return joined & everybody


def _condition_bits(condition: Condition, people: People) -> Bits:
    today = timezone.localdate()
    told = json.dumps([condition.as_json(), today.isoformat()], sort_keys=True)
    name = _name(people.stamp, hashlib.sha256(told.encode()).hexdigest())
    found: Bits | None = _kept(name)
    if found is None:
        found = _read_bits(condition, people, today)
        _keep(name, found)
    return found


def _read_bits(condition: Condition, people: People, today: date) -> Bits:
    ids = _kept(_name("ids", people.stamp))
    if ids is None:
        ids = _integers(Contact.objects.order_by("id").values_list("id"), ("id",))["id"][: people.n]
    met = Contact.objects.filter(meaning_of(condition, today)).order_by().values_list("id")
    inside = np.zeros(people.n, dtype=bool)
    if ids.size:
        found = _integers(met, ("id",))["id"]
        places = np.minimum(np.searchsorted(ids, found), ids.size - 1)
        inside[places[ids[places] == found]] = True
    return np.packbits(inside)


def _integers(rows: QuerySet[Any, Any], names: Sequence[str]) -> dict[str, Any]:
    query, parameters = rows.query.sql_with_params()
    return read_integers(names, query, parameters)


def _kept(name: str) -> Any:
    try:
        return cache.get(name)
    except (RedisError, OSError):
        return None


def _keep(name: str, value: Any) -> None:
    try:
        cache.set(name, value, KEPT_SECONDS)
    except (RedisError, OSError):
        return
