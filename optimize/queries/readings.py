"""A running experiment, read from the facts: how its arms differ, and whether the split holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from ipeo.numerics.estimates import Estimate, rate
from optimize.models import Experiment
from optimize.numerics.designs import Outcomes, looks
from optimize.numerics.experiments import LEVEL, sample_ratio_p
from optimize.numerics.regional_looks import TooLittleKnown, regional_looks
from optimize.numerics.regions import LEVEL as REGION_LEVEL
from optimize.numerics.regions import regional_impact
from optimize.queries.units import HISTORY_WEEKS, RATES, amounts_of, events_of, panel_of

Floats = npt.NDArray[np.float64]

BROKEN = 0.001
"""Below this chance of so uneven a split, the split itself is broken."""
DRAWN_WEEKS = 26
"""How many weeks before the start the drawing of a test of regions shows."""
DRAWN_DAYS = 90
"""How many days a drawing of a test of units shows at most."""
_NORMAL_90 = 1.6448536269514722
_NORMAL_95 = 1.959963984540054

Point = tuple[str, float | None, float | None, float | None]


@dataclass(frozen=True)
class Reading:
    """An experiment as it stood at the end of a day.

    `verdict` is treated or control (that does better), same, early, or broken. `value` is the
    relative lift with `low` and `high` at `level`; `total` what all treated had more than they
    would have had, with a standard error that says no more than the interval shown, and `control`
    and `treated` the arms' means. `series` holds a day with the lift and its ends, of regions a
    week with what came and what would have come.

    `low` and `high` hold whenever one looks, but not those of regions at the planned end, which
    are read once. Of regions `always_low` and `always_high` do, about `always_value`, all None
    with `always_reason` where they are not known; `looks` holds the last day of each week with
    the lift and its ends as they were known then.
    """

    verdict: str
    n_control: int = 0
    n_treated: int = 0
    value: float | None = None
    low: float | None = None
    high: float | None = None
    level: float = LEVEL
    total: float | None = None
    total_se: float | None = None
    control: float | None = None
    treated: float | None = None
    ratio_p: float | None = None
    through: date | None = None
    reason: str = ""
    is_regional: bool = False
    series: tuple[Point, ...] = ()
    always_value: float | None = None
    always_low: float | None = None
    always_high: float | None = None
    always_reason: str = ""
    looks: tuple[Point, ...] = ()

    @property
    def is_read_once(self) -> bool:
        """Whether its interval holds at one look alone."""
        return self.is_regional and self.level == REGION_LEVEL

    @property
    def sequential(self) -> dict[str, Any]:
        """The lift with the interval that holds at every look up to the planned end, as JSON."""
        ends = (self.value, self.low, self.high, self.reason)
        if self.is_regional:
            ends = (self.always_value, self.always_low, self.always_high, self.always_reason)
        return dict(zip(("value", "low", "high", "reason"), ends, strict=True)) | {"level": LEVEL}

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {**asdict(self), "through": self.through and self.through.isoformat()}

    @classmethod
    def kept(cls, held: Mapping[str, Any]) -> Reading:
        """Return it from the JSON that was kept."""
        if not held:
            return cls("early", reason="Not read.")
        names = {field.name for field in fields(cls)}
        given = {name: value for name, value in held.items() if name in names}
        through = given.get("through")
        given["through"] = date.fromisoformat(through) if through else None
        for name in ("series", "looks"):
            given[name] = tuple((p[0], p[1], p[2], p[3]) for p in given.get(name, ()))
        return cls(**given)


def read(experiment: Experiment, arms: Mapping[str, bool], on: date) -> Reading:
    """Read an experiment as it stands at the end of a day, from the facts as they are now.

    `arms` says of each unit whether it is treated.
    """
    treated = sum(arms.values())
    sizes = (len(arms) - treated, treated)
    by_region = experiment.unit == Experiment.Unit.REGION
    ratio = None
    if arms and not by_region:
        ratio = sample_ratio_p(sizes, [1 - experiment.share, experiment.share])
    if experiment.starts_on is None or experiment.ends_on is None:
        return Reading("early", *sizes, reason="It has not started yet.")
    last = min(on, experiment.ends_on)
    empty = Reading("early", *sizes, ratio_p=ratio, through=last, is_regional=by_region)
    if last < experiment.starts_on:
        return replace(empty, reason="It has not started yet.")
    if by_region:
        return _of_regions(experiment, arms, empty, experiment.starts_on, experiment.ends_on)
    return _of_units(experiment, arms, empty, experiment.starts_on, experiment.ends_on)


def _of_units(
    experiment: Experiment, arms: Mapping[str, bool], empty: Reading, first: date, end: date
) -> Reading:
    assert empty.through is not None
    units, last = sorted(arms), empty.through
    length, days = (end - first).days + 1, (last - first).days + 1
    place, day, amount = events_of(experiment.unit, experiment.metric, units, first, last)
    earlier = (first - timedelta(days=length), first - timedelta(days=1))
    before = amounts_of(experiment.unit, experiment.metric, units, *earlier)
    held = looks(
        Outcomes(np.array([arms[key] for key in units], dtype=bool), before, place, day, amount),
        days=days,
        planned_days=length,
        planned_active=float(experiment.design.get("active") or 0) * len(units),
        is_rate=experiment.metric in RATES,
    )
    value, low, high = (_known(line[-1]) for line in (held.lift, held.low, held.high))
    shown = np.unique(np.linspace(0, days - 1, min(days, DRAWN_DAYS)).round().astype(int))
    found = replace(
        empty,
        value=value,
        low=low,
        high=high,
        total=_known(held.total),
        total_se=_known(held.total_se),
        control=_known(held.control),
        treated=_known(held.treated),
        series=tuple(
            (
                (first + timedelta(days=int(look))).isoformat(),
                _known(held.lift[look]),
                _known(held.low[look]),
                _known(held.high[look]),
            )
            for look in shown
        ),
    )
    if found.ratio_p is not None and found.ratio_p < BROKEN:
        return replace(found, verdict="broken")
    if low is None or high is None:
        why = "Too few results in one or both arms"
        if found.value is None and held.control < 0:
            why = "The control lost, and of a loss there is no lift that says which arm did better"
            return replace(found, reason=f"{why}.")
        return replace(found, reason=f"{why}." if last >= end else f"{why} yet.")
    over = "same" if last >= end else "early"
    return replace(found, verdict="treated" if low > 0 else "control" if high < 0 else over)


def _of_regions(
    experiment: Experiment, arms: Mapping[str, bool], empty: Reading, start: date, end: date
) -> Reading:
    """Read a test of regions: at any time until its planned end, and there once more."""
    assert empty.through is not None
    weeks = ((empty.through - start).days + 1) // 7
    if weeks < 1:
        return replace(empty, reason="The first week is not over yet.")
    earliest, until = start - timedelta(weeks=HISTORY_WEEKS), start + timedelta(weeks=weeks)
    panel, names = panel_of(experiment.metric, earliest, until)
    # A region that came after the start takes no part, and is no one's comparison.
    kept = [place for place, name in enumerate(names) if name in arms]
    panel = panel[:, kept]
    chosen = np.array([arms[names[place]] for place in kept], dtype=bool)
    untreated = panel.shape[0] - weeks
    try:
        found = regional_impact(panel[:, chosen], panel[:, ~chosen], untreated)
    except ValueError as refusal:
        return replace(empty, reason=f"It cannot be read: {refusal}.")
    ended = empty.through >= end
    empty, expected = _looked(empty, panel, chosen, start, weeks, ((end - start).days + 1) // 7)
    if ended or expected is None:
        expected = found.expected
    came = panel[:, chosen].mean(axis=1)
    reading = replace(
        empty,
        control=_known(float(expected[untreated:].mean())),
        treated=_known(float(came[untreated:].mean())),
        series=tuple(
            (
                (start + timedelta(weeks=place - untreated)).isoformat(),
                float(came[place]),
                float(would),
                None,
            )
            for place, would in enumerate(expected)
            if place >= untreated - DRAWN_WEEKS
        ),
    )
    if not ended:
        would = float(expected[untreated:].sum()) * int(chosen.sum())
        return _while_running(reading, would)
    low, high = _known(found.relative.low), _known(found.relative.high)
    width = (found.cumulative.high - found.cumulative.low) / 2
    reading = replace(
        reading,
        value=_known(found.relative.value),
        low=low,
        high=high,
        level=REGION_LEVEL,
        total=_known(found.cumulative.value),
        total_se=_known(width / _NORMAL_90),
    )
    if low is None or high is None:
        return replace(reading, reason="Too few untreated regions to compare.")
    return replace(reading, verdict="treated" if low > 0 else "control" if high < 0 else "same")


def _looked(
    empty: Reading,
    panel: Floats,
    chosen: npt.NDArray[np.bool_],
    start: date,
    weeks: int,
    planned: int,
) -> tuple[Reading, Floats | None]:
    """What is known at any time, and what would have come by it, None where that is not known."""
    untreated = panel.shape[0] - weeks
    try:
        found = regional_looks(panel[:, chosen], panel[:, ~chosen], untreated, planned)
    except TooLittleKnown as refusal:
        return replace(empty, always_reason=f"Not known before its planned end: {refusal}."), None
    points = tuple(
        (
            (start + timedelta(weeks=place + 1, days=-1)).isoformat(),
            _known(found.lift[place]),
            _known(found.low[place]),
            _known(found.high[place]),
        )
        for place in range(found.lift.size)
    )
    _, value, low, high = points[-1]
    reason = "Not known yet: chance alone does as much as all that came."
    held = replace(
        empty,
        always_value=value,
        always_low=low,
        always_high=high,
        always_reason=reason if low is None or high is None else "",
        looks=points,
    )
    return held, found.expected


def _while_running(reading: Reading, would: float) -> Reading:
    """What is known at any time, of `would` that had come of all treated regions without it.

    Its standard error is no smaller than the interval shown, which pays for every look.
    """
    value, low, high = reading.always_value, reading.always_low, reading.always_high
    if value is None or low is None or high is None:
        return replace(reading, reason=reading.always_reason)
    return replace(
        reading,
        verdict="treated" if low > 0 else "control" if high < 0 else "early",
        value=value,
        low=low,
        high=high,
        level=LEVEL,
        total=value * would,
        total_se=(high - low) / 2 * would / _NORMAL_95,
    )


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def shares_of(experiment: Experiment, held: Reading) -> tuple[Estimate, Estimate] | None:
    """Return the share of each arm that the metric came true for, the treated first.

    Each has the level of the lift's own interval. None where units are not counted one by one.
    """
    if held.is_regional or experiment.metric not in RATES:
        return None
    if held.treated is None or held.control is None:
        return None
    return (
        rate(round(held.treated * held.n_treated), held.n_treated, held.level),
        rate(round(held.control * held.n_control), held.n_control, held.level),
    )
