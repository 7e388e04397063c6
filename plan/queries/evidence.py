"""What past money and cycles brought, as Optimize measured it: asked through registries."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ipeo.models import Cycle
from ipeo.numerics.estimates import Estimate


@dataclass(frozen=True)
class History:
    """What one program's money brought, one entry for each month in which it was measured.

    `spend`, `margin` (won contribution margin), `net_amount` (won), `list_amount` (the same
    deals at list price) and `pipeline` (sourced) are in the workspace's currency;
    `new_customers` counts accounts. A series that was not measured is empty; the others have
    the length of `months`. `won`, `decided` and `won_at_value` count deals over all of them.
    """

    months: tuple[date, ...]
    spend: tuple[float, ...]
    margin: tuple[float, ...]
    net_amount: tuple[float, ...] = ()
    list_amount: tuple[float, ...] = ()
    pipeline: tuple[float, ...] = ()
    new_customers: tuple[float, ...] = ()
    won: int = 0
    decided: int = 0
    won_at_value: int = 0


@dataclass(frozen=True)
class Results:
    """What a cycle came to, metric by metric, from its first day to the last that was measured."""

    first: date
    last: date
    by_metric: Mapping[str, Estimate]


Provider = Callable[[Sequence[int], date | None], Mapping[int, History]]
ResultsProvider = Callable[[Cycle], Results | None]
_providers: list[Provider] = []
_results: list[ResultsProvider] = []


def register_history(provider: Provider) -> None:
    """Let a later stage tell what programs brought: program ids and a day in, histories out."""
    if provider not in _providers:
        _providers.append(provider)


def history_of(program_ids: Sequence[int], before: date | None = None) -> dict[int, History]:
    """Return what is known of the programs' past; a program that nobody measured is left out.

    Only months that were over on the day `before` count, which is today unless given.
    """
    found: dict[int, History] = {}
    for provider in _providers:
        found.update(provider(program_ids, before))
    return found


def register_results(provider: ResultsProvider) -> None:
    """Let a later stage tell what a cycle came to."""
    if provider not in _results:
        _results.append(provider)


def results_of(cycle: Cycle) -> Results | None:
    """Return what a cycle came to, None where nobody measured it."""
    for provider in _results:
        return provider(cycle)
    return None
