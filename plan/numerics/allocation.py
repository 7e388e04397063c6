"""How to spend a total over programs and months, so that the expected margin is highest.

Expected margin is a sum over programs and months of mean curves, so only the curves' means over
the posterior decide where it is highest. Within a program, free months that fly in full are
alike: what it gets is spread evenly over them (over the best number of them, where a curve is
S-shaped and thin money is wasted); a month that flies in part counts for that part. Between
programs the best split on a grid of the total follows exactly from dynamic programming (max-plus
convolution of the programs' value functions, whatever their shape), and scipy's SLSQP then leaves
the grid. An objective's chance is raised from there by Frank-Wolfe steps: its smoothed gradient
weighs the draws near the target, and each step splits the total for the curves so weighed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy

from ipeo.numerics.estimates import Estimate, from_draws
from plan.numerics.splits import Room, Table, best_split, value_of

Floats = npt.NDArray[np.float64]
Curve = Callable[[Floats], Floats]

KNOTS = 97
"""At how many amounts a mean curve is tabulated."""
COARSE = 200
"""The same for the steps that raise a chance."""
CHANCE_STEPS = 6


class Impossible(ValueError):
    """No split keeps to the constraints; the message says which."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One program that money can go to.

    `curve` takes monthly amounts (n) and returns what each brings as draws (draws, n), rising
    from 0 at 0. `months` says for each month which part of it the program flies (0 to 1).
    `locked` holds the amounts of months that stay as they are, by their place. `floor` and
    `ceiling` bound the program's whole amount, locked months included.
    """

    key: str
    curve: Curve
    months: tuple[float, ...]
    floor: float = 0.0
    ceiling: float | None = None
    locked: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Share:
    """What one program gets, by month and in all, what that brings, and what a dollar more would.

    `next_return` is the margin that the next dollar brings in the months that are free; not known
    where none is.
    """

    key: str
    amount: float
    by_month: tuple[float, ...]
    margin: Estimate
    next_return: Estimate


@dataclass(frozen=True, slots=True)
class Split:
    """A split of a total: `margin` is its expected margin, `draws` the same draw by draw.

    `unspent` is what no program may take. `chance` is that of reaching the target, where one was
    given.
    """

    shares: tuple[Share, ...]
    margin: Estimate
    draws: Floats
    spent: float
    unspent: float
    chance: float | None


def allocate(
    candidates: Sequence[Candidate],
    total: float,
    *,
    target: float | None = None,
    raise_chance: bool = False,
) -> Split:
    """Split `total` over the candidates so that the expected margin is highest.

    With `raise_chance`, so that the chance of a margin of at least `target` is highest. Money of
    locked months is part of the total. Raises Impossible where floors or locked months exceed
    the total, a floor its ceiling, or locked months their program's ceiling.
    """
    rooms = [_room(one) for one in candidates]
    _demand_possible(candidates, rooms, total)
    free = total - sum(room.fixed for room in rooms)
    reach = [min(room.high, free) for room in rooms]
    tables = [_tabulated(one, most) for one, most in zip(candidates, reach, strict=True)]
    weights = np.full(tables[0].draws.shape[0] if tables else 1, 1.0)
    amounts = best_split(tables, rooms, free, weights)
    if raise_chance and target is not None and candidates:
        amounts = _most_likely(candidates, tables, rooms, free, amounts, target)
    return evaluate(
        candidates,
        [
            _spread(room, one, table, len(held.months))
            for room, one, table, held in zip(rooms, amounts, tables, candidates, strict=True)
        ]
        if candidates
        else [],
        total=total,
        target=target,
        locked=[dict(one.locked) for one in candidates],
    )


def evaluate(
    candidates: Sequence[Candidate],
    money: Sequence[Sequence[float]],
    *,
    total: float | None = None,
    target: float | None = None,
    locked: Sequence[dict[int, float]] | None = None,
) -> Split:
    """Return what a given split brings; `money` has a row per candidate and its months."""
    shares, whole, spent = [], None, 0.0
    for place, (one, row) in enumerate(zip(candidates, money, strict=True)):
        amounts = np.array(row, dtype=np.float64)
        held = locked[place] if locked is not None else {}
        for month, amount in held.items():
            amounts[month] = amount
        drawn = _brought(one, amounts)
        whole = drawn if whole is None else whole + drawn
        spent += float(amounts.sum())
        shares.append(
            Share(
                one.key,
                float(amounts.sum()),
                tuple(amounts.tolist()),
                from_draws(drawn, 0),
                _next(one, amounts),
            )
        )
    draws = np.zeros(1) if whole is None else whole
    return Split(
        shares=tuple(shares),
        margin=from_draws(draws, 0),
        draws=draws,
        spent=spent,
        unspent=max((total if total is not None else spent) - spent, 0.0),
        chance=None if target is None else float((draws >= target).mean()),
    )


def _room(one: Candidate) -> Room:
    locked = dict(one.locked)
    free = [i for i, part in enumerate(one.months) if part > 0 and i not in locked]
    free.sort(key=lambda i: (-one.months[i], i))
    fixed = float(sum(locked.values()))
    ceiling = np.inf if one.ceiling is None else one.ceiling
    low = max(one.floor - fixed, 0.0)
    high = float(max(ceiling - fixed, 0.0)) if free else 0.0
    weights = np.asarray([one.months[i] for i in free], dtype=np.float64)
    return Room(tuple(free), weights, fixed, low, high)


def _demand_possible(candidates: Sequence[Candidate], rooms: Sequence[Room], total: float) -> None:
    slack = 1e-9 * max(total, 1.0) + 0.005
    for one, room in zip(candidates, rooms, strict=True):
        if one.ceiling is not None and one.floor > one.ceiling + slack:
            raise Impossible(f"The floor of “{one.key}” is above its ceiling.")
        if one.ceiling is not None and room.fixed > one.ceiling + slack:
            raise Impossible(f"The locked months of “{one.key}” hold more than its ceiling.")
        if room.low > slack and not room.places:
            raise Impossible(f"“{one.key}” has a floor, but no free month to spend it in.")
    if sum(room.fixed for room in rooms) > total + slack:
        raise Impossible("The locked cells hold more than the total.")
    if sum(room.fixed + room.low for room in rooms) > total + slack:
        raise Impossible("The floors and the locked cells together are above the total.")


def _tabulated(one: Candidate, most: float) -> Table:
    # Closer together near zero, where curves bend most and thresholds lie.
    knots = np.linspace(0, 1, KNOTS) ** 3 * max(most, 1e-9)
    shortest = min((part for part in one.months if part > 0), default=1.0)
    return Table(knots / shortest, one.curve(knots / shortest))


def _spread(room: Room, amount: float, table: Table, length: int) -> list[float]:
    """Spread a program's money over its free months, by the part of each that it flies."""
    months = [0.0] * length
    if not room.places or amount <= 0:
        return months
    mean = scipy.interpolate.PchipInterpolator(table.amounts, table.draws.mean(axis=0))
    count = int(value_of(mean, room, np.asarray([amount]))[1][0])
    whole = float(room.weights[:count].sum())
    for place, weight in zip(room.places[:count], room.weights[:count], strict=True):
        months[place] = amount * float(weight) / whole
    return months


