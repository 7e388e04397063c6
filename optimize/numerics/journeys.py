"""From touches and deals to journeys, credit, leads and the funnel, as arrays.

Every array is int64. A `buyer` is a position 0..n-1 among the buyers at hand; days and seconds
count from 1970. Touches are in the order of `in_order`, and are named by their place in it.

A closed deal's journey is its buyer's touches from `start_day` to `end_day`. A lead's own touch,
which is the CRM's word on where the lead came from, belongs to it whenever it is dated: such
dates are often wrong, and the word is not. The earliest of them comes first of all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from optimize.numerics.attribution import MODELS, UNIT, credit_shares, exact_shares

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

NONE = -(2**62)
"""Stands for a day or number that is not known."""

_DAY_BITS, _DAY_ZERO = 24, 1 << 22
_SECOND_BITS, _SECOND_ZERO = 40, 1 << 38
_NEVER = 2**62


@dataclass(frozen=True, slots=True)
class Touches:
    """Touches of some buyers. `program` and `contact` are 0 where there is none."""

    buyer: Ints
    day: Ints
    second: Ints
    channel: Ints
    program: Ints
    contact: Ints
    level: Ints
    is_lead: Bools
    is_form: Bools
    is_sales: Bools

    @property
    def size(self) -> int:
        """How many there are."""
        return int(self.buyer.size)


def in_order(buyer: Ints, day: Ints, second: Ints, touch: Ints) -> Ints:
    """The order that the functions here expect: by buyer, then time, then id."""
    return np.lexsort((touch, second, day, buyer)).astype(np.int64, copy=False)


@dataclass(frozen=True, slots=True)
class Deals:
    """Deals of some buyers: the window of their touches, and how far each deal came.

    `created_day` is NONE where it is not known; `depth` is the funnel's depth, 4 and deeper.
    """

    buyer: Ints
    start_day: Ints
    end_day: Ints
    created_day: Ints
    depth: Ints

    @property
    def size(self) -> int:
        """How many there are."""
        return int(self.buyer.size)


@dataclass(frozen=True, slots=True)
class Visits:
    """The journeys of deals as compressed sparse rows, in the order of the deals.

    `touch` is the touch at each place and `deal` the deal it stands for. `hours` do not fall
    within a journey. `lead_at` and `opportunity_at` are places counted within the journey, -1
    where not known.
    """

    offsets: Ints
    deal: Ints
    touch: Ints
    hours: npt.NDArray[np.float64]
    lead_at: Ints
    opportunity_at: Ints


def journeys(touches: Touches, deals: Deals) -> Visits:
    """Find each deal's journey among its buyer's touches."""
    keys = (touches.buyer << _DAY_BITS) + touches.day + _DAY_ZERO
    first = np.searchsorted(keys, _key(deals.buyer, deals.start_day), side="left")
    after = np.searchsorted(keys, _key(deals.buyer, deals.end_day), side="right")
    inside_deal, inside = _spread(first, np.maximum(after, first))
    leads = np.flatnonzero(touches.is_lead)
    lead_buyer = touches.buyer[leads]
    lead_deal, place = _spread(
        np.searchsorted(lead_buyer, deals.buyer, side="left"),
        np.searchsorted(lead_buyer, deals.buyer, side="right"),
    )
    lead = leads[place]
    outside = (touches.day[lead] < deals.start_day[lead_deal]) | (
        touches.day[lead] > deals.end_day[lead_deal]
    )
    deal = np.concatenate([inside_deal, lead_deal[outside]])
    touch = np.concatenate([inside, lead[outside]])
    rank = np.concatenate([np.full(inside.size, 2), np.full(int(outside.sum()), 1)], dtype=np.int64)
    rank[_earliest(deal, touch, touches)] = 0
    order = np.lexsort((touch, touches.second[touch], rank, deal))
    deal, touch, rank = deal[order], touch[order], rank[order]

    offsets = np.zeros(deals.size + 1, dtype=np.int64)
    np.cumsum(np.bincount(deal, minlength=deals.size), out=offsets[1:])
    second = touches.second[touch]
    opening = np.full(deals.size, _NEVER, dtype=np.int64)
    np.minimum.at(opening, deal[rank == 2], second[rank == 2])
    second = np.where(rank < 2, np.minimum(second, opening[deal]), second)
    within = np.arange(deal.size, dtype=np.int64) - offsets[:-1][deal]
    return Visits(
        offsets=offsets,
        deal=deal,
        touch=touch,
        hours=second / 3600.0,
        lead_at=_lead_at(deal, within, rank, touches.is_form[touch], deals.size),
        opportunity_at=_latest(
            deal, within, touches.day[touch] <= deals.created_day[deal], deals.size
        ),
    )


def _key(buyer: Ints, day: Ints) -> Ints:
    return (buyer << _DAY_BITS) + np.clip(day, -_DAY_ZERO, _DAY_ZERO - 1) + _DAY_ZERO


def _spread(start: npt.ArrayLike, stop: npt.ArrayLike) -> tuple[Ints, Ints]:
    """Every number of each range [start, stop), with the range's own position beside it."""
    starts = np.asarray(start, dtype=np.int64)
    lengths = np.asarray(stop, dtype=np.int64) - starts
    row = np.repeat(np.arange(starts.size, dtype=np.int64), lengths)
    before = np.cumsum(lengths) - lengths
    return row, np.arange(row.size, dtype=np.int64) + (starts - before)[row]


