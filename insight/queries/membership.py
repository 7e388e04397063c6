"""Who is in an audience as bits, kept while they are true: rules are counted while they are typed.

A rule over a million people takes PostgreSQL a second or two. While a rule is being written one
condition changes at a time, so each condition's people are kept as one bit a person; counting a
rule is then an AND or OR of bits. They are kept for as long as PostgreSQL has counted no row
written to the tables they were read from, which it tells within seconds of a write; where rows
are written all the time, for half a minute, and the size says as of when it is true. What is
kept is never used for the size that is saved with an audience. Few people are counted by
PostgreSQL each time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
from django.core.cache import cache
from django.db import connection
from django.db.models import Case, Model, QuerySet, Value, When
from django.db.models.fields import BigIntegerField
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone
from redis.exceptions import RedisError

from insight.models import Account, Audience, Contact
from insight.queries.audiences import Size, size_of
from insight.queries.fields import FIELDS, Condition
from insight.queries.meanings import meaning_of
from insight.queries.rules import Rule, RuleNotValid, read_rule
from ipeo.database.arrays import read_integers
from ipeo.tenancy import current_workspace

FEW = 20_000
KEPT_SECONDS = 600
SETTLES = timedelta(seconds=30)
"""For how long what is kept serves although rows were written since."""
MOST_COMPARED = 12

Bits = npt.NDArray[np.uint8]
Written = Mapping[str, int]


@dataclass(frozen=True)
class People:
    """Everybody, in the order of the bits: `accounts` int32 (people,), -1 for none."""

    stamp: str
    as_of: datetime
    mark: int
    n: int
    accounts: npt.NDArray[np.int32]
    refused: Bits


@dataclass(frozen=True)
class Met:
    """Who meets a condition, as one bit a person."""

    bits: Bits
    as_of: datetime
    mark: int


def counted(rule: Rule) -> Size:
    """Count a rule's people and accounts: as they are now, or as of half a minute ago at most.

    `as_of` is None where nothing was written since.
    """
    if _are_few():
        return size_of(rule)
    written = _written()
    return _size(rule, _people(written), written)


def at_hand(rule: Rule) -> Size | None:
    """Return a rule's size where that takes no reading of many people; None where it would."""
    if _are_few():
        return size_of(rule)
    written = _written()
    people = _kept_people(written)
    if people is None or any(_kept_met(one, people, written) is None for one in rule.conditions):
        return None
    return _size(rule, people, written)


def _are_few() -> bool:
    return not Contact.objects.order_by()[FEW : FEW + 1].exists()


def _size(rule: Rule, people: People, written: Written) -> Size:
    bits, as_of = _bits(rule, people, written)
    inside = np.unpackbits(bits, count=people.n).view(bool)
    codes = people.accounts[inside]
    seen = np.zeros(int(people.accounts.max(initial=-1)) + 2, dtype=bool)
    seen[codes] = True
    return Size(
        contacts=_ones(bits),
        accounts=int(seen[:-1].sum()),
        refused=_ones(bits & people.refused),
        as_of=as_of,
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
    written = _written()
    people = _people(written)
    held: list[tuple[Audience, Bits]] = []
    for audience in list(audiences)[:MOST_COMPARED]:
        try:
            held.append((audience, _bits(read_rule(audience.rule), people, written)[0]))
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


def _written() -> Written:
    """Return how many rows PostgreSQL counted as written to each table that rules read.

    It counts every workspace's rows, and tells of them within seconds.
    """
    models: list[type[Model]] = [Contact, Account]
    models += [one.acts().model for one in FIELDS.values() if one.acts]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, (n_tup_ins + n_tup_upd + n_tup_del)::bigint FROM pg_stat_user_tables"
            " WHERE relid = ANY(%s::regclass[])",
            [list(map(_table, set(models)))],
        )
        return dict(cursor.fetchall())


def _mark(written: Written, condition: Condition | None = None) -> int:
    """Return a number that grows as the rows of people, or of a condition's deeds, are written."""
    acts = condition.field.acts if condition else None
    models: list[type[Model]] = [Contact, Account, *([acts().model] if acts else [])]
    return sum(written.get(_table(model), 0) for model in models)


def _table(model: type[Model]) -> str:
    return model._meta.db_table


def _holds(kept: People | Met, mark: int) -> bool:
    return 0 < mark == kept.mark or timezone.now() - kept.as_of < SETTLES


def _kept_people(written: Written) -> People | None:
    found: People | None = _kept(_name("people"))
    return found if found is not None and _holds(found, _mark(written)) else None


def _people(written: Written) -> People:
    found = _kept_people(written)
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
        mark=_mark(written),
        n=len(columns["id"]),
        accounts=(codes - nobody).astype(np.int32),
        refused=np.packbits(columns["refused"].astype(bool)),
    )
    _keep(_name("ids", people.stamp), columns["id"])
    _keep(_name("people"), people)
    return people


def _bits(rule: Rule, people: People, written: Written) -> tuple[Bits, datetime | None]:
    """Return the bits of a rule's people, 0 past the last one, and as of when; None is now."""
    everybody = np.packbits(np.ones(people.n, dtype=bool))
    met = [_met(condition, people, written) for condition in rule.conditions]
    join = np.bitwise_and if rule.match == "all" else np.bitwise_or
    bits = everybody & join.reduce([one.bits for one in met]) if met else everybody
    marks = [_mark(written), *(_mark(written, condition) for condition in rule.conditions)]
    parts: list[People | Met] = [people, *met]
    moved = [part.as_of for part, mark in zip(parts, marks, strict=True) if part.mark != mark]
    return bits, min(moved, default=None)


def _condition_name(condition: Condition, people: People) -> str:
    told = json.dumps([condition.as_json(), timezone.localdate().isoformat()], sort_keys=True)
    return _name(people.stamp, hashlib.sha256(told.encode()).hexdigest())


def _kept_met(condition: Condition, people: People, written: Written) -> Met | None:
    found: Met | None = _kept(_condition_name(condition, people))
    return found if found is not None and _holds(found, _mark(written, condition)) else None


def _met(condition: Condition, people: People, written: Written) -> Met:
    found = _kept_met(condition, people, written)
    if found is not None:
        return found
    now = timezone.now()
    bits = _read_bits(condition, people, timezone.localdate())
    met = Met(bits, now, _mark(written, condition))
    _keep(_condition_name(condition, people), met)
    return met


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
