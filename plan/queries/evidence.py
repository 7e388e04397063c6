"""What past money brought, as Optimize measured it: asked through a registry, never imported."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date


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


Provider = Callable[[Sequence[int], date | None], Mapping[int, History]]
_providers: list[Provider] = []


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