def _earliest(deal: Ints, touch: Ints, touches: Touches) -> Ints:
    """Which of the pairs is each deal's earliest lead touch, where it has one."""
    pairs = np.flatnonzero(touches.is_lead[touch])
    order = pairs[np.lexsort((touch[pairs], touches.second[touch[pairs]], deal[pairs]))]
    _, index = np.unique(deal[order], return_index=True)
    return order[index]


def _lead_at(deal: Ints, within: Ints, rank: Ints, is_form: Bools, n: int) -> Ints:
    """The lead's own touch, or the first form; -1 without either."""
    found = np.full(n, _NEVER, dtype=np.int64)
    np.minimum.at(found, deal[is_form], within[is_form])
    found[deal[rank == 0]] = within[rank == 0]
    return np.where(found == _NEVER, -1, found)


def _latest(deal: Ints, within: Ints, counts: Bools, n: int) -> Ints:
    found = np.full(n, -1, dtype=np.int64)
    np.maximum.at(found, deal[counts], within[counts])
    return found


@dataclass(frozen=True, slots=True)
class Credits:
    """Shares in units of 1e-8 by deal, channel and program; per deal they sum to one unit.

    A deal without touches has one row with channel and program 0. `by_visit` has the shares of
    each touch of the journeys, in their order.
    """

    deal: Ints
    channel: Ints
    program: Ints
    shares: Mapping[str, Ints]
    by_visit: Mapping[str, Ints]


def credit(touches: Touches, deals: Deals, visits: Visits, half_life_days: float) -> Credits:
    """Share every deal among the channels and programs of its journey, under every model."""
    shares = credit_shares(
        visits.offsets,
        visits.hours,
        lead_at=visits.lead_at,
        opportunity_at=visits.opportunity_at,
        half_life_days=half_life_days,
    )
    channel, program = touches.channel[visits.touch], touches.program[visits.touch]
    order, starts = groups(visits.deal, channel, program)
    bare = np.flatnonzero(np.diff(visits.offsets) == 0)
    nothing = np.zeros(bare.size, dtype=np.int64)
    whole = np.full(bare.size, UNIT, dtype=np.int64)
    kept = order[starts]
    exact = {model: exact_shares(visits.offsets, shares[model]) for model in MODELS}
    summed = {model: sums(exact[model][order], starts) for model in MODELS}
    return Credits(
        deal=np.concatenate([visits.deal[kept], bare]),
        channel=np.concatenate([channel[kept], nothing]),
        program=np.concatenate([program[kept], nothing]),
        shares={model: np.concatenate([summed[model], whole]) for model in MODELS},
        by_visit=exact,
    )


def groups(*columns: Ints) -> tuple[Ints, Ints]:
    """An order in which equal rows lie together, and where each group starts in it."""
    order = np.lexsort(columns[::-1])
    changed = np.zeros(order.size, dtype=np.bool_)
    changed[:1] = True
    for column in columns:
        sorted_column = column[order]
        changed[1:] |= sorted_column[1:] != sorted_column[:-1]
    return order.astype(np.int64, copy=False), np.flatnonzero(changed)


def sums(values: Ints, starts: Ints) -> Ints:
    """The sum of each group; see `groups`."""
    return np.add.reduceat(values, starts) if starts.size else np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Leads:
    """Leads: which of the contacts given, since which day, by which channel and program."""

    contact: Ints
    day: Ints
    channel: Ints
    program: Ints