def _brought(one: Candidate, amounts: Floats) -> Floats:
    """What a program's months bring, draw by draw: a month flown in part is part of a curve."""
    parts = np.asarray(one.months, dtype=np.float64)
    # Money outside the flight was put there by hand: it is taken as spent in a whole month.
    parts = np.where(parts > 0, parts, 1.0)
    active = np.flatnonzero(amounts > 0)
    if active.size == 0:
        return np.asarray(one.curve(np.zeros(1))[:, 0])
    drawn = one.curve(amounts[active] / parts[active])
    return np.asarray(drawn @ parts[active])


def _next(one: Candidate, amounts: Floats) -> Estimate:
    """What one dollar more brings, on the free months that get money (or the first of them)."""
    locked = dict(one.locked)
    free = [i for i, part in enumerate(one.months) if part > 0 and i not in locked]
    if not free:
        return Estimate.unknown("Every month is locked or outside its flight.")
    used = [i for i in free if amounts[i] > 0] or free[:1]
    place = max(used, key=lambda i: one.months[i])
    now = float(amounts[place]) / one.months[place]
    step = max(now * 1e-3, 1e-6 * max(float(amounts.sum()), 1.0), 1e-9)
    drawn = one.curve(np.asarray([max(now - step, 0.0), now + step]))
    width = now + step - max(now - step, 0.0)
    return from_draws((drawn[:, 1] - drawn[:, 0]) / width, 0)


def _most_likely(
    candidates: Sequence[Candidate],
    tables: Sequence[Table],
    rooms: Sequence[Room],
    free: float,
    amounts: Floats,
    target: float,
) -> Floats:
    """Raise the chance of reaching a target, beginning from the split of highest mean."""
    lookups = [
        scipy.interpolate.PchipInterpolator(one.amounts, one.draws, axis=1) for one in tables
    ]
    means = [
        scipy.interpolate.PchipInterpolator(one.amounts, one.draws.mean(axis=0)) for one in tables
    ]
    fixed = sum(
        (_brought(one, _locked_row(one)) for one in candidates if one.locked),
        start=np.zeros(tables[0].draws.shape[0]),
    )

    def drawn(split: Floats) -> Floats:
        whole = fixed.copy()
        for look, mean, room, amount in zip(lookups, means, rooms, split, strict=True):
            if room.places and amount > 0:
                # In as many months as `_spread` will put it.
                count = int(value_of(mean, room, np.asarray([amount]))[1][0])
                over = float(room.weights[:count].sum())
                whole = whole + over * look(amount / over)
        return np.asarray(whole)

    best, now = amounts, amounts
    highest = float((drawn(now) >= target).mean())
    for step in range(CHANCE_STEPS):
        reached = drawn(now)
        width = max(float(reached.std()) * (0.8 - 0.5 * step / CHANCE_STEPS), 1e-9)
        near = np.exp(-np.clip(((reached - target) / width) ** 2 / 2, 0, 60)) + 1e-6
        corner = best_split(tables, rooms, free, near, steps=COARSE, leave_grid=False)
        tried = [now + part * (corner - now) for part in (0.1, 0.25, 0.5, 1.0)]
        chances = [float((drawn(one) >= target).mean()) for one in tried]
        if max(chances) in {0.0, 1.0}:
            return tried[int(np.argmax(chances))] if max(chances) else best
        place = int(np.argmax(chances))
        now = tried[place]
        if chances[place] > highest:
            best, highest = now, chances[place]
        elif step > 2 and chances[place] < highest:
            now = best
    return best


def _locked_row(one: Candidate) -> Floats:
    row = np.zeros(len(one.months))
    for place, amount in one.locked:
        row[place] = amount
    return row
