"""Optimize's drawings: results in, Plotly figures out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from plotly import graph_objects as go

from ipeo.charts import Event, Step, axis, band, house_figure, token
from ipeo.charts import funnel as funnel_figure
from ipeo.numerics.estimates import Estimate
from ipeo.templatetags.changes import hours

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
        handoff=f"handoff, median {hours(handoff.value)}"
        if handoff.value is not None
        else "handoff",
    )


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


def lift_over_time(
    days: Sequence[date],
    lift: Sequence[float | None],
    low: Sequence[float | None],
    high: Sequence[float | None],
    *,
    planned_end: date,
    level: float,
) -> go.Figure:
    """Draw a test's lift as it was known on each day, with the interval that held then."""
    known = [place for place, ends in enumerate(zip(low, high, strict=True)) if None not in ends]
    figure = band(
        [days[place] for place in known],
        [lift[place] for place in known],
        [low[place] for place in known],
        [high[place] for place in known],
        kind="percent",
        name="Lift",
        level=level,
        events=[Event(planned_end, "planned end")],
    )
    figure.add_hline(y=0, line={"color": token("ink-3"), "width": 1})
    # The first days know next to nothing: drawn whole they would press the rest flat.
    late = known[len(known) // 2 :]
    ends = [abs(line[place] or 0.0) for line in (low, high) for place in late]
    reach = 1.25 * max(ends, default=1.0)
    figure.update_layout(
        yaxis={"range": [-reach, reach], "tickformat": "+.0%"},
        xaxis={"range": [days[0], planned_end]},
    )
    _set_apart(figure, days[0], planned_end)
    return figure


def regions_over_time(
    weeks: Sequence[date], came: Sequence[float], would: Sequence[float], *, start: date, kind: str
) -> go.Figure:
    """Draw what came in the treated regions each week beside what would have come without."""
    figure = house_figure(
        go.Scatter(
            x=list(weeks), y=list(would), name="Without it", mode="lines",
            line={"color": token("ink-3"), "width": 2, "dash": "6px,5px"},
        ),
        go.Scatter(
            x=list(weeks), y=list(came), name="As it came", mode="lines",
            line={"color": token("optimize"), "width": 2.5},
        ),
        showlegend=True,
        margin={"t": 40},
        xaxis={"type": "date"},
        yaxis={**axis(kind), "rangemode": "tozero"},
    )  # fmt: skip
    for trace in figure.data:
        trace.hovertemplate = "%{y:.3~s}"
    figure.add_vline(x=start.isoformat(), line={"color": token("ink-3"), "width": 1, "dash": "3px"})
    return figure


def mark_change(figure: go.Figure, on: date, between: tuple[date, date]) -> go.Figure:
    """Mark when efficacy changed, with the interval of that date, on a drawing over time."""
    figure.add_shape(
        type="rect",
        xref="x",
        yref="paper",
        x0=between[0],
        x1=between[1],
        y0=0,
        y1=1,
        fillcolor=token("warn-soft"),
        line={"width": 0},
        layer="below",
        opacity=0.7,
    )
    line = {"color": token("warn"), "width": 1.5}
    figure.add_shape(type="line", yref="paper", x0=on, x1=on, y0=0, y1=1, line=line)
    return figure
