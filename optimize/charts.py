"""Optimize's drawings: results in, Plotly figures out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from plotly import graph_objects as go

from ipeo.charts import Event, Step, axis, band, bars, house_figure, plain, token, whiskers
from ipeo.charts import funnel as funnel_figure
from ipeo.numerics.estimates import Estimate
from ipeo.templatetags.changes import hours
from ipeo.templatetags.figures import money_short

CORNERS = ("top right", "bottom left", "top left", "bottom right")
DAY = "%-d %b"
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
        f"{month:%b}<br>{month:%Y}"
        if month.month == 1 or (place == 0 and month.month < 11)
        else f"{month:%b}"
        for place, month in enumerate(months)
    ]
    traces = [
        go.Bar(
            x=names,
            y=list(spend),
            name="Spend",
            marker={"color": token("execute"), "opacity": 0.4},
        ),
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


def down_to_pocket(steps: Sequence[tuple[str, float, bool]], *, currency: str) -> go.Figure:
    """Draw the way from list to pocket price; `steps` are label, amount, and whether a total."""
    trace = go.Waterfall(
        x=[plain(label) for label, _, _ in steps],
        y=[amount for _, amount, _ in steps],
        measure=[
            "absolute" if place == 0 else "total" if total else "relative"
            for place, (_, _, total) in enumerate(steps)
        ],
        connector={"line": {"color": token("line"), "width": 1}},
        decreasing={"marker": {"color": token("bad")}},
        increasing={"marker": {"color": token("good")}},
        totals={"marker": {"color": token("optimize")}},
        text=[money_short(amount, currency.partition(":")[0]) for _, amount, _ in steps],
        hovertemplate="%{x}: %{y:,.0f}<extra></extra>",
    )
    return house_figure(trace, hovermode="closest", yaxis={**axis(currency), "rangemode": "tozero"})


@dataclass(frozen=True)
class Spot:
    """A program in the quadrant: what its money brings, and the share of it won on value."""

    number: int
    label: str
    romi: Estimate
    value: Estimate
    amount: float


def _floor(spots: Sequence[Spot], healthy: float) -> float:
    """Where the share won on value begins on its axis: below all intervals and the line."""
    lowest = min((one.value.low or 0.0 for one in spots), default=0.0)
    return max(min(lowest, healthy) - 0.1, -0.05)


def value_quadrant(spots: Sequence[Spot], *, healthy: float) -> go.Figure:
    """Draw programs by return and how they win, numbered bubbles by won money, with intervals.

    Those to the right pay, those above `healthy` win on value.
    """
    known = [one for one in spots if one.romi.value is not None and one.value.value is not None]
    largest = max((one.amount for one in known), default=0.0) or 1.0

    figure = house_figure(
        go.Scatter(
            x=[one.romi.value for one in known],
            y=[one.value.value for one in known],
            error_x=whiskers([one.romi for one in known], tone="ink-3", cap=0),
            error_y=whiskers([one.value for one in known], tone="ink-3", cap=0),
            text=[str(one.number) for one in known],
            customdata=[plain(one.label) for one in known],
            mode="markers+text",
            textposition=[CORNERS[place % 4] for place in range(len(known))],
            textfont={"size": 12, "color": token("ink")},
            marker={
                "size": [8 + 16 * (one.amount / largest) ** 0.5 for one in known],
                "color": token("optimize"),
                "opacity": 0.75,
                "line": {"width": 0},
            },
            hovertemplate="%{customdata}: returns %{x:.1f}, %{y:.0%} on value<extra></extra>",
        ),
        hovermode="closest",
        xaxis={
            **axis("times"),
            "title": {"text": "Margin ROMI"},
            "showgrid": True,
            "gridcolor": token("line"),
        },
        yaxis={
            **axis("percent"),
            "title": {"text": "Won on value"},
            "range": [_floor(known, healthy), 1.06],
        },
        margin={"t": 20},
    )
    line = {"color": token("ink-3"), "width": 1, "dash": "3px,4px"}
    figure.add_shape(type="line", xref="paper", x0=0, x1=1, y0=healthy, y1=healthy, line=line)
    figure.add_shape(type="line", yref="paper", x0=0, x1=0, y0=0, y1=1, line=line)
    return figure


def win_rates(lines: Sequence[tuple[str, Estimate]]) -> go.Figure:
    """Draw win rates as lying bars with their intervals."""
    figure = bars(
        [label for label, _ in lines],
        [one for _, one in lines],
        stage="optimize",
        kind="percent",
    )
    figure.update_yaxes(dtick=1)
    return figure


def two_voices(lines: Sequence[tuple[str, Estimate, Estimate]]) -> go.Figure:
    """Draw how often reps and buyers name each driver, side by side, with intervals."""
    traces = []
    reps = [(label, one) for label, one, _ in lines]
    buyers = [(label, one) for label, _, one in lines]
    for name, tone, held in (("Reps", "execute", reps), ("Buyers", "insight", buyers)):
        known = [(label, one) for label, one in held if one.known]
        traces.append(
            go.Bar(
                y=[plain(label) for label, _ in known],
                x=[one.value for _, one in known],
                error_x=whiskers([one for _, one in known], tone="ink-2", cap=3),
                orientation="h",
                name=name,
                marker={"color": token(tone), "cornerradius": 4, "opacity": 0.85},
                hovertemplate=f"%{{y}}: named by %{{x:.0%}} of {name.lower()}<extra></extra>",
            )
        )
    return house_figure(
        *traces,
        barmode="group",
        hovermode="closest",
        showlegend=True,
        margin={"t": 32},
        xaxis={**axis("percent"), "showgrid": True, "gridcolor": token("line"), "nticks": 5},
        yaxis={"autorange": "reversed", "showgrid": False, "ticklabelstandoff": 8, "dtick": 1},
    )


def models_side_by_side(
    names: Sequence[str],
    models: Sequence[str],
    credit: Sequence[Sequence[Estimate]],
    *,
    kind: str,
) -> go.Figure:
    """Draw what each model credits to each name, as points with intervals beside one another.

    `credit` has a row for each name with an estimate for each model; the last two learn from
    deals that were not won, and stand out.
    """
    middle = (len(models) - 1) / 2
    traces = []
    for place, model in enumerate(models):
        held = [row[place] for row in credit]
        learns = place >= len(models) - 2
        tone = "optimize" if learns else "ink-3"
        values = [one.value for one in held]
        traces.append(
            go.Scatter(
                x=[row + (place - middle) * 0.09 for row in range(len(names))],
                y=values,
                mode="markers",
                name=model,
                marker={
                    "color": token(tone),
                    "size": 8,
                    "symbol": "diamond" if learns else "circle",
                },
                error_y=whiskers(held, tone=tone, cap=0),
                hovertemplate="%{y:,.3~s}",
            )
        )
    ticks = {
        "tickvals": list(range(len(names))),
        # A word a line: on a phone the names stand upright side by side.
        "ticktext": [plain(name).replace(" ", "<br>") for name in names],
        "tickangle": 0,
    }
    return house_figure(
        *traces,
        showlegend=False,
        margin={"t": 16},
        xaxis={**ticks, "showgrid": False, "zeroline": False},
        yaxis={**axis(kind), "rangemode": "tozero"},
    )
