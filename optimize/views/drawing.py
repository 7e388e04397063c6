"""What a page needs to draw efficacy, lifts and objectives, each with its table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from ipeo import tenancy
from ipeo.charts import Event
from ipeo.templatetags.figures import day as day_name
from ipeo.templatetags.figures import figure as figure_of
from ipeo.templatetags.figures import month as month_name
from ipeo.templatetags.figures import number, percent
from optimize import charts
from optimize.models import Experiment
from optimize.numerics.experiments import LEVEL
from optimize.queries.courses import Course
from optimize.queries.fits import Judged
from optimize.queries.overview import moves_between
from optimize.queries.readings import Point, Reading
from optimize.queries.units import RATES


def efficacy_of(fit: Judged, events: Sequence[Event] | None = None) -> dict[str, Any]:
    """Return a program's efficacy as a figure with its table twin, and what it measures.

    Rivals' price cuts and launches are marked on it, or the `events` that are given.
    """
    scale = fit.scale
    days = [fit.day_at(place) for place in range(len(fit.periods))]
    observed = [None if rate is None else rate * scale for rate in fit.observed]
    ahead = [
        (day, value * scale, low * scale, high * scale) for day, value, low, high in fit.ahead()
    ]
    wear = fit.wear
    fitted, low, high = (
        [value * scale for value in line]
        for line in (wear.fitted, wear.fitted_low, wear.fitted_high)
    )
    last = ahead[-1][0] if ahead else days[-1]
    figure = charts.efficacy(
        days,
        fitted,
        low,
        high,
        observed=observed,
        ahead=ahead,
        events=moves_between(days[0], last) if events is None else events,
        pays=fit.break_even is not None,
    )
    name = day_name if fit.weekly else month_name
    rows = [
        (
            name(fit.periods[place]),
            "at rest" if observed[place] is None else number(observed[place], 2),
            number(fitted[place], 2),
            f"{number(low[place], 2)} to {number(high[place], 2)}",
        )
        for place in range(len(days))
    ]
    rows += [
        (f"{name(day)}, forecast", "", number(value, 2), f"{number(a, 2)} to {number(b, 2)}")
        for day, value, a, b in ahead
    ]
    return {
        "figure": figure,
        "columns": ["Week from" if fit.weekly else "Month", "Observed", "Efficacy", "80% interval"],
        "rows": rows,
        "unit": (
            "Won margin per unit of spend" if fit.break_even else "Deals opened per 100 touches"
        )
        + (", weekly" if fit.weekly else ", monthly"),
    }


def experiment_charts(experiment: Experiment, held: Reading) -> list[dict[str, Any]]:
    """Return a reading as figures, each with its title and table twin.

    The lift as it was known at each look; of regions also what came beside what would have.
    """
    if not held.is_regional:
        found = [_lift_chart(experiment, held.series, each="on each day", column="Day")]
    else:
        found = [
            _lift_chart(experiment, held.looks, each="after each week", column="Week to"),
            _regions_chart(experiment, held),
        ]
    return [chart for chart in found if chart]


def _regions_chart(experiment: Experiment, held: Reading) -> dict[str, Any]:
    if not held.series:
        return {}
    days = [date.fromisoformat(point[0]) for point in held.series]
    kind = "number" if experiment.metric in RATES else tenancy.current_workspace().currency
    came = [point[1] or 0.0 for point in held.series]
    would = [point[2] or 0.0 for point in held.series]
    start = experiment.starts_on or days[0]
    return {
        "title": "Treated regions, and what they would have done",
        "figure": charts.regions_over_time(days, came, would, start=start, kind=kind),
        "columns": ["Week from", "Observed", "Without treatment"],
        "rows": [
            (day_name(day), number(one, 1), number(other, 1))
            for day, one, other in zip(days, came, would, strict=True)
        ],
        "note": "Weekly mean of treated regions",
    }


def _lift_chart(
    experiment: Experiment, looks: Sequence[Point], *, each: str, column: str
) -> dict[str, Any]:
    """Draw the lift as it was known at each look; nothing where it never was."""
    known = [place for place, look in enumerate(looks) if None not in look[1:]]
    if not known:
        return {}
    when = [date.fromisoformat(look[0]) for look in looks]
    lift, low = [look[1] for look in looks], [look[2] for look in looks]
    high = [look[3] for look in looks]
    end = experiment.ends_on or when[-1]
    return {
        "title": f"Lift {each}",
        "figure": charts.lift_over_time(when, lift, low, high, planned_end=end, level=LEVEL),
        "columns": [column, "Lift", f"{LEVEL:.0%} interval"],
        "rows": [
            (
                day_name(when[place]),
                percent(lift[place], 1),
                f"{percent(low[place], 1)} to {percent(high[place], 1)}",
            )
            for place in reversed(known)
        ],
        "note": f"{LEVEL:.0%} interval, valid {each}",
    }


def course_chart(course: Course) -> dict[str, Any]:
    """Return an objective's way to its goal as a figure, with its title and table twin."""
    kind = course.pace.kind
    came = dict(zip(course.days, course.actual, strict=True))
    planned = dict(course.planned)
    return {
        "title": str(course.pace.objective),
        "outlook": course.pace.outlook.ends_at,
        "kind": kind,
        "figure": charts.way_to_goal(
            course.days,
            course.actual,
            course.planned,
            ends_at=course.pace.outlook.ends_at,
            target=course.target,
            kind=kind.split(":")[0],
        ),
        "columns": ["By", "Actual", "Planned"],
        "rows": [
            (
                day_name(day),
                figure_of(came[day], kind) if day in came else "",
                figure_of(planned[day], kind) if day in planned else "",
            )
            for day in sorted(came.keys() | planned.keys())[1:]
        ],
    }
