"""What moves with time: efficacy, lifts, regions, and an objective's way to its goal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

from plotly import graph_objects as go

from ipeo.charts import Event, Kind, axis, band, house_figure, token
from ipeo.numerics.estimates import Estimate

DAY = "%-d %b"


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
        x=[day.isoformat() for day in days],
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
        # The line of a later event would run through the words of an earlier one.
        note.bgcolor = token("card")
        if note.x > first + (last - first) * 0.6:
            note.xanchor, note.xshift = "right", -5


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
        yaxis={"range": [-reach, reach], **_signed(reach)},
        xaxis={"range": [days[0], planned_end], "tickformat": DAY},
    )
    _set_apart(figure, days[0], planned_end)
    return figure


def _signed(reach: float) -> dict[str, object]:
    """Name shares on both sides of nothing: the largest of 1, 2, 5, 10 and so on in reach."""
    power = 10.0 ** math.floor(math.log10(reach)) if reach > 0 else 1.0
    step = power * max(size for size in (1, 2, 5) if size == 1 or size * power <= reach)
    return {
        "tickvals": [-step, 0, step],
        "ticktext": [f"\N{MINUS SIGN}{step:.0%}", "0%", f"+{step:.0%}"],
    }


def regions_over_time(
    weeks: Sequence[date], came: Sequence[float], would: Sequence[float], *, start: date, kind: str
) -> go.Figure:
    """Draw what came in the treated regions each week beside what would have come without."""
    figure = house_figure(
        go.Scatter(
            x=list(weeks), y=list(would), name="Without treatment", mode="lines",
            line={"color": token("ink-3"), "width": 2, "dash": "6px,5px"},
        ),
        go.Scatter(
            x=list(weeks), y=list(came), name="Observed", mode="lines",
            line={"color": token("optimize"), "width": 2.5},
        ),
        showlegend=True,
        margin={"t": 40},
        xaxis={"type": "date", "tickformat": DAY},
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


def way_to_goal(
    days: Sequence[date],
    actual: Sequence[float],
    planned: Sequence[tuple[date, float]],
    *,
    ends_at: Estimate,
    target: float,
    kind: Kind,
) -> go.Figure:
    """Draw a sum as it came beside the plan for it, where it is projected to end, and its goal.

    `actual` belongs to `days`; `planned` runs from the first day to the day that it is due, where
    `ends_at` lies; the band opens from the last actual to the interval of that.
    """
    now, due = days[-1], planned[-1][0]
    ahead = ends_at.known and due > now
    ends = [(ends_at.value, ends_at.low, ends_at.high)] if ahead else []
    figure = band(
        [*days, *([due] if ahead else [])],
        [*actual, *(one[0] for one in ends)],
        [*actual, *(one[1] for one in ends)],
        [*actual, *(one[2] for one in ends)],
        kind=kind,
        name="Actual",
        forecast_from=now if ahead else None,
        events=[Event(now, "today")] if ahead else [],
    )
    figure.add_scatter(
        x=[day.isoformat() for day, _ in planned],
        y=[amount for _, amount in planned],
        mode="lines",
        name="Planned",
        line={"color": token("plan"), "width": 1.5},
        hovertemplate="%{y:.3~s}",
    )
    middle = planned[len(planned) // 2]
    for (day, amount), text, over in (
        (middle, "planned", "bottom"),
        ((days[len(days) // 2], actual[len(days) // 2]), "actual", "top"),
    ):
        figure.add_annotation(
            x=day.isoformat(),
            y=amount,
            text=text,
            showarrow=False,
            xanchor="right" if over == "bottom" else "left",
            yanchor=over,
            font={"size": 11, "color": token("ink-2")},
        )
    figure.add_hline(
        y=target,
        line={"color": token("ink-3"), "width": 1, "dash": "3px,4px"},
        annotation={
            "text": "goal",
            "font": {"size": 11, "color": token("ink-2")},
            "bgcolor": token("card"),
            "xanchor": "left",
            "x": 0,
        },
    )
    figure.update_layout(yaxis={"rangemode": "tozero"}, margin={"t": 20})
    return figure
