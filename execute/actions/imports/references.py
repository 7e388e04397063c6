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

# The ids of rows that were made because a file names them, by table.
Made = dict[str, list[int]]


def distinct(values: Iterable[Any]) -> list[str]:
    """Return the texts among values, each once, in order."""
    return list(dict.fromkeys(value for value in values if value))


@transaction.atomic
def accounts_for(names: list[str], made: Made) -> tuple[dict[str, int], int]:
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
        _note(made, "insight_account", sorted({found[name] for name in keys.values()}))
    return found, len(keys)


@transaction.atomic
def products_for(names: list[str], answers: Mapping[str, str], made: Made) -> dict[str, Product]:
    """Return the product each name means; one without a price is made where there is none."""
    matches = products_named(names, answers)
    found = dict(matches.found)
    for name in matches.missing:
        found[name], is_new = Product.objects.get_or_create(name=name[:200])
        if is_new:
            _note(made, "insight_product", [found[name].pk])
    return found


@transaction.atomic
def channels_for(names: list[str], made: Made) -> dict[str, int]:
    """Return the channel each name means, whatever its case, made where there is none."""
    known = dict(Channel.objects.values_list("key", "pk"))
    found = {}
    for name in names:
        key = channel_key(name)
        if key not in known:
            known[key] = Channel.objects.create(name=name[:120], key=key).pk
            _note(made, "insight_channel", [known[key]])
        found[name] = known[key]
    return found


def programs_for(names: list[str]) -> dict[str, Program]:
    """Return the program each name means; a program is planned, and never made by a file."""
    known = {program.name.casefold(): program for program in Program.objects.all()}
    return {name: known[name.casefold()] for name in names if name.casefold() in known}


@transaction.atomic
def stages_for(names: list[str], made: Made) -> dict[str, DealStage]:
    """Return the board's stage of each name, made where there is none."""
    ensure_defaults()
    stages = list(DealStage.objects.order_by("position"))
    known = {stage.name.casefold(): stage for stage in stages}
    last = max((stage.position for stage in stages if stage.outcome == Outcome.OPEN), default=0)
    for name in names:
        if name.casefold() not in known:
            stage = DealStage.objects.create(
                name=name[:80], outcome=stage_outcome(name) or Outcome.OPEN, position=last
            )
            known[name.casefold()] = stage
            _note(made, "execute_dealstage", [stage.pk])
    return {name: known[name.casefold()] for name in names}


def competitors_for(names: list[str], made: Made) -> dict[str, int]:
    """Return the rival of each name, made where there is none."""
    return _by_name(names, Competitor.objects.all, lambda name: Competitor(name=name[:120]), made)


def drivers_for(names: list[str], made: Made) -> dict[str, int]:
    """Return the driver of each name, made where there is none."""
    ensure_defaults()
    return _by_name(
        names, Driver.objects.all, lambda name: Driver(name=name[:80], position=90), made
    )


@transaction.atomic
def _by_name(
    names: list[str], rows: Callable[[], Any], make: Callable[[str], Any], made: Made
) -> dict[str, int]:
    known = {row.name.casefold(): row.pk for row in rows()}
    for name in names:
        if name.casefold() not in known:
            row = make(name)
            row.save()
            known[name.casefold()] = row.pk
            _note(made, row._meta.db_table, [row.pk])
    return {name: known[name.casefold()] for name in names}


def _note(made: Made, table: str, ids: list[int]) -> None:
    made.setdefault(table, []).extend(ids)
