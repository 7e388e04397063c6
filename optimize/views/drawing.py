"""What a page needs to draw a program's efficacy and its table."""

from __future__ import annotations

from typing import Any

from ipeo.templatetags.figures import month as month_name
from ipeo.templatetags.figures import number
from optimize import charts
from optimize.queries.fits import WearFit
from optimize.queries.overview import moves_between


def efficacy_of(fit: WearFit) -> dict[str, Any]:
    """Return a program's efficacy as a figure with its table twin, and what it measures."""
    scale = fit.scale
    days = [fit.day_at(place) for place in range(len(fit.months))]
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
        events=moves_between(days[0], last),
        pays=fit.break_even is not None,
    )
    rows = [
        (
            month_name(fit.months[place]),
            "at rest" if observed[place] is None else number(observed[place], 2),
            number(fitted[place], 2),
            f"{number(low[place], 2)} to {number(high[place], 2)}",
        )
        for place in range(len(days))
    ]
    rows += [
        (f"{month_name(day)}, forecast", "", number(value, 2), f"{number(a, 2)} to {number(b, 2)}")
        for day, value, a, b in ahead
    ]
    return {
        "figure": figure,
        "columns": ["Month", "Observed", "Efficacy", "80% interval"],
        "rows": rows,
        "unit": "Won margin per money spent, monthly"
        if fit.break_even is not None
        else "Deals opened by 100 touches, monthly",
    }
