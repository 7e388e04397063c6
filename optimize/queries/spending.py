"""Response curves of a plain file of weeks, with no workspace."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from execute.numerics.doubts import counted
from execute.numerics.sheets import Sheet
from optimize.queries.columns import (
    NotReadable,
    as_day,
    column,
    estimate,
    filled,
    number,
    numbers,
)

Floats = npt.NDArray[np.float64]

DAYS_OF_YEAR = 365.25
_WEEK = 7
_FIRST_WEEK = date(2001, 1, 1)
"""Where weeks that have numbers and no dates are taken to begin."""
_FIGURES = ("contribution", "roas", "next", "moved")


def curve(
    file: Path,
    *,
    day: str,
    outcome: str,
    spend: Sequence[str],
    controls: Sequence[str] = (),
    region: str = "",
    level: float = 0.94,
) -> dict[str, Any]:
    """Fit a file's weekly outcome on its weekly spends; a line is a week, or a region's week.

    Where it cannot be known the figures are None and `reason` says why; a channel that was never
    spent on has a reason of its own. Raises `NotReadable`.
    """
    # Compiled code: loaded where it is used.
    from optimize.numerics.curves import NotEnough, Weeks, fit, unseen

    if not spend or len(set(spend)) != len(spend):
        raise NotReadable("Name each channel's column of spend once.")
    sheet = filled(file)
    table, when = _by_week(sheet, day, region, outcome, spend, controls)
    spent = table[:, 1 : 1 + len(spend)]
    if (spent < 0).any():
        at = int(np.nonzero((spent < 0).any(axis=(0, 2)))[0][0])
        raise NotReadable(f"Some spend of “{spend[at]}” is below 0.")
    first = unseen(len(when))
    used = [k for k in range(len(spend)) if spent[:, k, first:].any()]
    channels = {
        name: _unknown(
            f"it was spent on in the first {counted(first, 'week')} only, which are not looked at"
            if spent[:, k].any()
            else "nothing was ever spent on it",
            spent[:, k].sum(),
        )
        for k, name in enumerate(spend)
    }
    told: dict[str, Any] = {
        "channels": channels,
        "rhat": None,
        "ess": None,
        "divergences": None,
        "seconds": None,
        "level": level,
        "weeks": len(when),
        "reason": "",
    }
    try:
        if not used:
            raise NotEnough("nothing was spent on any channel")
        found = fit(
            Weeks(
                outcome=table[:, 0],
                spend=np.ascontiguousarray(spent[:, used]),
                season=np.array([one.timetuple().tm_yday / DAYS_OF_YEAR for one in when]),
                controls=table[:, 1 + len(spend) :],
            ),
            level=level,
        )
    except NotEnough as lack:
        for k in used:
            channels[spend[k]] = _unknown(str(lack), spent[:, k].sum())
        return {**told, "reason": str(lack)}
    for k, one in zip(used, found.channels, strict=True):
        if not found.agrees:
            channels[spend[k]] = _unknown("the chains of the fit do not agree", one.spend)
            continue
        channels[spend[k]] = {
            **{
                name: estimate(part.value, part.low, part.high)
                for name in _FIGURES
                for part in [getattr(one, name)]
            },
            "spend": one.spend,
            "next_at": one.at,
            "reason": "" if one.is_informed else "not enough data: what was believed hardly moved",
        }
    return {
        **told,
        "rhat": number(found.rhat),
        "ess": number(found.ess),
        "divergences": found.divergences,
        "seconds": found.seconds,
        "forms": found.weights,
        "unsteady_weeks": found.unsteady,
        "correlation": {
            spend[k]: dict(zip((spend[j] for j in used), map(number, row), strict=True))
            for k, row in zip(used, found.correlation, strict=True)
        },
    }


def _unknown(reason: str, spent: float) -> dict[str, Any]:
    nothing = estimate(np.nan, np.nan, np.nan, reason)
    return {**dict.fromkeys(_FIGURES, nothing), "spend": float(spent), "reason": reason}


def _by_week(
    sheet: Sheet, day: str, region: str, outcome: str, spend: Sequence[str], controls: Sequence[str]
) -> tuple[Floats, list[date]]:
    """Return (regions, 1 + channels + controls, weeks) in the order of time, and the days.

    A week that the file or a region of it lacks has no known outcome there, no spend, and its
    controls' means: without it, what was spent before would act a week too early.
    """
    days = _days(column(sheet, day))
    names = [str(cell).strip() for cell in column(sheet, region)] if region else [""] * len(days)
    read_columns = [numbers(sheet, outcome, gaps=True)]
    read_columns += [numbers(sheet, name) for name in (*spend, *controls)]
    when, regions = _every_week(sorted(set(days))), sorted(set(names))
    row = {one: i for i, one in enumerate(when)}
    place = {one: i for i, one in enumerate(regions)}
    at = (np.array([place[name] for name in names]), np.array([row[one] for one in days]))
    if len(set(zip(*map(list, at), strict=True))) != len(days):
        raise NotReadable(
            "A region has two lines of one date." if region else "Two lines have one date."
        )
    table = np.zeros((len(regions), len(read_columns), len(when)))
    table[:, 0] = np.nan
    for i, values in enumerate(read_columns):
        if i > len(spend):
            table[:, i] = values.mean()
        table[at[0], i, at[1]] = values
    return table, when


def _days(cells: Sequence[object]) -> list[date]:
    """Return dates as they are; weeks that are but numbered follow each other by their numbers."""
    texts = [str(cell).strip() for cell in cells]
    if all(text.isdecimal() and len(text) <= 4 for text in texts):
        return [_FIRST_WEEK + timedelta(weeks=int(text)) for text in texts]
    return [date.fromisoformat(as_day(text)) for text in texts]


def _every_week(days: list[date]) -> list[date]:
    """Return days in their order and, between two more than a week apart, those of each week."""
    apart = [(later - earlier).days for earlier, later in pairwise(days)]
    if apart and not _WEEK - 2 <= min(apart) <= _WEEK + 2:
        raise NotReadable(f"The dates are {counted(min(apart), 'day')} apart; a curve is of weeks.")
    every = days[:1]
    for earlier, later in pairwise(days):
        missing = round((later - earlier).days / _WEEK) - 1
        every += [earlier + timedelta(weeks=k + 1) for k in range(missing)]
        every.append(later)
    return every
