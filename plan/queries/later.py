"""What later stages know of a plan's programs: asked through registries, never imported."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from ipeo.models import Cycle
from ipeo.numerics.estimates import Estimate

Spent = tuple[Decimal, Decimal]
"""What is committed and what is actual."""
MoneyProvider = Callable[[Cycle], Mapping[tuple[int, date], Spent]]


@dataclass(frozen=True)
class MaterialState:
    """A material of a program: whether it is approved, and the page that shows it."""

    name: str
    is_approved: bool
    href: str = ""


MaterialProvider = Callable[[Sequence[int]], Mapping[int, Sequence[MaterialState]]]
Named = tuple[int, str]
"""A program's id, and the name of a thing that it needs, in small letters."""
NamedProvider = Callable[[Sequence[tuple[int, str]]], Mapping[Named, MaterialState]]


@dataclass(frozen=True)
class LaunchState:
    """A program's launch: when, by whom, and why it went without what it `lacked`."""

    at: datetime
    by: str
    reason: str = ""
    lacked: Sequence[str] = ()


LaunchProvider = Callable[[Cycle, Sequence[int]], Mapping[int, LaunchState]]


@dataclass(frozen=True)
class Capacity:
    """What sales can take, and what programs hand over.

    `weekly` is how many handovers a week the reps answered at their best so far, `reps` how many
    they are, `weeks` how many weeks that was seen in; `per_money` the handovers that one unit of
    money brought, by program id, and `overall` over all programs together.
    """

    weekly: float | None
    reps: int
    weeks: int
    per_money: Mapping[int, float] = field(default_factory=dict)
    overall: float | None = None


@dataclass(frozen=True)
class PastDiscounts:
    """What discounts bought so far: per `step` of list price (0.05 = five points).

    `uplift` is the change of win probability, `net_margin` that of margin per opportunity, `n`
    the deals it rests on, `average` the mean discount of those that had one.
    """

    step: float
    uplift: Estimate
    net_margin: Estimate
    n: int
    average: float | None
    fitted_on: date


CapacityProvider = Callable[[], Capacity]
DiscountProvider = Callable[[], PastDiscounts | None]
_discounts: list[DiscountProvider] = []
_money: list[MoneyProvider] = []
_materials: list[MaterialProvider] = []
_named: list[NamedProvider] = []
_launches: list[LaunchProvider] = []
_capacity: list[CapacityProvider] = []


def register_money(provider: MoneyProvider) -> None:
    """Let a later stage tell a cycle's committed and actual money by program and month."""
    if provider not in _money:
        _money.append(provider)


def register_materials(provider: MaterialProvider) -> None:
    """Let a later stage tell the materials of programs, by program id."""
    if provider not in _materials:
        _materials.append(provider)


def register_named_materials(provider: NamedProvider) -> None:
    """Let a later stage tell of things that programs need by name, made or not."""
    if provider not in _named:
        _named.append(provider)


def register_launches(provider: LaunchProvider) -> None:
    """Let a later stage tell which programs of a cycle were launched."""
    if provider not in _launches:
        _launches.append(provider)


def register_capacity(provider: CapacityProvider) -> None:
    """Let a later stage tell what sales can take."""
    if provider not in _capacity:
        _capacity.append(provider)


def register_discounts(provider: DiscountProvider) -> None:
    """Let a later stage tell what discounts bought so far."""
    if provider not in _discounts:
        _discounts.append(provider)


def past_discounts() -> PastDiscounts | None:
    """Return what discounts bought so far, None where nobody measured it."""
    for provider in _discounts:
        return provider()
    return None


def money_of(cycle: Cycle) -> dict[tuple[int, date], Spent]:
    """Return a cycle's committed and actual money by program id and first of the month."""
    found: dict[tuple[int, date], Spent] = {}
    for provider in _money:
        found.update(provider(cycle))
    return found


def materials_of(program_ids: Sequence[int]) -> dict[int, list[MaterialState]]:
    """Return the materials of programs; a program that has none is left out."""
    found: dict[int, list[MaterialState]] = {}
    for provider in _materials:
        for program_id, states in provider(program_ids).items():
            found.setdefault(program_id, []).extend(states)
    return found


def named_materials(wanted: Sequence[tuple[int, str]]) -> dict[Named, MaterialState]:
    """Return things that programs need by name; one that no stage knows is not approved."""
    found = {(pk, name.lower()): MaterialState(name, False) for pk, name in wanted}
    for provider in _named:
        found.update(provider(wanted))
    return found


def launches_of(cycle: Cycle, program_ids: Sequence[int]) -> dict[int, LaunchState]:
    """Return the launches of programs in a cycle, by program id."""
    found: dict[int, LaunchState] = {}
    for provider in _launches:
        found.update(provider(cycle, program_ids))
    return found


def capacity() -> Capacity:
    """Return what sales can take; not known where no stage tells it."""
    for provider in _capacity:
        return provider()
    return Capacity(None, 0, 0)
