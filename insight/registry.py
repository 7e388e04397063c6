"""What the later stages tell Insight: they hold facts that it reads and may not import.

Each app names itself in its `apps.py`. Where nobody has, the page says that nothing is known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from django.urls import Resolver404, get_script_prefix, resolve

from ipeo.tenancy import current_workspace


@dataclass(frozen=True)
class Use:
    """Something that names a proof point: a program's message, or a material."""

    label: str
    kind: str
    href: str


Taxonomy = Callable[[], Sequence[str]]
Uses = Callable[[Sequence[int]], Mapping[int, Sequence[Use]]]

_taxonomies: list[Taxonomy] = []
_uses: list[Uses] = []


def register_drivers(taxonomy: Taxonomy) -> None:
    """Say which words decide deals, in their order."""
    _taxonomies[:] = [taxonomy]


def drivers() -> list[str]:
    """Return the names of what decides deals; empty where no stage keeps them."""
    return [name for taxonomy in _taxonomies for name in taxonomy()]


def register_uses(uses: Uses) -> None:
    """Say how to find what names proof points: their ids in, what names each out."""
    if uses not in _uses:
        _uses.append(uses)


def uses_of(proof_points: Sequence[int]) -> dict[int, list[Use]]:
    """Return what names each proof point, in the order of the stages."""
    found: dict[int, list[Use]] = {point: [] for point in proof_points}
    for uses in _uses:
        for point, named in uses(proof_points).items():
            found[point] += named
    return found


@dataclass(frozen=True)
class MarketFacts:
    """Two years of deals up to a day, the later year first."""

    opened: tuple[int, int]
    discounts: tuple[Sequence[float], Sequence[float]]
    lost: tuple[int, int]
    lost_on_price: tuple[int, int]


Market = Callable[[date], MarketFacts]
_markets: list[Market] = []


def register_market(market: Market) -> None:
    """Say how two years of deals up to a day are counted."""
    _markets[:] = [market]


def market_facts(today: date) -> MarketFacts | None:
    """Return two years of deals; None where no stage keeps any."""
    return _markets[0](today) if _markets else None


Exhibit = Callable[..., list[dict[str, Any]]]
_exhibits: dict[str, Exhibit] = {}


def register_exhibit(url_name: str, exhibit: Exhibit) -> None:
    """Say what a page of this name shows, as facts that evidence keeps.

    `exhibit` takes the address's query and, by name, what else its path says.
    """
    _exhibits[url_name] = exhibit


def shown_at(address: str) -> list[dict[str, Any]]:
    """Return the facts that a page of ours shows now; nothing for any other page."""
    parts = urlsplit(address)
    try:
        page = resolve("/" + parts.path.removeprefix(get_script_prefix()))
    except Resolver404:
        return []
    exhibit, said = _exhibits.get(page.view_name), dict(page.kwargs)
    if exhibit is None or parts.netloc or said.pop("workspace", "") != current_workspace().slug:
        return []
    return exhibit(parts.query, **said)