def leads(
    touches: Touches,
    *,
    contact: Ints,
    buyer: Ints,
    lead_day: Ints,
    source_day: Ints,
    source_channel: Ints,
    source_program: Ints,
) -> Leads:
    """Say which contacts are leads, and what each first touched.

    `contact` ascends. `lead_day` is what the CRM says, `source_*` the contact's earliest lead
    touch, NONE (channel and program 0) without one. A lead with neither such a touch nor another
    has channel 0: nobody knows where it came from.
    """
    own = np.flatnonzero(touches.contact > 0)
    at = np.searchsorted(contact, touches.contact[own])
    known = at < contact.size
    own, at = own[known], at[known]
    matching = (contact[at] == touches.contact[own]) & (buyer[at] == touches.buyer[own])
    which, index = np.unique(at[matching], return_index=True)
    earliest = own[matching][index]
    channel, program = source_channel.copy(), source_program.copy()
    plain = source_day[which] == NONE
    channel[which[plain]] = touches.channel[earliest[plain]]
    program[which[plain]] = touches.program[earliest[plain]]
    day = np.where(lead_day != NONE, lead_day, source_day)
    kept = np.flatnonzero(day != NONE)
    return Leads(kept.astype(np.int64, copy=False), day[kept], channel[kept], program[kept])


@dataclass(frozen=True, slots=True)
class Flight:
    """A cycle's days, for the campaign it belongs to."""

    cycle: int
    campaign: int
    start_day: int
    end_day: int


@dataclass(frozen=True, slots=True)
class Funnel:
    """How far each buyer came in each cycle; `minutes` to the touch of sales, -1 without one."""

    buyer: Ints
    cycle: Ints
    depth: Ints
    handed_over: Ints
    minutes: Ints


def cycle_of(touches: Touches, campaign: Mapping[int, int], flights: Sequence[Flight]) -> Ints:
    """The cycle in which each touch fell, 0 for none; of overlapping cycles the last given."""
    programs, position = np.unique(touches.program, return_inverse=True)
    campaigns = np.array([campaign.get(int(program), 0) for program in programs], dtype=np.int64)
    of_touch = campaigns[position] if programs.size else np.zeros(0, dtype=np.int64)
    found = np.zeros(touches.size, dtype=np.int64)
    for flight in flights:
        found[
            (of_touch == flight.campaign)
            & (touches.day >= flight.start_day)
            & (touches.day <= flight.end_day)
        ] = flight.cycle
    return found


def funnel(touches: Touches, deals: Deals, visits: Visits, cycle: Ints) -> Funnel:
    """Say how far each buyer came: in mindset by its touches, in wallet by its deals.

    A deal counts in a cycle when its journey holds a touch of it. The handoff is the first touch
    of sales, of whatever program, at or after the second look.
    """
    touched = np.flatnonzero(cycle)
    visited = np.flatnonzero(cycle[visits.touch])
    deal = visits.deal[visited]
    buyer = np.concatenate([touches.buyer[touched], deals.buyer[deal]])
    which = np.concatenate([cycle[touched], cycle[visits.touch[visited]]])
    depth = np.concatenate([touches.level[touched], deals.depth[deal]])
    looked = np.full(buyer.size, _NEVER, dtype=np.int64)
    looked[: touched.size] = np.where(touches.level[touched] >= 3, touches.second[touched], _NEVER)
    order, starts = groups(buyer, which)
    if not starts.size:
        nothing = np.zeros(0, dtype=np.int64)
        return Funnel(nothing, nothing, nothing, nothing, nothing)
    buyers = buyer[order[starts]]
    second_look = np.minimum.reduceat(looked[order], starts)
    handed_over = second_look < _NEVER
    return Funnel(
        buyer=buyers,
        cycle=which[order[starts]],
        depth=np.maximum.reduceat(depth[order], starts),
        handed_over=handed_over.astype(np.int64),
        minutes=_minutes_to_sales(touches, buyers, second_look, handed_over),
    )


def _minutes_to_sales(touches: Touches, buyer: Ints, second_look: Ints, handed_over: Bools) -> Ints:
    sales = np.flatnonzero(touches.is_sales)
    keys = np.sort((touches.buyer[sales] << _SECOND_BITS) + touches.second[sales] + _SECOND_ZERO)
    minutes = np.full(buyer.size, -1, dtype=np.int64)
    if not keys.size:
        return minutes
    since = np.where(handed_over, second_look, 0)
    wanted = (buyer << _SECOND_BITS) + since + _SECOND_ZERO
    at = np.minimum(np.searchsorted(keys, wanted, side="left"), keys.size - 1)
    met = handed_over & (keys[at] >= wanted) & (keys[at] >> _SECOND_BITS == buyer)
    minutes[met] = (keys[at][met] - wanted[met]) // 60
    return minutes
