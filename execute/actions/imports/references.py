"""The rows that a file names without bringing them: found, or made where a name is enough."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db import transaction

from execute.actions.setup import ensure_defaults
from execute.models import DealStage, Driver, Outcome
from execute.numerics.values import stage_outcome
from execute.queries.references import account_key, accounts_named, products_named
from insight.actions.catalog import channel_key
from insight.models import Channel, Competitor, Product
from ipeo import tenancy
from ipeo.database import bulk
from plan.models import Program


def distinct(values: Iterable[Any]) -> list[str]:
    """Return the texts among values, each once, in order."""
    return list(dict.fromkeys(value for value in values if value))


@transaction.atomic
def accounts_for(names: list[str]) -> tuple[dict[str, int], int]:
    """Return the account each name means, made where there is none; and how many were made."""
    found = accounts_named(names)
    keys: dict[str, str] = {}
    for name in names:
        if name not in found:
            keys.setdefault(account_key(name), name)
    if keys:
        import pandas as pd  # a second, that no process should pay at its start

        frame = pd.DataFrame(
            {"name": [name[:250] for name in keys.values()], "import_key": list(keys)}
        )
        plain = dict.fromkeys(("industry", "region", "country", "website", "parent_name"), "")
        with bulk.unaudited():
            bulk.insert(
                "insight_account",
                tenancy.current_workspace_id(),
                frame,
                plain | {"attributes": "{}", "created_at": "now"},
            )
        found = accounts_named(names)
    return found, len(keys)


@transaction.atomic
def products_for(names: list[str], answers: Mapping[str, str]) -> dict[str, Product]:
    """Return the product each name means; one without a price is made where there is none."""
    matches = products_named(names, answers)
    found = dict(matches.found)
    for name in matches.missing:
        found[name], _ = Product.objects.get_or_create(name=name[:200])
    return found


@transaction.atomic
def channels_for(names: list[str]) -> dict[str, int]:
    """Return the channel each name means, whatever its case, made where there is none."""
    known = dict(Channel.objects.values_list("key", "pk"))
    found = {}
    for name in names:
        key = channel_key(name)
        if key not in known:
            known[key] = Channel.objects.create(name=name[:120], key=key).pk
        found[name] = known[key]
    return found


def programs_for(names: list[str]) -> dict[str, Program]:
    """Return the program each name means; a program is planned, and never made by a file."""
    known = {program.name.casefold(): program for program in Program.objects.all()}
    return {name: known[name.casefold()] for name in names if name.casefold() in known}


@transaction.atomic
def stages_for(names: list[str]) -> dict[str, DealStage]:
    """Return the board's stage of each name, made where there is none."""
    ensure_defaults()
    stages = list(DealStage.objects.order_by("position"))
    known = {stage.name.casefold(): stage for stage in stages}
    last = max((stage.position for stage in stages if stage.outcome == Outcome.OPEN), default=0)
    for name in names:
        if name.casefold() not in known:
            known[name.casefold()] = DealStage.objects.create(
                name=name[:80], outcome=stage_outcome(name) or Outcome.OPEN, position=last
            )
    return {name: known[name.casefold()] for name in names}


def competitors_for(names: list[str]) -> dict[str, int]:
    """Return the rival of each name, made where there is none."""
    return _by_name(names, Competitor.objects.all, lambda name: Competitor(name=name[:120]))


def drivers_for(names: list[str]) -> dict[str, int]:
    """Return the driver of each name, made where there is none."""
    ensure_defaults()
    return _by_name(names, Driver.objects.all, lambda name: Driver(name=name[:80], position=90))


@transaction.atomic
def _by_name(
    names: list[str], rows: Callable[[], Any], make: Callable[[str], Any]
) -> dict[str, int]:
    known = {row.name.casefold(): row.pk for row in rows()}
    for name in names:
        if name.casefold() not in known:
            made = make(name)
            made.save()
            known[name.casefold()] = made.pk
    return {name: known[name.casefold()] for name in names}
