"""Optimize's drawings: results in, Plotly figures out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from plotly import graph_objects as go

from ipeo.charts import Event, Step, axis, band, house_figure, token
from ipeo.charts import funnel as funnel_figure
from ipeo.numerics.estimates import Estimate

MINDS = 3
"""How many steps of the funnel are marketing's: aware, considering, second look."""


def efficacy(
    days: Sequence[date],
    values: Sequence[float],
    low: Sequence[float],
    high: Sequence[float],
    *,
    observed: Sequence[float | None],
    ahead: Sequence[tuple[date, float, float, float]] = (),
    events: Sequence[Event] = (),
    pays: bool,
) -> go.Figure:
    """Draw a program's efficacy by month with its band, what was observed, and the forecast.

    `values`, `low`, `high` and `observed` belong to `days`; `ahead` continues them as day, value,
    low and high. Where `pays`, the figures are margin for each unit of money spent, and the line
    of break-even stands at 1.
    """
    figure = band(
        [*days, *(one[0] for one in ahead)],
        [*values, *(one[1] for one in ahead)],
        [*low, *(one[2] for one in ahead)],
        [*high, *(one[3] for one in ahead)],
        name="Efficacy",
        forecast_from=days[-1] if ahead else None,
        events=[event for event in events if days[0] <= event.on],
        break_even=1.0 if pays else None,
    )
    figure.add_scatter(
        x=list(days),
        y=list(observed),
        mode="markers",
        name="Observed",
        marker={"color": token("ink-3"), "size": 5},
        hovertemplate="%{y:.3~s}",
    )
    figure.update_layout(yaxis={"rangemode": "tozero"}, margin={"t": 20})
    _set_apart(figure, days[0], ahead[-1][0] if ahead else days[-1])
    return figure


def _set_apart(figure: go.Figure, first: date, last: date) -> None:
    """Write the labels of events on lines of their own, and inward of the drawing's end."""
    notes = [note for note in figure.layout.annotations if note.yref == "paper"]
    notes.sort(key=lambda note: note.x)
    for place, note in enumerate(notes):
        note.yshift = -14 * place
        if note.x > first + (last - first) * 0.6:
            note.xanchor, note.xshift = "right", -5


def mindset_to_wallet(steps: Sequence[tuple[str, int]], handoff: Estimate) -> go.Figure:
    """Draw the funnel of a cycle; `steps` are labels with how many came so far, minds first.

    `handoff` is the median time in hours from a mind changed to sales' first touch.
    """
    return funnel_figure(
        [
            Step(label, reached, "insight" if place < MINDS else "execute")
            for place, (label, reached) in enumerate(steps)
        ],
        handoff=f"handoff, median {duration(handoff.value)}"
        if handoff.value is not None
        else "handoff",
    )


def duration(hours: float) -> str:
    """Return hours as people say them: `40 minutes`, `5.2 hours`, `1.4 days`."""
    if hours < 1:
        return f"{hours * 60:.0f} minutes"
    return f"{hours:.1f} hours" if hours < 24 else f"{hours / 24:.1f} days"


def spend_and_margin(
    months: Sequence[date],
    spend: Sequence[float | None],
    margin: Sequence[float | None],
    *,
    currency: str,
) -> go.Figure:
    """Draw each month's spend beside the margin of the deals won in it."""
    names = [f"{month:%b %Y}" for month in months]
    short = [
        f"{month:%b}<br>{month:%Y}" if place == 0 or month.month == 1 else f"{month:%b}"
        for place, month in enumerate(months)
    ]
    traces = [
        go.Bar(x=names, y=list(spend), name="Spend", marker={"color": token("execute-soft")}),
        go.Bar(x=names, y=list(margin), name="Won margin", marker={"color": token("optimize")}),
    ]
    figure = house_figure(
        *traces,
        barmode="group",
        showlegend=True,
        margin={"t": 32},
        xaxis={"type": "category", "tickvals": names, "ticktext": short, "tickangle": 0},
        yaxis={**axis(currency), "rangemode": "tozero"},
    )
    for trace in figure.data:
        trace.hovertemplate = "%{y:,.0f}"
    return figure
